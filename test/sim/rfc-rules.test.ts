import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import type { XmlElement } from '../../src/sim/xml/element.ts';
import { FOUR_ROUTERS } from './support/fixtures.ts';
import {
  COMMIT,
  DISCARD,
  edit,
  getConfig,
  junosConfiguration,
  junosInstance,
  lock,
  xrDescription,
  xrVrfs,
} from './support/operations.ts';
import { errorsOf, find, isOk, RawClient } from './support/raw-client.ts';

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const BASES = ['urn:ietf:params:netconf:base:1.0', 'urn:ietf:params:netconf:base:1.1'];
const capabilities = `<capabilities>${BASES.map((uri) => `<capability>${uri}</capability>`).join('')}</capabilities>`;

let backbone: Backbone;
beforeAll(async () => {
  backbone = await startBackbone({ inventory: FOUR_ROUTERS });
});
afterAll(() => backbone.close());

const tagOf = (reply: XmlElement): string => errorsOf(reply)[0]?.split(':')[0] ?? (isOk(reply) ? 'ok' : 'data');

describe('a hello (RFC 6241 §8.1)', () => {
  it.each([
    ['with a session-id', `<hello xmlns="${BASE}">${capabilities}<session-id>5</session-id></hello>`],
    ['with a session-id of nothing', `<hello xmlns="${BASE}">${capabilities}<session-id/></hello>`],
    ['of another namespace', `<hello xmlns="urn:x">${capabilities}</hello>`],
    ['of no namespace', `<hello>${capabilities}</hello>`],
    ['without capabilities', `<hello xmlns="${BASE}"/>`],
    [
      'with capabilities of another namespace',
      `<hello xmlns="${BASE}"><c:capabilities xmlns:c="urn:x">${capabilities}</c:capabilities></hello>`,
    ],
    [
      'that names a module and no base',
      `<hello xmlns="${BASE}"><capabilities><capability>${BASE}?module=ietf-netconf</capability></capabilities></hello>`,
    ],
    ['that is an rpc', `<rpc xmlns="${BASE}" message-id="1"><get/></rpc>`],
    ['that is not well-formed', '<hello'],
  ])('%s ends the session', async (_what, hello) => {
    for (const router of ['pe1', 'pe3']) {
      const client = await RawClient.connect(backbone.router(router), { hello });
      await client.waitClosed();
    }
  });
});

describe('an rpc', () => {
  const clients = new Map<string, RawClient>();
  beforeEach(async () => {
    for (const router of ['pe1', 'pe3']) clients.set(router, await RawClient.connect(backbone.router(router)));
  });
  afterEach(async () => {
    for (const client of clients.values()) {
      await client.rpc(DISCARD);
      await client.drop();
    }
  });
  const ask = async (operation: string, router = 'pe1'): Promise<string> =>
    tagOf((await clients.get(router)?.rpc(operation)) as XmlElement);
  const both = async (operation: string) => [await ask(operation, 'pe1'), await ask(operation, 'pe3')];

  const wrong: readonly [string, string, string][] = [
    ['two operations (S3b)', `${getConfig('running')}${lock()}`, 'unknown-element'],
    [
      'an unknown element (S3a)',
      '<edit-config><target><candidate/></target><frob/><config/></edit-config>',
      'unknown-element',
    ],
    ['an unknown element in get', '<get><depth>1</depth></get>', 'unknown-element'],
    ['an unknown element in lock', '<lock><target><candidate/></target><force/></lock>', 'unknown-element'],
    ['an unknown element in discard-changes', '<discard-changes><all/></discard-changes>', 'unknown-element'],
    [
      'a url where none is offered',
      '<edit-config><target><candidate/></target><url>file:///x</url></edit-config>',
      'unknown-element',
    ],
    [
      'an element of another namespace',
      `<get-config><source xmlns="urn:x"><running/></source></get-config>`,
      'unknown-namespace',
    ],
    [
      'a datastore of another namespace',
      `<get-config><source><running xmlns="urn:x"/></source></get-config>`,
      'unknown-namespace',
    ],
    ['two datastores', '<get-config><source><running/><candidate/></source></get-config>', 'bad-element'],
    ['two sources', '<get-config><source><running/></source><source><candidate/></source></get-config>', 'bad-element'],
    ['no datastore', '<get-config><source/></get-config>', 'missing-element'],
    ['no target', '<lock/>', 'missing-element'],
    ['no session-id', '<kill-session/>', 'missing-element'],
    ['an attribute', '<lock force="true"><target><candidate/></target></lock>', 'unknown-attribute'],
    ['an attribute of a parameter', '<lock><target kind="x"><candidate/></target></lock>', 'unknown-attribute'],
    [
      'an attribute of a filter',
      '<get-config><source><running/></source><filter kind="subtree"/></get-config>',
      'unknown-attribute',
    ],
    [
      'elements in a value',
      '<edit-config><target><candidate/></target><default-operation><merge/></default-operation><config/></edit-config>',
      'bad-element',
    ],
  ];
  it.each(wrong)('with %s is refused, and nothing of it done', async (_what, operation, tag) => {
    expect(await both(operation)).toEqual([tag, tag]);
    for (const router of ['pe1', 'pe3']) expect(backbone.router(router).lockHolder('candidate')).toBeUndefined();
  });

  it('with a slip in an attribute of its configuration is refused (S3c)', async () => {
    for (const attribute of [
      'operation="delete"',
      'nc:operatoin="delete"',
      'xmlns:y="urn:y" y:operation="delete"',
      'insert="first"',
    ]) {
      const xr = edit(xrVrfs(`<vrf ${attribute}><vrf-name>MOH</vrf-name></vrf>`));
      const junos = edit(
        junosConfiguration(
          `<routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances"><instance ${attribute}><name>MOH</name></instance></routing-instances>`,
        ),
      );
      expect([attribute, await ask(xr, 'pe1'), await ask(junos, 'pe3')]).toEqual([
        attribute,
        'unknown-attribute',
        'unknown-attribute',
      ]);
    }
    const leaf = edit(xrVrfs('<vrf><vrf-name>MOH</vrf-name><description operation="delete">x</description></vrf>'));
    expect(await ask(leaf)).toBe('unknown-attribute');
    expect(backbone.router('pe1').isCandidateDirty()).toBe(false);
  });

  const dangling = xrVrfs(
    '<vrf><vrf-name>MOH</vrf-name><address-family><ipv4><unicast><export xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><route-policy>NO-SUCH-POLICY</route-policy></export></unicast></ipv4></address-family></vrf>',
  );
  const danglingJunos = junosInstance('MOH', '<vrf-export>NO-SUCH-POLICY</vrf-export>');

  it('that edits is validated before it is set, unless it says set (S2a)', async () => {
    for (const options of [{}, { testOption: 'test-then-set' }]) {
      expect(await ask(edit(dangling, options))).toBe('operation-failed');
      expect(await ask(edit(danglingJunos, options), 'pe3')).toBe('operation-failed');
    }
    expect(['pe1', 'pe3'].map((router) => backbone.router(router).isCandidateDirty())).toEqual([false, false]);
    expect(await ask(edit(dangling, { testOption: 'set' }))).toBe('ok');
    expect(backbone.router('pe1').isCandidateDirty()).toBe(true);
    expect(await ask(COMMIT)).toBe('operation-failed');
  });

  it('that only tests is refused as the edit would be, and changes nothing (S2b)', async () => {
    expect(await ask(edit(dangling, { testOption: 'test-only' }))).toBe('operation-failed');
    expect(await ask(edit(xrDescription('MOH', 'x'), { testOption: 'test-only' }))).toBe('ok');
    expect(backbone.router('pe1').isCandidateDirty()).toBe(false);
    // validate:1.0 has no test-only.
    expect(await ask(edit(danglingJunos, { testOption: 'test-only' }), 'pe3')).toBe('invalid-value');
  });

  it('that validates a configuration of its own looks at that (S2c)', async () => {
    const validate = (config: string) => `<validate><source><config>${config}</config></source></validate>`;
    expect(await ask(validate(xrDescription('MOH', 'x')))).toBe('ok');
    expect(await ask(validate(dangling))).toBe('operation-failed');
    expect(await ask(validate('<vrfs xmlns="urn:x"/>'))).toMatch(/^unknown-/);
    expect(await ask(validate(danglingJunos), 'pe3')).toBe('operation-failed');
    expect(await ask(validate(''), 'pe3')).toBe('ok');
  });
});

