import { asc, eq, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { workers } from './reading-schema.ts';
import type { Store } from './store.ts';

/** A worker that was killed leaves its row: kept for a while, so that people read when it was last seen. */
const FORGOTTEN_AFTER = sql`interval '1 day'`;

export function workerQueries(database: Database): Pick<Store, 'beatWorker' | 'endWorker' | 'listWorkers'> {
  return {
    beatWorker: ({ id, taskQueue, host, pid, version, draining, at }) =>
      database.read(async (db) => {
        // One statement a second for each worker. The clock is the database's: those of hosts differ.
        const clockAheadMs = sql<number>`(extract(epoch from ${at}::timestamptz - clock_timestamp()) * 1000)::bigint`;
        const seen = { lastSeenAt: sql`now()`, draining, clockAheadMs };
        await db
          .insert(workers)
          .values({ id, taskQueue, host, pid, version, startedAt: sql`now()`, ...seen })
          .onConflictDoUpdate({ target: workers.id, set: seen });
        await db.delete(workers).where(sql`${workers.lastSeenAt} < now() - ${FORGOTTEN_AFTER}`);
      }),

    endWorker: (id) => database.read(async (db) => void (await db.delete(workers).where(eq(workers.id, id)))),

    listWorkers: () =>
      database.read(async (db) => {
        const rows = await db
          .select({
            worker: workers,
            ageMs: sql<number>`(extract(epoch from clock_timestamp() - ${workers.lastSeenAt}) * 1000)::double precision`,
          })
          .from(workers)
          .orderBy(asc(workers.startedAt), asc(workers.id));
        return rows.map(({ worker, ageMs }) => ({
          ...worker,
          startedAt: worker.startedAt.toISOString(),
          lastSeenAt: worker.lastSeenAt.toISOString(),
          ageMs: Math.max(0, Math.round(ageMs)),
        }));
      }),
  };
}
