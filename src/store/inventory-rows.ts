import { and, desc, eq, isNull, lte, max, notExists, notInArray, sql } from 'drizzle-orm';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName, PersonId } from '../domain/names.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import type { StoreTransaction } from './database.ts';
import { changes, inventories, plans } from './schema.ts';
import { listStanding } from './standing-rows.ts';

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
  await dropOldInventories(tx, row.version, inventory);
  return row.version;
}

/** But those that a change in hand was planned with, and the newest that knows how a PE is reached which still carries something. */
async function dropOldInventories(tx: StoreTransaction, newest: number, inventory: Inventory): Promise<void> {
  if (newest <= INVENTORIES_KEPT) return;
  const listed = new Set<string>(inventory.routers.map(({ name }) => name));
  const carriers = (await listStanding(tx)).flatMap((standing) => standing.carriers.map(({ pe }) => pe));
  const unlisted = [...new Set(carriers)].filter((pe) => !listed.has(pe));
  const needed: number[] = [0];
  for (const pe of unlisted) needed.push(await newestWithRouter(tx, pe));
  const inUse = tx
    .select({ one: sql`1` })
    .from(plans)
    .innerJoin(changes, eq(changes.id, plans.changeId))
    .where(and(isNull(changes.outcome), sql`${plans.plan} ->> 'inventoryVersion' = ${inventories.version}::text`));
  const isOld = lte(inventories.version, newest - INVENTORIES_KEPT);
  await tx.delete(inventories).where(and(isOld, notInArray(inventories.version, needed), notExists(inUse)));
}

async function newestWithRouter(tx: StoreTransaction, pe: PeName): Promise<number> {
  const holds = sql`exists (
    select from json_array_elements(${inventories.inventory} -> 'routers') router where router ->> 'name' = ${pe}
  )`;
  const [row] = await tx
    .select({ version: max(inventories.version) })
    .from(inventories)
    .where(holds);
  return row?.version ?? 0;
}
