import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import type { Database } from './database.ts';
import { progress } from './schema.ts';
import type { Store } from './store.ts';

export const PROGRESS_CHANNEL = 'wasl_progress';
const PROGRESS_PAGE_DEFAULT = 500;
const PROGRESS_PAGE_MAX = 5_000;

export function progressQueries(database: Database): Pick<Store, 'appendProgress' | 'readProgress'> {
  return {
    async appendProgress(events) {
      if (events.length === 0) return;
      const at = database.clock();
      await database.transact(async (tx) => {
        // The notification is delivered when the store transaction commits, and not at all when it does not.
        await tx.execute(
          sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.progress}), pg_notify(${PROGRESS_CHANNEL}, '')`,
        );
        await tx.insert(progress).values(events.map((event) => ({ ...event, at })));
      });
    },

    async readProgress({ afterSequence, interconnectId, limit = PROGRESS_PAGE_DEFAULT }) {
      const ofInterconnect = interconnectId === undefined ? undefined : eq(progress.interconnectId, interconnectId);
      const rows = await database.read((db) =>
        db
          .select()
          .from(progress)
          .where(and(gt(progress.sequence, afterSequence), ofInterconnect))
          .orderBy(asc(progress.sequence))
          .limit(Math.min(limit, PROGRESS_PAGE_MAX)),
      );
      return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
    },
  };
}
