/** Small crowded networks: few addresses of every length, few route targets, agreements upon agreements, and operators' own doings. */
import fc from 'fast-check';
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { ObservedTables } from '../../src/domain/observed-routes.ts';
import type { ChangeKind } from '../../src/domain/plan.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import { parseScopeEntry, resolveScope } from '../../src/domain/scope.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, makePe, prefix, rt, type VrfSpec } from './networks.ts';
import { doubt, holdTables, PLATFORMS, tablesSpec, withDoubt } from './world-doubts.ts';

export interface SmallWorld {
  readonly view: NetworkView;
  /** On the routers. */
  readonly active: readonly RealisedInterconnect[];
  readonly subject: RealisedInterconnect;
  /** Of `modify`: what is on the routers until then. */
  readonly previous?: RealisedInterconnect;
  readonly kind: ChangeKind;
  /** What the tables hold. Absent: nobody looked. */
  readonly held?: ObservedTables;
  /** Something was done by hand to what is wasl's. */
  readonly astray: boolean;
  /** What a plan could get wrong, for the proofs to find. */
  readonly mistakes: readonly Stray[];
}

const VPNS = ['AAA', 'BBB', 'CCC'] as const;
const PREFIXES = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.1.0/24',
  '10.1.1.128/25',
  '10.2.0.0/16',
  '192.0.2.0/24',
  '2001:db8::/32',
  '2001:db8:1::/48',
] as const;

/** Covering prefixes with bounds, for those that a scope may be signed as. */
const RANGES = ['10.0.0.0/8 le 16', '10.0.0.0/8 ge 16 le 25', '10.1.0.0/16 le 24', '2001:db8::/32 le 64'] as const;

const vrf = fc.record({
  doubt,
  vpn: fc.oneof({ weight: 8, arbitrary: fc.nat(VPNS.length - 1) }, { weight: 1, arbitrary: fc.constant(null) }),
  second: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  prefixes: fc.uniqueArray(fc.nat(PREFIXES.length - 1), { maxLength: 3 }),
  families: fc.oneof({ weight: 3, arbitrary: fc.constant('both' as const) }, fc.constantFrom('ipv4', 'ipv6')),
  canary: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.boolean()),
  // What operators did by hand: another VPN's target, or one of wasl's.
  alsoImports: fc.oneof(
    { weight: 4, arbitrary: fc.constant<string | null>(null) },
    fc.constantFrom('65000:100', '65000:101', '65000:102', '65000:9002', '65000:9005'),
  ),
  alsoExports: fc.oneof(
    { weight: 6, arbitrary: fc.constant<string | null>(null) },
    fc.constantFrom('65000:100', '65000:101', '65000:9003', '65000:9004'),
  ),
  rule: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    fc.record({
      target: fc.constantFrom('65000:100', '65000:102', '65000:9002', '65000:9004'),
      scope: fc.oneof(
        { weight: 1, arbitrary: fc.constant('whole-vpn' as const) },
        { weight: 3, arbitrary: fc.uniqueArray(fc.nat(PREFIXES.length - 1), { minLength: 1, maxLength: 3 }) },
      ),
    }),
  ),
});

const nameOf = ({ vpn, second }: { readonly vpn: number | null; readonly second: boolean }) =>
  `${vpn === null ? 'STRAY' : VPNS[vpn]}${second ? '-2' : ''}`;

const scopeOf = (scope: 'whole-vpn' | readonly number[]) =>
  scope === 'whole-vpn' ? scope : scope.map((index) => PREFIXES[index] ?? PREFIXES[0]).map((text) => prefix(text));

const router = fc.record({
  vrfs: fc.uniqueArray(vrf, { selector: (one) => `${one.vpn} ${one.second}`, minLength: 1, maxLength: 4 }),
  platform: fc.constantFrom(...PLATFORMS),
  beside: fc.oneof(
    { weight: 30, arbitrary: fc.constant(null) },
    fc.constantFrom('network' as const, 'router' as const, 'vrf' as const),
  ),
});

const network = fc.array(router, { minLength: 1, maxLength: 3 }).map((pes): NetworkView => {
  return {
    pes: pes.map(({ vrfs, platform, beside }, at) => {
      const made = makePe(
        `pe${at + 1}`,
        vrfs.map(({ vpn, second, prefixes, families, canary, alsoImports, alsoExports, rule }): VrfSpec => {
          const own = vpn === null ? '65000:777' : `65000:${100 + vpn}`;
          const with_ = (more: string | null) => [own, ...(more === null || more === own ? [] : [more])].map(rt);
          return {
            ...{ vpn: vpn === null ? null : (VPNS[vpn] ?? null), own, canary: canary && vpn !== null },
            name: nameOf({ vpn, second }),
            prefixes: prefixes.flatMap((index) => PREFIXES[index] ?? []),
            families: families === 'both' ? ['ipv4', 'ipv6'] : [families],
            operator: {
              importRouteTargets: with_(alsoImports),
              exportRouteTargets: with_(alsoExports),
              ...(rule === null ? {} : { exportRules: [{ routeTarget: rt(rule.target), scope: scopeOf(rule.scope) }] }),
            },
          };
        }),
        platform,
      );
      const doubts = new Map(vrfs.map((one) => [nameOf(one), one.doubt]));
      const all = made.vrfs.map((one) => withDoubt(one, doubts.get(one.name) ?? null));
      const unknowns = beside === null ? [] : [{ path: 'groups', reach: beside, why: 'is not understood' }];
      return { ...made, vrfs: all, ...(unknowns.length === 0 ? {} : { unknowns }) };
    }),
  };
});

