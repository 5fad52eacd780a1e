import { desc } from 'drizzle-orm';
import { digestOf } from '../domain/canonical-json.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { inventories } from './schema.ts';
import type { Store } from './store.ts';

/** The inventory in force, in one look-up of the primary key; null before the first import. */
export async function currentInventory(db: Pick<StoreTransaction, 'select'>) {
  const [row] = await db
    .select({ version: inventories.version, inventory: inventories.inventory })
    .from(inventories)
    .orderBy(desc(inventories.version))
    .limit(1);
  return row ?? null;
}

export function inventoryQueries(database: Database): Pick<Store, 'saveInventory' | 'readInventory'> {
  return {
    saveInventory: (inventory, by) =>
      database.transact(async (tx) => {
        const at = database.clock();
        const [row] = await tx
          .insert(inventories)
          .values({ inventory, importedBy: by, importedAt: at })
          .returning({ version: inventories.version });
        if (row === undefined) throw new TypeError('an insert returns its row');
        const { entities, vpns, routers } = inventory;
        const counts = { entities: entities.length, vpns: vpns.length, routers: routers.length };
        const body = { version: row.version, digest: digestOf(inventory), ...counts };
        const subject = `inventory/${row.version}`;
        await appendFacts(tx, at, [{ actor: by, action: 'inventory.imported', subject, body }]);
        return row;
      }),

    readInventory: () => database.read((db) => currentInventory(db)),
  };
}
