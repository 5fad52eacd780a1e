/** A router whose hello leaves its models out says in its YANG library what it is (RFC 7950 §5.6.4, RFC 8525). */
import { describe, expect, it } from 'vitest';
import { Capabilities, RpcError, type YangLibrary } from '../../src/netconf/index.ts';
import { MANIFESTS } from '../../src/platforms/manifests.ts';
import { modelsOf, refuseOtherDialect } from '../../src/router/dialect.ts';
import { openRouter } from '../../src/router/open-router.ts';
import { startBackbone } from '../../src/sim/backbone.ts';
import { FOUR_ROUTERS } from '../sim/support/fixtures.ts';

const BGP = 'Cisco-IOS-XR-um-router-bgp-cfg';
const namespaceOf = (name: string) => `http://cisco.com/ns/yang/${name}`;
const hello = (id: string, ...more: string[]) =>
  new Capabilities([
    'urn:ietf:params:netconf:base:1.1',
    `urn:ietf:params:netconf:capability:yang-library:1.1?revision=2019-01-04&content-id=${id}`,
    ...more,
  ]);
const library = (name: string, revision: string, importOnly = false): YangLibrary => ({
  contentId: null,
  modules: [{ name, revision, namespace: namespaceOf(name), features: [], deviations: [], importOnly }],
});

async function judge(
  capabilities: Capabilities,
  answer: () => Promise<YangLibrary>,
  platform: 'iosxr-um2' | 'junos-yang' = 'iosxr-um2',
) {
  let asked = 0;
  const yangLibrary = () => {
    asked += 1;
    return answer();
  };
  const models = await modelsOf({ capabilities, yangLibrary }, MANIFESTS[platform]);
  refuseOtherDialect(models, MANIFESTS[platform], 'pe3');
  return asked;
}

describe('the dialect of a router whose hello lists no models', () => {
  it.each([
    ['of another revision', library(BGP, '2024-05-10'), /it lists Cisco-IOS-XR-um-router-bgp-cfg of 2024-05-10/],
  ])('is refused where its library is %s', async (_what, answer, says) => {
    const refused = judge(hello('a'), async () => answer);
    await expect(refused).rejects.toMatchObject({ code: 'PLATFORM_MISMATCH', path: 'pe3' });
    await expect(judge(hello('b'), async () => answer)).rejects.toThrow(says);
  });

  it('is refused where its library is of another vendor', async () => {
    const answer = { ...library('junos-conf-root', '2024-01-01') };
    const modules = answer.modules.map((one) => ({ ...one, namespace: 'http://yang.juniper.net/junos/conf/root' }));
    await expect(judge(hello('c'), async () => ({ ...answer, modules }))).rejects.toThrow('Juniper');
  });

  it('is taken where it fits, and where only types are imported of an older one', async () => {
    expect(await judge(hello('d'), async () => library(BGP, '2024-09-17'))).toBe(1);
    expect(await judge(hello('e'), async () => library(BGP, '2024-05-10', true))).toBe(1);
  });

  it('is not asked for where the hello tells it, where no library is announced, and of platforms that have one', async () => {
    const never = () => Promise.reject(new Error('asked'));
    expect(await judge(hello('f', `${namespaceOf(BGP)}?module=${BGP}&revision=2024-09-17`), never)).toBe(0);
    expect(await judge(new Capabilities(['urn:ietf:params:netconf:base:1.1']), never)).toBe(0);
    expect(await judge(hello('g'), never, 'junos-yang')).toBe(0);
  });

  it('says nothing where the router refuses to show its library; what breaks the session is told', async () => {
    const refusal = Object.create(RpcError.prototype) as RpcError;
    expect(await judge(hello('h'), () => Promise.reject(refusal))).toBe(1);
    await expect(judge(hello('i'), () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});

it('a simulated router that has the habit is opened and read', async () => {
  const backbone = await startBackbone({
    inventory: FOUR_ROUTERS,
    habits: [{ router: 'pe2', habits: { models: 'library' } }],
  });
  try {
    const { routers, backbone: network } = backbone.inventory();
    const router = routers.find(({ name }) => (name as string) === 'pe2');
    if (router === undefined) throw new Error('no pe2');
    const { username, password } = backbone;
    const credential = { username, password };
    const opened = await openRouter({ router, credential, routeTargetPool: network.routeTargetPool });
    expect(opened.facts.capabilities.filter((uri) => uri.includes('?module='))).toEqual([]);
    expect((await opened.readRunning()).length).toBeGreaterThan(0);
    await opened.close();
  } finally {
    await backbone.close();
  }
});
