/** What one admin alone may not import although no agreement stands on it: whatever protects the network as a whole. */
import { expect, it } from 'vitest';
import type { Inventory, InventoryRouter, InventoryVpn } from '../../src/domain/inventory.ts';
import { findConflicts, type StandingInterconnect } from '../../src/domain/inventory-effect.ts';
import { replacedRouters } from '../../src/domain/inventory-protections.ts';
import type { EntityId, InterconnectId, PeName, PlatformName, VpnId, VrfName } from '../../src/domain/names.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteDistinguisher } from '../../src/domain/route-target.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

type Vrf = InventoryRouter['vrfs'][number];

const withVpn = (id: string, change: Partial<InventoryVpn>): Inventory => ({
  ...DEMO_INVENTORY,
  vpns: DEMO_INVENTORY.vpns.map((vpn) => (vpn.id === id ? { ...vpn, ...change } : vpn)),
});
const withBackbone = (change: Partial<Inventory['backbone']>): Inventory => ({
  ...DEMO_INVENTORY,
  backbone: { ...DEMO_INVENTORY.backbone, ...change },
});
const withPool = (change: Partial<Inventory['backbone']['routeTargetPool']>): Inventory =>
  withBackbone({ routeTargetPool: { ...DEMO_INVENTORY.backbone.routeTargetPool, ...change } });
const withRouter = (pe: string, change: (router: InventoryRouter) => Partial<InventoryRouter>): Inventory => ({
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.map((router) => (router.name === pe ? { ...router, ...change(router) } : router)),
});
const withManagement = (change: Partial<InventoryRouter['management']>): Inventory =>
  withRouter('mct-pe-01', ({ management }) => ({ management: { ...management, ...change } }));
const withVrf = (pe: string, name: string, change: (vrf: Vrf) => Partial<Vrf>): Inventory =>
  withRouter(pe, ({ vrfs }) => ({ vrfs: vrfs.map((vrf) => (vrf.name === name ? { ...vrf, ...change(vrf) } : vrf)) }));
const withBranch = (pe: string, name: string, change: Partial<Vrf['attachments'][number]>): Inventory =>
  withVrf(pe, name, ({ attachments: [first, ...more] }) => {
    if (first === undefined) throw new Error('a branch');
    return { attachments: [{ ...first, ...change }, ...more] };
  });

const told = (after: Inventory, standing: readonly StandingInterconnect[] = []) =>
  findConflicts(DEMO_INVENTORY, after, standing).map(({ path, fact }) => `${path}: ${fact}`);
const [canaryPe] = DEMO_INVENTORY.routers.filter(({ vrfs }) => vrfs.some(({ vpn }) => vpn === 'CANARY'));
const OTHER_PE = DEMO_INVENTORY.routers.find(({ vrfs }) => vrfs.every(({ vpn }) => vpn !== 'CANARY'))?.name ?? '';
const CANARY_PE = canaryPe?.name ?? '';
const CANARY_VRF = canaryPe?.vrfs.find(({ vpn }) => vpn === 'CANARY')?.name ?? '';
const CANARY_BRANCH = canaryPe?.vrfs.find(({ vpn }) => vpn === 'CANARY')?.attachments[0]?.branch ?? '';
const canaryPath = `routers[${CANARY_PE}].vrfs[${CANARY_VRF}]`;
const canaryPlace = `VRF ${CANARY_VRF} at ${CANARY_PE}`;

const LOGIN = { host: '127.0.0.9', hostKeys: [`SHA256:${'F'.repeat(43)}`], credential: 'backbone' };

const scrap = (pe: string, of: Inventory = DEMO_INVENTORY): Inventory => ({
  ...of,
  routers: of.routers.filter(({ name }) => name !== pe),
  scrapped: [...(of.scrapped ?? []), { name: pe as PeName, reason: 'burnt with the building' }],
});

