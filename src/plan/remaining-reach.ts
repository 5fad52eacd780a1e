import type { InterconnectId, VpnId } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import type { Reachability, RemainingReach } from '../domain/plan.ts';
import { prefixSortKey } from '../domain/prefix.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { sortByKey } from '../proof/reachability.ts';
import { RouteIndex } from '../proof/route-index.ts';
import { vrfsByVpn } from '../proof/route-model.ts';

/** What a change gives up and what stays reachable all the same, by whatever else carries it. */
export function remainingReach(
  after: NetworkView,
  lost: readonly Reachability[],
  others: readonly RealisedInterconnect[],
): RemainingReach[] {
  const holders = new Map<RouteTarget, InterconnectId>(
    others.flatMap(({ id, flows }) => flows.map(({ routeTarget }): [RouteTarget, InterconnectId] => [routeTarget, id])),
  );
  const routes = RouteIndex.of(after);
  const sites = vrfsByVpn(after);
  const remains = new Map<string, RemainingReach>();
  const seen = new Set<string>();
  for (const { from, to, prefix } of lost) {
    const key = `${from} ${to} ${prefix}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const at of sites.get(to) ?? []) {
      for (const via of routes.targetsFor(at, from, prefix)) {
        const by = holders.get(via) ?? null;
        remains.set(`${from} ${to} ${prefixSortKey(prefix)} ${by ?? ''}`, { from, to, prefix, by });
      }
    }
  }
  return sortByKey([...remains], ([key]) => key).map(([, one]) => one);
}

/** `10.100.10.0/24 of MOH stays reachable from MOF, by IC-0002`. */
export function describeRemaining(
  { from, prefix, to, by }: RemainingReach,
  nameOf: (vpn: VpnId) => string = (vpn) => vpn,
): string {
  const carrier = by ?? "the operator's own configuration";
  return `${prefix} of ${nameOf(from)} stays reachable from ${nameOf(to)}, by ${carrier}`;
}
