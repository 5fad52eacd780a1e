import { and, asc, eq, isNull, max, sql } from 'drizzle-orm';
import type { ChangeRecord, RouterOutcome } from '../domain/change.ts';
import type { ChangeId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import type { Database, StoreTransaction } from './database.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { changes, interconnects } from './schema.ts';
import type { Store } from './store.ts';

/** The program itself, in the ledger. */
const PROGRAM = 'wasl';

/** With where each PE stands, which is its last line in the journal: one query for changes and routers. */
const changeColumns = {
  id: changes.id,
  interconnectId: changes.interconnectId,
  kind: changes.kind,
  planId: changes.planId,
  outcome: changes.outcome,
  reason: changes.reason,
  refusal: changes.refusal,
  requestedBy: changes.requestedBy,
  startedAt: changes.startedAt,
  endedAt: changes.endedAt,
  routers: sql<RouterOutcome[]>`(
    select coalesce(json_agg(json_build_object('pe', last.pe, 'state', last.state, 'detail', last.detail) order by last.pe), '[]')
    from (
      select distinct on (j.pe) j.pe, j.state, j.detail from journal j
      where j.change_id = "changes"."id" order by j.pe, j.sequence desc
    ) last
  )`,
};

type ChangeRow = Omit<typeof changes.$inferSelect, 'number' | 'changeKey' | 'journalEpoch'> & {
  routers: RouterOutcome[];
};

const toRecord = (row: ChangeRow): ChangeRecord => ({
  ...row,
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

export const unknownChange = (id: ChangeId) => new WaslError('CHANGE_UNKNOWN', `there is no change ${id}`);

async function findChange(db: Pick<StoreTransaction, 'select'>, id: ChangeId): Promise<ChangeRecord> {
  const [row] = await db.select(changeColumns).from(changes).where(eq(changes.id, id));
  if (row === undefined) throw unknownChange(id);
  return toRecord(row);
}

/** Locks the row until the store transaction ends. Throws CHANGE_UNKNOWN. */
export async function lockChange(tx: StoreTransaction, id: ChangeId): Promise<ChangeRecord> {
  await tx.select({ id: changes.id }).from(changes).where(eq(changes.id, id)).for('no key update');
  return findChange(tx, id);
}

export function changeQueries(
  database: Database,
): Pick<Store, 'createChange' | 'readChange' | 'listChanges' | 'listOpenChanges' | 'refusePlan' | 'endChange'> {
  return {
    createChange: ({ interconnectId, kind, requestedBy, changeKey }) =>
      database.transact(async (tx) => {
        await lockInterconnect(tx, interconnectId);
        const ofInterconnect = eq(changes.interconnectId, interconnectId);
        const [known] = await tx
          .select(changeColumns)
          .from(changes)
          .where(and(ofInterconnect, eq(changes.changeKey, changeKey)));
        if (known !== undefined) return toRecord(known);

        const [last] = await tx
          .select({ number: max(changes.number) })
          .from(changes)
          .where(ofInterconnect);
        const number = (last?.number ?? 0) + 1;
        const id = `${interconnectId}-C${number}` as ChangeId;
        const at = database.clock();
        await tx.insert(changes).values({ id, interconnectId, number, changeKey, kind, requestedBy, startedAt: at });
        const change = await findChange(tx, id);
        await appendFacts(tx, at, [
          { actor: requestedBy, action: 'change.started', subject: id, body: { interconnectId, kind } },
        ]);
        return change;
      }),

    readChange: (id) => database.read((db) => findChange(db, id)),

    listChanges: (id) =>
      database.read(async (db) => {
        const rows = await db
          .select(changeColumns)
          .from(changes)
          .where(eq(changes.interconnectId, id))
          .orderBy(asc(changes.number));
        return rows.map(toRecord);
      }),

    listOpenChanges: () =>
      database.read(async (db) => {
        const rows = await db
          .select(changeColumns)
          .from(changes)
          .where(isNull(changes.outcome))
          .orderBy(asc(changes.startedAt), asc(changes.id));
        return rows.map(toRecord);
      }),

    refusePlan: (interconnectId, id, refusal, reason) =>
      database.transact(async (tx) => {
        await lockInterconnect(tx, interconnectId);
        const change = await lockChange(tx, id);
        if (change.refusal?.at === refusal.at) return;
        if (change.outcome !== null) {
          throw new WaslError(
            'LIFECYCLE_STEP',
            `the change ${id} has already ended ${change.outcome}: nothing is planned for it`,
          );
        }
        const at = database.clock();
        await tx.update(changes).set({ refusal }).where(eq(changes.id, id));
        await tx.update(interconnects).set({ reason, updatedAt: at }).where(eq(interconnects.id, interconnectId));
        const { code, path, fact, remedy } = refusal;
        const body = { interconnectId, code, path, fact, remedy };
        await appendFacts(tx, at, [{ actor: PROGRAM, action: 'plan.refused', subject: id, body }]);
      }),

    endChange: (id, outcome, reason, stoppedBy = null) =>
      database.transact(async (tx) => {
        const change = await lockChange(tx, id);
        if (change.outcome === outcome) return change;
        if (change.outcome !== null) {
          throw new WaslError('LIFECYCLE_STEP', `the change ${id} has already ended ${change.outcome}, not ${outcome}`);
        }
        const at = database.clock();
        // Given up while it could not be planned: that stays said.
        const refusal = stoppedBy ?? change.refusal;
        await tx.update(changes).set({ outcome, reason, refusal, endedAt: at }).where(eq(changes.id, id));
        const code = refusal?.code ?? null;
        const body = { outcome, reason, code, planId: change.planId, routers: change.routers };
        await appendFacts(tx, at, [{ actor: PROGRAM, action: 'change.ended', subject: id, body }]);
        return { ...change, outcome, reason, refusal, endedAt: at.toISOString() };
      }),
  };
}
