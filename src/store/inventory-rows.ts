import { desc, sql } from 'drizzle-orm';
import { digestOf } from '../domain/canonical-json.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { inventories } from './schema.ts';
import type { Store } from './store.ts';

/** The route target pool in force, without the inventory around it, which may be megabytes; null before the first import. */
export async function currentRouteTargetPool(db: Pick<StoreTransaction, 'select'>): Promise<RouteTargetPool | null> {
  const [row] = await db
    .select({ pool: sql<RouteTargetPool>`${inventories.inventory} #> '{backbone,routeTargetPool}'` })
    .from(inventories)
    .orderBy(desc(inventories.version))
    .limit(1);
  return row?.pool ?? null;
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

    readInventory: () =>
      database.read(async (db) => {
        const [row] = await db
          .select({ version: inventories.version, inventory: inventories.inventory })
          .from(inventories)
          .orderBy(desc(inventories.version))
          .limit(1);
        return row ?? null;
      }),
  };
}
