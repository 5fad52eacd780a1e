import type { Inventory } from '../domain/inventory.ts';
import type { VpnId } from '../domain/names.ts';
import { parseRouteTarget, type RouteTarget } from '../domain/route-target.ts';
import { isFromPool } from '../domain/route-target-pool.ts';
import { WaslError } from '../errors.ts';

/** Leaves room between the VPNs' own route targets, as operators do. */
const STEP = 100;

/**
 * The route target that the operator gave a VPN in this simulation: `asNumber:100` for the first VPN of the inventory,
 * `asNumber:200` for the second. Throws INVENTORY_INVALID where that number lies in wasl's own pool.
 */
export function baseRouteTarget(inventory: Inventory, vpn: VpnId): RouteTarget {
  const index = inventory.vpns.findIndex((candidate) => candidate.id === vpn);
  if (index < 0) throw new WaslError('VPN_UNKNOWN', `The inventory has no VPN ${vpn}`);
  const { asNumber, routeTargetPool } = inventory.backbone;
  const target = parseRouteTarget(`${asNumber}:${(index + 1) * STEP}`);
  if (!isFromPool(routeTargetPool, target)) return target;
  throw new WaslError('INVENTORY_INVALID', `The simulated operator's route target ${target} of ${vpn} is in the pool`, {
    path: 'backbone.routeTargetPool',
    remedy: `Put the pool above ${asNumber}:${inventory.vpns.length * STEP} or under another administrator.`,
  });
}
