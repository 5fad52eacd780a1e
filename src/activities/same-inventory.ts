import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { Plan } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import { describeInventoryDifference } from '../plan/inventory-difference.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requireImportedInventory } from './imported-inventory.ts';

/** More is not read in one sentence. */
const DIFFERENCES_SHOWN_MAX = 5;

/** What was approved stands on an inventory. Throws PLAN_STALE where a newer one says something else of it; a removal needs none of that. */
export async function requireSameInventory(
  { store }: Pick<ActivityDependencies, 'store'>,
  plan: Plan,
  current: { readonly version: number; readonly inventory: Inventory },
): Promise<void> {
  const { inventoryVersion } = plan;
  if (onlyTakesAway(plan.kind)) return;
  await requireImportedInventory({ store }, current);
  if (inventoryVersion === undefined || inventoryVersion === current.version) return;
  const before = await store.readInventoryVersion(inventoryVersion);
  const differences =
    before === null
      ? [`inventory ${inventoryVersion} is gone`]
      : describeInventoryDifference(before, current.inventory, plan);
  if (differences.length === 0) return;
  const words = differences.slice(0, DIFFERENCES_SHOWN_MAX).join('; ');
  const more =
    differences.length > DIFFERENCES_SHOWN_MAX ? ` (and ${differences.length - DIFFERENCES_SHOWN_MAX} more)` : '';
  const fact = `inventory ${current.version} differs from ${inventoryVersion}, with which the plan was made: ${words}${more}`;
  throw new WaslError('PLAN_STALE', fact, { details: { differences } });
}
