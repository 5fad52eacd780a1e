import { and, asc, eq, isNull, max, type SQL, sql } from 'drizzle-orm';
import type { ChangeRecord, RouterOutcome } from '../domain/change.ts';
import type { ChangeKind } from '../domain/change-kinds.ts';
import type { ChangeId, InterconnectId, PersonId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import type { Database, StoreTransaction } from './database.ts';
import type { NewFact } from './ledger-rows.ts';
import { changes } from './schema.ts';
import type { InterconnectRecord, Store } from './store.ts';

/** With where each PE stands, which is its last line in the journal: one query for changes and routers. */
const changeColumns = {
  id: changes.id,
  interconnectId: changes.interconnectId,
  kind: changes.kind,
  agreementVersion: changes.agreementVersion,
  phase: changes.phase,
  planId: changes.planId,
  outcome: changes.outcome,
  reason: changes.reason,
  refusal: changes.refusal,
  waiting: changes.waiting,
  left: changes.left,
  attempts: changes.attempts,
  approvedAt: changes.approvedAt,
  applyUntil: changes.applyUntil,
  replanBy: changes.replanBy,
  planAskers: changes.planAskers,
  recoverBy: changes.recoverBy,
  requestedBy: changes.requestedBy,
  startedAt: changes.startedAt,
  endedAt: changes.endedAt,
  // A router is confirmed once it was read back and held what was planned.
  readBackAt: sql<string | null>`(
    select min(seen.at) from (
      select distinct on (j.pe) j.at from journal j
      where j.change_id = "changes"."id" and j.state in ('confirm-sent', 'confirmed')
      order by j.pe, j.state = 'confirm-sent' desc, j.sequence desc
    ) seen
  )`,
  routers: sql<RouterOutcome[]>`(
    select coalesce(json_agg(json_build_object('pe', last.pe, 'state', last.state, 'detail', last.detail) order by last.pe), '[]')
    from (
      select distinct on (j.pe) j.pe, j.state, j.detail from journal j
      where j.change_id = "changes"."id" order by j.pe, j.sequence desc
    ) last
  )`,
};

/** What the drive of a change needs beside the record that people see. */
export type OpenChange = ChangeRecord & {
  readonly isApprovedBefore: boolean;
  readonly replanBy: string | null;
  readonly planAskers: readonly PersonId[];
  readonly recoverBy: string | null;
};

function selectChanges(db: Pick<StoreTransaction, 'select'>, where: SQL | undefined) {
  return db.select(changeColumns).from(changes).where(where).orderBy(asc(changes.startedAt), asc(changes.number));
}

function toRecord(row: Awaited<ReturnType<typeof selectChanges>>[number]): OpenChange {
  const { approvedAt, applyUntil, startedAt, endedAt, readBackAt, left, ...rest } = row;
  return {
    ...rest,
    left: left ?? [],
    isApprovedBefore: approvedAt !== null,
    applyUntil: applyUntil?.toISOString() ?? null,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    readBackAt: readBackAt === null ? null : new Date(readBackAt).toISOString(),
  };
}

/** What routers have seen is ended by a recovery, and by nothing else that comes late. */
export const isOnRouters = ({ phase, planId }: Pick<ChangeRecord, 'phase' | 'planId'>): boolean =>
  (phase === 'applying' || phase === 'attention') && planId !== null;

export const unknownChange = (id: ChangeId) => new WaslError('CHANGE_UNKNOWN', `there is no change ${id}`);

async function findChange(db: Pick<StoreTransaction, 'select'>, id: ChangeId): Promise<OpenChange> {
  const [row] = await selectChanges(db, eq(changes.id, id));
  if (row === undefined) throw unknownChange(id);
  return toRecord(row);
}

/** The change of an interconnect that has not ended; there is one at most. */
export async function findOpenChange(
  db: Pick<StoreTransaction, 'select'>,
  id: InterconnectId,
): Promise<OpenChange | null> {
  const [row] = await selectChanges(db, and(eq(changes.interconnectId, id), isNull(changes.outcome)));
  return row === undefined ? null : toRecord(row);
}

/** Locks the row until the store transaction ends. Throws CHANGE_UNKNOWN. */
export async function lockChange(tx: StoreTransaction, id: ChangeId): Promise<OpenChange> {
  await tx.select({ id: changes.id }).from(changes).where(eq(changes.id, id)).for('no key update');
  return findChange(tx, id);
}

/** Under the lock of the interconnect, which has no open change. */
export async function insertChange(
  tx: StoreTransaction,
  interconnect: InterconnectRecord,
  kind: ChangeKind,
  requestedBy: string,
  at: Date,
): Promise<NewFact[]> {
  const interconnectId = interconnect.id;
  const [last] = await tx
    .select({ number: max(changes.number) })
    .from(changes)
    .where(eq(changes.interconnectId, interconnectId));
  const number = (last?.number ?? 0) + 1;
  const id = `${interconnectId}-C${number}` as ChangeId;
  const { agreementVersion } = interconnect;
  await tx.insert(changes).values({
    ...{ id, interconnectId, number, kind, agreementVersion, phase: 'planning', requestedBy, startedAt: at },
  });
  return [
    { actor: requestedBy, action: 'change.started', subject: id, body: { interconnectId, kind, agreementVersion } },
  ];
}

export function changeQueries(database: Database): Pick<Store, 'readChange' | 'listChanges' | 'listOpenChanges'> {
  return {
    readChange: (id) => database.read((db) => findChange(db, id)),
    listChanges: (id) =>
      database.read(async (db) => (await selectChanges(db, eq(changes.interconnectId, id))).map(toRecord)),
    listOpenChanges: () =>
      database.read(async (db) => (await selectChanges(db, isNull(changes.outcome))).map(toRecord)),
  };
}
