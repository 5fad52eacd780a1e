import { countOf } from '../domain/count-of.ts';
import type { VpnId } from '../domain/names.ts';
import { enabledFamilies, localPrefixes, type NetworkView } from '../domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import { acceptableName, type CounterExample, type Plan, type Reachability } from '../domain/plan.ts';
import { FAMILIES, type Family, familyOf, type Prefix, prefixLength } from '../domain/prefix.ts';
import type { Verdict } from '../domain/verdict.ts';
import { listCounterExamples } from './change-under-proof.ts';
import { lazily } from './lazily.ts';
import { OverlapIndex } from './overlap-index.ts';
import { RouteIndex } from './route-index.ts';
import { allVrfs, type VrfAtPe, vrfsByVpn } from './route-model.ts';
import { TurnedRoutes } from './turned-routes.ts';

export interface RouteCheck {
  readonly verdict: Verdict;
  /** What a person reads; the first one sums up. */
  readonly sentences: readonly string[];
  readonly counterExamples: readonly CounterExample[];
  /** Something came that neither the plan nor the network as it was explains: waiting will not make it right. */
  readonly intruded: boolean;
}

export interface RouteCheckInput {
  /** The network as it shall be after the change: who has which VRF where. */
  readonly view: NetworkView;
  readonly before: ObservedTables;
  readonly after: ObservedTables;
  readonly plan: Plan;
}

/** What the plan says of one table. */
interface Expectation {
  readonly at: VrfAtPe;
  readonly family: Family;
  readonly gained: ReadonlyMap<Prefix, Reachability>;
  readonly lost: ReadonlyMap<Prefix, Reachability>;
  /** VPNs that this change shares whole with this one, or stops to: routes that the inventory does not list come, or go, too. */
  readonly wholeGained: ReadonlySet<VpnId>;
  readonly wholeLost: ReadonlySet<VpnId>;
}

/**
 * The real routing tables against the plan, inside the confirm window: every planned route came, every withdrawn one went, and
 * nothing else moved in any table that was read. All tables of the PEs of the plan must have been read, else `unknown`.
 *
 * A route that came without being planned is let pass only when it is one of the VRF's own VPN, or of an agreement, that came back, and
 * overlaps with nothing that the change opens of another VPN. What an operator's own import lets in was not there before: the change woke it. A route that
 * went without being planned always fails; so does a planned one of which a part goes another way, by a longer route of somebody else.
 */
