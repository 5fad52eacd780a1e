import { afterEach, describe, expect, it } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { HABITS_EXPLAINED, type Habits, USUAL_HABITS } from '../../src/sim/habits.ts';
import type { XmlElement } from '../../src/sim/xml/element.ts';
import { makeInventory, prefixOf } from './support/fixtures.ts';
import { ManualClock } from './support/manual-clock.ts';
import {
  COMMIT,
  confirmedCommit,
  edit,
  getConfig,
  junosConfiguration,
  junosDescription,
  junosInstance,
  xrDescription,
} from './support/operations.ts';
import { errorsOf, find, findAll, isOk, RawClient } from './support/raw-client.ts';

// MOH and MOF together on a Junos router, ROP on another, and one of IOS-XR.
const INVENTORY = makeInventory(
  ['MOH', 'MOF', 'ROP'],
  [
    {
      name: 'j1',
      platform: 'junos-yang',
      vrfs: [
        { vpn: 'MOH', site: 1 },
        { vpn: 'MOF', site: 1 },
      ],
    },
    { name: 'j2', platform: 'junos-yang', vrfs: [{ vpn: 'ROP', site: 2 }] },
    { name: 'x1', platform: 'iosxr-um2', vrfs: [{ vpn: 'MOH', site: 3 }] },
  ],
);
const J = 'http://yang.juniper.net/junos/conf';

let backbone: Backbone;
// The first test needs none.
let started: Backbone | undefined;
const clients: RawClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.drop()));
  await started?.close();
  started = undefined;
});

async function connectTo(router: string, habits: Partial<Habits> = {}, clock?: ManualClock): Promise<RawClient> {
  backbone = await startBackbone({
    inventory: INVENTORY,
    habits: [{ router, habits }],
    ...(clock === undefined ? {} : { clock }),
  });
  started = backbone;
  const client = await RawClient.connect(backbone.router(router));
  clients.push(client);
  return client;
}

/** At the console, where it takes effect at once. */
const configure = (router: string, config: string) => backbone.router(router).editRunning(config);
const routesOf = (router: string, vrf: string) =>
  backbone
    .router(router)
    .routes(vrf, 'ipv4')
    .map(({ prefix }) => String(prefix));
const routeInformation = (vrf: string) =>
  `<get-route-information xmlns="http://yang.juniper.net/junos/rpc/route"><table>${vrf}.inet.0</table></get-route-information>`;
const protocolsOf = (reply: XmlElement) =>
  Object.fromEntries(
    findAll(reply, 'rt').map((rt) => [
      find(rt, 'rt-destination')?.text,
      `${find(rt, 'protocol-name')?.text} ${find(rt, 'preference')?.text}`,
    ]),
  );
/** MOH and MOF of j1 take each other's routes. */
const LEAK = ['MOH', 'MOF'].map((vrf) =>
  junosConfiguration(
    `<policy-options xmlns="${J}/policy-options"><policy-statement><name>${vrf}-IN</name><term><name>a</name><from><community>BOTH</community></from><then><accept/></then></term><then><reject/></then></policy-statement><community><name>BOTH</name><members>target:65000:[12]00</members></community></policy-options>` +
      `<routing-instances xmlns="${J}/routing-instances"><instance><name>${vrf}</name><routing-options><auto-export/></routing-options><vrf-import>${vrf}-IN</vrf-import></instance></routing-instances>`,
  ),
);

it('every habit is explained, by a value that is not the usual one', () => {
  expect(Object.keys(HABITS_EXPLAINED)).toEqual(Object.keys(USUAL_HABITS));
  for (const [name, { example }] of Object.entries(HABITS_EXPLAINED)) {
    expect(example).not.toEqual(USUAL_HABITS[name as keyof Habits]);
  }
});

describe('a leaked route', () => {
  it.each([
    ['bgp', 'BGP 170'],
    ['primary', 'Static 5'],
  ] as const)('is shown as %s', async (leakedRoutes, shown) => {
    const [moh, mof] = [prefixOf(0, 1), prefixOf(1, 1)];
    const client = await connectTo('j1', { leakedRoutes, staticPrefixes: [mof] });
    for (const config of LEAK) configure('j1', config);
    const inMoh = protocolsOf(await client.rpc(routeInformation('MOH')));
    expect([inMoh[moh], inMoh[mof]]).toEqual(['Direct 0', shown]);
    const inMof = protocolsOf(await client.rpc(routeInformation('MOF')));
    expect([inMof[mof], inMof[moh]]).toEqual(['Static 5', leakedRoutes === 'bgp' ? 'BGP 170' : 'Direct 0']);
  });

  it('of another router is BGP all the same', async () => {
    const client = await connectTo('j1', { leakedRoutes: 'primary' });
    configure('j2', junosInstance('ROP', '<vrf-target><community>target:65000:100</community></vrf-target>'));
    expect(protocolsOf(await client.rpc(routeInformation('MOH')))[prefixOf(2, 2)]).toBe('BGP 170');
  });
});

