import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import { localPrefixes, type NetworkView } from '../domain/network-view.ts';
import type { Reachability, ReachabilityProbe } from '../domain/plan.ts';
import {
  type Address,
  contains,
  FAMILIES,
  type Family,
  familyOf,
  type Prefix,
  prefixSortKey,
} from '../domain/prefix.ts';
import type { ChangeUnderProof } from '../proof/change-under-proof.ts';
import { sortByKey } from '../proof/reachability.ts';
import { RouteIndex } from '../proof/route-index.ts';
import { allVrfs, ownerOf, type VrfAtPe } from '../proof/route-model.ts';
import { boundSilentProbes } from './bound-silent-probes.ts';

/**
 * Probes that third VPNs must leave unanswered, canaries not counted: each costs a router a few seconds of waiting inside the
 * confirm window, and the comparison of whole routing tables covers every prefix and VRF anyway.
 */
export const SILENT_PROBES_MAX = 400;

/**
 * What verification looks up and pings inside the confirm window:
 * - each gained prefix in every VRF of the VPN that gains it, pinged where packets have a way back to that very VRF;
 * - each lost prefix where nothing else carries it any more: unreachable;
 * - on touched PEs the canaries for every prefix, and VRFs of other VPNs for one prefix of each VPN that gives: unreachable. What is
 *   deactivated there, or no VRF any more, has no table that could hold it.
 */
export function planProbes(
  { kind, after }: Pick<ChangeUnderProof, 'kind' | 'after'>,
  moves: { readonly gained: readonly Reachability[]; readonly lost: readonly Reachability[] },
  touched: ReadonlySet<PeName>,
): ReachabilityProbe[] {
  const removes = onlyTakesAway(kind);
  // A removal asks only where it holds a session, and only for what it takes away.
  const [gained, lost] = removes ? [[], moves.lost.filter((one) => touched.has(one.toPe))] : [moves.gained, moves.lost];
  const routes = RouteIndex.of(after);
  const targets = probeTargets(after, new Set([...gained, ...lost].map((one) => one.from)));
  const vrfsOf = new Map<string, VrfAtPe[]>();
  for (const at of allVrfs(after)) {
    const key = `${at.pe} ${ownerOf(at)}`;
    vrfsOf.set(key, [...(vrfsOf.get(key) ?? []), at]);
  }
  const probes = new Map<string, ReachabilityProbe>();
  const add = (at: VrfAtPe, prefix: Prefix, target: Address | null, expect: ReachabilityProbe['expect']) => {
    const key = `${at.pe} ${at.vrf.name} ${prefix}`;
    // The same prefix from two PEs: the one that can be pinged decides.
    if ((probes.get(key)?.target ?? null) === null)
      probes.set(key, { pe: at.pe, vrf: at.vrf.name, prefix, target, expect });
  };

  const ways = new Map<string, readonly Prefix[]>();
  const wayBack = ({ from, fromPe, to, toPe, prefix }: Reachability): readonly Prefix[] => {
    const family = familyOf(prefix);
    const key = `${to} ${toPe} ${fromPe} ${from} ${family}`;
    const known = ways.get(key);
    if (known !== undefined) return known;
    const back = (vrfsOf.get(`${fromPe} ${from}`) ?? []).flatMap((at) => routes.heldFrom(at, to, toPe, family));
    ways.set(key, back);
    return back;
  };
  for (const one of gained) {
    const { from, fromPe, prefix, to, toPe } = one;
    const back = wayBack(one);
    const target = targets.get(`${from} ${fromPe} ${prefix}`) ?? null;
    for (const at of vrfsOf.get(`${toPe} ${to}`) ?? []) {
      add(at, prefix, findsBack(at, familyOf(prefix), back) ? target : null, 'reachable');
    }
  }
  for (const { from, fromPe, prefix, to, toPe } of lost) {
    for (const at of vrfsOf.get(`${toPe} ${to}`) ?? []) {
      if (routes.holds(at, prefix)) continue;
      add(at, prefix, targets.get(`${from} ${fromPe} ${prefix}`) ?? null, 'unreachable');
    }
  }
  if (removes) return inOrder(probes, after);
  const parties = new Set<string>([...gained, ...lost].flatMap((one) => [one.from, one.to]));
  const opened = openedPrefixes(gained, targets);
  const spread: { readonly at: VrfAtPe; readonly place: number; readonly one: OpenedPrefix }[] = [];
  const places = new Map<PeName, number>();
  for (const at of allVrfs(after)) {
    if (!touched.has(at.pe) || parties.has(ownerOf(at)) || at.vrf.idle) continue;
    const own = new Set(FAMILIES.flatMap((family) => localPrefixes(at.vrf, family)));
    const silent = opened.filter(({ prefix }) => !own.has(prefix) && !routes.holds(at, prefix));
    if (at.vrf.canary) for (const { prefix, target } of silent) add(at, prefix, target, 'unreachable');
    else {
      const place = (places.get(at.pe) ?? 0) + 1;
      places.set(at.pe, place);
      for (const one of firstOfEach(silent)) spread.push({ at, place, one });
    }
  }
  // The first other VRF of every PE before the second of any: where there are too many, every PE keeps some.
  const fair = sortByKey(spread, ({ at, place }) => `${String(place).padStart(6, '0')} ${at.pe}`);
  for (const { at, one } of fair.slice(0, SILENT_PROBES_MAX)) add(at, one.prefix, one.target, 'unreachable');
  return inOrder(probes, after);
}

