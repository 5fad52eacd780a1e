/** Small crowded networks: few addresses of every length, few route targets, agreements upon agreements, and operators' own doings. */
import fc from 'fast-check';
import { localPrefixes, type NetworkView } from '../../src/domain/network-view.ts';
import type { ObservedTables } from '../../src/domain/observed-routes.ts';
import type { ChangeKind } from '../../src/domain/plan.ts';
import type { Family } from '../../src/domain/prefix.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import { brutePut, bruteRange } from './brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, makePe, prefix, rt, type VrfSpec } from './networks.ts';
import { doubt, PLATFORMS, withDoubt } from './world-doubts.ts';
import { holdTables, tablesSpec } from './world-tables.ts';

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
  /** A route target is not fresh: that is for the proof to see, and nothing that a plan is made for. */
  readonly reuses?: true;
  /** Scopes that were signed as covering prefixes, what was announced then, and what they stand for. */
  readonly ranges: readonly ResolvedRange[];
}

export interface ResolvedRange {
  readonly signed: string;
  readonly announced: readonly string[];
  readonly is: readonly string[];
}

const VPNS = ['AAA', 'BBB', 'CCC'] as const;
/** Inside of each other at both ends; where text and numbers sort otherwise; a single address, the last one of others. */
const PREFIXES = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.1.0/24',
  '10.1.1.128/25',
  '10.2.0.0/16',
  '192.0.2.0/24',
  '2001:db8::/32',
  '2001:db8:1::/48',
  '10.1.0.0/24',
  '10.1.1.255/32',
  '10.128.0.0/9',
] as const;

/** In worlds where VPNs keep apart: the same for each, with its own number in it. */
const apart = (text: string, vpn: number | null) => {
  const own = String(vpn ?? 9);
  if (text === '192.0.2.0/24') return `192.0.${own}.0/24`;
  if (text.includes(':')) return `2001:db${own}:${text.slice('2001:db8:'.length)}`;
  return text.replace(/^10/, `2${own}`);
};

/** Covering prefixes with bounds, for those that a scope may be signed as: with bounds that are lengths of what is announced, and beside them. */
const RANGES = [
  '10.0.0.0/8 le 16',
  '10.0.0.0/8 ge 16 le 24',
  '10.1.0.0/16 le 24',
  '10.1.0.0/16 ge 17 le 31',
  '10.0.0.0/8 ge 9 le 32',
  '2001:db8::/32 le 47',
] as const;

const rule = fc.record({
  target: fc.constantFrom('65000:100', '65000:101', '65000:102', '65000:9002', '65000:9002', '65000:9004'),
  scope: fc.oneof(
    { weight: 1, arbitrary: fc.constant('whole-vpn' as const) },
    { weight: 4, arbitrary: fc.uniqueArray(fc.nat(PREFIXES.length + 5), { minLength: 1, maxLength: 3 }) },
  ),
});

const vrf = fc.record({
  doubt,
  vpn: fc.oneof({ weight: 5, arbitrary: fc.nat(VPNS.length - 1) }, { weight: 1, arbitrary: fc.constant(null) }),
  second: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  prefixes: fc.uniqueArray(fc.nat(PREFIXES.length - 1), { maxLength: 3 }),
  families: fc.oneof({ weight: 3, arbitrary: fc.constant('both' as const) }, fc.constantFrom('ipv4', 'ipv6')),
  canary: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.boolean()),
  // What operators did by hand: another VPN's target, or one of wasl's.
  alsoImports: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string | null>(null) },
    fc.constantFrom('65000:100', '65000:101', '65000:102', '65000:9002', '65000:9005'),
  ),
  alsoExports: fc.oneof(
    { weight: 6, arbitrary: fc.constant<string | null>(null) },
    fc.constantFrom('65000:100', '65000:101', '65000:9003', '65000:9004'),
  ),
  rules: fc.oneof(
    { weight: 4, arbitrary: fc.array(rule, { maxLength: 0 }) },
    { weight: 2, arbitrary: fc.array(rule, { minLength: 1, maxLength: 2 }) },
  ),
});

const nameOf = ({ vpn, second }: { readonly vpn: number | null; readonly second: boolean }) =>
  `${vpn === null ? 'STRAY' : VPNS[vpn]}${second ? '-2' : ''}`;

type PrefixOf = (index: number, vpn: number | null) => string;
const crowdedPrefix: PrefixOf = (index) => PREFIXES[index] ?? PREFIXES[0];
const ownPrefix: PrefixOf = (index, vpn) => apart(crowdedPrefix(index, vpn), vpn);

const router = fc.record({
  vrfs: fc.uniqueArray(vrf, { selector: (one) => `${one.vpn} ${one.second}`, minLength: 1, maxLength: 4 }),
  platform: fc.constantFrom(...PLATFORMS),
  beside: fc.oneof(
    { weight: 20, arbitrary: fc.constant(null) },
    fc.constantFrom('network' as const, 'router' as const, 'vrf' as const),
  ),
});

