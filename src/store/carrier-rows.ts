import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { givenRouteTargets } from '../domain/altered-record.ts';
import type { RouterTransactionState } from '../domain/change.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { ChangeId, InterconnectId, PeName, VrfName } from '../domain/names.ts';
import type { ChangeKind } from '../domain/plan.ts';
import type { Database, StoreTransaction } from './database.ts';
import { findEntriesOf, findEverGone, findKindsStarted, findScrapped } from './ledger-rows.ts';
import { changes, inventories, journal, ledger } from './schema.ts';
import type { Store } from './store.ts';

/** What a removal asks of the record: where an interconnect is, and what was known of a PE that the inventory no longer has. */
export function carrierQueries(
  database: Database,
): Pick<
  Store,
  | 'listCarriers'
  | 'listScrappedCarriers'
  | 'listGivenRouteTargets'
  | 'listCoveredVrfs'
  | 'readInventoryWithRouter'
  | 'readInventoryVersion'
> {
  return {
    listCarriers: (id) => database.read((db) => findCarriers(db, id)),
    listScrappedCarriers: (id) => database.read((db) => findScrappedCarriers(db, id)),
    listGivenRouteTargets: (id) => database.read(async (db) => givenRouteTargets(id, await findEntriesOf(db, [id]))),

    listCoveredVrfs: (ids) =>
      database.read(async (db) => {
        const covered = new Map<InterconnectId, Map<PeName, Set<VrfName>>>();
        if (ids.length === 0) return covered;
        const { rows } = await db.execute<{ id: InterconnectId; pe: PeName; vrf: VrfName }>(sql`
          select distinct c.interconnect_id as id, router->>'pe' as pe, delta->>'vrf' as vrf
          from changes c
          join plans p on p.change_id = c.id,
            json_array_elements(p.plan->'routers') router, json_array_elements(router->'vrfs') delta
          where c.interconnect_id in ${[...ids]}
            and exists (select from journal j where j.change_id = c.id and j.state = 'commit-sent')`);
        for (const { id, pe, vrf } of rows) {
          const pes = covered.get(id) ?? new Map<PeName, Set<VrfName>>();
          covered.set(id, pes);
          pes.set(pe, (pes.get(pe) ?? new Set()).add(vrf));
        }
        return covered;
      }),

    readInventoryWithRouter: (pe) =>
      database.read(async (db) => {
        const holds = sql`exists (
          select from json_array_elements(${inventories.inventory}->'routers') router where router->>'name' = ${pe}
        )`;
        const [row] = await db
          .select({ version: inventories.version, inventory: inventories.inventory })
          .from(inventories)
          .where(holds)
          .orderBy(desc(inventories.version))
          .limit(1);
        return row ?? null;
      }),

    readInventoryVersion: (version) =>
      database.read(async (db): Promise<Inventory | null> => {
        const [row] = await db
          .select({ inventory: inventories.inventory })
          .from(inventories)
          .where(eq(inventories.version, version));
        return row?.inventory ?? null;
      }),
  };
}

/** Without those that are gone for good. */
export async function findCarriers(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<PeName[]> {
  const [carriers, scrapped] = [await findEverCarrying(db, id), await findScrapped(db)];
  return carriers.filter((pe) => !scrapped.has(pe));
}

/** What was put there is never read clean. */
export async function findScrappedCarriers(
  db: Pick<StoreTransaction, 'select'>,
  id: InterconnectId,
): Promise<PeName[]> {
  const [carriers, scrapped] = [await findEverCarrying(db, id), await findScrapped(db)];
  return carriers.filter((pe) => scrapped.has(pe));
}

/** The same, with those that were taken back since, or replaced under their names, and not read clean. */
export async function findGoneCarriers(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<PeName[]> {
  const [carriers, gone] = [await findEverCarrying(db, id), await findEverGone(db)];
  return carriers.filter((pe) => gone.has(pe));
}

/**
 * By the journal, and by what the ledger says of each transaction that ended: rows that somebody took out of the journal make no router clean.
 * What a removal under way has cleaned, only the journal knows yet.
 */
async function findEverCarrying(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<PeName[]> {
  const written = await db
    .select({ changeId: journal.changeId, kind: changes.kind, pe: journal.pe, state: journal.state })
    .from(journal)
    .innerJoin(changes, eq(changes.id, journal.changeId))
    .where(eq(changes.interconnectId, id))
    .orderBy(asc(journal.sequence));
  const told = await db
    .select({ changeId: changes.id, kind: changes.kind, body: ledger.body })
    .from(ledger)
    .innerJoin(changes, eq(changes.id, ledger.subject))
    .where(and(eq(changes.interconnectId, id), eq(ledger.action, 'transaction.ended')))
    .orderBy(asc(ledger.sequence));
  // A provision whose row was made a removal has cleaned nothing.
  const ids = new Set([...written, ...told].map(({ changeId }) => changeId));
  const kinds = await findKindsStarted(db, [...ids]);
  const steps = written.map((step) => ({ ...step, kind: kinds.get(step.changeId) ?? step.kind }));
  const ended = told.map((end) => ({ ...end, kind: kinds.get(end.changeId) ?? end.kind }));
  const last = new Map(steps.map((step) => [step.pe, step]));
  const isClean = (pe: PeName) => {
    const step = last.get(pe);
    return step?.state === 'confirmed' && onlyTakesAway(step.kind);
  };
  const byLedger = carriersIn(ended.flatMap(stepsOfEnd)).filter((pe) => !isClean(pe));
  return [...new Set([...carriersIn(steps), ...byLedger])].sort();
}

function stepsOfEnd(end: {
  readonly changeId: ChangeId;
  readonly kind: ChangeKind;
  readonly body: object;
}): JournalStep[] {
  const { changeId, kind } = end;
  const { routers = [] } = end.body as { readonly routers?: readonly Pick<JournalStep, 'pe' | 'state'>[] };
  return routers.flatMap(({ pe, state }) => {
    const step = { changeId, kind, pe };
    return [
      { ...step, state: 'preparing' as const },
      { ...step, state },
    ];
  });
}

export interface JournalStep {
  readonly changeId: ChangeId;
  readonly kind: ChangeKind;
  readonly pe: PeName;
  readonly state: RouterTransactionState;
}

/** States in which nothing has reached the router. */
const UNWRITTEN: readonly RouterTransactionState[] = ['idle', 'preparing', 'prepared'];

/**
 * The PEs that hold the interconnect, or may: by the journals of all its changes, in order of writing. What was rolled back is as it was when
 * that attempt began; only a removal that was confirmed there has left a PE clean.
 */
export function carriersIn(steps: readonly JournalStep[]): PeName[] {
  const carries = new Map<PeName, boolean>();
  const atStart = new Map<PeName, boolean>();
  for (const { pe, kind, state } of steps) {
    if (state === 'preparing') atStart.set(pe, carries.get(pe) ?? false);
    else if (state === 'rolled-back') carries.set(pe, atStart.get(pe) ?? false);
    else if (state === 'confirmed') carries.set(pe, !onlyTakesAway(kind));
    else if (!UNWRITTEN.includes(state)) carries.set(pe, true);
  }
  return [...carries].flatMap(([pe, does]) => (does ? [pe] : [])).sort();
}
