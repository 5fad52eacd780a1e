import { digestOf } from '../domain/canonical-json.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { Plan } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import { describeInventoryDifference } from '../plan/inventory-difference.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requireImportedInventory } from './imported-inventory.ts';

/** More is not read in one sentence. */
const DIFFERENCES_SHOWN_MAX = 5;

/**
 * What was approved stands on an inventory, and names it by its digest. Throws RECORD_ALTERED where that one is other by now, PLAN_STALE where a newer
 * one says something else of it, or it names none, as in plans of earlier releases; a removal needs none of that.
 */
export async function requireSameInventory(
  { store }: Pick<ActivityDependencies, 'store'>,
  plan: Plan,
  current: { readonly version: number; readonly inventory: Inventory },
): Promise<void> {
  const { inventoryVersion } = plan;
  if (onlyTakesAway(plan.kind)) return;
  await requireImportedInventory({ store }, current);
  // Whoever writes the record can leave it out of a plan before that is approved, too.
  if (inventoryVersion === undefined || plan.inventoryDigest === undefined)
    throw new WaslError('PLAN_STALE', `${plan.id} does not say with which inventory it was made`);
  if (inventoryVersion === current.version) {
    refuseOther(plan, current.inventory);
    return;
  }
  const before = await store.readInventoryVersion(inventoryVersion);
  if (before !== null) refuseOther(plan, before);
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

/** By what was signed: ledger and register may both be written by somebody. */
function refuseOther({ id, inventoryVersion, inventoryDigest }: Plan, inventory: Inventory): void {
  if (inventoryDigest === digestOf(inventory)) return;
  throw new WaslError('RECORD_ALTERED', `inventory ${inventoryVersion} is not the one with which ${id} was made`);
}