describe('a deactivated element', () => {
  const JCMD = 'http://yang.juniper.net/junos/jcmd';
  const attribute = { jcmd: ` xmlns:jcmd="${JCMD}" jcmd:active="false"`, native: ' inactive="inactive"' };

  it.each(['jcmd', 'native'] as const)('stays in the configuration and has no effect (%s)', async (deactivation) => {
    const client = await connectTo('j1', { deactivation });
    configure('j2', junosInstance('ROP', '<vrf-target><community>target:65000:100</community></vrf-target>'));
    const before = backbone.router('j1').runningText();
    expect(routesOf('j1', 'MOH')).toContain(prefixOf(2, 2));
    const reject = (mark: string) =>
      junosConfiguration(
        `<policy-options xmlns="${J}/policy-options"><policy-statement><name>NOTHING</name><then${mark}><reject/></then></policy-statement></policy-options><routing-instances xmlns="${J}/routing-instances"><instance><name>MOH</name><vrf-import>NOTHING</vrf-import></instance></routing-instances>`,
      );
    expect(isOk(await client.rpc(edit(reject(''))))).toBe(true);
    await client.rpc(COMMIT);
    expect(routesOf('j1', 'MOH')).not.toContain(prefixOf(2, 2));
    const inForce = backbone.router('j1').runningText();

    expect(isOk(await client.rpc(edit(reject(attribute[deactivation]))))).toBe(true);
    await client.rpc(COMMIT);
    expect(routesOf('j1', 'MOH')).toContain(prefixOf(2, 2));
    const shown = find(await client.rpc(getConfig('running')), 'policy-options');
    const policy = findAll(shown as XmlElement, 'policy-statement').find(
      (statement) => find(statement, 'name')?.text === 'NOTHING',
    );
    const then = find(policy as XmlElement, 'then');
    expect(then?.attributes.get(deactivation === 'jcmd' ? `{${JCMD}}active` : 'inactive')).toBe(
      deactivation === 'jcmd' ? 'false' : 'inactive',
    );
    expect(find(policy as XmlElement, 'reject')).toBeDefined();
    expect(backbone.router('j1').runningText()).not.toBe(inForce);

    await client.rpc(
      edit(reject(deactivation === 'jcmd' ? attribute.jcmd.replace('false', 'true') : ' active="active"')),
    );
    await client.rpc(COMMIT);
    expect(backbone.router('j1').runningText()).toBe(inForce);
    expect(inForce).not.toBe(before);
  });

  it('may be an instance, a reference, a term or a member', async () => {
    await connectTo('j1');
    configure('j1', junosInstance('MOF', '').replace('<instance>', '<instance inactive="inactive">'));
    expect(backbone.router('j1').routes('MOF', 'ipv4')).toEqual([]);
    for (const config of LEAK) configure('j1', config);
    expect(routesOf('j1', 'MOH')).not.toContain(prefixOf(1, 1));
    configure('j1', junosInstance('MOF', '').replace('<instance>', '<instance active="active">'));
    expect(routesOf('j1', 'MOH')).toContain(prefixOf(1, 1));
    configure('j1', junosInstance('MOH', '<vrf-import inactive="inactive">MOH-IN</vrf-import>'));
    expect(routesOf('j1', 'MOH')).not.toContain(prefixOf(1, 1));
  });

  it('is no thing of IOS-XR', async () => {
    const client = await connectTo('x1');
    const reply = await client.rpc(edit(xrDescription('MOH', 'x', ' inactive="inactive"')));
    expect(errorsOf(reply)[0]).toMatch(/^unknown-attribute/);
  });
});

