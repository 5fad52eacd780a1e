import { WaslError } from '../errors.ts';
import type { Inventory, InventoryRouter } from './inventory.ts';
import type { VpnId } from './names.ts';

/** null: in service. Else one sentence, with the reason where the inventory gives one. */
export function maintenanceOf({ name, maintenance, maintenanceReason }: InventoryRouter): string | null {
  if (maintenance !== true) return null;
  return `${name} is in maintenance${maintenanceReason === undefined ? '' : `: ${maintenanceReason}`}`;
}

/** For what opens: throws ROUTER_MAINTENANCE where a PE with a VRF of these VPNs is in maintenance. */
export function refuseMaintenance({ routers }: Inventory, vpns: ReadonlySet<VpnId>): void {
  for (const router of routers) {
    const fact = router.vrfs.some(({ vpn }) => vpns.has(vpn)) ? maintenanceOf(router) : null;
    if (fact !== null) throw new WaslError('ROUTER_MAINTENANCE', fact, { path: router.name });
  }
}