export function checkRoutes({ view, before, after, plan }: RouteCheckInput): RouteCheck {
  const found: CounterExample[] = [];
  const unread: CounterExample[] = [];
  const notes: string[] = [];
  let intruded = false;
  const modelled = lazily(() => new ModelledRoutes(view));
  const opened = lazily(() => new OverlapIndex(plan.gained.map((one) => one.prefix)));
  const turned = lazily(() => new TurnedRoutes(view, { before, after }, opened(), plan.gained));
  const openedByOthers = byOwner(plan);
  const tables = expectations(view, plan, new Set([...before.keys(), ...after.keys()]));
  const locals = lazily(() => localRoutes(view, [before, after]));
  const accepted = new Set(plan.toAccept?.map(({ name }) => name));
  let [came, went] = [0, 0];
  for (const table of tables) {
    const key = tableKey(table.at.pe, table.at.vrf.name, table.family);
    const [old, now] = [before.get(key), after.get(key)];
    if (old === undefined || now === undefined) {
      const when = old === undefined ? 'before the change' : 'after the commit';
      unread.push(counter(table, null, `the ${table.family} routes of ${where(table)} were not read ${when}`));
      continue;
    }
    const [had, has] = [vpnRoutes(old), vpnRoutes(now)];
    const clashes = new Map<ReadonlySet<Prefix>, OverlapIndex>();
    const takes = lazily(() => new OverlapIndex(table.gained.keys()));
    const held = lazily(() => new OverlapIndex(prefixesOf(now).filter((prefix) => takes().has(prefix))));
    const ways = lazily(() => waysOf(old));
    const isShared = (prefix: Prefix) => sharerOf(table.wholeGained, prefix, locals()) !== null;
    for (const [prefix, one] of table.gained) {
      const leaked = !has.has(prefix) && cameLeaked(table, prefix, one, { view, before, after });
      const wrong =
        !has.has(prefix) && !leaked
          ? `${prefix} of ${one.from} did not arrive in ${where(table)}`
          : had.has(prefix) && !modelled().hadBefore(table, prefix, one)
            ? `${prefix} was in ${where(table)} before the change already: that it comes from ${one.from} now is not shown`
            : (describeDetour(prefix, one, table, held(), modelled()) ??
              describeDiversion(
                prefix,
                one,
                table,
                held(),
                (wider) =>
                  isShared(wider) ||
                  modelled().has(table, wider) ||
                  accepted.has(acceptableName(wider, table.at.vrf.name)),
              ));
      if (wrong === null) came += 1;
      else found.push(counter(table, one, wrong));
    }
    for (const prefix of has) {
      if (had.has(prefix) || table.gained.has(prefix)) continue;
      const sharer = sharerOf(table.wholeGained, prefix, locals());
      if (sharer !== null) {
        const others = clashes.get(sharer) ?? new OverlapIndex(prefixesOf(old).filter((one) => !sharer.has(one)));
        clashes.set(sharer, others);
        if (prefixLength(prefix) === 0 && !accepted.has(acceptableName(prefix, table.at.vrf.name))) {
          const what = `${where(table)} gained the default route ${prefix} of a VPN that is shared whole, which nobody accepted by name`;
          found.push(counter(table, null, what, prefix));
          intruded = true;
          continue;
        }
        const clash = others.first(prefix);
        if (clash === null || prefixLength(clash) === 0 || prefixLength(prefix) === 0) continue;
        if (accepted.has(acceptableName(clash, table.at.vrf.name))) continue;
        found.push(counter(table, null, `${where(table)} gained ${prefix}, which overlaps its ${clash}`, prefix));
        intruded = true;
        continue;
      }
      const expected = modelled().comesBack(table, prefix);
      if (expected && !openedByOthers(table.at.vrf.vpn).has(prefix)) {
        notes.push(`${prefix} came back to ${where(table)}, where it belongs without this change`);
      } else {
        found.push(counter(table, null, `${where(table)} gained ${prefix}, which nobody approved`, prefix));
        intruded ||= !expected;
      }
    }
    const hadAny = lazily(() => new Set(prefixesOf(old)));
    for (const { prefix, origin, towards } of now) {
      if (table.gained.has(prefix) || !opened().has(prefix)) continue;
      if (origin === 'local') {
        // What keeps the protocol of another VRF's table looks as if it were at home here.
        if (takes().has(prefix) || hadAny().has(prefix) || modelled().isOwn(table, prefix) || isShared(prefix))
          continue;
        found.push(
          counter(table, null, `${where(table)} gained ${prefix} as its own, among what the change opens`, prefix),
        );
        continue;
      }
      const was = ways().get(prefix);
      if (towards === undefined || was === undefined || was === towards) continue;
      if (turned().isExplained({ ...table, prefix, was, now: towards })) continue;
      const what = `${prefix} in ${where(table)} goes towards ${towards} now, and went towards ${was} before: it is somebody else's`;
      found.push(counter(table, null, what, prefix));
    }
    for (const prefix of had) {
      if (has.has(prefix) || sharerOf(table.wholeLost, prefix, locals()) !== null) continue;
      if (table.lost.has(prefix) && !modelled().has(table, prefix)) continue;
      found.push(counter(table, null, `${where(table)} lost ${prefix}, which this change does not take away`, prefix));
    }
    for (const [prefix, one] of table.lost) {
      if (!has.has(prefix)) went += 1;
      if (!has.has(prefix) || table.gained.has(prefix) || modelled().has(table, prefix)) continue;
      found.push(counter(table, one, `${prefix} of ${one.from} is still in ${where(table)}`));
    }
  }
  return { ...conclude(found, unread, notes, describeMoves(came, went), tables.length), intruded };
}