/** Sorted, and no more silent pings than a PE has time for. */
function inOrder(probes: ReadonlyMap<string, ReachabilityProbe>, view: NetworkView): ReachabilityProbe[] {
  const canaries = new Set(allVrfs(view).flatMap(({ pe, vrf }) => (vrf.canary ? [`${pe} ${vrf.name}`] : [])));
  const sorted = sortByKey([...probes.values()], ({ pe, vrf, prefix }) => `${pe} ${vrf} ${prefixSortKey(prefix)}`);
  return boundSilentProbes(sorted, ({ pe, vrf }) => canaries.has(`${pe} ${vrf}`));
}

/** Pings come from the PE's own address towards a CE: where the inventory names one, the other side must reach that very address. */
function findsBack({ vrf }: VrfAtPe, family: Family, back: readonly Prefix[]): boolean {
  const sources = vrf.attachments.flatMap(({ source }) => (source && familyOf(source) === family ? [source] : []));
  // Another VRF of the VPN at this PE is no way back.
  if (sources.length === 0) return localPrefixes(vrf, family).some((prefix) => back.includes(prefix));
  return sources.some((source) => back.some((prefix) => contains(prefix, source)));
}

/** VPN, PE and prefix -> a CE address inside the prefix that answers pings. */
function probeTargets(view: NetworkView, vpns: ReadonlySet<VpnId>): ReadonlyMap<string, Address> {
  const targets = new Map<string, Address>();
  for (const { pe, vrf } of allVrfs(view)) {
    if (vrf.vpn === null || !vpns.has(vrf.vpn)) continue;
    for (const { prefixes, probe } of vrf.attachments) {
      if (probe === null) continue;
      for (const prefix of prefixes) {
        const key = `${vrf.vpn} ${pe} ${prefix}`;
        if (contains(prefix, probe) && !targets.has(key)) targets.set(key, probe);
      }
    }
  }
  return targets;
}

interface OpenedPrefix {
  readonly from: VpnId;
  readonly prefix: Prefix;
  readonly target: Address | null;
}

/** Each gained prefix once, those that answer pings first, then in canonical order. */
function openedPrefixes(gained: readonly Reachability[], targets: ReadonlyMap<string, Address>): OpenedPrefix[] {
  const byPrefix = new Map<Prefix, OpenedPrefix>();
  for (const { from, fromPe, prefix } of gained) {
    const target = byPrefix.get(prefix)?.target ?? targets.get(`${from} ${fromPe} ${prefix}`) ?? null;
    byPrefix.set(prefix, { from, prefix, target });
  }
  return sortByKey(
    [...byPrefix.values()],
    ({ prefix, target }) => `${target === null ? 1 : 0} ${prefixSortKey(prefix)}`,
  );
}

/** The first one of every giving VPN. */
function firstOfEach(opened: readonly OpenedPrefix[]): OpenedPrefix[] {
  const seen = new Set<VpnId>();
  return opened.filter(({ from }) => !seen.has(from) && seen.add(from) !== undefined);
}
