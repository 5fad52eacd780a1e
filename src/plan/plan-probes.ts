import type { PeName, VpnId } from '../domain/names.ts';
import { localPrefixes, type NetworkView } from '../domain/network-view.ts';
import type { Reachability, ReachabilityProbe } from '../domain/plan.ts';
import { type Address, contains, FAMILIES, familyOf, type Prefix, prefixSortKey } from '../domain/prefix.ts';
import { sortByKey } from '../proof/reachability.ts';
import { allVrfs, carriedRoutes, ownerOf, type VrfAtPe } from '../proof/route-model.ts';

/** Probes that must stay silent are bounded per VRF: the comparison of whole routing tables covers every prefix anyway. */
export const SILENT_PROBES_PER_VRF_MAX = 4;

/**
 * What verification looks up and pings inside the confirm window:
 * - each gained prefix in every VRF of the VPN that gains it, pinged where packets have a way back to that very PE;
 * - each lost prefix where nothing else carries it any more: unreachable;
 * - on touched PEs every VRF of the other VPNs, canaries for every prefix: unreachable.
 */
export function planProbes(
  after: NetworkView,
  change: { readonly gained: readonly Reachability[]; readonly lost: readonly Reachability[] },
  touched: ReadonlySet<PeName>,
): ReachabilityProbe[] {
  const { gained, lost } = change;
  const routes = carriedRoutes(after);
  const held = new Set(routes.map(({ to, prefix }) => `${to.pe} ${to.vrf.name} ${prefix}`));
  const ways = new Set(
    routes.map(({ from, to, family }) => `${ownerOf(from)} ${from.pe} ${to.pe} ${ownerOf(to)} ${family}`),
  );
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

  for (const { from, fromPe, prefix, to, toPe } of gained) {
    const wayBack = ways.has(`${to} ${toPe} ${fromPe} ${from} ${familyOf(prefix)}`);
    const target = wayBack ? (targets.get(`${from} ${fromPe} ${prefix}`) ?? null) : null;
    for (const at of vrfsOf.get(`${toPe} ${to}`) ?? []) add(at, prefix, target, 'reachable');
  }
  for (const { from, fromPe, prefix, to, toPe } of lost) {
    for (const at of vrfsOf.get(`${toPe} ${to}`) ?? []) {
      if (held.has(`${at.pe} ${at.vrf.name} ${prefix}`)) continue;
      add(at, prefix, targets.get(`${from} ${fromPe} ${prefix}`) ?? null, 'unreachable');
    }
  }
  const parties = new Set<string>([...gained, ...lost].flatMap((one) => [one.from, one.to]));
  const opened = openedPrefixes(gained, targets);
  for (const at of allVrfs(after)) {
    if (!touched.has(at.pe) || parties.has(ownerOf(at))) continue;
    const own = new Set(FAMILIES.flatMap((family) => localPrefixes(at.vrf, family)));
    const silent = opened.filter(({ prefix }) => !own.has(prefix) && !held.has(`${at.pe} ${at.vrf.name} ${prefix}`));
    const some = at.vrf.canary ? silent : silent.slice(0, SILENT_PROBES_PER_VRF_MAX);
    for (const { prefix, target } of some) add(at, prefix, target, 'unreachable');
  }
  return sortByKey([...probes.values()], ({ pe, vrf, prefix }) => `${pe} ${vrf} ${prefixSortKey(prefix)}`);
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

/** Each gained prefix once, those that answer pings first, then in canonical order. */
function openedPrefixes(
  gained: readonly Reachability[],
  targets: ReadonlyMap<string, Address>,
): { readonly prefix: Prefix; readonly target: Address | null }[] {
  const byPrefix = new Map<Prefix, Address | null>();
  for (const { from, fromPe, prefix } of gained) {
    byPrefix.set(prefix, byPrefix.get(prefix) ?? targets.get(`${from} ${fromPe} ${prefix}`) ?? null);
  }
  const list = [...byPrefix].map(([prefix, target]) => ({ prefix, target }));
  return sortByKey(list, ({ prefix, target }) => `${target === null ? 1 : 0} ${prefixSortKey(prefix)}`);
}
