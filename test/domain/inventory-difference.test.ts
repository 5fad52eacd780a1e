import { describe, expect, it } from 'vitest';
import type { Inventory, InventoryRouter, InventoryVpn } from '../../src/domain/inventory.ts';
import { describeDifference, diffInventories } from '../../src/domain/inventory-difference.ts';
import { findConflicts, type StandingInterconnect } from '../../src/domain/inventory-effect.ts';
import { judgeInventory } from '../../src/domain/judge-inventory.ts';
import type { EntityId, InterconnectId, PeName, PlatformName, VpnId, VrfName } from '../../src/domain/names.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteDistinguisher, parseRouteTarget } from '../../src/domain/route-target.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

const prefix = (text: string) => parsePrefix(text);
const name = <Name extends string>(text: string) => text as Name;

/** MOE and MOF share one network each; it lives on three PEs, one of which (soh-pe-01) holds both VRFs. */
const STANDING: StandingInterconnect = {
  id: 'IC-0001' as InterconnectId,
  parties: ['MOE' as EntityId, 'MOF' as EntityId],
  flows: [
    { from: 'MOE' as VpnId, to: 'MOF' as VpnId, prefixes: [prefix('10.150.10.0/24')] },
    { from: 'MOF' as VpnId, to: 'MOE' as VpnId, prefixes: [prefix('10.200.20.0/24')] },
  ],
  routeTargets: [parseRouteTarget('65000:50000'), parseRouteTarget('65000:50001')],
  carriers: [
    ['mct-pe-01', 'MOE'],
    ['nzw-pe-01', 'MOF'],
    ['soh-pe-01', 'MOE'],
    ['soh-pe-01', 'MOF'],
  ].map(([pe, vrf]) => ({ pe: name<PeName>(pe ?? ''), vrf: name<VrfName>(vrf ?? '') })),
};

const withVpn = (id: string, change: Partial<InventoryVpn>): Inventory => ({
  ...DEMO_INVENTORY,
  vpns: DEMO_INVENTORY.vpns.map((vpn) => (vpn.id === id ? { ...vpn, ...change } : vpn)),
});
const withRouter = (pe: string, change: (router: InventoryRouter) => InventoryRouter): Inventory => ({
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.map((router) => (router.name === pe ? change(router) : router)),
});
const withVrf = (pe: string, vrf: string, change: Partial<InventoryRouter['vrfs'][number]>) =>
  withRouter(pe, (router) => ({
    ...router,
    vrfs: router.vrfs.map((one) => (one.name === vrf ? { ...one, ...change } : one)),
  }));
const withManagement = (pe: string, change: Partial<InventoryRouter['management']>) =>
  withRouter(pe, (router) => ({ ...router, management: { ...router.management, ...change } }));
const withoutRouter = (pe: string): Inventory => ({
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.filter((router) => router.name !== pe),
});
const withoutVrf = (pe: string, vrf: string) =>
  withRouter(pe, (router) => ({ ...router, vrfs: router.vrfs.filter((one) => one.name !== vrf) }));

const effectOf = (after: Inventory, standing = STANDING) =>
  findConflicts(DEMO_INVENTORY, after, [standing]).flatMap(({ interconnectId, fact, remedy }) => {
    if (interconnectId === null) return [];
    expect(remedy).toBe('End IC-0001 first, or let another admin confirm the proposal by its name.');
    return [fact];
  });

function withoutVpn(id: string): Inventory {
  return {
    ...DEMO_INVENTORY,
    entities: DEMO_INVENTORY.entities.filter((entity) => entity.id !== id),
    vpns: DEMO_INVENTORY.vpns.filter((vpn) => vpn.id !== id),
    routers: DEMO_INVENTORY.routers.map((router) => ({
      ...router,
      vrfs: router.vrfs.filter((vrf) => vrf.vpn !== id),
    })),
  };
}

