/** A route that leads elsewhere than before: whether that is explained by what else the router sends where. */
import { expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import type { Reachability } from '../../src/domain/plan.ts';
import { familyOf } from '../../src/domain/prefix.ts';
import { OverlapIndex } from '../../src/proof/overlap-index.ts';
import { allVrfs } from '../../src/proof/route-model.ts';
import { TurnedRoutes } from '../../src/proof/turned-routes.ts';
import { makePe, pe, prefix, rt, vrfName } from './networks.ts';

const takes = (own: string) => ({ importRouteTargets: [rt(own), rt('65000:200')] });
const site = (...prefixes: string[]) => [{ vpn: 'BBB', own: '65000:200', prefixes }];

/** AAA and CCC at pe1 and DDD at pe9 take what three sites of BBB give; two of these give 10.2.0.0/16. */
const networkOf = (pe3 = ['10.2.0.0/16', '10.23.0.0/16']): NetworkView => ({
  pes: [
    makePe('pe1', [
      { vpn: 'AAA', own: '65000:100', operator: takes('65000:100') },
      { vpn: 'CCC', own: '65000:300', operator: takes('65000:300') },
    ]),
    makePe('pe2', site('10.2.0.0/16', '10.22.0.0/16')),
    makePe('pe3', site(...pe3)),
    makePe('pe4', site('10.24.0.0/16', '2001:db8:24::/48')),
    makePe('pe9', [{ vpn: 'DDD', own: '65000:400', operator: takes('65000:400') }]),
  ],
});

/** `VRF prefix` of pe1, or `PE/VRF prefix` -> where it leads: `PE`, or `PE?` where the router does not tell, or `PE!` for a route of its own. */
type Ways = Readonly<Record<string, string>>;

function tablesOf(ways: Ways): ObservedTables {
  const tables = new Map<string, ObservedRoute[]>();
  for (const [place, way] of Object.entries(ways)) {
    const [at = '', text = ''] = place.split(' ');
    const [vrf = '', of = 'pe1'] = at.split('/').reverse();
    const key = tableKey(pe(of), vrfName(vrf), familyOf(prefix(text)));
    const route = { prefix: prefix(text), origin: way.endsWith('!') ? ('local' as const) : ('vpn' as const) };
    const towards = way.endsWith('?') ? {} : { towards: way.replace('!', '') };
    tables.set(key, [...(tables.get(key) ?? []), { ...route, ...towards }]);
  }
  return tables;
}

/** 10.2.0.0/16 in AAA at pe1 went to pe2, and goes to pe3. */
function isExplained(was: Ways, now: Ways, view = networkOf(), gained: readonly string[] = []): boolean {
  const at = allVrfs(view).find(({ vrf }) => vrf.name === 'AAA');
  if (at === undefined) throw new Error('no VRF AAA');
  const opened = new OverlapIndex([prefix('10.2.0.0/16')]);
  const routes = gained.map((via) => ({ via: rt(via) }) as Reachability);
  const turned = new TurnedRoutes(view, { before: tablesOf(was), after: tablesOf(now) }, opened, routes);
  return turned.isExplained({ at, family: 'ipv4', prefix: prefix('10.2.0.0/16'), was: 'pe2', now: 'pe3' });
}

it.each<[string, Ways, Ways, boolean]>([
  ['where nothing else is known', {}, {}, false],
  ['where all that went there goes the new way', { 'AAA 10.90.0.0/16': 'pe2' }, { 'AAA 10.90.0.0/16': 'pe3' }, true],
  ['also of IPv6', { 'AAA 2001:db8:9::/48': 'pe2' }, { 'AAA 2001:db8:9::/48': 'pe3' }, true],
  ['also in another VRF of the router', { 'CCC 10.90.0.0/16': 'pe2' }, { 'CCC 10.90.0.0/16': 'pe3' }, true],
  ['but not at another router', { 'pe9/DDD 10.90.0.0/16': 'pe2' }, { 'pe9/DDD 10.90.0.0/16': 'pe3' }, false],
  ['but not where it goes a third way', { 'AAA 10.90.0.0/16': 'pe2' }, { 'AAA 10.90.0.0/16': 'pe4' }, false],
  [
    'but not where one of them stayed',
    { 'AAA 10.90.0.0/16': 'pe2', 'AAA 10.91.0.0/16': 'pe2' },
    { 'AAA 10.90.0.0/16': 'pe3', 'AAA 10.91.0.0/16': 'pe2' },
    false,
  ],
  [
    'and what went elsewhere before says nothing',
    { 'AAA 10.90.0.0/16': 'pe2', 'AAA 10.91.0.0/16': 'pe4' },
    { 'AAA 10.90.0.0/16': 'pe3', 'AAA 10.91.0.0/16': 'pe4' },
    true,
  ],
  ['and alone it does not either', { 'AAA 10.91.0.0/16': 'pe4' }, { 'AAA 10.91.0.0/16': 'pe3' }, false],
  ['nor what is gone', { 'AAA 10.90.0.0/16': 'pe2' }, {}, false],
  ['nor what the router now does not tell of', { 'AAA 10.90.0.0/16': 'pe2' }, { 'AAA 10.90.0.0/16': 'pe3?' }, false],
  [
    'whatever is gone beside it',
    { 'AAA 10.90.0.0/16': 'pe2', 'AAA 10.91.0.0/16': 'pe2' },
    { 'AAA 10.90.0.0/16': 'pe3' },
    true,
  ],
  ['nor a route of its own', { 'AAA 10.90.0.0/16': 'pe2!' }, { 'AAA 10.90.0.0/16': 'pe3' }, false],
  ['nor what the change opens', { 'AAA 10.2.9.0/24': 'pe2' }, { 'AAA 10.2.9.0/24': 'pe3' }, false],
])('by what went with it: %s', (_what, was, now, explained) => {
  expect(isExplained(was, now)).toBe(explained);
});

const STAYS = { 'AAA 10.22.0.0/16': 'pe2' };

it.each<[string, Ways, boolean, NetworkView?, string[]?]>([
  ['what only that one gives went there before', { 'AAA 10.23.0.0/16': 'pe3' }, true],
  ['also in another VRF of the router', { 'CCC 10.23.0.0/16': 'pe3' }, true],
  ['but not at another router', { 'pe9/DDD 10.23.0.0/16': 'pe3' }, false],
  ['but not where it went elsewhere', { 'AAA 10.23.0.0/16': 'pe4' }, false],
  ['but not where the router did not tell', { 'AAA 10.23.0.0/16': 'pe3?' }, false],
  ['but not what nobody gives', { 'AAA 10.99.0.0/16': 'pe3' }, false],
  ['but not what a site gives that does not give the prefix', { 'AAA 10.24.0.0/16': 'pe3' }, false],
  [
    'but not what more than one gives',
    { 'AAA 10.22.0.0/16': 'pe3' },
    false,
    networkOf(['10.2.0.0/16', '10.22.0.0/16']),
  ],
  ['but not where one site alone gives the prefix', { 'AAA 10.22.0.0/16': 'pe3' }, false, networkOf(['10.23.0.0/16'])],
  ['but not by a route target of the change', { 'AAA 10.23.0.0/16': 'pe3' }, false, networkOf(), ['65000:200']],
  ['by others than those of the change', { 'AAA 10.23.0.0/16': 'pe3' }, true, networkOf(), ['65000:201']],
])('by another site that gives the same prefix: %s', (_what, ways, explained, view, gained) => {
  // What stays on the old way shows that the way itself is not another one.
  const both = { ...STAYS, ...ways };
  expect(isExplained(both, both, view, gained)).toBe(explained);
});
