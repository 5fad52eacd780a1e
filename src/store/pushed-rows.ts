import { asc, eq, sql } from 'drizzle-orm';
import type { RouterTransactionState } from '../domain/change.ts';
import type { Database } from './database.ts';
import { pushedPayloads } from './schema.ts';
import type { Store } from './store.ts';

/** Rows of one insert: Postgres takes 65 535 parameters a statement. */
const ROWS_AT_ONCE = 1_000;

export function pushedQueries(database: Database): Pick<Store, 'savePushed' | 'listPushed'> {
  return {
    savePushed: ({ changeId, epoch, planId, pushed }) =>
      database.transact(async (tx) => {
        const at = database.clock();
        for (let from = 0; from < pushed.length; from += ROWS_AT_ONCE) {
          const rows = pushed.slice(from, from + ROWS_AT_ONCE).map((one) => ({ ...one, changeId, epoch, planId, at }));
          await tx.insert(pushedPayloads).values(rows);
        }
      }),

    listPushed: (id) =>
      database.read(async (db) => {
        const rows = await db
          .select({
            epoch: pushedPayloads.epoch,
            pe: pushedPayloads.pe,
            planId: pushedPayloads.planId,
            xml: pushedPayloads.xml,
            digest: pushedPayloads.digest,
            at: pushedPayloads.at,
            // What became of it: the last line of this attempt, or of the recovery that ended it.
            state: sql<RouterTransactionState>`(
              select j.state from journal j
              where j.change_id = "pushed_payloads"."change_id" and j.pe = "pushed_payloads"."pe"
                and j.at >= "pushed_payloads"."at" and not exists (
                  select 1 from pushed_payloads later where later.change_id = j.change_id and later.pe = j.pe
                    and later.epoch > "pushed_payloads"."epoch" and later.at <= j.at
                )
              order by j.sequence desc limit 1
            )`,
          })
          .from(pushedPayloads)
          .where(eq(pushedPayloads.changeId, id))
          .orderBy(asc(pushedPayloads.epoch), asc(pushedPayloads.pe));
        return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
      }),
  };
}
