/** What the taking VRFs hold in their tables, beyond what the inventory lists, against what a change brings them. */
import type { VrfName } from '../domain/names.ts';
import { enabledFamilies, localPrefixes, type NetworkView } from '../domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import { type Acceptable, acceptableName, type CounterExample } from '../domain/plan.ts';
import { FAMILIES, type Family, type Prefix, prefixLength } from '../domain/prefix.ts';
import { type ChangeUnderProof, listCounterExamples, type RouteChange } from './change-under-proof.ts';
import { lazily } from './lazily.ts';
import { OverlapIndex } from './overlap-index.ts';
import { allVrfs, type CarriedRoute, ownerName, ownerOf, type VrfAtPe, vrfsOf } from './route-model.ts';

export interface HeldFindings {
  /** Nobody may let these pass. */
  readonly found: readonly CounterExample[];
  /** Tables that were not read. */
  readonly unread: readonly CounterExample[];
  readonly toAccept: readonly Acceptable[];
  readonly told: readonly string[];
}

/** More sentences are counted, not listed. */
const TOLD_MAX = 20;

/** What comes to one table: the prefixes, and who gives them. */
export interface Arrival {
  readonly at: VrfAtPe;
  readonly family: Family;
  readonly routes: Map<Prefix, { readonly from: VrfAtPe; readonly via: CarriedRoute['via'] }>;
  /** The VRFs that give it everything they have. */
  readonly whole: Map<VrfAtPe['vrf'], CarriedRoute>;
}

/**
 * Longest match decides (RFC 4364 §4.2). A route of the table that equals one that comes, or is longer, keeps addresses from going where it was
 * agreed: fail. A shorter one loses addresses to it: where a listed network lies there, fail; else whoever approves the plan accepts it by name.
 * Of a default route it is told. What a VPN that is shared whole has beyond the inventory comes too, and is judged with it.
 */
export function judgeHeldRoutes(change: ChangeUnderProof, routes: RouteChange, held: ObservedTables): HeldFindings {
  const findings = new Findings();
  const listed = lazily(() => listedBy(change.after));
  for (const arrival of arrivals(change, routes)) {
    const table = tableOf(held, arrival.at, arrival.family);
    if (table === undefined) {
      findings.notRead(arrival.at, arrival.family);
      continue;
    }
    const comes = withUnlisted(arrival, held, findings);
    const others = table.filter(({ prefix }) => !isModelled(change, routes, arrival.at, prefix));
    const byPrefix = new Map(others.map((route) => [route.prefix, route]));
    const index = new OverlapIndex(byPrefix.keys());
    for (const [prefix, { from, via }] of comes) {
      const same = byPrefix.get(prefix);
      // What a default route brings is what nothing longer matches: of that nothing was agreed.
      const clash = same?.prefix ?? (prefixLength(prefix) === 0 ? undefined : first(index.inside(prefix)));
      if (clash !== undefined) {
        findings.clash(arrival.at, { prefix, from, via }, byPrefix.get(clash) as ObservedRoute);
        continue;
      }
      const wider = first(index.around(prefix));
      if (wider === undefined) continue;
      const owners = prefixLength(wider) === 0 ? [] : [...(listed().get(wider) ?? [])];
      const route = byPrefix.get(wider) as ObservedRoute;
      if (owners.some((owner) => owner !== ownerOf(from))) findings.clash(arrival.at, { prefix, from, via }, route);
      else findings.diversion(arrival.at, { prefix, from }, route);
    }
  }
  return findings.conclude();
}

function first<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}

/** Gained routes by the table that takes them. */
export function arrivals({ after }: ChangeUnderProof, { gained }: RouteChange): Arrival[] {
  const byTable = new Map<string, Arrival>();
  for (const route of gained) {
    const { to, family, prefix, from, via } = route;
    if (!enabledFamilies(to.vrf).includes(family)) continue;
    const key = tableKey(to.pe, to.vrf.name, family);
    const arrival = byTable.get(key) ?? { at: to, family, routes: new Map(), whole: new Map() };
    byTable.set(key, arrival);
    arrival.routes.set(prefix, { from, via });
    if (givesAll(from, family, via)) arrival.whole.set(from.vrf, route);
  }
  const found = [...byTable.values()];
  const taking = new Set(found.map(({ at }) => at.pe));
  const vrfs = after.pes.filter(({ name }) => taking.has(name)).flatMap((pe) => pe.vrfs);
  const order = new Map(vrfs.map((vrf, index) => [vrf, index]));
  const place = ({ at }: Arrival) => order.get(at.vrf) ?? -1;
  return found.sort((a, b) => place(a) - place(b));
}

const givesAll = ({ vrf }: VrfAtPe, family: Family, via: CarriedRoute['via']): boolean =>
  vrf.share[family]?.exports.some(({ routeTarget, scope }) => routeTarget === via && scope === 'whole-vpn') === true;

/** With the routes that VRFs which give all have beyond the inventory. */
export function withUnlisted(
  { at, family, routes, whole }: Arrival,
  held: ObservedTables,
  findings: Pick<Findings, 'notRead' | 'defaultRoute' | 'unlisted'>,
): Arrival['routes'] {
  if (whole.size === 0) return routes;
  const all = new Map(routes);
  for (const { from, via } of whole.values()) {
    const table = tableOf(held, from, family);
    if (table === undefined) {
      findings.notRead(from, family);
      continue;
    }
    for (const { prefix, origin } of table) {
      if (origin !== 'local' || all.has(prefix)) continue;
      all.set(prefix, { from, via });
      if (prefixLength(prefix) === 0) findings.defaultRoute(at, prefix, from);
      else findings.unlisted(at, prefix, from);
    }
  }
  return all;
}

