import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { NewProgress } from '../domain/change.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { jsonOfSentences } from './column-types.ts';
import type { Database } from './database.ts';
import { progress } from './schema.ts';
import type { JournalHolder, Store } from './store.ts';

export const PROGRESS_CHANNEL = 'wasl_progress';
const PROGRESS_PAGE_DEFAULT = 500;
const PROGRESS_PAGE_MAX = 5_000;
/** Of one call: a short statement, however much has gathered. */
const FORGOTTEN_AT_ONCE = 5_000;

export function progressQueries(database: Database): Pick<Store, 'appendProgress' | 'readProgress' | 'forgetProgress'> {
  return {
    appendProgress: (events, holder) => insertProgress(database, events, holder),

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

    // The oldest have the lowest numbers: nothing else is read.
    forgetProgress: (olderThan) =>
      database.read(async (db) => {
        const { rowCount } = await db.execute(sql`
          delete from progress where sequence in (
            select sequence from (select sequence, at from progress order by sequence limit ${FORGOTTEN_AT_ONCE}) as oldest
            where at < ${olderThan.toISOString()}::timestamptz)`);
        return rowCount ?? 0;
      }),
  };
}

/** Of a holder whose journal another worker has claimed since, nothing is written: it tells of what is over. */
export async function insertProgress(
  database: Database,
  events: readonly NewProgress[],
  holder?: JournalHolder,
): Promise<void> {
  if (events.length === 0) return;
  const at = database.clock().toISOString();
  const isHeld =
    holder === undefined
      ? sql`true`
      : sql`exists (select from changes where id = ${holder.changeId} and journal_epoch = ${holder.epoch})`;
  // One statement, so one round trip under the lock that every writer of progress waits for. The lock is taken before the rows
  // get their numbers, and held until they are visible; the notification comes with them, and not at all when they do not.
  await database.read((db) =>
    db.execute(sql`
      with turn as materialized (
        select pg_advisory_xact_lock(${ADVISORY_LOCKS.progress}), pg_notify(${PROGRESS_CHANNEL}, '')
      )
      insert into progress (interconnect_id, change_id, pe, stage, status, message, elapsed_ms, at)
      select event->>'interconnectId', event->>'changeId', event->>'pe', event->>'stage', event->>'status',
        event->>'message', (event->>'elapsedMs')::integer, ${at}::timestamptz
      from turn, json_array_elements(${jsonOfSentences(events)}::json) with ordinality as given(event, place)
      where ${isHeld}
      order by place`),
  );
}
