import { and, asc, eq, gte, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { JournalEntry } from '../domain/change.ts';
import type { ChangeId } from '../domain/names.ts';
import { isWritten, lastEntries } from '../domain/settlement.ts';
import { WaslError } from '../errors.ts';
import { unknownChange } from './change-rows.ts';
import { jsonOfSentences } from './column-types.ts';
import type { Database, StoreTransaction } from './database.ts';
import { changes, journal } from './schema.ts';
import type { Store } from './store.ts';

export function journalQueries(database: Database): Pick<Store, 'claimJournal' | 'appendJournal' | 'readJournal'> {
  return {
    claimJournal: (id, { begins } = { begins: false }) =>
      database.transact(async (tx) => {
        if (begins) await refuseSecondBeginning(tx, id);
        // Waits for an append of the holder before: what it wrote is in the journal that is returned.
        const [claimed] = await tx
          .update(changes)
          .set({
            journalEpoch: sql`${changes.journalEpoch} + 1`,
            ...(begins ? { attemptEpoch: sql`${changes.journalEpoch} + 1`, finding: null } : {}),
          })
          .where(begins ? and(eq(changes.id, id), eq(changes.phase, 'applying')) : eq(changes.id, id))
          .returning({
            ...{ epoch: changes.journalEpoch, attempt: changes.attemptEpoch },
            claimedAt: sql<string>`clock_timestamp()::text`,
          });
        if (claimed === undefined) {
          const known = await tx.select({ phase: changes.phase }).from(changes).where(eq(changes.id, id));
          if (known[0] === undefined) throw unknownChange(id);
          throw new WaslError(
            'LIFECYCLE_STEP',
            `${id} is ${known[0].phase}: by the record no attempt of it begins now`,
          );
        }
        const claimedAt = new Date(claimed.claimedAt).toISOString();
        return { epoch: claimed.epoch, claimedAt, journal: await readEntries(tx, id, claimed.attempt) };
      }),

    async appendJournal(entries, epoch) {
      const [first] = entries;
      if (first === undefined) return;
      const { changeId } = first;
      if (entries.some((entry) => entry.changeId !== changeId)) throw new TypeError('entries of several changes');
      const heldEpoch = await database.read((db) => insertEntries(db, changeId, entries, epoch));
      if (heldEpoch === null) throw unknownChange(changeId);
      if (heldEpoch !== epoch) {
        const fact = `the journal of ${changeId} is held under epoch ${heldEpoch}, not ${epoch}`;
        throw new WaslError('SESSION_LOST', fact, { details: { epoch: heldEpoch } });
      }
    },

    readJournal: (id) => database.read((db) => readEntries(db, id)),
  };
}

/** What routers were sent is ended by a recovery: an attempt that began anew would forget it. Throws LIFECYCLE_STEP. */
async function refuseSecondBeginning(tx: StoreTransaction, id: ChangeId): Promise<void> {
  const of = tx.select({ epoch: changes.attemptEpoch }).from(changes).where(eq(changes.id, id));
  const [attempt] = await of.for('no key update');
  if (attempt === undefined || !isWritten(lastEntries(await readEntries(tx, id, attempt.epoch)))) return;
  throw new WaslError('LIFECYCLE_STEP', `${id}: routers were sent something in this attempt; it does not begin again`);
}

/**
 * One statement, so one round trip and one durable write before the wire. Returns the epoch that holds the journal (nothing is
 * written when it is another), null for an unknown change. The shared lock makes a claim wait until the entries are durable, and
 * makes this wait for a claim; appends do not wait for each other. The clock is the database's: whoever recovers counts a router's timer
 * from it, and clocks of hosts differ.
 */
async function insertEntries(
  db: NodePgDatabase,
  changeId: ChangeId,
  entries: readonly Omit<JournalEntry, 'at'>[],
  epoch: number,
): Promise<number | null> {
  const { rows } = await db.execute<{ readonly epoch: number }>(sql`
    with holder as (
      select journal_epoch as epoch from changes where id = ${changeId} for share
    ), written as (
      insert into journal (change_id, pe, state, procedure, persist_id, detail, epoch, at)
      select ${changeId}, entry->>'pe', entry->>'state', entry->>'procedure', entry->>'persistId', entry->>'detail',
        ${epoch}::integer, clock_timestamp()
      from holder, json_array_elements(${jsonOfSentences(entries)}::json) with ordinality as given(entry, place)
      where holder.epoch = ${epoch}
      order by place
    )
    select epoch from holder`);
  return rows[0]?.epoch ?? null;
}

/** `sinceEpoch`: what was written under older claims is of an earlier attempt. */
export async function readEntries(
  db: Pick<StoreTransaction, 'select'>,
  id: ChangeId,
  sinceEpoch = 0,
): Promise<JournalEntry[]> {
  const ofAttempt = and(eq(journal.changeId, id), gte(journal.epoch, sinceEpoch));
  const rows = await db.select().from(journal).where(ofAttempt).orderBy(asc(journal.sequence));
  return rows.map(({ changeId, pe, state, procedure, persistId, detail, at }) => ({
    ...{ changeId, pe, state, procedure, persistId, detail },
    at: at.toISOString(),
  }));
}
