/** Why one VPN reaches another, or part of it, or perhaps: where there is more than one route, or something was not understood. */
import { describe, expect, it } from 'vitest';
import { type NetworkView, TRAIT_AUTO_EXPORT, type VrfView } from '../../src/domain/network-view.ts';
import { explainReach } from '../../src/proof/explain-reach.ts';
import type { Agreement } from '../../src/proof/matrix.ts';
import { inventoryOf } from '../plan/samples.ts';
import { icId, makePe, prefix, rt, type VrfSpec, vpn } from './networks.ts';

const takes = (...targets: number[]) => ({ importRouteTargets: targets.map((one) => rt(`65000:${one}`)) });
const reader = (...targets: number[]): VrfSpec => ({ vpn: 'AAA', own: '65000:100', operator: takes(100, ...targets) });
const giver = (name: string, own: number, ...prefixes: string[]): VrfSpec => ({
  vpn: name,
  own: `65000:${own}`,
  prefixes,
});
type Sites = readonly (readonly [string, readonly VrfSpec[]])[];

function explain(
  sites: Sites,
  to: string,
  alter: (view: NetworkView) => NetworkView = (view) => view,
  agreements: readonly Agreement[] = [],
) {
  const view = { pes: sites.map(([name, vrfs]) => makePe(name, vrfs)) };
  const inputs = { view: alter(view), inventory: inventoryOf(view), agreements, unread: new Map() };
  const { places } = explainReach(inputs, { from: vpn('AAA'), to: prefix(to) });
  const [first] = places;
  if (first === undefined) throw new Error('no place');
  return first;
}
const edited =
  (at: string, name: string, more: (vrf: VrfView) => VrfView = (vrf) => vrf) =>
  (view: NetworkView): NetworkView => ({
    pes: view.pes.map((one) => ({
      ...one,
      vrfs: one.vrfs.map((vrf) =>
        one.name === at && vrf.name === name ? more({ ...vrf, anomalies: ['was edited'] }) : vrf,
      ),
    })),
  });
const silent = (vrf: VrfView): VrfView => ({ ...vrf, operator: {} });

describe('of a network of which a VRF holds what is around it, and a part', () => {
  const sites: Sites = [
    ['pe1', [reader(200)]],
    ['pe2', [giver('BBB', 200, '10.0.0.0/8', '10.1.1.0/24')]],
    ['pe3', [giver('BBB', 200, '10.1.1.0/24'), { ...giver('BBB', 200, '10.1.1.0/24'), name: 'BBB-2' }]],
  ];

  it('that part is no doubt, though its giver was edited', () => {
    const held = explain(sites.slice(0, 2), '10.1.0.0/16', edited('pe2', 'BBB'));
    expect([held.verdict, held.because.join('\n')]).toEqual(['reached', expect.not.stringContaining('unknown')]);
  });

  it.each([
    ['another site', 'pe3', 'BBB'],
    ['another VRF of a site', 'pe3', 'BBB-2'],
  ])('it is unknown whether the same of %s, which was edited, comes too', (_what, at, name) => {
    const { verdict, because } = explain(sites, '10.1.0.0/16', edited(at, name, silent));
    expect(verdict).toBe('unknown');
    expect(because.join('\n')).toContain(
      `VRF ${name} at ${at} announces 10.1.1.0/24 with no route target; NOT UNDERSTOOD: ${at}: was edited; whether that longer route is taken is unknown`,
    );
  });
});

describe('of a network that a VRF holds', () => {
  const sites: Sites = [
    ['pe1', [reader(200)]],
    ['pe2', [giver('BBB', 200, '10.1.0.0/16')]],
    ['pe3', [giver('BBB', 200, '10.1.0.0/16')]],
  ];

  it('it is no matter that another site, which was edited, gives nothing of the same length', () => {
    expect(explain(sites, '10.1.0.0/16', edited('pe3', 'BBB', silent)).verdict).toBe('reached');
    expect(explain(sites, '10.1.1.0/24', edited('pe3', 'BBB', silent)).verdict).toBe('reached');
  });

  it('an edit of the VRF itself may hide a longer route, and none that is as long as what is asked', () => {
    expect(explain(sites, '10.1.0.0/16', edited('pe1', 'AAA')).verdict).toBe('reached');
    const { verdict, because } = explain(sites, '10.1.1.0/24', edited('pe1', 'AAA'));
    expect([verdict, because.at(-1)]).toEqual([
      'unknown',
      'NOT UNDERSTOOD: pe1: was edited; whether a longer route is there is unknown',
    ]);
    const ofRouter = (view: NetworkView): NetworkView => ({
      pes: view.pes.map((one) =>
        one.name === 'pe1' ? { ...one, unknowns: [{ path: 'x', reach: 'router', why: 'is odd' }] } : one,
      ),
    });
    expect(explain(sites, '10.1.1.0/24', ofRouter).verdict).toBe('reached');
  });
});

