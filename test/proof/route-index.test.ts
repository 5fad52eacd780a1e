/** What the route-target model answers of one small network, question by question. */
import { describe, expect, test } from 'vitest';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import type { Family } from '../../src/domain/prefix.ts';
import { RouteIndex } from '../../src/proof/route-index.ts';
import { allVrfs, routeKey, type VrfAtPe } from '../../src/proof/route-model.ts';
import { alterVrf, makePe, pe, prefix, rt, vpn } from './networks.ts';
import { withImport } from './proving.ts';

/** AAA takes what BBB gives; CCC takes what nobody gives; AAA has two VRFs at pe1. */
const NETWORK = {
  pes: [
    makePe('pe1', [
      {
        vpn: 'AAA',
        own: '65000:100',
        prefixes: ['10.0.0.0/24'],
        operator: { importRouteTargets: [rt('65000:100'), rt('65000:200')] },
      },
      { vpn: 'AAA', name: 'AAA-2', own: '65000:100', prefixes: ['10.0.1.0/24'] },
      { vpn: 'BBB', own: '65000:200', prefixes: ['10.1.0.0/24'] },
    ]),
    makePe('pe2', [
      { vpn: 'AAA', own: '65000:100', prefixes: ['10.0.2.0/24', '10.1.0.0/24'] },
      { vpn: 'BBB', own: '65000:200', prefixes: ['10.1.1.0/24', '2001:db8:1::/48'] },
      { vpn: 'CCC', own: '65000:300', prefixes: ['10.2.0.0/24'], operator: { importRouteTargets: [rt('65000:999')] } },
    ]),
  ],
};
const index = RouteIndex.of(NETWORK);
const at = (place: string): VrfAtPe => {
  const found = allVrfs(NETWORK).find(({ pe, vrf }) => `${pe}/${vrf.name}` === place);
  if (found === undefined) throw new Error(`no ${place}`);
  return found;
};
const told = (routes: Iterable<{ from: VrfAtPe; prefix: string }>) =>
  [...routes].map((one) => `${one.prefix} of ${one.from.pe}/${one.from.vrf.name}`).sort();

describe('a VRF', () => {
  test.each([
    ['pe1/AAA', '10.1.0.0/24', ['65000:200'], true],
    ['pe1/AAA', '10.1.1.0/24', ['65000:200'], true],
    ['pe1/AAA', '2001:db8:1::/48', ['65000:200'], true],
    // Of its own VPN.
    ['pe1/AAA', '10.0.2.0/24', [], false],
    ['pe1/AAA-2', '10.1.0.0/24', [], false],
    ['pe1/AAA', '10.9.0.0/24', [], false],
    ['pe1/BBB', '10.0.0.0/24', [], false],
    ['pe2/CCC', '10.1.0.0/24', [], false],
  ])('%s and %s: holds it of somebody else by %j', (place, text, targets, holds) => {
    expect(index.holds(at(place), prefix(text))).toBe(holds);
    expect(index.targetsOf(at(place), prefix(text))).toEqual(targets.map(rt));
    expect(index.targetsFor(at(place), 'BBB', prefix(text))).toEqual(targets.map(rt));
  });

  test.each([
    ['pe1/AAA', 'BBB', 'ipv4', true],
    ['pe1/AAA', 'BBB', 'ipv6', true],
    ['pe1/AAA', 'AAA', 'ipv4', false],
    ['pe1/AAA', 'CCC', 'ipv4', false],
    ['pe2/CCC', 'BBB', 'ipv4', false],
  ] as const)('%s holds something of %s in %s: %s', (place, owner, family, wanted) => {
    expect(index.holdsOf(at(place), owner, family)).toBe(wanted);
  });

  test.each([
    ['BBB', 'pe1', 'ipv4', ['10.1.0.0/24']],
    ['BBB', 'pe2', 'ipv4', ['10.1.1.0/24']],
    ['BBB', 'pe2', 'ipv6', ['2001:db8:1::/48']],
    ['BBB', 'pe1', 'ipv6', []],
    ['AAA', 'pe2', 'ipv4', []],
    ['CCC', 'pe2', 'ipv4', []],
  ] as const)('AAA holds of %s at %s in %s: %j', (owner, of, family, wanted) => {
    expect(index.heldFrom(at('pe1/AAA'), owner, pe(of), family as Family)).toEqual(wanted);
  });

  test('does not name itself as the giver of its own prefix', () => {
    expect(index.targetsFor(at('pe1/AAA'), 'AAA', prefix('10.0.2.0/24'))).toEqual([]);
    expect(told(index.takenBy(at('pe1/AAA')))).toEqual([
      '10.0.1.0/24 of pe1/AAA-2',
      '10.0.2.0/24 of pe2/AAA',
      '10.1.0.0/24 of pe1/BBB',
      '10.1.0.0/24 of pe2/AAA',
      '10.1.1.0/24 of pe2/BBB',
      '2001:db8:1::/48 of pe2/BBB',
    ]);
    expect(told(index.takenBy(at('pe2/CCC')))).toEqual([]);
  });

  test('reaches what is of others', () => {
    expect(told(index.reachedBy([at('pe1/AAA'), at('pe1/AAA-2')]))).toEqual([
      '10.1.0.0/24 of pe1/BBB',
      '10.1.1.0/24 of pe2/BBB',
      '2001:db8:1::/48 of pe2/BBB',
    ]);
    expect(told(index.reachedBy([at('pe2/CCC')]))).toEqual([]);
  });
});

