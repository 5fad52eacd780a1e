import type { NetworkView } from '../domain/network-view.ts';
import type { Reachability } from '../domain/plan.ts';
import { prefixSortKey } from '../domain/prefix.ts';
import { RouteIndex } from './route-index.ts';
import type { CarriedRoute } from './route-model.ts';

/** Who reaches what in another VPN, sorted. VRFs of nobody cannot be named here; the proofs look at them apart. */
export function computeReachability(view: NetworkView): Reachability[] {
  return reachabilityOf(RouteIndex.of(view).routes());
}

/** One entry per VPN pair, PEs, prefix and route target, however many VRFs of the VPN are at the PE. */
export function reachabilityOf(routes: Iterable<CarriedRoute>): Reachability[] {
  const byKey = new Map<string, Reachability>();
  for (const { from, to, prefix, via } of routes) {
    if (from.vrf.vpn === null || to.vrf.vpn === null) continue;
    const one = { from: from.vrf.vpn, fromPe: from.pe, prefix, to: to.vrf.vpn, toPe: to.pe, via };
    byKey.set(reachabilityKey(one), one);
  }
  return sortByKey([...byKey.values()], sortKey);
}

export function reachabilityKey({ from, fromPe, prefix, to, toPe, via }: Reachability): string {
  return `${from} ${fromPe} ${prefix} ${to} ${toPe} ${via}`;
}

function sortKey({ from, fromPe, prefix, to, toPe, via }: Reachability): string {
  return `${from} ${to} ${prefixSortKey(prefix)} ${fromPe} ${toPe} ${via}`;
}

/** Sorts by a text computed once per element; code-unit order, the same on every machine. */
export function sortByKey<T>(list: readonly T[], key: (element: T) => string): T[] {
  return list
    .map((element): [string, T] => [key(element), element])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, element]) => element);
}
