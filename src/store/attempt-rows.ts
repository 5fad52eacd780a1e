/** The attempt at the routers that is under way, as workers wrote it down themselves. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { ChangeId, InterconnectId } from '../domain/names.ts';
import { PROGRAM } from '../domain/next-move.ts';
import { WaslError } from '../errors.ts';
import type { Database } from './database.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { readEntries } from './journal-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { insertProgress } from './progress-rows.ts';
import { changes, ledger } from './schema.ts';
import type { Store } from './store.ts';

export function attemptQueries(database: Database): Pick<Store, 'saveFinding' | 'readAttempt' | 'refuseSettlement'> {
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
        throw new WaslError('SESSION_LOST', `the journal of ${id} is not held under epoch ${epoch} any more`);
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
      const interconnectId = id.slice(0, id.lastIndexOf('-C')) as InterconnectId;
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
