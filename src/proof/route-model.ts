import type { PeName, VpnId } from '../domain/names.ts';
import { localPrefixes, type NetworkView, type VrfView } from '../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';

/** One VRF at its PE. */
export interface VrfAtPe {
  readonly pe: PeName;
  readonly vrf: VrfView;
}

/** A route of one VPN that a VRF of another one holds, by one route target. */
export interface CarriedRoute {
  readonly from: VrfAtPe;
  readonly to: VrfAtPe;
  readonly family: Family;
  readonly prefix: Prefix;
  readonly via: RouteTarget;
}

/** More routes between VPNs than this would exhaust memory: such a network is split into several inventories. */
export const CARRIED_ROUTES_MAX = 4_000_000;

interface Exporter {
  readonly at: VrfAtPe;
  readonly prefixes: readonly Prefix[];
}

/** Who puts a route target on which routes, and who takes routes with it; grouped by owner. */
interface TargetUse {
  readonly exporters: Map<string, Exporter[]>;
  readonly importers: Map<string, VrfAtPe[]>;
}

/** The VPN, or for a VRF of nobody the VRF itself: two unknown VRFs are never taken for one VPN. VPN ids have no `?`. */
export function ownerOf({ pe, vrf }: VrfAtPe): string {
  return vrf.vpn ?? `?${pe}/${vrf.name}`;
}

/** How sentences name an owner. */
export function ownerName(at: VrfAtPe): string {
  return at.vrf.vpn ?? `the unregistered VRF ${at.vrf.name} at ${at.pe}`;
}

export function allVrfs(view: NetworkView): VrfAtPe[] {
  return view.pes.flatMap(({ name, vrfs }) => vrfs.map((vrf) => ({ pe: name, vrf })));
}

export function vrfsByVpn(view: NetworkView): ReadonlyMap<VpnId, readonly VrfAtPe[]> {
  const byVpn = new Map<VpnId, VrfAtPe[]>();
  for (const at of allVrfs(view)) if (at.vrf.vpn !== null) push(byVpn, at.vrf.vpn, at);
  return byVpn;
}

export function routeKey(route: CarriedRoute): string {
  const { from, to, prefix, via } = route;
  return `${from.pe} ${from.vrf.name} ${prefix} ${to.pe} ${to.vrf.name} ${via}`;
}

/**
 * The route-target model (RFC 4364 §4.3.1): a VRF holds the routes that share a route target with its imports.
 * Every pair of different owners is found, also two VRFs of one PE; routes inside a VPN are not listed.
 * Routes are those of the inventory's attachments; what a VRF imported it does not export again.
 * Cost: the size of the view plus the number of routes found.
 */
export function carriedRoutes(view: NetworkView): CarriedRoute[] {
  const result: CarriedRoute[] = [];
  for (const family of FAMILIES) {
    for (const [via, use] of indexTargets(view, family)) {
      for (const [owner, exporters] of use.exporters) {
        for (const [taker, importers] of use.importers) {
          if (owner === taker) continue;
          for (const { at: from, prefixes } of exporters) {
            if (result.length + prefixes.length * importers.length > CARRIED_ROUTES_MAX) {
              throw new WaslError('REQUEST_TOO_LARGE', `more than ${CARRIED_ROUTES_MAX} routes between VPNs`);
            }
            for (const to of importers) for (const prefix of prefixes) result.push({ from, to, family, prefix, via });
          }
        }
      }
    }
  }
  return result;
}

function indexTargets(view: NetworkView, family: Family): Map<RouteTarget, TargetUse> {
  const index = new Map<RouteTarget, TargetUse>();
  const use = (target: RouteTarget): TargetUse => {
    const known = index.get(target) ?? { exporters: new Map(), importers: new Map() };
    index.set(target, known);
    return known;
  };
  for (const at of allVrfs(view)) {
    const owner = ownerOf(at);
    for (const [target, prefixes] of exportedBy(at.vrf, family)) push(use(target).exporters, owner, { at, prefixes });
    for (const target of importsOf(at.vrf, family)) push(use(target).importers, owner, at);
  }
  return index;
}

/** Both the operator's and wasl's, also in a family that is not enabled: a leftover must not go unseen. */
export function importsOf(vrf: VrfView, family: Family): ReadonlySet<RouteTarget> {
  return new Set([...(vrf.base[family]?.importRouteTargets ?? []), ...(vrf.extranet[family]?.imports ?? [])]);
}

/** Route target -> local prefixes that carry it. */
function exportedBy(vrf: VrfView, family: Family): Map<RouteTarget, readonly Prefix[]> {
  const result = new Map<RouteTarget, readonly Prefix[]>();
  const local = localPrefixes(vrf, family);
  if (local.length === 0) return result;
  for (const { routeTarget, scope } of vrf.extranet[family]?.exports ?? []) {
    const inScope = scope === 'whole-vpn' ? null : new Set(scope);
    const known = result.get(routeTarget) ?? [];
    const more = local.filter((prefix) => (inScope === null || inScope.has(prefix)) && !known.includes(prefix));
    if (more.length > 0) result.set(routeTarget, [...known, ...more]);
  }
  for (const routeTarget of vrf.base[family]?.exportRouteTargets ?? []) result.set(routeTarget, local);
  return result;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
