/** Why one VPN reaches another, in all its words. */
import { expect, it } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { Prefix } from '../../src/domain/prefix.ts';
import { explainReach } from '../../src/proof/explain-reach.ts';
import type { Agreement } from '../../src/proof/matrix.ts';
import { inventoryOf } from '../plan/samples.ts';
import { makePe, pe, prefix, rt, type VrfSpec, vpn } from './networks.ts';

const takes = (...targets: number[]) => ({ importRouteTargets: targets.map((one) => rt(`65000:${one}`)) });
const puts = (own: number, ...targets: number[]) => ({
  exportRouteTargets: [own, ...targets].map((one) => rt(`65000:${one}`)),
});
const agreement = (
  id: string,
  standing: Agreement['standing'],
  state: string,
  target: number,
  from = 'BBB',
  to = 'AAA',
): Agreement => ({
  ...{ id: id as never, standing, state },
  flows: [{ from: vpn(from), to: vpn(to), routeTarget: rt(`65000:${target}`), prefixes: 'whole-vpn' }] as never,
});
function words(
  pes: readonly [string, readonly VrfSpec[]][],
  to: string,
  agreements: readonly Agreement[] = [],
  more: { alter?: (view: NetworkView) => NetworkView; unread?: string[] } = {},
) {
  const view = { pes: pes.map(([name, vrfs]) => makePe(name, vrfs)) };
  const unread = new Map((more.unread ?? []).map((name) => [pe(name), 'it is silent']));
  const seen = (more.alter ?? ((of: NetworkView) => of))({ pes: view.pes.filter(({ name }) => !unread.has(name)) });
  const { places } = explainReach(
    { view: seen, inventory: inventoryOf(view), agreements, unread },
    { from: vpn('AAA'), to: to.includes('/') ? prefix(to) : vpn(to) },
  );
  return places.map((one) => [
    `${one.pe} ${one.prefix as Prefix} ${one.verdict} ${one.interconnects.join()}`.trim(),
    ...one.because,
  ]);
}

const GIVER: VrfSpec = {
  vpn: 'BBB',
  own: '65000:200',
  prefixes: ['10.1.0.0/16'],
  operator: puts(200, 1, 2, 3, 4, 5, 6),
};

it('of its own, attached there or elsewhere', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', prefixes: ['10.0.1.0/24'] }]],
    ['pe2', [{ vpn: 'AAA', own: '65000:100', prefixes: ['10.0.2.0/24'] }]],
  ];
  expect(words(sites, '10.0.1.0/24')).toEqual([
    ['pe1 10.0.1.0/24 own', "10.0.1.0/24 is AAA's own: it is attached at pe1"],
    ['pe2 10.0.1.0/24 own', "10.0.1.0/24 is AAA's own: it is at pe1, by the route target 65000:100"],
  ]);
});

it('by more route targets than are told', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 1, 2, 3, 4, 5, 6) }]],
    ['pe2', [GIVER]],
  ];
  const agreements = [1, 2, 3, 4, 5, 6].map((one) =>
    agreement(`IC-000${7 - one}`, one === 6 ? 'changing' : 'on-network', 'active', one),
  );
  const by = (more: readonly [string, number][]) => [
    'pe1 10.1.0.0/16 reached IC-0001,IC-0002,IC-0003,IC-0004,IC-0005,IC-0006',
    "VRF BBB at pe2 puts 65000:1 on all its ipv4 routes (the operator's export route target)",
    "VRF AAA at pe1 imports 65000:1 for ipv4 (the operator's import)",
    'IC-0006 (active) lets AAA reach it',
    ...more.map(([target, id]) => `by ${target} too: IC-000${id} (active) lets AAA reach it`),
  ];
  const four: [string, number][] = [2, 3, 4, 5].map((one) => [`65000:${one}`, 7 - one]);
  expect(words(sites, '10.1.0.0/16', agreements)).toEqual([[...by(four), 'and by 1 more route targets']]);
  const five: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 1, 2, 3, 4, 5) }]],
    ['pe2', [GIVER]],
  ];
  expect(words(five, '10.1.0.0/16', agreements)[0]?.slice(4)).toEqual(by(four).slice(4));
});

it('by one that agreements are about and do not let pass', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 1) }]],
    ['pe2', [GIVER]],
  ];
  const about = [
    agreement('IC-0001', 'suspended', 'suspended', 1),
    agreement('IC-0002', 'suspended', 'held', 1),
    agreement('IC-0003', 'on-network', 'active', 1, 'CCC'),
    agreement('IC-0004', 'on-network', 'active', 1, 'BBB', 'CCC'),
    agreement('IC-0005', 'on-network', 'active', 2),
  ];
  const last = (of: readonly Agreement[]) => words(sites, '10.1.0.0/16', of)[0]?.at(-1);
  expect(last(about)).toBe('NO AGREEMENT lets AAA reach it: IC-0001 is suspended, IC-0002 is held');
  expect(last([])).toBe('NO AGREEMENT lets AAA reach it');
});

