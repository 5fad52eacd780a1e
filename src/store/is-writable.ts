import { sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Database } from './database.ts';
import { writeProbe } from './schema.ts';
import type { Store } from './store.ts';
import { saysState } from './store-error.ts';

/** How long a disk that had room is taken to have some. */
const ROOM_HOLDS_MS = 10_000;
/** One page of a table. */
const FILLER_BYTES = 4_096;

/** Whether a decision could be recorded now: no standby, not set to read only, and room on the disk. */
export function writableQueries(database: Database): Pick<Store, 'isWritable'> {
  let roomUntil = 0;
  return {
    isWritable: () =>
      database.read(async (db) => {
        if (!(await takesWrites(db))) return false;
        if (database.clock().getTime() < roomUntil) return true;
        if (!(await hasRoom(db))) return false;
        roomUntil = database.clock().getTime() + ROOM_HOLDS_MS;
        return true;
      }),
  };
}

/** false: a standby, or a server that was set to read only, as failovers leave one for a while. */
async function takesWrites(db: Pick<NodePgDatabase, 'execute'>): Promise<boolean> {
  const answer = await db.execute<{ writable: boolean }>(
    sql`select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writable`,
  );
  return answer.rows[0]?.writable === true;
}

class Undone extends Error {}

/** A truncated table gets a new file, so that a row needs a new page of the disk; all of it is undone. */
async function hasRoom(db: Pick<NodePgDatabase, 'transaction'>): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      await tx.execute(sql`lock table ${writeProbe} in access exclusive mode nowait`);
      await tx.execute(sql`truncate ${writeProbe}`);
      await tx.insert(writeProbe).values({ filler: 'x'.repeat(FILLER_BYTES) });
      throw new Undone();
    });
    return true;
  } catch (error) {
    // Undone, or another process looks just now.
    if (error instanceof Undone || saysState(error, /^55P03$/)) return true;
    if (saysState(error, /^(53|58)/)) return false;
    throw error;
  }
}