/** What the plan opens of any VPN but one: in a table of its own VPN, what this one gives can come from nobody else. */
function byOwner(plan: Plan): (own: VpnId | null) => OverlapIndex {
  const known = new Map<VpnId | null, OverlapIndex>();
  return (own) => {
    const index =
      known.get(own) ?? new OverlapIndex(plan.gained.filter(({ from }) => from !== own).map(({ prefix }) => prefix));
    known.set(own, index);
    return index;
  };
}

/** Longest match decides: packets for the longer prefix never go where it was agreed. */
function describeDetour(
  prefix: Prefix,
  { from }: Reachability,
  table: Expectation,
  held: OverlapIndex,
  modelled: ModelledRoutes,
): string | null {
  for (const longer of held.inside(prefix)) {
    if (modelled.isOf(table, from, longer)) continue;
    return `${prefix} of ${from} arrived in ${where(table)}, but ${longer} of it goes another way, which the VRF has too`;
  }
  return null;
}

/** A shorter route that nobody's listed network explains loses addresses: whoever approved the plan has accepted it by name, or it is taken back. */
function describeDiversion(
  prefix: Prefix,
  { from }: Reachability,
  table: Expectation,
  held: OverlapIndex,
  isExplained: (wider: Prefix) => boolean,
): string | null {
  for (const wider of held.around(prefix)) {
    if (prefixLength(wider) === 0 || isExplained(wider)) continue;
    return `${prefix} of ${from} arrived in ${where(table)} and takes addresses from ${wider}, which the VRF has too and nobody accepted by name`;
  }
  return null;
}

/**
 * Between two VRFs of one router a route may keep the protocol of the table it is at home in. It came by the change where the taker had none of
 * it before, the giver has it at that very router, and both lead to the same place as far as the router tells.
 */
function cameLeaked(
  { at, family }: Pick<Expectation, 'at' | 'family'>,
  prefix: Prefix,
  { from, fromPe }: Reachability,
  { view, before, after }: Pick<RouteCheckInput, 'view' | 'before' | 'after'>,
): boolean {
  if (fromPe !== at.pe) return false;
  const find = (tables: ObservedTables, vrf: VrfAtPe['vrf']) =>
    tables.get(tableKey(at.pe, vrf.name, family))?.find((route) => route.prefix === prefix);
  const taken = find(after, at.vrf);
  if (taken === undefined || find(before, at.vrf) !== undefined) return false;
  return (vrfsByVpn(view).get(from) ?? []).some(({ pe, vrf }) => {
    const given = pe === at.pe ? find(after, vrf) : undefined;
    return given?.origin === 'local' && given.towards === taken.towards;
  });
}

function describeMoves(came: number, went: number): string {
  if (went === 0) return `${came} routes arrived`;
  return came === 0 ? `${went} routes left` : `${came} routes arrived and ${went} left`;
}

function conclude(
  found: readonly CounterExample[],
  unread: readonly CounterExample[],
  notes: readonly string[],
  moves: string,
  tables: number,
): Omit<RouteCheck, 'intruded'> {
  const verdict = found.length > 0 ? 'fail' : unread.length > 0 || tables === 0 ? 'unknown' : 'pass';
  const counterExamples = listCounterExamples([...found, ...unread]);
  const summary =
    verdict === 'pass'
      ? `${moves} as planned; ${countOf(tables, 'routing table')} ${tables === 1 ? 'was' : 'were'} compared and nothing else moved`
      : tables === 0
        ? 'no routing table was read'
        : `${countOf(found.length, 'finding')} and ${unread.length} unread among ${countOf(tables, 'routing table')}`;
  return {
    verdict,
    sentences: [summary, ...counterExamples.map((one) => one.sentence), ...notes],
    counterExamples,
  };
}