describe('of a network that nobody gives', () => {
  const sites: Sites = [
    ['pe1', [reader()]],
    [
      'pe2',
      [
        {
          ...giver('BBB', 200, '10.1.0.0/16', '10.2.0.0/16'),
          share: { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:5'), scope: [prefix('10.2.0.0/16')] }] } },
        },
      ],
    ],
    ['pe3', [giver('CCC', 300, '10.1.0.0/16')]],
  ];
  const planned: Agreement = {
    ...{ id: icId(1), state: 'requested', standing: 'planned' },
    flows: [{ from: vpn('CCC'), to: vpn('AAA'), routeTarget: null, prefixes: 'whole-vpn' }],
  };

  it('it is told who announces it with what, and which agreement is about one of them', () => {
    const { verdict, because } = explain(sites, '10.1.0.0/16', undefined, [planned]);
    expect([verdict, because]).toEqual([
      'not reached',
      [
        'VRF BBB at pe2 announces 10.1.0.0/16 with 65000:200',
        'VRF CCC at pe3 announces 10.1.0.0/16 with 65000:300',
        'VRF AAA at pe1 imports 65000:100 for ipv4: none of these',
        'IC-0001 (requested) is about it, and is not on the network there',
      ],
    ]);
  });

  it.each([
    ['the reader', 'pe1', 'AAA'],
    ['one of the givers', 'pe3', 'CCC'],
  ])('it is unknown where %s was edited', (_who, at, name) => {
    const { verdict, because } = explain(sites, '10.1.0.0/16', edited(at, name));
    expect([verdict, because.at(-1)]).toEqual([
      'unknown',
      `NOT UNDERSTOOD: ${at}: was edited; what it lets through is unknown`,
    ]);
  });
});

it('what is in part elsewhere is told of others first, four times, and the rest is counted', () => {
  const sites: Sites = [
    ['pe1', [reader(200, 300, 400)]],
    ['pe2', [{ ...reader(), prefixes: ['10.1.9.0/24'] }]],
    ['pe3', [giver('BBB', 200, '10.1.0.0/16')]],
    ['pe4', [giver('CCC', 300, '10.1.1.0/24', '10.1.2.0/24', '10.1.3.0/24', '10.1.4.0/24', '10.1.10.0/24')]],
    ['pe5', [giver('DDD', 400, '10.1.11.0/24')]],
  ];
  const { verdict, because } = explain(sites, '10.1.0.0/16');
  expect(verdict).toBe('in part');
  expect(because.filter((one) => one.includes('a part of it'))).toEqual(
    [1, 2, 3, 4].map((one) => `10.1.${one}.0/24, a part of it, is of CCC too, by route target 65000:300`),
  );
  expect(because).toContain('and 3 more, of CCC, DDD, AAA');
});

it('a wider network of the same VPN by another route target is no twin of the one that is taken', () => {
  const rule = { routeTarget: rt('65000:5'), scope: [prefix('10.0.0.0/8')] };
  const narrow = { routeTarget: rt('65000:6'), scope: [prefix('10.1.0.0/16')] };
  const bbb: VrfSpec = {
    ...giver('BBB', 200, '10.1.0.0/16', '10.0.0.0/8'),
    share: { ipv4: { imports: [], exports: [rule, narrow] } },
  };
  const { because } = explain(
    [
      ['pe1', [reader(5, 6)]],
      ['pe2', [bbb]],
    ],
    '10.1.0.0/16',
  );
  expect(because.filter((one) => one.includes('65000:5'))).toEqual([]);
});

it('its own attached network comes before the same of another VPN', () => {
  const sites: Sites = [
    ['pe1', [{ ...reader(200), prefixes: ['10.1.0.0/16'] }]],
    ['pe2', [giver('BBB', 200, '10.1.0.0/16')]],
  ];
  const { because } = explain(sites, '10.1.0.0/16');
  expect(because.slice(0, 2)).toEqual([
    "10.1.0.0/16 is AAA's own: it is attached at pe1",
    '10.1.0.0/16 is held of BBB too, by route target 65000:200',
  ]);
});

it('between two VRFs of one router, where auto-export is not on in both, it is unknown', () => {
  const sites: Sites = [['pe1', [reader(200), giver('BBB', 200, '10.1.0.0/16')]]];
  const junos =
    (...on: string[]) =>
    (view: NetworkView): NetworkView => ({
      pes: view.pes.map((one) => ({
        ...one,
        platform: 'junos-yang' as const,
        vrfs: one.vrfs.map((vrf) => (on.includes(vrf.name) ? { ...vrf, traits: [TRAIT_AUTO_EXPORT] } : vrf)),
      })),
    });
  const { verdict, because } = explain(sites, '10.1.0.0/16', junos('AAA'));
  expect([verdict, because.at(-1)]).toEqual([
    'unknown',
    'auto-export is not on in both of VRF BBB and VRF AAA: without it pe1 gives no routes from one to the other',
  ]);
  expect(explain(sites, '10.1.0.0/16', junos('AAA', 'BBB')).verdict).toBe('reached');
  expect(explain(sites, '10.1.0.0/16').verdict).toBe('reached');
  const own: Sites = [['pe1', [{ ...reader(), prefixes: ['10.1.0.0/16'] }]]];
  expect(explain(own, '10.1.0.0/16', junos()).verdict).toBe('own');
});
