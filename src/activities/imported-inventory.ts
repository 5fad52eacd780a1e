import { digestOf } from '../domain/canonical-json.ts';
import { WaslError } from '../errors.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { isImported, readCurrentInventory, type VersionedInventory } from './network.ts';

/** How far back something that was imported is looked for: as many as the record keeps. */
const VERSIONS_LOOKED_AT = 20;

/**
 * Nothing opens on an inventory that nobody imported: whose VPN it is, and so whose signature counts, stands there. Throws RECORD_ALTERED
 * where it is not what the ledger says of its version, or where a later one is gone.
 */
export async function requireImportedInventory(
  { store }: Pick<ActivityDependencies, 'store'>,
  { version, inventory }: VersionedInventory,
): Promise<void> {
  const { digest, isLast } = await store.readInventoryImport(version);
  if (isLast && digest === digestOf(inventory)) return;
  const fact = isLast
    ? `inventory ${version} is not the one that was imported`
    : 'the inventory in force was not imported last';
  throw new WaslError('RECORD_ALTERED', `${fact}, by the ledger`);
}

/** Where readings log in: a credential goes to no host that nobody imported. Throws RECORD_ALTERED. */
export async function readImportedInventory(deps: ActivityDependencies): Promise<VersionedInventory> {
  const current = await readCurrentInventory(deps);
  await requireImportedInventory(deps, current);
  return current;
}

/**
 * Where a removal and a recovery log in: they go on whatever was altered, by the newest inventory that is what the ledger says of its version.
 * A router that somebody wrote into the database would take the login, and say that it is clean. Throws RECORD_ALTERED where none is left.
 */
export async function readTrustedInventory(deps: ActivityDependencies): Promise<VersionedInventory> {
  const current = await readCurrentInventory(deps);
  for (let version = current.version; version > Math.max(0, current.version - VERSIONS_LOOKED_AT); version--) {
    const inventory = version === current.version ? current.inventory : await deps.store.readInventoryVersion(version);
    if (inventory !== null && (await isImported(deps.store, { version, inventory }))) return { version, inventory };
  }
  throw new WaslError('RECORD_ALTERED', 'no inventory is the one that was imported, by the ledger');
}