it('a router that is scrapped is told to each agreement that put something there, and so is one that comes back', () => {
  const [removed, scrapped] = [
    'routers[soh-pe-01]: router soh-pe-01 is removed',
    'scrapped[soh-pe-01]: router soh-pe-01 is scrapped: what was put there is not looked for any more',
  ];
  expect(told(scrap('soh-pe-01'))).toEqual([removed, scrapped]);
  const there = {
    ...{ id: 'IC-0001' as InterconnectId, parties: [], flows: [], routeTargets: [] },
    carriers: [{ pe: 'soh-pe-01' as PeName, vrf: 'MOF' as VrfName }],
  };
  const conflicts = findConflicts(DEMO_INVENTORY, scrap('soh-pe-01'), [there]);
  expect(conflicts.map(({ interconnectId, path }) => [interconnectId, path])).toEqual([
    ['IC-0001', 'routers[soh-pe-01]'],
    ['IC-0001', 'scrapped[soh-pe-01]'],
  ]);
  // Two steps are not easier than one.
  const without = { ...DEMO_INVENTORY, routers: DEMO_INVENTORY.routers.filter(({ name }) => name !== 'soh-pe-01') };
  const later = findConflicts(without, scrap('soh-pe-01'), [there]);
  expect(later.map(({ interconnectId, path }) => [interconnectId, path])).toEqual([['IC-0001', 'scrapped[soh-pe-01]']]);
  expect(findConflicts(scrap('soh-pe-01'), DEMO_INVENTORY, []).map(({ fact }) => fact)).toEqual([
    'router soh-pe-01 was scrapped, and is back with whatever it held',
  ]);
  expect(findConflicts(scrap('soh-pe-01'), scrap('soh-pe-01'), [there])).toEqual([]);
});

it('a scrapped router comes back under no other name of its own, and not in two steps, without a second person', () => {
  const back = (name: string): Inventory => ({
    ...DEMO_INVENTORY,
    routers: DEMO_INVENTORY.routers.map((one) =>
      (one.name as string) === 'soh-pe-01' ? { ...one, name: name as PeName } : one,
    ),
  });
  const told = (after: Inventory) => findConflicts(scrap('soh-pe-01'), after, []).map(({ path, fact }) => [path, fact]);
  const fact = 'router soh-pe-01 was scrapped, and is back with whatever it held';
  expect(told(back('soh-pe-01'))).toEqual([['routers[soh-pe-01]', fact]]);
  expect(told(back('SOH-PE-01'))).toEqual([['routers[SOH-PE-01]', fact]]);
  const { scrapped: _, ...forgotten } = scrap('soh-pe-01');
  expect(told(forgotten)).toEqual([['scrapped[soh-pe-01]', 'router soh-pe-01 was scrapped, and is waited for again']]);
});