describe('what an inventory takes away under an interconnect', () => {
  it.each<[string, Inventory, string[]]>([
    [
      'entity, VPN and VRFs removed',
      withoutVpn('MOF'),
      [
        'entity MOF is removed',
        'VPN MOF is removed',
        'VRF MOF at nzw-pe-01 is removed',
        'VRF MOF at soh-pe-01 is removed',
      ],
    ],
    ['the VPN changes hands', withVpn('MOF', { entity: 'MOH' as EntityId }), ['VPN MOF passes from MOF to MOH']],
    ['a canary', withVpn('MOF', { canary: true }), ['VPN MOF becomes a canary']],
    [
      'a narrower address plan',
      withVpn('MOF', { prefixes: [prefix('10.200.0.0/20'), prefix('10.200.128.0/17')] }),
      ['10.200.20.0/24 is no longer inside the address plan of MOF'],
    ],
    ['a PE that takes', withoutRouter('nzw-pe-01'), ['router nzw-pe-01 is removed']],
    ['a PE that gives and takes', withoutRouter('soh-pe-01'), ['router soh-pe-01 is removed']],
    [
      'a renamed PE',
      withRouter('soh-pe-01', (router) => ({ ...router, name: 'SOH-PE-1' as PeName })),
      ['router soh-pe-01 is removed'],
    ],
    ['a VRF', withoutVrf('nzw-pe-01', 'MOF'), ['VRF MOF at nzw-pe-01 is removed']],
    ['a renamed VRF', withVrf('nzw-pe-01', 'MOF', { name: 'FINANCE' as VrfName }), ['VRF MOF at nzw-pe-01 is removed']],
    [
      'a VRF of another VPN',
      withVrf('nzw-pe-01', 'MOF', { vpn: 'MOH' as VpnId, attachments: [] }),
      ['VRF MOF at nzw-pe-01 passes from VPN MOF to VPN MOH'],
    ],
    [
      'another route distinguisher',
      withVrf('nzw-pe-01', 'MOF', { routeDistinguisher: parseRouteDistinguisher('65000:20009') }),
      ['route distinguisher of VRF MOF at nzw-pe-01: 65000:20001 becomes 65000:20009'],
    ],
    [
      'an agreed prefix that no site announces',
      withVrf('soh-pe-01', 'MOF', { attachments: [] }),
      ['10.200.20.0/24 is no longer announced by VRF MOF at soh-pe-01'],
    ],
    ['a family', withVrf('nzw-pe-01', 'MOF', { families: ['ipv4'] }), ['VRF MOF at nzw-pe-01 no longer carries ipv6']],
    [
      'the management address',
      withManagement('mct-pe-01', { host: '127.0.0.2' }),
      ['management address of router mct-pe-01: 127.0.0.1 port 8301 becomes 127.0.0.2 port 8301'],
    ],
    [
      'the host keys',
      withManagement('mct-pe-01', { hostKeys: [`SHA256:${'F'.repeat(43)}`] }),
      ['the host keys of router mct-pe-01 change'],
    ],
    [
      'the credential',
      withManagement('mct-pe-01', { credential: 'other' }),
      ['credential of router mct-pe-01: backbone becomes other'],
    ],
    [
      'the platform',
      withRouter('mct-pe-01', (router) => ({ ...router, platform: 'junos-yang' as PlatformName })),
      ['platform of router mct-pe-01: iosxr-um2 becomes junos-yang'],
    ],
    [
      'the pool',
      {
        ...DEMO_INVENTORY,
        backbone: {
          ...DEMO_INVENTORY.backbone,
          routeTargetPool: { ...DEMO_INVENTORY.backbone.routeTargetPool, from: 50_001 },
        },
      },
      ['route target 65000:50000 leaves the pool'],
    ],
  ])('%s', (_what, after, facts) => {
    expect(effectOf(after)).toEqual(facts);
  });

  it.each<[string, Inventory]>([
    ['nothing', structuredClone(DEMO_INVENTORY)],
    ['the order of lists', { ...DEMO_INVENTORY, routers: [...DEMO_INVENTORY.routers].reverse() }],
    ['a PE that does not carry it', withoutRouter('sll-pe-01')],
    ['its management', withManagement('sll-pe-01', { host: '127.0.0.9', credential: 'other' })],
    ['another VPN', withVpn('MOH', { canary: true })],
    ['a VRF of another VPN', withoutVrf('mct-pe-01', 'MOH')],
    ['a name', withVpn('MOF', { name: 'Finance' })],
    ['maintenance', withRouter('soh-pe-01', (router) => ({ ...router, maintenance: true }))],
    ['a wider address plan', withVpn('MOF', { prefixes: [prefix('10.200.0.0/15'), prefix('2001:db8:200::/48')] })],
    ['a network that is not shared', withVrf('nzw-pe-01', 'MOF', { attachments: [] })],
  ])('%s: nothing', (_what, after) => {
    expect(effectOf(after)).toEqual([]);
  });

  it('a whole VPN: every network of it', () => {
    const [first, second] = STANDING.flows;
    if (first === undefined || second === undefined) throw new Error('two flows');
    const whole = { ...STANDING, flows: [first, { ...second, prefixes: 'whole-vpn' as const }] };
    expect(effectOf(withVrf('nzw-pe-01', 'MOF', { attachments: [] }), whole)).toEqual([
      '10.200.10.0/24 is no longer announced by VRF MOF at nzw-pe-01',
      '2001:db8:200:10::/64 is no longer announced by VRF MOF at nzw-pe-01',
    ]);
  });

  it('what a plan put on a PE counts although the VPN left it before', () => {
    const before = withoutVrf('soh-pe-01', 'MOE');
    const after = { ...before, routers: before.routers.filter((router) => router.name !== 'soh-pe-01') };
    expect(findConflicts(before, after, [STANDING]).map(({ fact }) => fact)).toContain('router soh-pe-01 is removed');
  });
});