describe('a configuration group', () => {
  const group = (name: string, instance: string) =>
    `<groups><name>${name}</name><routing-instances xmlns="${J}/routing-instances"><instance>${instance}</instance></routing-instances></groups>`;
  const taking = (number: number) => `<vrf-target><community>target:65000:${number}</community></vrf-target>`;
  const apply = (name: string, place: 'top' | 'instances' | 'instance') => {
    const leaf = `<apply-groups>${name}</apply-groups>`;
    if (place === 'top') return leaf;
    const inside = place === 'instances' ? leaf : `<instance><name>MOH</name>${leaf}</instance>`;
    return `<routing-instances xmlns="${J}/routing-instances">${inside}</routing-instances>`;
  };
  const without = junosInstance(
    'MOH',
    '<vrf-target xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="delete"/>',
  );

  it.each(['top', 'instances', 'instance'] as const)('applied at %s is in force', async (place) => {
    const client = await connectTo('j1');
    configure('j2', junosInstance('ROP', taking(700)));
    for (const name of ['MOH', '<*>']) {
      const written = name.replace('<', '&lt;').replace('>', '&gt;');
      const config = junosConfiguration(
        group(`G-${name.length}`, `<name>${written}</name>${taking(700)}`) + apply(`G-${name.length}`, place),
      );
      expect(isOk(await client.rpc(edit(config + without)))).toBe(true);
      await client.rpc(COMMIT);
      expect([name, routesOf('j1', 'MOH').includes(prefixOf(2, 2))]).toEqual([name, true]);
      // What a place says itself goes before what it inherits.
      configure('j1', junosInstance('MOH', taking(100)));
      expect(routesOf('j1', 'MOH')).not.toContain(prefixOf(2, 2));
    }
  });

  it('is what a vrf may have its only target from, and without it the commit is refused', async () => {
    const client = await connectTo('j1');
    expect(errorsOf(await client.rpc(edit(without)))[0]).toContain('a vrf needs vrf-target');
  });

  it.each([
    ['whole', true],
    ['named', false],
  ] as const)('is shown %s by get-config', async (groups, isShown) => {
    const client = await connectTo('j1', { groups });
    configure(
      'j1',
      junosConfiguration(group('VRF-DEFAULTS', `<name>MOH</name>${taking(700)}`) + apply('VRF-DEFAULTS', 'instance')),
    );
    const shown = find(await client.rpc(getConfig('running')), 'groups') as XmlElement;
    expect([find(shown, 'name')?.text, find(shown, 'vrf-target') !== undefined]).toEqual(['VRF-DEFAULTS', isShown]);
  });

  it('may add a term to a policy', async () => {
    await connectTo('j1');
    const policies = (content: string) => `<policy-options xmlns="${J}/policy-options">${content}</policy-options>`;
    const term = '<term><name>more</name><from><community>C</community></from><then><accept/></then></term>';
    configure(
      'j1',
      junosConfiguration(
        `<groups><name>EDGE</name>${policies(`<policy-statement><name>MOH-IN</name>${term}</policy-statement>`)}</groups>` +
          policies(
            '<apply-groups>EDGE</apply-groups><policy-statement><name>MOH-IN</name><term><name>none</name><from><community>D</community></from><then><accept/></then></term></policy-statement><policy-statement><name>END</name><then><reject/></then></policy-statement><community><name>C</name><members>target:65000:300</members></community><community><name>D</name><members>target:65000:999</members></community>',
          ),
      ) + junosInstance('MOH', '<vrf-import>MOH-IN</vrf-import><vrf-import>END</vrf-import>'),
    );
    expect(routesOf('j1', 'MOH')).toContain(prefixOf(2, 2));
  });
});

describe('routing engines', () => {
  it('answer each for itself, and a commit reports on each', async () => {
    const client = await connectTo('j1', { routingEngines: ['node0', 'node1'] });
    const reply = await client.rpc(routeInformation('MOH'));
    expect(reply.children.map(({ name }) => name)).toEqual(['multi-routing-engine-results']);
    const items = findAll(reply, 'multi-routing-engine-item');
    expect(items.map((item) => item.children.map(({ name, text }) => text || name))).toEqual(
      ['node0', 'node1'].map((name) => [name, 'route-information']),
    );
    await client.rpc(edit(junosDescription('MOH', 'x')));
    const commit = await client.rpc(COMMIT);
    expect(isOk(commit)).toBe(true);
    const blocks = findAll(commit, 'routing-engine').map(({ children }) =>
      children.map(({ name, text }) => text || name).join(' '),
    );
    expect(blocks).toEqual(['node0 commit-check-success', 'node1 commit-success', 'node0 commit-success']);
  });
});

describe('a confirm timer of whole minutes', () => {
  it.each([
    [45, 0],
    [60, 60],
    [90, 60],
    [120, 120],
  ])('keeps of %i s', async (asked, kept) => {
    const clock = new ManualClock();
    const client = await connectTo('x1', { confirmTimerStepSeconds: 60 }, clock);
    const before = backbone.router('x1').runningText();
    await client.rpc(edit(xrDescription('MOH', 'for a while')));
    const sent = client.rpc(confirmedCommit({ timeoutSeconds: asked }));
    expect(isOk(await sent)).toBe(true);
    if (kept > 0) {
      clock.advance(kept * 1_000 - 1);
      expect(backbone.router('x1').runningText()).not.toBe(before);
    }
    clock.advance(1);
    expect(backbone.router('x1').runningText()).toBe(before);
  });
});

describe('a silent echo', () => {
  it.each([
    [
      'x1',
      '<ping xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ping-act"><destination><destination>192.0.2.1</destination><vrf-name>MOH</vrf-name><repeat-count>3</repeat-count></destination></ping>',
    ],
    [
      'j1',
      '<ping xmlns="http://yang.juniper.net/junos/rpc/ping"><host>192.0.2.1</host><routing-instance>MOH</routing-instance><count>3</count></ping>',
    ],
  ])('takes its time on %s, and what comes behind it waits', async (router, ping) => {
    const client = await connectTo(router, { silentEchoMs: 40 });
    const order: string[] = [];
    const started = performance.now();
    const silent = client.rpc(ping).then(() => order.push('silent'));
    const next = client.rpc(getConfig('running')).then(() => order.push('next'));
    await Promise.all([silent, next]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(115);
    expect(order).toEqual(['silent', 'next']);
  });
});
