import { asc, eq, sql } from 'drizzle-orm';
import type { JournalEntry } from '../domain/change.ts';
import type { ChangeId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import { unknownChange } from './change-rows.ts';
import type { Database, StoreTransaction } from './database.ts';
import { changes, journal } from './schema.ts';
import type { Store } from './store.ts';

/** Rows of one insert: Postgres takes 65 535 parameters a statement, and an entry has seven. */
const ENTRIES_PER_INSERT = 5_000;

export function journalQueries(database: Database): Pick<Store, 'claimJournal' | 'appendJournal' | 'readJournal'> {
  return {
    claimJournal: (id) =>
      database.transact(async (tx) => {
        // Waits for an append of the holder before: what it wrote is in the journal that is returned.
        const [claimed] = await tx
          .update(changes)
          .set({ journalEpoch: sql`${changes.journalEpoch} + 1` })
          .where(eq(changes.id, id))
          .returning({ epoch: changes.journalEpoch });
        if (claimed === undefined) throw unknownChange(id);
        return { epoch: claimed.epoch, journal: await readEntries(tx, id) };
      }),

    async appendJournal(entries, epoch) {
      const [first] = entries;
      if (first === undefined) return;
      const { changeId } = first;
      if (entries.some((entry) => entry.changeId !== changeId)) throw new TypeError('entries of several changes');
      const at = database.clock();
      await database.transact(async (tx) => {
        // The lock makes a claim wait until these entries are durable; appends do not wait for each other.
        const [change] = await tx
          .select({ epoch: changes.journalEpoch })
          .from(changes)
          .where(eq(changes.id, changeId))
          .for('share');
        if (change === undefined) throw unknownChange(changeId);
        if (change.epoch !== epoch) {
          const fact = `the journal of ${changeId} is held under epoch ${change.epoch}, not ${epoch}`;
          throw new WaslError('SESSION_LOST', fact, { details: { epoch: change.epoch } });
        }
        for (let from = 0; from < entries.length; from += ENTRIES_PER_INSERT) {
          const some = entries.slice(from, from + ENTRIES_PER_INSERT);
          await tx.insert(journal).values(some.map((entry) => ({ ...entry, at })));
        }
      });
    },

    readJournal: (id) => database.read((db) => readEntries(db, id)),
  };
}

async function readEntries(db: Pick<StoreTransaction, 'select'>, id: ChangeId): Promise<JournalEntry[]> {
  const rows = await db.select().from(journal).where(eq(journal.changeId, id)).orderBy(asc(journal.sequence));
  return rows.map(({ changeId, pe, state, procedure, persistId, detail, at }) => ({
    ...{ changeId, pe, state, procedure, persistId, detail },
    at: at.toISOString(),
  }));
}
