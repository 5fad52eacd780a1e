import { digestOf } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import { WaslError } from '../errors.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * Nothing opens on an inventory that nobody imported: whose VPN it is, and so whose signature counts, stands there. Throws RECORD_ALTERED
 * where it is not what the ledger says of its version, or where a later one is gone.
 */
export async function requireImportedInventory(
  { store }: Pick<ActivityDependencies, 'store'>,
  { version, inventory }: { readonly version: number; readonly inventory: Inventory },
): Promise<void> {
  const { digest, isLast } = await store.readInventoryImport(version);
  if (isLast && digest === digestOf(inventory)) return;
  const fact = isLast
    ? `inventory ${version} is not the one that was imported`
    : 'the inventory in force was not imported last';
  throw new WaslError('RECORD_ALTERED', `${fact}, by the ledger`);
}
