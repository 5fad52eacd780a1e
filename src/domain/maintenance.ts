import { WaslError } from '../errors.ts';
import type { Inventory, InventoryRouter } from './inventory.ts';
import type { PeName } from './names.ts';

/** null: in service. Else one sentence, with the reason where the inventory gives one. */
export function maintenanceOf({ name, maintenance, maintenanceReason }: InventoryRouter): string | null {
  if (maintenance !== true) return null;
  return `${name} is in maintenance${maintenanceReason === undefined ? '' : `: ${maintenanceReason}`}`;
}

/** For what opens: throws ROUTER_MAINTENANCE where a PE that it touches is in maintenance. */
export function refuseMaintenance(inventory: Inventory, pes: ReadonlySet<PeName>): void {
  for (const router of inventory.routers) {
    const fact = pes.has(router.name) ? maintenanceOf(router) : null;
    if (fact !== null) throw new WaslError('ROUTER_MAINTENANCE', fact, { path: router.name });
  }
}