test.each([
  [undefined, 3],
  [['AAA'], 3],
  [['BBB'], 3],
  [['AAA', 'CCC'], 3],
  [['CCC'], 0],
  [[], 0],
])('given, of %j', (owners, wanted) => {
  const given = [...index.given(owners && new Set(owners))];
  expect(given.reduce((sum, { prefixes, takers }) => sum + prefixes.length * takers.length, 0)).toBe(wanted);
  expect(given.every(({ from, taker }) => from.vrf.vpn === 'BBB' && taker === 'AAA')).toBe(true);
});

test('given, of one owner, has nothing that others give each other', () => {
  const joined = alterVrf(NETWORK, 'pe2', 'CCC', (vrf) => withImport(vrf, '65000:200'));
  const pairs = (...owners: string[]) =>
    [...RouteIndex.of(joined).given(new Set(owners))].map(({ from, taker }) => `${from.vrf.vpn} ${taker}`);
  expect(new Set(pairs('CCC'))).toEqual(new Set(['BBB CCC']));
  expect(new Set(pairs('AAA'))).toEqual(new Set(['BBB AAA']));
  expect(new Set(pairs('BBB'))).toEqual(new Set(['BBB AAA', 'BBB CCC']));
});

test('a route target differs where another VRF takes or gives it, in either direction, and nowhere else', () => {
  const more = alterVrf(NETWORK, 'pe1', 'BBB', (vrf) => withImport(vrf, '65000:300'));
  const fresh = () => RouteIndex.of({ pes: [...NETWORK.pes] });
  const other = RouteIndex.of({ pes: [...more.pes] });
  expect([...other.targetsThatDiffer(fresh())]).toEqual(['65000:300'].map(rt));
  expect([...fresh().targetsThatDiffer(other)]).toEqual(['65000:300'].map(rt));
  expect([...fresh().targetsThatDiffer(fresh())]).toEqual([]);
  const alone = alterVrf(NETWORK, 'pe1', 'BBB', (vrf) => withImport(vrf, '65000:777'));
  expect([...fresh().targetsThatDiffer(RouteIndex.of(alone))]).toEqual(['65000:777'].map(rt));
  // As its origin knows it, and as another index of the same view has to find out.
  const changed = fresh().changedTo(more);
  expect([...changed.targetsThatDiffer(fresh())]).toEqual(['65000:300'].map(rt));
});