const routers = fc.array(router, { minLength: 1, maxLength: 3 });
type Router = typeof router extends fc.Arbitrary<infer T> ? T : never;
type Vrf = Router['vrfs'][number];

function specOf(
  { vpn, second, prefixes, families, canary, alsoImports, alsoExports, rules }: Vrf,
  text: PrefixOf,
): VrfSpec {
  // It has no addresses that anybody lists, and takes those of others.
  const takenByNobody = ['65000:9002', '65000:101', null, '65000:102'][prefixes.length] ?? null;
  const own = vpn === null ? '65000:777' : `65000:${100 + vpn}`;
  const with_ = (more: string | null) => [own, ...(more === null || more === own ? [] : [more])].map(rt);
  // By number among all, or among those that the VRF has.
  const placeOf = (index: number) =>
    index < PREFIXES.length ? index : (prefixes[index % Math.max(prefixes.length, 1)] ?? 0);
  const exportRules = rules.map(({ target, scope }) => ({
    routeTarget: rt(target),
    scope: scope === 'whole-vpn' ? scope : scope.map((index) => prefix(text(placeOf(index), vpn))),
  }));
  return {
    ...{ vpn: vpn === null ? null : (VPNS[vpn] ?? null), own, canary: canary && vpn !== null },
    name: nameOf({ vpn, second }),
    prefixes: prefixes.map((index) => text(index, vpn)),
    families: families === 'both' ? ['ipv4', 'ipv6'] : [families],
    operator: {
      importRouteTargets: with_(alsoImports ?? (vpn === null ? takenByNobody : null)),
      exportRouteTargets: with_(alsoExports),
      ...(exportRules.length === 0 ? {} : { exportRules }),
    },
  };
}