it('not at all: who announces it, four of them, and what the VRF imports', () => {
  const giver = (at: number, own = true): [string, VrfSpec[]] => [
    `pe${at}`,
    [
      {
        vpn: 'BBB',
        own: '65000:200',
        prefixes: ['10.1.0.0/16'],
        operator: own ? puts(200, 7) : { exportRouteTargets: [] },
      },
    ],
  ];
  const taker: [string, VrfSpec[]] = ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 9) }]];
  const told = (...givers: [string, VrfSpec[]][]) =>
    words([taker, ...givers], '10.1.0.0/16', [
      agreement('IC-0001', 'planned', 'requested', 7),
      agreement('IC-0002', 'planned', 'requested', 7, 'CCC'),
    ])[0];
  const announces = (at: number) => `VRF BBB at pe${at} announces 10.1.0.0/16 with 65000:200, 65000:7`;
  const rest = [
    'VRF AAA at pe1 imports 65000:100, 65000:9 for ipv4: none of these',
    'IC-0001 (requested) is about it, and is not on the network there',
  ];
  expect(told(giver(2), giver(3), giver(4), giver(5))).toEqual([
    'pe1 10.1.0.0/16 not reached',
    ...[2, 3, 4, 5].map(announces),
    ...rest,
  ]);
  expect(told(giver(2), giver(3), giver(4), giver(5), giver(6))).toEqual([
    'pe1 10.1.0.0/16 not reached',
    ...[2, 3, 4, 5].map(announces),
    'and 1 more announce it, or a part of it',
    ...rest,
  ]);
  expect(told(giver(2, false))?.[1]).toBe('VRF BBB at pe2 announces 10.1.0.0/16 with no route target');
  const deaf: [string, VrfSpec[]] = ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes() }]];
  expect(words([deaf], '10.1.0.0/16')).toEqual([
    [
      'pe1 10.1.0.0/16 not reached',
      'no VRF of the inventory announces 10.1.0.0/16, or what is around or inside of it',
      'VRF AAA at pe1 imports nothing for ipv4',
    ],
  ]);
});

it('where a giver, one of two, was not read', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 9) }]],
    ['pe2', [{ vpn: 'BBB', own: '65000:200', prefixes: ['10.1.0.0/16'] }]],
    ['pe3', [{ vpn: 'BBB', own: '65000:200', prefixes: ['10.1.0.0/16'] }]],
  ];
  expect(words(sites, '10.1.0.0/16', [], { unread: ['pe3'] })).toEqual([
    [
      'pe1 10.1.0.0/16 unknown',
      'VRF BBB at pe2 announces 10.1.0.0/16 with 65000:200',
      'VRF BBB at pe3 announces 10.1.0.0/16, and was not read: its route targets are unknown',
      'VRF AAA at pe1 imports 65000:100, 65000:9 for ipv4: none of these',
    ],
  ]);
});

it('where a longer route may be there of a VPN that was not understood, unless the VRF holds it', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 200, 300) }]],
    ['pe2', [{ vpn: 'BBB', own: '65000:200', prefixes: ['10.1.0.0/16'] }]],
    ['pe3', [{ vpn: 'CCC', own: '65000:300', prefixes: ['10.1.1.0/24'] }]],
  ];
  const odd =
    (vpnOf: string, more: (vrf: VrfView) => VrfView = (vrf) => vrf) =>
    (view: NetworkView) => ({
      pes: view.pes.map((one) => ({
        ...one,
        vrfs: one.vrfs.map((vrf) => (vrf.vpn === vpnOf ? more({ ...vrf, anomalies: ['was edited'] }) : vrf)),
      })),
    });
  const silent = (vrf: VrfView): VrfView => ({ ...vrf, operator: {} });
  const last = (alter: (view: NetworkView) => NetworkView, to = '10.1.1.0/24') =>
    words(sites, to, [], { alter })[0]?.at(-1);
  expect(last(odd('CCC', silent))).toBe(
    'VRF CCC at pe3 announces 10.1.1.0/24 with no route target; NOT UNDERSTOOD: pe3: was edited; whether that longer route is taken is unknown',
  );
  expect(last(odd('CCC'))).not.toContain('longer route');
  expect(last((view) => view)).toBe('NO AGREEMENT lets AAA reach it');
});

it('in part, with what is as long of two owners', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 200, 300) }]],
    ['pe2', [{ vpn: 'BBB', own: '65000:200', prefixes: ['10.1.0.0/16'] }]],
    ['pe3', [{ vpn: 'CCC', own: '65000:300', prefixes: ['10.1.0.0/16'] }]],
  ];
  expect(words(sites, '10.1.0.0/16', [agreement('IC-0001', 'on-network', 'active', 200)])).toEqual([
    [
      'pe1 10.1.0.0/16 in part',
      "VRF BBB at pe2 puts 65000:200 on all its ipv4 routes (the operator's export route target)",
      "VRF AAA at pe1 imports 65000:200 for ipv4 (the operator's import)",
      'IC-0001 (active) lets AAA reach it',
      '10.1.0.0/16 is held of CCC too, by route target 65000:300',
      'NO AGREEMENT lets AAA reach it',
    ],
  ]);
});

it('of a VPN each of its networks, and no others', () => {
  const sites: [string, VrfSpec[]][] = [
    ['pe1', [{ vpn: 'AAA', own: '65000:100', operator: takes(100, 200) }]],
    [
      'pe2',
      [
        { vpn: 'BBB', own: '65000:200', prefixes: ['10.1.0.0/16', '10.2.0.0/16'] },
        { vpn: 'CCC', own: '65000:300', prefixes: ['10.3.0.0/16'] },
      ],
    ],
  ];
  expect(words(sites, 'BBB').map(([first]) => first)).toEqual(['pe1 10.1.0.0/16 reached', 'pe1 10.2.0.0/16 reached']);
  const gone = (view: NetworkView) => ({
    pes: view.pes.map((one) => ({ ...one, vrfs: one.vrfs.filter((vrf) => vrf.vpn !== 'AAA') })),
  });
  expect(words(sites, '10.1.0.0/16', [], { alter: gone })).toEqual([
    ['pe1 10.1.0.0/16 unknown', 'VRF AAA at pe1 was not read: the VRF is not on the router, or was not shown'],
  ]);
});
