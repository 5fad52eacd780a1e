import { and, desc, eq, isNull, lte, notExists, sql } from 'drizzle-orm';
import type { Inventory } from '../domain/inventory.ts';
import type { PersonId } from '../domain/names.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import type { StoreTransaction } from './database.ts';
import { changes, inventories, plans } from './schema.ts';

/** Old inventories are kept to look back at, each up to 20 MB; their digests stay in the ledger for good. */
const INVENTORIES_KEPT = 20;

/** The route target pool in force, without the inventory around it, which may be megabytes; null before the first import. */
export async function currentRouteTargetPool(db: Pick<StoreTransaction, 'select'>): Promise<RouteTargetPool | null> {
  const [row] = await db
    .select({ pool: sql<RouteTargetPool>`${inventories.inventory} #> '{backbone,routeTargetPool}'` })
    .from(inventories)
    .orderBy(desc(inventories.version))
    .limit(1);
  return row?.pool ?? null;
}

export async function currentInventory(
  db: Pick<StoreTransaction, 'select'>,
): Promise<{ readonly version: number; readonly inventory: Inventory } | null> {
  const [row] = await db
    .select({ version: inventories.version, inventory: inventories.inventory })
    .from(inventories)
    .orderBy(desc(inventories.version))
    .limit(1);
  return row ?? null;
}

/** Under the lock `inventory`. Returns the new version. */
export async function insertInventory(
  tx: StoreTransaction,
  at: Date,
  inventory: Inventory,
  by: PersonId,
): Promise<number> {
  const [row] = await tx
    .insert(inventories)
    .values({ inventory, importedBy: by, importedAt: at })
    .returning({ version: inventories.version });
  if (row === undefined) throw new TypeError('an insert returns its row');
  await dropOldInventories(tx, row.version);
  return row.version;
}

/** But those that a change in hand was planned with. */
async function dropOldInventories(tx: StoreTransaction, newest: number): Promise<void> {
  const inUse = tx
    .select({ one: sql`1` })
    .from(plans)
    .innerJoin(changes, eq(changes.id, plans.changeId))
    .where(and(isNull(changes.outcome), sql`${plans.plan} ->> 'inventoryVersion' = ${inventories.version}::text`));
  await tx.delete(inventories).where(and(lte(inventories.version, newest - INVENTORIES_KEPT), notExists(inUse)));
}