it.each<[string, Inventory, string[]]>([
  [
    'another owner',
    withVpn('MOF', { entity: 'MOE' as EntityId }),
    ['vpns[MOF].entity: VPN MOF passes from MOF to MOE'],
  ],
  [
    'no canary any more',
    withVpn('CANARY', { canary: false }),
    ['vpns[CANARY].canary: VPN CANARY is no longer a canary'],
  ],
  ['a canary of what was none', withVpn('MOF', { canary: true }), ['vpns[MOF].canary: VPN MOF becomes a canary']],
  [
    'more of the address plan to share',
    withVpn('MOF', { prefixes: ['10.200.0.0/16', '10.100.0.0/16'].map((text) => parsePrefix(text)) }),
    ['vpns[MOF].prefixes: the address plan of VPN MOF gains 10.100.0.0/16'],
  ],
  [
    'a VPN and its VRFs away',
    {
      ...DEMO_INVENTORY,
      vpns: DEMO_INVENTORY.vpns.filter(({ id }) => id !== 'CANARY'),
      routers: DEMO_INVENTORY.routers.map((router) => ({
        ...router,
        vrfs: router.vrfs.filter(({ vpn }) => vpn !== 'CANARY'),
      })),
    },
    [
      'vpns[CANARY]: VPN CANARY is removed',
      ...DEMO_INVENTORY.routers.flatMap(({ name, vrfs }) =>
        vrfs
          .filter(({ vpn }) => vpn === 'CANARY')
          .map((vrf) => `routers[${name}].vrfs[${vrf.name}]: VRF ${vrf.name} at ${name} is removed`),
      ),
    ],
  ],
  [
    'an entity away',
    { ...DEMO_INVENTORY, entities: DEMO_INVENTORY.entities.filter(({ id }) => id !== 'MOE') },
    ['entities[MOE]: entity MOE is removed'],
  ],
  [
    'the name under which an entity is asked',
    {
      ...DEMO_INVENTORY,
      entities: DEMO_INVENTORY.entities.map((one) =>
        one.id === 'MOE' ? { ...one, name: 'Ministry of Finance' } : one,
      ),
    },
    ['entities[MOE].name: entity MOE is called Ministry of Finance, not Ministry of Education'],
  ],
  [
    'no quarantine',
    withPool({ quarantineDays: 0 }),
    ['backbone.routeTargetPool.quarantineDays: released route targets are used again after 0 days instead of 30'],
  ],
  [
    'a wider pool',
    withPool({ to: 59_999 }),
    ['backbone.routeTargetPool: the route target pool 65000:50000-50999 becomes 65000:50000-59999'],
  ],
  [
    'another pool',
    withPool({ administrator: '65001' }),
    ['backbone.routeTargetPool: the route target pool 65000:50000-50999 becomes 65001:50000-50999'],
  ],
  [
    'a longer confirm window',
    withBackbone({ confirmTimeoutSeconds: 3_600 }),
    ['backbone.confirmTimeoutSeconds: the confirm window of 30 s becomes 3600 s'],
  ],
  [
    'a shorter one',
    withBackbone({ confirmTimeoutSeconds: 10 }),
    ['backbone.confirmTimeoutSeconds: the confirm window of 30 s becomes 10 s'],
  ],
  ['another AS', withBackbone({ asNumber: 65_001 }), ['backbone.asNumber: the AS number 65000 becomes 65001']],
  [
    'a router away',
    { ...DEMO_INVENTORY, routers: DEMO_INVENTORY.routers.filter(({ name }) => name !== 'mct-pe-01') },
    ['routers[mct-pe-01]: router mct-pe-01 is removed'],
  ],
  [
    'another address',
    withManagement({ host: '127.0.0.2' }),
    [
      'routers[mct-pe-01].management.host: management address of router mct-pe-01: 127.0.0.1 port 8301 becomes 127.0.0.2 port 8301',
    ],
  ],
  [
    'one more host key',
    withManagement({
      hostKeys: [...(DEMO_INVENTORY.routers[0]?.management.hostKeys ?? []), `SHA256:${'F'.repeat(43)}`],
    }),
    ['routers[mct-pe-01].management.hostKeys: the host keys of router mct-pe-01 change'],
  ],
  [
    'another credential',
    withManagement({ credential: 'other' }),
    ['routers[mct-pe-01].management.credential: credential of router mct-pe-01: backbone becomes other'],
  ],
  ...(
    [
      ['jumpHosts', [{ ...LOGIN, port: 22 }], 'the jump hosts'],
      ['legacyAlgorithms', ['diffie-hellman-group1-sha1'], 'the legacy algorithms'],
      ['netconf', { dropNulBytes: true }, 'the NETCONF options'],
      ['confirmTimer', { unitSeconds: 3_600, minimumSeconds: 3_600 }, 'the confirm timers'],
    ] as const
  ).map(([member, value, what]): [string, Inventory, string[]] => [
    `${member} of one person`,
    withManagement({ [member]: value }),
    [`routers[mct-pe-01].management.${member}: ${what} of router mct-pe-01 change`],
  ]),
  [
    'another platform',
    withRouter('mct-pe-01', () => ({ platform: 'junos-yang' as PlatformName })),
    ['routers[mct-pe-01].platform: platform of router mct-pe-01: iosxr-um2 becomes junos-yang'],
  ],
  [
    'a canary that is not read',
    withRouter(CANARY_PE, () => ({ maintenance: true })),
    [`routers[${CANARY_PE}].maintenance: the canaries of router ${CANARY_PE} are not read in maintenance`],
  ],
  [
    'a VRF of another VPN',
    withVrf('mct-pe-01', 'MOH', () => ({ vpn: 'MOE' as VpnId })),
    ['routers[mct-pe-01].vrfs[MOH].vpn: VRF MOH at mct-pe-01 passes from VPN MOH to VPN MOE'],
  ],
  [
    'a renamed VRF',
    withVrf('mct-pe-01', 'MOH', () => ({ name: 'HEALTH' as VrfName })),
    ['routers[mct-pe-01].vrfs[MOH]: VRF MOH at mct-pe-01 is removed'],
  ],
  [
    'another route distinguisher',
    withVrf('mct-pe-01', 'MOH', () => ({ routeDistinguisher: parseRouteDistinguisher('65000:77') })),
    [
      'routers[mct-pe-01].vrfs[MOH].routeDistinguisher: route distinguisher of VRF MOH at mct-pe-01: 65000:10001 becomes 65000:77',
    ],
  ],
  [
    'a family that nobody watches',
    withVrf('mct-pe-01', 'MOH', () => ({ families: ['ipv4'] })),
    ['routers[mct-pe-01].vrfs[MOH].families: VRF MOH at mct-pe-01 no longer carries ipv6'],
  ],
  [
    'the name under which a VPN is shown',
    withVpn('MOF', { name: 'Ministry of Health' }),
    ['vpns[MOF].name: VPN MOF is called Ministry of Health, not MOF'],
  ],
  [
    'a probe that is asked elsewhere',
    withBranch('mct-pe-01', 'MOH', { probe: '10.100.10.99' as never }),
    [
      'routers[mct-pe-01].vrfs[MOH].attachments[Muscat headquarters].probe: probe of branch Muscat headquarters of VRF MOH at ' +
        'mct-pe-01: 10.100.10.10 becomes 10.100.10.99',
    ],
  ],
  [
    'a probe that is asked no more',
    withVrf('mct-pe-01', 'MOH', ({ attachments }) => ({ attachments: attachments.slice(1) })),
    [
      'routers[mct-pe-01].vrfs[MOH].attachments[Muscat headquarters].probe: probe of branch Muscat headquarters of VRF MOH at ' +
        'mct-pe-01: 10.100.10.10 becomes none',
    ],
  ],
  ...(
    [
      ['no branch', withVrf(CANARY_PE, CANARY_VRF, () => ({ attachments: [] }))],
      ['no probe', withBranch(CANARY_PE, CANARY_VRF, { probe: null })],
      ['another probe', withBranch(CANARY_PE, CANARY_VRF, { probe: '10.250.99.99' as never })],
      ['another network', withBranch(CANARY_PE, CANARY_VRF, { prefixes: [parsePrefix('10.250.99.0/24')] })],
    ] as const
  ).map(([what, after]): [string, Inventory, string[]] => [
    `a canary with ${what}`,
    after,
    [
      `${canaryPath}.attachments[${CANARY_BRANCH}]: branch ${CANARY_BRANCH} of the canary ${canaryPlace} no longer listens as it did`,
    ],
  ]),
])('%s: for a second person', (_what, after, expected) => {
  expect(told(after)).toEqual(expected);
  for (const conflict of findConflicts(DEMO_INVENTORY, after, [])) {
    expect(conflict).toMatchObject({
      interconnectId: null,
      remedy: 'Leave it as it was, or let another admin confirm the proposal.',
    });
  }
});

