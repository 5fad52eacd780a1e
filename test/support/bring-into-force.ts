import type { Inventory } from '../../src/domain/inventory.ts';
import { affectedInterconnects } from '../../src/domain/inventory-proposal.ts';
import type { PersonId } from '../../src/domain/names.ts';
import type { DevelopmentAuthority } from '../../src/signatures/index.ts';
import type { Store } from '../../src/store/store.ts';
import { acceptPolicy } from './accepted-policy.ts';

/** Imports an inventory as two admins would who know what they do; its entities live by the communication policy. */
export async function bringIntoForce(
  store: Store,
  inventory: Inventory,
  authority: DevelopmentAuthority | null = null,
): Promise<{ readonly version: number }> {
  const expectedVersion = (await store.readInventory())?.version ?? null;
  const result = await store.importInventory({ inventory, by: 'admin-1' as PersonId, expectedVersion });
  await acceptPolicy(store, inventory.entities, authority);
  if (result.kind === 'in-force') return result;
  const { id, conflicts } = result.proposal;
  const interconnects = affectedInterconnects(conflicts);
  return store.confirmInventoryProposal({ id, by: 'admin-2' as PersonId, interconnects });
}
