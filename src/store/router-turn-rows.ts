import { and, arrayOverlaps, asc, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database } from './database.ts';
import { changes, routerTurns } from './schema.ts';
import type { Store } from './store.ts';

/** By the database's clock: leases are of processes whose clocks differ. */
const leaseEnd = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`;

export function routerTurnQueries(database: Database): Pick<Store, 'takeTurn' | 'renewTurn' | 'leaveTurn'> {
  return {
    takeTurn: (changeId, pes, leaseSeconds) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'routerTurns');
        const leaseUntil = leaseEnd(leaseSeconds);
        // A place that nobody renewed is gone: whoever comes back to it stands at the end.
        await tx
          .delete(routerTurns)
          .where(and(eq(routerTurns.changeId, changeId), lt(routerTurns.leaseUntil, sql`now()`)));
        const [mine] = await tx
          .insert(routerTurns)
          .values({ changeId, pes: [...pes], enteredAt: database.clock(), leaseUntil })
          .onConflictDoUpdate({ target: routerTurns.changeId, set: { leaseUntil, pes: [...pes] } })
          .returning();
        if (mine === undefined) throw new TypeError('an upsert returns its row');
        const ahead = await tx
          .select({ changeId: routerTurns.changeId })
          .from(routerTurns)
          .innerJoin(changes, eq(changes.id, routerTurns.changeId))
          .where(
            and(
              // One whose workflow was lost is settled by a recovery: it is at work nowhere, whatever its lease says.
              isNull(changes.outcome),
              lt(routerTurns.ticket, mine.ticket),
              arrayOverlaps(routerTurns.pes, mine.pes),
              gt(routerTurns.leaseUntil, sql`now()`),
            ),
          )
          .orderBy(asc(routerTurns.ticket));
        return ahead.map((row) => row.changeId);
      }),

    renewTurn: (changeId, leaseSeconds) =>
      database.read(async (db) => {
        const renewed = { leaseUntil: leaseEnd(leaseSeconds) };
        // A place that has lapsed is not won back: somebody else may be at work there.
        const isMine = and(eq(routerTurns.changeId, changeId), gt(routerTurns.leaseUntil, sql`now()`));
        await db.update(routerTurns).set(renewed).where(isMine);
      }),

    leaveTurn: (changeId) =>
      database.transact(async (tx) => {
        const [mine] = await tx.delete(routerTurns).where(eq(routerTurns.changeId, changeId)).returning();
        if (mine === undefined) return [];
        const waiting = await tx
          .select({ changeId: routerTurns.changeId })
          .from(routerTurns)
          .where(and(ne(routerTurns.changeId, changeId), arrayOverlaps(routerTurns.pes, mine.pes)))
          .orderBy(asc(routerTurns.ticket));
        return waiting.map((row) => row.changeId);
      }),
  };
}