describe('a subscription (RFC 5277 §2.1.1)', () => {
  const subscribe = (inside = '') =>
    `<create-subscription xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0">${inside}</create-subscription>`;

  it.each([
    ['to a stream that is not there (S5a)', '<stream>NOPE</stream>', 'invalid-value', 'stream'],
    [
      'with a replay that is not offered (S5b)',
      '<startTime>2020-01-01T00:00:00Z</startTime>',
      'operation-failed',
      'startTime',
    ],
    ['that stops without a start', '<stopTime>2020-01-01T00:00:00Z</stopTime>', 'missing-element', 'startTime'],
    ['from no time', '<startTime>yesterday</startTime>', 'bad-element', 'startTime'],
    ['with something else', '<encoding>json</encoding>', 'unknown-element', 'encoding'],
    ['by xpath', '<filter type="xpath" select="/a"/>', 'bad-attribute', 'filter'],
  ])('%s is refused, and another may follow', async (_what, inside, tag, element) => {
    const client = await RawClient.connect(backbone.router('pe1'));
    const reply = await client.rpc(subscribe(inside));
    expect([tagOf(reply), find(reply, 'bad-element')?.text]).toEqual([tag, element]);
    expect(tagOf(await client.rpc(subscribe('<stream>NETCONF</stream>')))).toBe('ok');
    await client.drop();
  });

  it('is one for a session (S5c), and tells what its filter asks for', async () => {
    const events = 'urn:ietf:params:xml:ns:yang:ietf-netconf-notifications';
    const [all, some, editor] = await Promise.all([1, 2, 3].map(() => RawClient.connect(backbone.router('pe1'))));
    if (all === undefined || some === undefined || editor === undefined) throw new Error('three sessions');
    expect(tagOf(await all.rpc(subscribe()))).toBe('ok');
    expect(tagOf(await all.rpc(subscribe()))).toBe('operation-failed');
    const filter = `<filter type="subtree"><netconf-confirmed-commit xmlns="${events}"/></filter>`;
    expect(tagOf(await some.rpc(subscribe(filter)))).toBe('ok');
    await editor.rpc(edit(xrDescription('MOH', 'told')));
    await editor.rpc('<commit><confirmed/></commit>');
    await editor.rpc('<cancel-commit/>');
    await expect.poll(() => all.notifications.length).toBe(4);
    await some.rpc(getConfig('running'));
    expect(some.notifications.map(({ children }) => children[1]?.name)).toEqual([
      'netconf-confirmed-commit',
      'netconf-confirmed-commit',
    ]);
    await Promise.all([all, some, editor].map((client) => client.drop()));
  });
});
