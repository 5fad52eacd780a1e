/** The parts of the matrix one by one: what is missing where, who is a stranger, what is in doubt, what a cell has. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { InterconnectId, VrfName } from '../../src/domain/names.ts';
import { type NetworkView, TRAIT_AUTO_EXPORT } from '../../src/domain/network-view.ts';
import { type Agreement, computeMatrix } from '../../src/proof/matrix.ts';
import { inventoryOf } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, base, icId, makeFlow, makeInterconnect, makePe, prefix, rt, sampleNetwork } from './networks.ts';

const bare = sampleNetwork();
const inventory = inventoryOf(bare);
type Flows = Agreement['flows'];
const agree = (flows: Flows, id: InterconnectId = icId(1), more: Partial<Agreement> = {}): Agreement => ({
  ...{ id, state: 'active', standing: 'on-network', flows },
  ...more,
});
const flow = (prefixes: readonly string[] | 'whole-vpn') => makeFlow('MOH', 'MOF', '65000:9001', prefixes);

describe('what is agreed and on no router', () => {
  const missing = (flows: Flows, of: Inventory = inventory, view: NetworkView = bare) =>
    computeMatrix(view, of, [agree(flows)]).missing.map(
      (gap) => `${gap.interconnect} ${gap.from} ${gap.prefix} ${gap.fromPe} > ${gap.to} ${gap.toPe}`,
    );
  const at = (pe: string, vpn: string, alter: object): Inventory => ({
    ...inventory,
    routers: inventory.routers.map((router) =>
      router.name === pe
        ? { ...router, vrfs: router.vrfs.map((vrf) => (vrf.vpn === vpn ? { ...vrf, ...alter } : vrf)) }
        : router,
    ),
  });
  const ofPe1 = ['10.100.10.0/24', '10.100.20.0/24'];

  it('is missed once for each site that gives and each that takes, of a whole VPN all that is announced', () => {
    const all = [...ofPe1.map((one) => [one, 'pe1']), ['10.100.30.0/24', 'pe2'], ['2001:db8:100::/48', 'pe2']];
    expect(missing([flow('whole-vpn')])).toEqual(
      all.flatMap(([of, from]) => ['pe3', 'pe4'].map((to) => `IC-0001 MOH ${of} ${from} > MOF ${to}`)),
    );
  });

  it.each<[string, Flows, Inventory, readonly string[]]>([
    ['what nobody announces', [flow(['10.100.99.0/24'])], inventory, []],
    ['what has no route target yet', [{ ...flow(ofPe1), routeTarget: null }], inventory, []],
    [
      'twice what is agreed twice',
      [flow(['10.100.30.0/24', '10.100.30.0/24'])],
      inventory,
      ['10.100.30.0/24 pe2 > MOF pe3', '10.100.30.0/24 pe2 > MOF pe4'],
    ],
    [
      'where the taker does not have the family',
      [flow(['2001:db8:100::/48'])],
      at('pe4', 'MOF', { families: ['ipv4'] }),
      ['2001:db8:100::/48 pe2 > MOF pe3'],
    ],
    [
      'where the giver does not have the family',
      [flow(['2001:db8:100::/48'])],
      at('pe2', 'MOH', { families: ['ipv4'] }),
      [],
    ],
    ['to a VPN that nobody serves', [makeFlow('MOH', 'NONE', '65000:9001', ofPe1)], inventory, []],
    ['of a VPN that nobody serves', [makeFlow('NONE', 'MOF', '65000:9001', ofPe1)], inventory, []],
  ])('does not miss %s', (_what, flows, of, gaps) => {
    expect(missing(flows, of)).toEqual(gaps.map((gap) => `IC-0001 MOH ${gap}`));
  });

  it('is missed of PEs that were read alone, at either end', () => {
    const without = (...away: string[]) => ({ pes: bare.pes.filter(({ name }) => !away.includes(name)) });
    expect(missing([flow(['10.100.30.0/24'])], inventory, without('pe4'))).toEqual([
      'IC-0001 MOH 10.100.30.0/24 pe2 > MOF pe3',
    ]);
    expect(missing([flow(['10.100.30.0/24'])], inventory, without('pe2'))).toEqual([]);
  });

  it('is missed between two VRFs of one router that do not exchange what their route targets join', () => {
    const shared = { exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' as const }], imports: [] };
    const pair = (traits: readonly string[]) => {
      const view: NetworkView = {
        pes: [
          makePe(
            'pe1',
            [
              { vpn: 'MOF', own: '65000:200', share: { ipv4: { imports: [rt('65000:9001')], exports: [] } } },
              { vpn: 'MOH', own: '65000:100', prefixes: ['10.100.10.0/24'], share: { ipv4: shared } },
            ],
            'junos-yang',
          ),
        ],
      };
      return ['MOF', 'MOH'].reduce((of, name) => alterVrf(of, 'pe1', name, (vrf) => ({ ...vrf, traits })), view);
    };
    const [cut, joined] = [[], [TRAIT_AUTO_EXPORT]].map((traits) => {
      const view = pair(traits);
      return computeMatrix(view, inventoryOf(view), [agree([flow(['10.100.10.0/24'])])]);
    });
    // By the route targets it is told all the same: what is not agreed shall not go unseen.
    for (const one of [cut, joined]) expect(one?.reachabilities).toMatchObject([{ prefix: '10.100.10.0/24' }]);
    expect(cut?.missing).toMatchObject([{ prefix: '10.100.10.0/24', fromPe: 'pe1', toPe: 'pe1' }]);
    expect(joined?.missing).toEqual([]);
  });
});

describe('a VRF that the inventory does not know', () => {
  const strangers = (view: NetworkView) =>
    computeMatrix(view, inventory, []).strangers.map((one) => Object.values(one).join(' '));
  const stray = (
    name: string,
    imports: readonly string[],
    exports: readonly string[],
    announces: readonly string[],
  ) => {
    const [vrf] = makePe('pe4', [
      {
        ...{ vpn: 'X', name, own: '65000:777', prefixes: announces },
        operator: { importRouteTargets: imports.map(rt), exportRouteTargets: exports.map(rt) },
      },
    ]).vrfs;
    if (vrf === undefined) throw new Error('no VRF');
    return { ...vrf, vpn: null };
  };
  const withStrays = (...strays: readonly ReturnType<typeof stray>[]): NetworkView => ({
    pes: bare.pes.map((one) => (one.name === 'pe4' ? { ...one, vrfs: [...one.vrfs, ...strays] } : one)),
  });

  it('is named by what it reaches, and by who reaches it, in order', () => {
    expect(strangers(bare)).toEqual([]);
    const both = withStrays(stray('ZED', ['65000:300'], ['65000:300'], ['10.7.0.0/16']));
    expect(strangers(both)).toEqual([
      'pe4 ZED is reached by MOE 10.7.0.0/16 0:65000:300',
      'pe4 ZED reaches MOE 10.130.0.0/16 0:65000:300',
      'pe4 ZED reaches MOE 10.131.0.0/16 0:65000:300',
    ]);
  });

  it('is told of another one, as of a VPN', () => {
    const two = withStrays(stray('GIVES', [], ['65000:8'], ['10.7.0.0/16']), stray('TAKES', ['65000:8'], [], []));
    expect(strangers(two)).toEqual(['pe4 TAKES reaches the unregistered VRF GIVES at pe4 10.7.0.0/16 0:65000:8']);
  });

  it('puts in doubt the VPN that takes what it gives', () => {
    const { doubts, unreadVpns } = computeMatrix(withStrays(stray('GIVES', [], ['65000:300'], [])), inventory, []);
    expect(doubts.map(({ pe, vrf, edited }) => [pe, vrf, edited])).toEqual([
      ['pe1', 'MOE', false],
      ['pe3', 'MOE', false],
    ]);
    expect(doubts[0]?.fact).toBe(
      'takes by 65000:300 what VRF GIVES at pe4 gives, which no inventory lists: its networks are not known',
    );
    expect(unreadVpns).toEqual(['MOE']);
  });
});

describe('a doubt', () => {
  const unknown = { path: 'a b', reach: 'network', why: 'was not read' } as const;
  const doubtsOf = (alter: Parameters<typeof alterVrf>[3], vrf = 'MOE') => {
    const { doubts, unreadVpns } = computeMatrix(alterVrf(bare, 'pe1', vrf, alter), inventory, []);
    return [...doubts.map((one) => `${one.pe} ${one.vrf} ${one.edited}: ${one.fact}`), unreadVpns];
  };

  it('names what was not understood by its path, where it has one', () => {
    expect(doubtsOf((vrf) => ({ ...vrf, unknowns: [unknown, { ...unknown, path: '' }] }))).toEqual([
      'pe1 MOE false: `a b` was not read',
      'pe1 MOE false: was not read',
      ['MOE'],
    ]);
  });

  it('is of every VPN of the router where it is the router’s, and of the VRF that it names', () => {
    const named = { ...unknown, ofRouter: true as const, vrf: 'OTHER' as VrfName };
    expect(doubtsOf((vrf) => ({ ...vrf, unknowns: [named] }))).toEqual([
      'pe1 OTHER false: `a b` was not read',
      ['MOE', 'MOH'],
    ]);
  });

  it('of the router itself is none of a VRF', () => {
    const view = { pes: bare.pes.map((one) => (one.name === 'pe1' ? { ...one, unknowns: [unknown] } : one)) };
    expect(computeMatrix(view, inventory, []).doubts).toEqual([
      { pe: 'pe1', vrf: null, fact: '`a b` was not read', edited: false },
    ]);
  });

  it('is a policy that decides and was not read, whose VRF has a VPN or none', () => {
    const policy = (vrf: Parameters<Parameters<typeof alterVrf>[3]>[0]) => ({
      ...vrf,
      operator: { ...vrf.operator, ipv4: base('65000:300', { exportPolicies: ['OUT'] }) },
    });
    expect(doubtsOf(policy)).toEqual(['pe1 MOE false: the text of export policy OUT was not read', ['MOE']]);
    const stray = computeMatrix(alterVrf(bare, 'pe4', 'STRAY', policy), inventory, []);
    expect(stray.doubts.map(({ vrf, fact }) => [vrf, fact])).toContainEqual([
      'STRAY',
      'the text of export policy OUT was not read',
    ]);
  });

  it('in a VRF of nobody is of no VPN', () => {
    const view = alterVrf(bare, 'pe4', 'STRAY', (vrf) => ({ ...vrf, anomalies: ['odd'], unknowns: [unknown] }));
    const { doubts, unreadVpns } = computeMatrix(view, inventory, []);
    expect([doubts.map(({ fact }) => fact), unreadVpns]).toEqual([['odd', '`a b` was not read'], []]);
  });
});

describe('a cell', () => {
  it('has every agreement of its pair, its networks in their order, and stands in the order of the pairs', () => {
    const view = alterVrf(bare, 'pe1', 'MOH', (vrf) => ({
      ...vrf,
      attachments: [{ branch: 'b', prefixes: ['10.100.10.0/24', '10.100.9.0/24'].map(prefix), probe: null }],
      share: { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:9001'), scope: 'whole-vpn' }] } },
    }));
    const joined = alterVrf(view, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      share: { ipv4: { imports: [rt('65000:9001')], exports: [] } },
    }));
    const { cells, reachabilities } = computeMatrix(joined, inventory, [
      agree([flow(['10.100.10.0/24']), makeFlow('MOE', 'MOH', '65000:9003', ['10.130.0.0/16'])]),
      agree([flow(['10.100.10.0/24'])], icId(2), { state: 'suspended', standing: 'suspended' }),
    ]);
    expect(cells.map(({ from, to }) => `${from} ${to}`)).toEqual(['MOE MOH', 'MOH MOF']);
    expect(cells[1]).toMatchObject({
      ...{ prefixes: ['10.100.9.0/24', '10.100.10.0/24'], uncovered: ['10.100.9.0/24'], covered: false, unread: false },
      interconnects: [
        { id: 'IC-0001', state: 'active', standing: 'on-network' },
        { id: 'IC-0002', state: 'suspended', standing: 'suspended' },
      ],
    });
    expect(cells[0]).toMatchObject({ prefixes: [], missing: ['10.130.0.0/16'], covered: true });
    const of = (text: string) => reachabilities.find((one) => one.prefix === text);
    expect(of('10.100.10.0/24')).toMatchObject({ interconnects: ['IC-0001', 'IC-0002'], covered: true });
    expect(of('10.100.9.0/24')).toMatchObject({ interconnects: [], covered: false });
  });

  it('is not covered by an agreement of another giver, or of another taker, with its route target', () => {
    const carried = brutePut(bare, [makeInterconnect(1, flow(['10.100.10.0/24']))]);
    const covered = (one: Flows[number]) =>
      computeMatrix(carried, inventory, [agree([one])]).reachabilities.some((reach) => reach.covered);
    expect(covered(flow(['10.100.10.0/24']))).toBe(true);
    for (const [from, to] of [
      ['MOE', 'MOF'],
      ['MOH', 'MOE'],
    ] as const)
      expect(covered(makeFlow(from, to, '65000:9001', 'whole-vpn'))).toBe(false);
  });

  it('is unread where either of its VPNs is', () => {
    const without = { pes: bare.pes.filter(({ name }) => name !== 'pe2') };
    const { cells, unreadVpns } = computeMatrix(without, inventory, [
      agree([flow(['10.100.10.0/24']), makeFlow('MOF', 'MOH', '65000:9002', ['10.120.10.0/24'])]),
      agree([makeFlow('MOF', 'MOE', '65000:9003', ['10.120.10.0/24'])], icId(2)),
    ]);
    expect(unreadVpns).toEqual(['CANARY', 'MOH']);
    expect(cells.map(({ from, to, unread }) => [from, to, unread])).toEqual([
      ['MOF', 'MOE', false],
      ['MOF', 'MOH', true],
      ['MOH', 'MOF', true],
    ]);
  });
});