/** Every table of a PE of the plan, every table the plan moves, and whatever else was read. */
function expectations(view: NetworkView, plan: Plan, read: ReadonlySet<string>): Expectation[] {
  const touched = new Set(plan.routers.map((router) => router.pe));
  const [gained, lost] = [byTaker(plan.gained), byTaker(plan.lost)];
  const whole = wholeTargets(plan);
  const sharers = (list: readonly Reachability[] = []): ReadonlySet<VpnId> =>
    new Set(list.filter((one) => whole.has(one.via)).map((one) => one.from));
  return allVrfs(view).flatMap((at) => {
    const taker = `${at.pe} ${at.vrf.vpn}`;
    // Tables of a family that is not enabled are compared when they were read: there should be nothing in them.
    return FAMILIES.flatMap((family): Expectation[] => {
      // Of a network at home at several routers the entry of this one stands for all: only it may be seen as leaked.
      const ofFamily = (list: readonly Reachability[] = []) =>
        new Map(
          list
            .filter((one) => familyOf(one.prefix) === family)
            .toSorted((a, b) => Number(a.fromPe === at.pe) - Number(b.fromPe === at.pe))
            .map((one) => [one.prefix, one]),
        );
      const table = {
        at,
        family,
        gained: ofFamily(gained.get(taker)),
        lost: ofFamily(lost.get(taker)),
        wholeGained: sharers(gained.get(taker)),
        wholeLost: sharers(lost.get(taker)),
      };
      const moves = table.gained.size + table.lost.size > 0;
      const must = enabledFamilies(at.vrf).includes(family) && (touched.has(at.pe) || moves);
      return must || read.has(tableKey(at.pe, at.vrf.name, family)) ? [table] : [];
    });
  });
}

function byTaker(list: readonly Reachability[]): Map<string, Reachability[]> {
  const result = new Map<string, Reachability[]>();
  for (const one of list) {
    const key = `${one.toPe} ${one.to}`;
    const known = result.get(key);
    if (known === undefined) result.set(key, [one]);
    else known.push(one);
  }
  return result;
}

/** Route targets that the plan puts on, or takes from, every route of a VPN. */
function wholeTargets(plan: Plan): ReadonlySet<Reachability['via']> {
  const operations = plan.routers.flatMap((router) => router.vrfs.flatMap((delta) => delta.operations));
  return new Set(
    operations.flatMap((one) => (one.object === 'export-rule' && one.scope === 'whole-vpn' ? [one.routeTarget] : [])),
  );
}

/** What the route-target model has in a table, of its own VPN and of others. */
class ModelledRoutes {
  readonly #index: RouteIndex;
  readonly #sites: ReturnType<typeof vrfsByVpn>;
  readonly #ownRoutes = new Map<VpnId, ReadonlyMap<Prefix, ReadonlySet<string>>>();

  constructor(view: NetworkView) {
    this.#index = RouteIndex.of(view);
    this.#sites = vrfsByVpn(view);
  }

  has({ at, family }: Pick<Expectation, 'at' | 'family'>, prefix: Prefix): boolean {
    if (familyOf(prefix) !== family) return false;
    return this.#index.holds(at, prefix) || (at.vrf.vpn !== null && this.#routesOf(at.vrf.vpn).has(prefix));
  }

  /** Of another site of its own VPN, or by an agreement's route target: not by what an operator imports. */
  comesBack({ at, family }: Pick<Expectation, 'at' | 'family'>, prefix: Prefix): boolean {
    if (familyOf(prefix) !== family) return false;
    const sites = at.vrf.vpn === null ? undefined : this.#routesOf(at.vrf.vpn).get(prefix);
    if (sites !== undefined && (sites.size > 1 || !sites.has(siteOf(at)))) return true;
    const agreed = new Set(at.vrf.share[family]?.imports);
    return this.#index.targetsOf(at, prefix).some((target) => agreed.has(target));
  }

