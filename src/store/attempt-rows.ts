/** The attempt at the routers that is under way, as workers wrote it down themselves. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { isAsHashed } from '../domain/altered-record.ts';
import { ATTEMPT_RECORDED } from '../domain/attempt-record.ts';
import { type ChangeId, interconnectOf } from '../domain/names.ts';
import { PROGRAM } from '../domain/next-move.ts';
import { WaslError } from '../errors.ts';
import type { Database } from './database.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { readEntries } from './journal-rows.ts';
import { appendFacts, findEntriesOf } from './ledger-rows.ts';
import { insertProgress } from './progress-rows.ts';
import { changes, ledger } from './schema.ts';
import type { Store } from './store.ts';

type AttemptQueries = Pick<
  Store,
  | 'saveFinding'
  | 'recordVerified'
  | 'recordAttempt'
  | 'isVerified'
  | 'wasTakenBack'
  | 'readAttempt'
  | 'refuseSettlement'
>;

export function attemptQueries(database: Database): AttemptQueries {
  return {
    saveFinding: (id, finding, epoch) =>
      database.read(async (db) => {
        const isOwn =
          epoch !== null
            ? eq(changes.journalEpoch, epoch)
            : finding.by === 'planning'
              ? eq(changes.phase, 'planning')
              : and(eq(changes.phase, 'applying'), isNull(changes.finding));
        const saved = await db
          .update(changes)
          .set({ finding })
          .where(and(eq(changes.id, id), isOwn))
          .returning({ id: changes.id });
        if (saved.length > 0 || epoch === null) return;
        throw journalLost(id, epoch);
      }),

    recordVerified: (id, { planId, says }, epoch) =>
      database.transact(async (tx) => {
        const isOwn = and(eq(changes.id, id), eq(changes.journalEpoch, epoch));
        const [held] = await tx.select({ id: changes.id }).from(changes).where(isOwn).for('share');
        if (held === undefined) throw journalLost(id, epoch);
        const body = { planId, says };
        await appendFacts(tx, database.clock(), [
          { actor: PROGRAM, action: 'transaction.verified', subject: id, body },
        ]);
      }),

    recordAttempt: (id, record, epoch) =>
      database.transact(async (tx) => {
        const isOwn = and(eq(changes.id, id), eq(changes.journalEpoch, epoch));
        const [held] = await tx.select({ id: changes.id }).from(changes).where(isOwn).for('share');
        if (held === undefined) throw journalLost(id, epoch);
        const body = { ...record, epoch };
        await appendFacts(tx, database.clock(), [{ actor: PROGRAM, action: ATTEMPT_RECORDED, subject: id, body }]);
      }),

    isVerified: (id, planId) =>
      database.read(async (db) => {
        const last = (await findEntriesOf(db, [id])).findLast(({ action }) => OF_ATTEMPT.has(action));
        return last?.action === 'transaction.verified' && last.body.planId === planId && isAsHashed(last);
      }),

    wasTakenBack: (id) =>
      database.read(async (db) => {
        const entries = await findEntriesOf(db, [id]);
        return entries.some(({ action, body }) => action === 'transaction.ended' && body.code === 'VERIFY_FAILED');
      }),

    readAttempt: (id) =>
      database.read(async (db) => {
        const { attempts, planId, finding, attemptEpoch } = changes;
        const isUnderWay = and(eq(changes.id, id), inArray(changes.phase, ['applying', 'attention']));
        const [row] = await db
          .select({ attempt: attempts, planId, finding, attemptEpoch })
          .from(changes)
          .where(isUnderWay);
        if (row === undefined) return null;
        const journal = await readEntries(db, id, row.attemptEpoch);
        return { attempt: row.attempt, planId: row.planId, finding: row.finding, journal };
      }),

    async refuseSettlement(id, attempt, claimed, shown) {
      const interconnectId = interconnectOf(id);
      const isTold = await database.transact(async (tx) => {
        await lockInterconnect(tx, interconnectId);
        const [known] = await tx
          .select({ sequence: ledger.sequence })
          .from(ledger)
          .where(
            and(
              eq(ledger.subject, id),
              eq(ledger.action, 'settlement.refused'),
              sql`${ledger.body} ->> 'attempt' = ${String(attempt)} and ${ledger.body} ->> 'claimed' = ${claimed}`,
            ),
          )
          .limit(1);
        if (known !== undefined) return true;
        const body = { interconnectId, attempt, claimed, shown };
        await appendFacts(tx, database.clock(), [{ actor: PROGRAM, action: 'settlement.refused', subject: id, body }]);
        return false;
      });
      if (isTold) return;
      const message = `somebody says that it was ${claimed}; the record does not: ${shown}. Nothing was settled by it`;
      const at = { interconnectId, changeId: id as ChangeId, pe: null, elapsedMs: null };
      await insertProgress(database, [{ ...at, stage: 'recover', status: 'failed', message }]);
    },
  };
}

/** The last of these is of the attempt under way; it may have ended in `attention` meanwhile, and stays verified. */
const OF_ATTEMPT: ReadonlySet<string> = new Set(['transaction.begun', 'transaction.verified']);

const journalLost = (id: ChangeId, epoch: number) =>
  new WaslError('SESSION_LOST', `the journal of ${id} is not held under epoch ${epoch} any more`);
