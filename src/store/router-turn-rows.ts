import { and, arrayOverlaps, asc, eq, isNull, lt } from 'drizzle-orm';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database } from './database.ts';
import { changes, routerTurns } from './schema.ts';
import type { Store } from './store.ts';

export function routerTurnQueries(database: Database): Pick<Store, 'awaitTurn' | 'leaveTurn'> {
  return {
    awaitTurn: (changeId, pes) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'routerTurns');
        const enteredAt = database.clock();
        await tx
          .insert(routerTurns)
          .values({ changeId, pes: [...pes], enteredAt })
          .onConflictDoNothing();
        const [mine] = await tx.select().from(routerTurns).where(eq(routerTurns.changeId, changeId));
        if (mine === undefined) return [];
        const ahead = await tx
          .select({ changeId: routerTurns.changeId })
          .from(routerTurns)
          .innerJoin(changes, eq(changes.id, routerTurns.changeId))
          // A change that has ended without leaving (its workflow was terminated by hand) holds up nobody.
          .where(
            and(lt(routerTurns.ticket, mine.ticket), arrayOverlaps(routerTurns.pes, mine.pes), isNull(changes.outcome)),
          )
          .orderBy(asc(routerTurns.ticket));
        return ahead.map((row) => row.changeId);
      }),

    leaveTurn: (changeId) =>
      database.read(async (db) => void (await db.delete(routerTurns).where(eq(routerTurns.changeId, changeId)))),
  };
}
