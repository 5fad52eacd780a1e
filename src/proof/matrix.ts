import type { VpnId } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import type { Prefix } from '../domain/prefix.ts';
import { prefixSortKey } from '../domain/prefix.ts';
import { compareRouteTargets, type RouteTarget } from '../domain/route-target.ts';
import { sortByKey } from './reachability.ts';
import { RouteIndex } from './route-index.ts';
import { vrfsByVpn } from './route-model.ts';

/** What of VPN `from` can be reached from VPN `to`, anywhere. */
export interface MatrixCell {
  readonly from: VpnId;
  readonly to: VpnId;
  readonly prefixes: readonly Prefix[];
  readonly via: readonly RouteTarget[];
}

export interface Matrix {
  /** Every VPN that has a VRF, sorted. */
  readonly vpns: readonly VpnId[];
  /** Only pairs with something reachable, sorted by from and to. */
  readonly cells: readonly MatrixCell[];
}

export function computeMatrix(view: NetworkView): Matrix {
  const pairs = new Map<string, { from: VpnId; to: VpnId; prefixes: Set<Prefix>; via: Set<RouteTarget> }>();
  for (const { from, to, prefix, via } of new RouteIndex(view).routes()) {
    if (from.vrf.vpn === null || to.vrf.vpn === null) continue;
    const key = `${from.vrf.vpn} ${to.vrf.vpn}`;
    const pair = pairs.get(key) ?? { from: from.vrf.vpn, to: to.vrf.vpn, prefixes: new Set(), via: new Set() };
    pair.prefixes.add(prefix);
    pair.via.add(via);
    pairs.set(key, pair);
  }
  const cells = [...pairs.values()].map((pair) => ({
    from: pair.from,
    to: pair.to,
    prefixes: sortByKey([...pair.prefixes], prefixSortKey),
    via: [...pair.via].sort(compareRouteTargets),
  }));
  return {
    vpns: sortByKey([...vrfsByVpn(view).keys()], (vpn) => vpn),
    cells: sortByKey(cells, ({ from, to }) => `${from} ${to}`),
  };
}