const makeNetwork = (pes: readonly Router[], text: PrefixOf): NetworkView => ({
  pes: pes.map(({ vrfs, platform, beside }, at) => {
    const made = makePe(
      `pe${at + 1}`,
      vrfs.map((one) => specOf(one, text)),
      platform,
    );
    const doubts = new Map(vrfs.map((one) => [nameOf(one), one.doubt]));
    const all = made.vrfs.map((one) => withDoubt(one, doubts.get(one.name) ?? null));
    const unknowns = beside === null ? [] : [{ path: 'groups', reach: beside, why: 'is not understood' }];
    return { ...made, vrfs: all, ...(unknowns.length === 0 ? {} : { unknowns }) };
  }),
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

interface Agreed {
  readonly interconnect: RealisedInterconnect;
  readonly ranges: readonly ResolvedRange[];
}

function agree(
  view: NetworkView,
  number: number,
  { pair: [a = 'AAA', b = 'BBB'], there, back, loose }: ArbitraryPair,
): Agreed {
  const ranges: ResolvedRange[] = [];
  const shared = (vpn: string, chosen: ArbitraryScope): 'whole-vpn' | readonly string[] => {
    if (chosen === 'whole-vpn') return chosen;
    const sites = view.pes.flatMap(({ vrfs }) => vrfs.filter((one) => one.vpn === vpn));
    const own = [
      ...new Set(sites.flatMap((one) => one.attachments.flatMap(({ prefixes }) => [...prefixes] as string[]))),
    ];
    if (typeof chosen === 'string') {
      const is = bruteRange(chosen, own);
      ranges.push({ signed: chosen, announced: own, is });
      return is.length === 0 ? PREFIXES.slice(0, 1) : is;
    }
    const from = loose || own.length === 0 ? PREFIXES : own;
    return [...new Set(chosen.map((index) => from[index % from.length] ?? PREFIXES[0]))];
  };
  const flows = [makeFlow(a, b, `65000:${9_000 + 2 * number}`, shared(a, there))];
  if (back !== null) flows.push(makeFlow(b, a, `65000:${9_001 + 2 * number}`, shared(b, back)));
  return { interconnect: makeInterconnect(number, ...flows), ranges };
}

/** By hand under wasl's name, or by a mistake: a route target of an agreement where no flow leads, or none where one does. */
export interface Stray {
  readonly pe: number;
  readonly vrf: number;
  readonly target: string;
  readonly what: 'import' | 'export' | 'export some' | 'forget' | 'forget export';
}

const stray: fc.Arbitrary<Stray> = fc.record({
  pe: fc.nat(2),
  vrf: fc.nat(4),
  target: fc.constantFrom('65000:9002', '65000:9003', '65000:9004', '65000:9005', '65000:9006'),
  what: fc.constantFrom('import', 'export', 'export some', 'forget', 'forget export'),
});

/** A mistake is often about the very thing that is astray: it takes away what somebody typed. */
const mistakesOf = (strays: readonly Stray[], mistakes: readonly Stray[], same: boolean): readonly Stray[] => {
  const [first] = strays;
  if (!same || first === undefined) return mistakes;
  return [{ ...first, what: first.what === 'import' ? 'forget' : 'forget export' }, ...mistakes.slice(1)];
};

function goAstray(view: NetworkView, { pe, vrf: number, target, what }: Stray): NetworkView {
  const at = view.pes[pe % view.pes.length];
  const ofNobody = at?.vrfs.find(({ vpn }) => vpn === null);
  const one = number === 4 && ofNobody !== undefined ? ofNobody : at?.vrfs[number % at.vrfs.length];
  if (at === undefined || one === undefined) return view;
  return alterVrf(view, at.name, one.name, (was) => {
    const share = Object.entries(was.share).map(([family, { imports, exports }]) => {
      if (what === 'forget') return [family, { imports: imports.filter((own) => own !== rt(target)), exports }];
      if (what === 'import') return [family, { imports: [...new Set([...imports, rt(target)])], exports }];
      const others = exports.filter((rule) => rule.routeTarget !== rt(target));
      if (what === 'forget export') return [family, { imports, exports: others }];
      const some = localPrefixes(was, family as Family).slice(0, 1);
      const scope = what === 'export' ? ('whole-vpn' as const) : some;
      return [
        family,
        { imports, exports: scope.length === 0 ? others : [...others, { routeTarget: rt(target), scope }] },
      ];
    });
    return { ...was, share: Object.fromEntries(share) };
  });
}

export const lead = (view: NetworkView, strays: readonly Stray[]) =>
  strays.reduce((current: NetworkView, one) => goAstray(current, one), view);

const MOODS = ['calm', 'calm', 'careless', 'wild'] as const;

export const smallWorld: fc.Arbitrary<SmallWorld> = fc
  .record({
    pes: routers,
    apart: fc.boolean(),
    /** Calm: nothing is astray, and the plan is right; else what is unknown would seldom be all that is wrong. */
    mood: fc.constantFrom(...MOODS),
    pairs: fc.tuple(pair, pair, pair, pair),
    count: fc.nat(3),
    kind: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('provision' as const, 'withdraw' as const) },
      { weight: 2, arbitrary: fc.constantFrom('modify' as const, 'suspend' as const, 'resume' as const) },
    ),
    was: fc.record({ there: scope, back: fc.option(scope, { freq: 4 }) }),
    tables: fc.oneof(fc.constant(null), tablesSpec),
    strays: fc.array(stray, { minLength: 1, maxLength: 2 }),
    mistakes: fc.array(stray, { minLength: 1, maxLength: 2 }),
    same: fc.boolean(),
    reuses: fc.oneof({ weight: 40, arbitrary: fc.constant(null) }, fc.constantFrom('own' as const, 'other' as const)),
  })
  .map((spec) => {
    const { pes, mood, count, kind, was, tables } = spec;
    const strays = mood === 'wild' ? spec.strays : [];
    const bare = makeNetwork(pes, spec.apart ? ownPrefix : crowdedPrefix);
    const agreed = spec.pairs.map((one, index) =>
      agree(bare, index + 1, mood === 'calm' ? { ...one, loose: false } : one),
    );
    const [signed, ...others] = agreed.map(({ interconnect }) => interconnect) as [
      RealisedInterconnect,
      ...RealisedInterconnect[],
    ];
    const subject = reuse(signed, spec.reuses);
    const active = others.slice(0, count);
    const before = kind === 'modify' ? agree(bare, 1, { ...spec.pairs[0], ...was }) : undefined;
    const isThere = kind === 'withdraw' || kind === 'suspend';
    const there = isThere ? [...active, subject] : before === undefined ? active : [...active, before.interconnect];
    const view = lead(brutePut(bare, there), strays);
    return {
      ...{ view, active: there, subject, kind, astray: strays.length > 0 },
      mistakes: mood === 'calm' ? [] : mistakesOf(strays, spec.mistakes, spec.same),
      ranges: [...agreed, ...(before === undefined ? [] : [before])].flatMap(({ ranges }) => ranges),
      ...(spec.reuses === null ? {} : { reuses: true as const }),
      ...(before === undefined ? {} : { previous: before.interconnect }),
      ...(tables === null ? {} : { held: holdTables(view, subject, tables) }),
    };
  });

/** A route target that another flow has, its own or another agreement's. */
function reuse(subject: RealisedInterconnect, which: 'own' | 'other' | null): RealisedInterconnect {
  const target = which === 'own' ? subject.flows[0]?.routeTarget : which === 'other' ? rt('65000:9004') : undefined;
  if (target === undefined) return subject;
  return {
    ...subject,
    flows: subject.flows.map((flow, index) =>
      index === subject.flows.length - 1 ? { ...flow, routeTarget: target } : flow,
    ),
  };
}