  /** Whether something else than the gain explains that a VRF had the prefix. */
  hadBefore({ at, family }: Pick<Expectation, 'at' | 'family'>, prefix: Prefix, { via }: Reachability): boolean {
    return familyOf(prefix) === family && this.#index.targetsOf(at, prefix).some((target) => target !== via);
  }

  isOwn({ at }: Pick<Expectation, 'at'>, prefix: Prefix): boolean {
    return at.vrf.vpn !== null && this.#routesOf(at.vrf.vpn).has(prefix);
  }

  isOf({ at }: Pick<Expectation, 'at'>, owner: VpnId, prefix: Prefix): boolean {
    return this.#index.targetsFor(at, owner, prefix).length > 0;
  }

  /** With the VRFs where each is at home: a VPN may have several at one PE. */
  #routesOf(vpn: VpnId): ReadonlyMap<Prefix, ReadonlySet<string>> {
    const known = this.#ownRoutes.get(vpn);
    if (known !== undefined) return known;
    const routes = new Map<Prefix, Set<string>>();
    for (const site of this.#sites.get(vpn) ?? []) {
      for (const prefix of FAMILIES.flatMap((family) => localPrefixes(site.vrf, family))) {
        routes.set(prefix, (routes.get(prefix) ?? new Set()).add(siteOf(site)));
      }
    }
    this.#ownRoutes.set(vpn, routes);
    return routes;
  }
}

const siteOf = ({ pe, vrf }: VrfAtPe): string => `${pe} ${vrf.name}`;

/** VPN -> local routes as the routers show them, also those that the inventory does not list. */
function localRoutes(view: NetworkView, observed: readonly ObservedTables[]): Map<VpnId, Set<Prefix>> {
  const result = new Map<VpnId, Set<Prefix>>();
  for (const [vpn, sites] of vrfsByVpn(view)) {
    const keys = sites.flatMap(({ pe, vrf }) => FAMILIES.map((family) => tableKey(pe, vrf.name, family)));
    const routes = observed.flatMap((tables) => keys.flatMap((key) => tables.get(key) ?? []));
    result.set(vpn, new Set(routes.filter((route) => route.origin === 'local').map((route) => route.prefix)));
  }
  return result;
}

/** The local routes of the VPN that shares this prefix with all its others. */
function sharerOf(
  whole: ReadonlySet<VpnId>,
  prefix: Prefix,
  locals: ReadonlyMap<VpnId, ReadonlySet<Prefix>>,
): ReadonlySet<Prefix> | null {
  for (const vpn of whole) {
    const routes = locals.get(vpn);
    if (routes?.has(prefix)) return routes;
  }
  return null;
}

function prefixesOf(routes: readonly ObservedRoute[]): Prefix[] {
  return routes.map((route) => route.prefix);
}

/** Where each route leads, as far as the router tells. */
function waysOf(routes: readonly ObservedRoute[]): ReadonlyMap<Prefix, string> {
  return new Map(routes.flatMap(({ prefix, towards }) => (towards === undefined ? [] : [[prefix, towards] as const])));
}

function vpnRoutes(routes: readonly ObservedRoute[]): ReadonlySet<Prefix> {
  return new Set(routes.filter((route) => route.origin === 'vpn').map((route) => route.prefix));
}

function where({ at }: Expectation): string {
  return `VRF ${at.vrf.name} at ${at.pe}`;
}

function counter({ at }: Expectation, one: Reachability | null, sentence: string, prefix?: Prefix): CounterExample {
  const place = { pe: at.pe, vrf: at.vrf.name };
  return { ...place, routeTarget: one?.via ?? null, prefix: prefix ?? one?.prefix ?? null, sentence };
}