/** By number among what the VPN announces, so that most agreements are about something; now and then about something else. */
const scope = fc.oneof(
  { weight: 1, arbitrary: fc.constant('whole-vpn' as const) },
  { weight: 8, arbitrary: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 2 }) },
  { weight: 2, arbitrary: fc.constantFrom(...RANGES) },
);

type ArbitraryScope = 'whole-vpn' | readonly number[] | (typeof RANGES)[number];

interface ArbitraryPair {
  readonly pair: readonly string[];
  readonly there: ArbitraryScope;
  readonly back: ArbitraryScope | null;
  readonly loose: boolean;
}

const pair: fc.Arbitrary<ArbitraryPair> = fc.record({
  pair: fc.shuffledSubarray([...VPNS], { minLength: 2, maxLength: 2 }),
  there: scope,
  back: fc.option(scope, { freq: 4 }),
  loose: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
});

function agree(view: NetworkView, number: number, { pair: [a = 'AAA', b = 'BBB'], there, back, loose }: ArbitraryPair) {
  const shared = (vpn: string, chosen: ArbitraryScope): 'whole-vpn' | readonly string[] => {
    if (chosen === 'whole-vpn') return chosen;
    const sites = view.pes.flatMap(({ vrfs }) => vrfs.filter((one) => one.vpn === vpn));
    const own = [
      ...new Set(sites.flatMap((one) => one.attachments.flatMap(({ prefixes }) => [...prefixes] as string[]))),
    ];
    if (typeof chosen === 'string') {
      const resolved = resolveScope([parseScopeEntry(chosen)], own.map(prefix));
      return resolved.length === 0 ? PREFIXES.slice(0, 1) : resolved;
    }
    const from = loose || own.length === 0 ? PREFIXES : own;
    return [...new Set(chosen.map((index) => from[index % from.length] ?? PREFIXES[0]))];
  };
  const flows = [makeFlow(a, b, `65000:${9_000 + 2 * number}`, shared(a, there))];
  if (back !== null) flows.push(makeFlow(b, a, `65000:${9_001 + 2 * number}`, shared(b, back)));
  return makeInterconnect(number, ...flows);
}

/** By hand under wasl's name: a route target of an agreement where no flow leads, or none where one does. */
export interface Stray {
  readonly pe: number;
  readonly vrf: number;
  readonly target: string;
  readonly what: 'import' | 'export' | 'forget';
}

const stray: fc.Arbitrary<Stray> = fc.record({
  pe: fc.nat(2),
  vrf: fc.nat(3),
  target: fc.constantFrom('65000:9002', '65000:9003', '65000:9004', '65000:9007'),
  what: fc.constantFrom('import', 'export', 'forget'),
});

function goAstray(view: NetworkView, { pe, vrf: number, target, what }: Stray): NetworkView {
  const at = view.pes[pe % view.pes.length];
  const one = at?.vrfs[number % at.vrfs.length];
  if (at === undefined || one === undefined) return view;
  return alterVrf(view, at.name, one.name, (was) => {
    const share = Object.entries(was.share).map(([family, { imports, exports }]) => {
      if (what === 'forget') return [family, { imports: imports.filter((own) => own !== rt(target)), exports }];
      if (what === 'import') return [family, { imports: [...new Set([...imports, rt(target)])], exports }];
      const others = exports.filter((rule) => rule.routeTarget !== rt(target));
      return [family, { imports, exports: [...others, { routeTarget: rt(target), scope: 'whole-vpn' }] }];
    });
    return { ...was, share: Object.fromEntries(share) };
  });
}

export const lead = (view: NetworkView, strays: readonly Stray[]) =>
  strays.reduce((current: NetworkView, one) => goAstray(current, one), view);

export const smallWorld: fc.Arbitrary<SmallWorld> = fc
  .record({
    bare: network,
    pairs: fc.tuple(pair, pair, pair, pair),
    count: fc.nat(3),
    kind: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('provision' as const, 'withdraw' as const) },
      { weight: 2, arbitrary: fc.constantFrom('modify' as const, 'suspend' as const, 'resume' as const) },
    ),
    was: fc.record({ there: scope, back: fc.option(scope, { freq: 4 }) }),
    tables: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: tablesSpec }),
    strays: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(stray, { minLength: 1, maxLength: 2 }) },
    ),
    mistakes: fc.array(stray, { maxLength: 1 }),
  })
  .map(({ bare, pairs, count, kind, was, tables, strays, mistakes }) => {
    const [subject, ...others] = pairs.map((one, index) => agree(bare, index + 1, one)) as [
      RealisedInterconnect,
      ...RealisedInterconnect[],
    ];
    const active = others.slice(0, count);
    const previous = kind === 'modify' ? agree(bare, 1, { ...pairs[0], ...was }) : undefined;
    const isThere = kind === 'withdraw' || kind === 'suspend';
    const there = isThere ? [...active, subject] : previous === undefined ? active : [...active, previous];
    const view = lead(brutePut(bare, there), strays);
    const world = { view, active: there, subject, kind, astray: strays.length > 0, mistakes };
    return {
      ...world,
      ...(previous === undefined ? {} : { previous }),
      ...(tables === null ? {} : { held: holdTables(view, tables) }),
    };
  });