it('the address that a branch is asked from: for a second person', () => {
  const before = withBranch('mct-pe-01', 'MOH', { source: '10.100.10.98' as never });
  const facts = findConflicts(before, DEMO_INVENTORY, []).map(({ fact }) => fact);
  expect(facts).toEqual(['source of branch Muscat headquarters of VRF MOH at mct-pe-01: 10.100.10.98 becomes none']);
});

const [firstRouter] = DEMO_INVENTORY.routers;
if (firstRouter === undefined) throw new Error('a router');
it.each<[string, Inventory]>([
  ['nothing', structuredClone(DEMO_INVENTORY)],
  ['options that say nothing', withManagement({ jumpHosts: [], netconf: { dropNulBytes: false } })],
  ['the order of lists', { ...DEMO_INVENTORY, routers: [...DEMO_INVENTORY.routers].reverse() }],
  [
    'an entity, a VPN and a PE more',
    {
      ...DEMO_INVENTORY,
      entities: [...DEMO_INVENTORY.entities, { id: 'MOL' as EntityId, name: 'Ministry of Labour' }],
      vpns: [
        ...DEMO_INVENTORY.vpns,
        { id: 'MOL' as VpnId, entity: 'MOL' as EntityId, prefixes: [parsePrefix('10.120.0.0/16')], canary: false },
      ],
      routers: [
        ...DEMO_INVENTORY.routers,
        { ...firstRouter, name: 'new-pe-01' as never, management: { ...firstRouter.management, port: 8399 }, vrfs: [] },
      ],
    },
  ],
  [
    'a VRF and a branch more',
    withRouter('mct-pe-01', ({ vrfs }) => ({
      vrfs: [
        ...vrfs.map((vrf) => ({
          ...vrf,
          attachments: [...vrf.attachments, { branch: 'New', prefixes: [parsePrefix('10.100.90.0/24')], probe: null }],
        })),
        { ...firstRouter.vrfs[0], name: 'NEW' as VrfName } as Vrf,
      ],
    })),
  ],
  ['a longer quarantine', withPool({ quarantineDays: 60 })],
  ['a narrower address plan', withVpn('MOF', { prefixes: [parsePrefix('10.200.0.0/20')] })],
  ['the name of the backbone', withBackbone({ name: 'another' })],
  ['maintenance where no canary is', withRouter(OTHER_PE, () => ({ maintenance: true }))],
])('%s: one person may', (_what, after) => {
  expect(told(after)).toEqual([]);
});