/** What the inventory and the route targets explain was judged by them: the VPN's own, and what is imported without the change. */
function isModelled({ before }: ChangeUnderProof, routes: RouteChange, at: VrfAtPe, prefix: Prefix): boolean {
  return routes.before.holds(vrfIn(before, at) ?? at, prefix) || ownPrefixes(before, ownerOf(at)).has(prefix);
}

const vrfIndexes = new WeakMap<NetworkView, ReadonlyMap<string, VrfAtPe>>();

function vrfIn(view: NetworkView, { pe, vrf }: VrfAtPe): VrfAtPe | undefined {
  const known = vrfIndexes.get(view) ?? new Map(allVrfs(view).map((at) => [`${at.pe}/${at.vrf.name}`, at]));
  vrfIndexes.set(view, known);
  return known.get(`${pe}/${vrf.name}`);
}

const ownIndexes = new WeakMap<NetworkView, Map<string, ReadonlySet<Prefix>>>();

function ownPrefixes(view: NetworkView, owner: string): ReadonlySet<Prefix> {
  const byOwner = ownIndexes.get(view) ?? new Map<string, ReadonlySet<Prefix>>();
  ownIndexes.set(view, byOwner);
  const known = byOwner.get(owner);
  if (known !== undefined) return known;
  const sites = vrfsOf(view, owner);
  const own = new Set(sites.flatMap(({ vrf }) => FAMILIES.flatMap((family) => localPrefixes(vrf, family))));
  byOwner.set(owner, own);
  return own;
}

/** Listed prefix -> whose it is: of several VPNs, where they use the same addresses. */
function listedBy(view: NetworkView): ReadonlyMap<Prefix, ReadonlySet<string>> {
  const owners = new Map<Prefix, Set<string>>();
  for (const at of allVrfs(view)) {
    for (const family of FAMILIES) {
      for (const prefix of localPrefixes(at.vrf, family)) {
        const known = owners.get(prefix);
        if (known === undefined) owners.set(prefix, new Set([ownerOf(at)]));
        else known.add(ownerOf(at));
      }
    }
  }
  return owners;
}

const tableOf = (held: ObservedTables, { pe, vrf }: VrfAtPe, family: Family) =>
  held.get(tableKey(pe, vrf.name, family));

interface Coming {
  readonly prefix: Prefix;
  readonly from: VrfAtPe;
}

class Findings {
  readonly #found: CounterExample[] = [];
  readonly #unread: CounterExample[] = [];
  readonly #toAccept = new Map<string, { pes: Set<VrfAtPe['pe']>; sentences: Set<string> }>();
  readonly #told = new Set<string>();

  notRead(at: VrfAtPe, family: Family): void {
    this.#unread.push(example(at, null, null, `the ${family} routes of ${where(at)} were not read`));
  }

  clash(at: VrfAtPe, { prefix, from, via }: Coming & Pick<CarriedRoute, 'via'>, route: ObservedRoute): void {
    const sentence = `${prefix} of ${ownerName(from)}, new in ${where(at)}, overlaps ${route.prefix}, ${inWords(route)}`;
    this.#found.push(example(at, via, prefix, sentence));
  }

  diversion(at: VrfAtPe, { prefix, from }: Coming, route: ObservedRoute): void {
    const sentence =
      `from then on ${prefix} goes to ${ownerName(from)}: until now ${where(at)} sends it by ` +
      `${prefixLength(route.prefix) === 0 ? 'its default route' : `${route.prefix}, ${inWords(route)}`}`;
    if (prefixLength(route.prefix) === 0) this.#told.add(sentence);
    else this.#accept(at, route.prefix, at.vrf.name, sentence);
  }

  defaultRoute(at: VrfAtPe, prefix: Prefix, from: VrfAtPe): void {
    const sentence = `with the whole VPN ${ownerName(from)} its default route ${prefix} comes to ${where(at)}: whatever nothing else matches goes to it`;
    this.#accept(at, prefix, at.vrf.name, sentence);
  }

  unlisted(at: VrfAtPe, prefix: Prefix, from: VrfAtPe): void {
    this.#told.add(
      `with the whole VPN ${ownerName(from)} also ${prefix}, which no inventory lists, comes to ${where(at)}`,
    );
  }

  #accept({ pe }: VrfAtPe, prefix: Prefix, vrf: VrfName, sentence: string): void {
    const name = acceptableName(prefix, vrf);
    const known = this.#toAccept.get(name) ?? { pes: new Set(), sentences: new Set() };
    this.#toAccept.set(name, known);
    known.pes.add(pe);
    known.sentences.add(sentence);
  }

  conclude(): HeldFindings {
    return {
      found: listCounterExamples(this.#found),
      unread: listCounterExamples(this.#unread),
      toAccept: [...this.#toAccept]
        .map(([name, { pes, sentences }]) => ({ name, pes: [...pes].sort(), sentence: shorten(sentences).join('; ') }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      told: shorten(this.#told),
    };
  }
}

function shorten(sentences: ReadonlySet<string>): string[] {
  const list = [...sentences];
  return list.length <= TOLD_MAX
    ? list
    : [...list.slice(0, TOLD_MAX), `and ${list.length - TOLD_MAX} more of the kind`];
}

const where = ({ pe, vrf }: VrfAtPe): string => `VRF ${vrf.name} at ${pe}`;

const inWords = ({ origin, towards }: ObservedRoute): string =>
  `which its table holds ${origin === 'local' ? 'as its own' : 'from elsewhere'}${towards === undefined ? '' : ` (towards ${towards})`}`;

function example(
  { pe, vrf }: VrfAtPe,
  routeTarget: CounterExample['routeTarget'],
  prefix: Prefix | null,
  sentence: string,
): CounterExample {
  return { pe, vrf: vrf.name, routeTarget, prefix, sentence };
}