describe('the difference of two inventories', () => {
  const words = (before: Inventory, after: Inventory) => diffInventories(before, after).map(describeDifference);

  it('is empty where only the order of lists differs', () => {
    const shuffled = {
      ...DEMO_INVENTORY,
      vpns: DEMO_INVENTORY.vpns.map((vpn) => ({ ...vpn, prefixes: [...vpn.prefixes].reverse() })).reverse(),
      routers: DEMO_INVENTORY.routers.map((router) => ({ ...router, vrfs: [...router.vrfs].reverse() })).reverse(),
    };
    expect(words(DEMO_INVENTORY, shuffled)).toEqual([]);
  });

  it.each<[Inventory, string[]]>([
    [withVpn('MOF', { canary: true }), ['canary of VPN MOF: no becomes yes']],
    [withVpn('MOF', { entity: 'MOH' as EntityId }), ['entity of VPN MOF: MOF becomes MOH']],
    [withoutRouter('soh-pe-01'), ['router soh-pe-01 is removed']],
    [
      withManagement('mct-pe-01', { port: 830, credential: 'other' }),
      [
        'management address of router mct-pe-01: 127.0.0.1 port 8301 becomes 127.0.0.1 port 830',
        'credential of router mct-pe-01: backbone becomes other',
      ],
    ],
    [withoutVrf('nzw-pe-01', 'MOF'), ['VRF MOF at nzw-pe-01 is removed']],
    [withVrf('soh-pe-01', 'MOF', { attachments: [] }), ['branch Sohar branch of VRF MOF at soh-pe-01 is removed']],
    [
      { ...DEMO_INVENTORY, backbone: { ...DEMO_INVENTORY.backbone, asNumber: 65_001, confirmTimeoutSeconds: 60 } },
      ['AS number of backbone: 65000 becomes 65001', 'confirm window of backbone: 30 s becomes 60 s'],
    ],
    [
      withRouter('soh-pe-01', (router) => ({ ...router, maintenance: true, maintenanceReason: 'line card' })),
      ['maintenance of router soh-pe-01: no becomes line card'],
    ],
  ])('case %#', (after, expected) => {
    expect(words(DEMO_INVENTORY, after)).toEqual(expected);
    // And what was added one way was removed the other.
    expect(words(after, DEMO_INVENTORY)).toHaveLength(expected.length);
  });

  it('tells every member that an inventory has', () => {
    // Each scalar of the sample, altered, is told: a member that is added to the schema must be added to the difference.
    const untold: string[] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      if (typeof value === 'object' && value !== null) {
        for (const [key, child] of Object.entries(value))
          walk(child, [...path, Array.isArray(value) ? Number(key) : key]);
        return;
      }
      if (path[0] === 'version') return;
      const copy = structuredClone(DEMO_INVENTORY) as unknown;
      const holder = path.slice(0, -1).reduce<unknown>((at, step) => Reflect.get(Object(at), step), copy);
      const other = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`;
      Reflect.set(Object(holder), path.at(-1) ?? '', other);
      if (diffInventories(DEMO_INVENTORY, copy as Inventory).length === 0) untold.push(path.join('.'));
    };
    expect(judgeInventory(DEMO_INVENTORY).issues).toEqual([]);
    const source = withRouter('soh-pe-01', (router) => router);
    walk(source, []);
    expect(untold).toEqual([]);
  });
});