it('what stands under an interconnect is told as its own, once', () => {
  const standing: StandingInterconnect = {
    ...{ id: 'IC-0001' as InterconnectId, parties: ['MOF' as EntityId, 'MOE' as EntityId], routeTargets: [] },
    flows: [{ from: 'MOE' as VpnId, to: 'MOF' as VpnId, prefixes: [parsePrefix('10.150.10.0/24')] }],
    carriers: [],
  };
  const after = withVpn('MOF', { entity: 'MOE' as EntityId });
  expect(findConflicts(DEMO_INVENTORY, after, [standing]).map(({ interconnectId }) => interconnectId)).toEqual([
    'IC-0001',
  ]);
});

it('a router is another one under its name where it keeps none of its host keys', () => {
  const [key = ''] = DEMO_INVENTORY.routers.find(({ name }) => name === 'mct-pe-01')?.management.hostKeys ?? [];
  const other = `SHA256:${'Z'.repeat(42)}E` as typeof key;
  expect(replacedRouters(DEMO_INVENTORY, withManagement({ hostKeys: [other] }))).toEqual(['mct-pe-01']);
  // A rotation has both for a while.
  expect(replacedRouters(DEMO_INVENTORY, withManagement({ hostKeys: [key, other] }))).toEqual([]);
  expect(replacedRouters(DEMO_INVENTORY, { ...DEMO_INVENTORY, routers: [] })).toEqual([]);
});