describe('the index of a changed view', () => {
  const bbb = (alter: (vrf: VrfView) => VrfView) => alterVrf(NETWORK, 'pe1', 'BBB', alter);
  const announcing = (...prefixes: string[]) =>
    bbb((vrf) => ({ ...vrf, attachments: [{ branch: 'b', prefixes: prefixes.map(prefix), probe: null }] }));
  const sharing = (...scope: string[]) =>
    bbb((vrf) => ({
      ...vrf,
      share: { ipv4: { imports: [], exports: [{ routeTarget: rt('65000:500'), scope: scope.map(prefix) }] } },
    }));
  const [first, second] = NETWORK.pes;
  if (first === undefined || second === undefined) throw new Error('two PEs');
  const joined = (view: NetworkView) => alterVrf(view, 'pe2', 'CCC', (vrf) => withImport(vrf, '65000:500'));

  test.each<[string, NetworkView, string[]]>([
    ['nothing', { pes: [...NETWORK.pes] }, []],
    ['another object that says the same', bbb((vrf) => ({ ...vrf })), []],
    ['a PE gone', { pes: [first] }, ['65000:100', '65000:200', '65000:300', '65000:999']],
    ['the other PE gone', { pes: [second] }, ['65000:100', '65000:200']],
    [
      'a PE that came',
      { pes: [...NETWORK.pes, makePe('pe3', [{ vpn: 'DDD', own: '65000:400', prefixes: ['10.4.0.0/24'] }])] },
      ['65000:400'],
    ],
    ['a VRF gone', { pes: [{ ...first, vrfs: first.vrfs.slice(0, 2) }, second] }, ['65000:200']],
    [
      'a VRF that came',
      {
        pes: [
          {
            ...first,
            vrfs: [...first.vrfs, ...makePe('pe1', [{ vpn: 'CCC', own: '65000:300', prefixes: ['10.2.1.0/24'] }]).vrfs],
          },
          second,
        ],
      },
      ['65000:300'],
    ],
    ['a prefix more', announcing('10.1.0.0/24', '10.1.9.0/24'), ['65000:200']],
    ['another prefix', announcing('10.1.9.0/24'), ['65000:200']],
    ['no prefix', announcing(), ['65000:200']],
    ['a prefix of the other family', announcing('10.1.0.0/24', '2001:db8:9::/48'), ['65000:200']],
    ['another owner', bbb((vrf) => ({ ...vrf, vpn: vpn('CCC') })), ['65000:200']],
    ['an import more', bbb((vrf) => withImport(vrf, '65000:300')), ['65000:300']],
    [
      'a share of what it announces and of what it does not',
      joined(sharing('10.1.0.0/24', '10.7.0.0/24')),
      ['65000:500'],
    ],
    ['a share of nothing that it announces', sharing('10.7.0.0/24'), []],
    ['nothing of what it was', { pes: [{ ...first, vrfs: [] }, second] }, ['65000:100', '65000:200']],
  ])('%s: is the one made anew, and knows which route targets differ', (_what, after, targets) => {
    const before = RouteIndex.of({ pes: [...NETWORK.pes] });
    const changed = before.changedTo(after);
    const anew = RouteIndex.of({ pes: [...after.pes] });
    expect([...changed.targetsThatDiffer(before)].sort()).toEqual(targets.map(rt).sort());
    // A VRF that moved in the list may stand elsewhere in it.
    const keys = (of: RouteIndex) => of.routes().map(routeKey).sort();
    expect(keys(changed)).toEqual(keys(anew));
    const all = new Set(['100', '200', '300', '400', '500', '999'].map((one) => rt(`65000:${one}`)));
    const carriers = (of: RouteIndex) =>
      of
        .carriers(all)
        .map(({ pe, vrf }) => `${pe}/${vrf.name}`)
        .sort();
    expect(carriers(changed)).toEqual(carriers(anew));
    for (const one of all) {
      const carriersOf = (of: RouteIndex) =>
        of
          .carriers(new Set([one]))
          .map(({ pe, vrf }) => `${pe}/${vrf.name}`)
          .sort();
      expect(carriersOf(changed)).toEqual(carriersOf(anew));
    }
    // And back again.
    const back = changed.changedTo({ pes: [...NETWORK.pes] });
    expect(keys(back)).toEqual(keys(before));
  });

  test('keeps the order of what was not touched', () => {
    const before = RouteIndex.of({ pes: [...NETWORK.pes] });
    const changed = before.changedTo(announcing('10.1.0.0/24', '10.1.9.0/24'));
    expect(changed.routes().map(({ prefix }) => prefix)).toEqual([
      '10.1.0.0/24',
      '10.1.9.0/24',
      '10.1.1.0/24',
      '2001:db8:1::/48',
    ]);
  });
});

test('who gives a network is who gives that very one', () => {
  const givers = (text: string, via = '65000:200') =>
    index.givers('BBB', rt(via), prefix(text)).map(({ pe, vrf }) => `${pe}/${vrf.name}`);
  expect([givers('10.1.0.0/24'), givers('10.1.1.0/24'), givers('10.1.9.0/24')]).toEqual([['pe1/BBB'], ['pe2/BBB'], []]);
  expect(givers('10.1.0.0/24', '65000:999')).toEqual([]);
});

test('a VRF that gives more prefixes than are looked through one by one is found by each of them', () => {
  const many = Array.from({ length: 40 }, (_, number) => `10.5.${number}.0/24`);
  const view = {
    pes: [
      makePe('pe1', [
        { vpn: 'AAA', own: '65000:100', operator: { importRouteTargets: [rt('65000:200')] } },
        { vpn: 'BBB', own: '65000:200', prefixes: many },
      ]),
    ],
  };
  const [taker] = allVrfs(view);
  if (taker === undefined) throw new Error('no VRF');
  const index = RouteIndex.of(view);
  expect(many.filter((one) => !index.holds(taker, prefix(one)))).toEqual([]);
  expect(index.holds(taker, prefix('10.5.40.0/24'))).toBe(false);
  expect(index.givers('BBB', rt('65000:200'), prefix('10.5.39.0/24')).map(({ vrf }) => vrf.name)).toEqual(['BBB']);
  expect(index.givers('AAA', rt('65000:200'), prefix('10.5.39.0/24'))).toEqual([]);
  expect([...index.takers('AAA', rt('65000:200'), 'ipv4')]).toEqual([taker.vrf]);
  expect([...index.takers('BBB', rt('65000:999'), 'ipv4')]).toEqual([]);
});
