import { sql } from 'drizzle-orm';
import type { KeyEncryption } from '../domain/sealed-text.ts';
import { approvalQueries } from './approval-rows.ts';
import { attemptQueries } from './attempt-rows.ts';
import { auditQueries } from './audit-rows.ts';
import { carrierQueries } from './carrier-rows.ts';
import { changeQueries } from './change-rows.ts';
import { type Clock, type Database, openDatabase } from './database.ts';
import { type DatabaseClock, followDatabaseClock } from './database-clock.ts';
import { decisionQueries } from './decision-rows.ts';
import { documentQueries } from './document-rows.ts';
import { driveQueries } from './drive-rows.ts';
import { entityQueries } from './entity-rows.ts';
import { handSignedQueries } from './hand-signed-rows.ts';
import { installationQueries } from './installation-rows.ts';
import { interconnectQueries } from './interconnect-rows.ts';
import { inventoryQueries } from './inventory-imports.ts';
import { writableQueries } from './is-writable.ts';
import { journalQueries } from './journal-rows.ts';
import { ledgerQueries } from './ledger-rows.ts';
import { ledgerWitnessQueries } from './ledger-witness-rows.ts';
import { personalQueries } from './personal-rows.ts';
import { planQueries } from './plan-rows.ts';
import { policyQueries } from './policy-rows.ts';
import { openProgressListener } from './progress-listener.ts';
import { progressQueries } from './progress-rows.ts';
import { pushedQueries } from './pushed-rows.ts';
import { readingQueries } from './reading-rows.ts';
import { registerReviewQueries } from './register-review.ts';
import { retentionQueries } from './retention-rows.ts';
import { rotationQueries } from './rotate-rows.ts';
import { routeTargetQueries } from './route-target-rows.ts';
import { routerTurnQueries } from './router-turn-rows.ts';
import { sightingQueries } from './sighting-rows.ts';
import { signedQueries } from './signed-rows.ts';
import type { Store } from './store.ts';
import { subjectQueries } from './subject-rows.ts';
import { troubleQueries } from './trouble-rows.ts';
import { unprovenQueries } from './unproven-rows.ts';
import { webhookQueries } from './webhook-rows.ts';
import { workerQueries } from './worker-rows.ts';

export interface StoreOptions {
  readonly databaseUrl: string;
  /** Absent: the database's own. */
  readonly clock?: Clock;
  /** Of this machine. Absent: `clock`, or the system's. */
  readonly ownClock?: Clock;
  /** What wraps the keys of personal texts. Absent or null: such texts are kept in clear. */
  readonly keys?: KeyEncryption | null;
}

/** Throws DATABASE_UNAVAILABLE, or CONFIGURATION when the server refuses the login. Tables: see `migrate`. */
export async function openStore({ databaseUrl, clock, keys = null, ownClock }: StoreOptions): Promise<Store> {
  const own = ownClock ?? clock ?? (() => new Date());
  let now = clock ?? own;
  const database = openDatabase(databaseUrl, () => now(), keys, own);
  let followed: DatabaseClock | null = null;
  const listener = openProgressListener(databaseUrl);
  const store: Store = {
    ...inventoryQueries(database),
    ...interconnectQueries(database),
    ...approvalQueries(database),
    ...attemptQueries(database),
    ...auditQueries(database),
    ...decisionQueries(database),
    ...driveQueries(database),
    ...entityQueries(database),
    ...handSignedQueries(database),
    ...changeQueries(database),
    ...installationQueries(database),
    ...carrierQueries(database),
    ...journalQueries(database),
    ...personalQueries(database),
    ...planQueries(database),
    ...documentQueries(database),
    ...policyQueries(database),
    ...pushedQueries(database),
    ...routerTurnQueries(database),
    ...routeTargetQueries(database),
    ...subjectQueries(database),
    ...troubleQueries(database),
    ...progressQueries(database),
    ...ledgerQueries(database),
    ...ledgerWitnessQueries(database),
    ...registerReviewQueries(database),
    ...readingQueries(database),
    ...retentionQueries(database),
    ...rotationQueries(database),
    ...sightingQueries(database),
    ...signedQueries(database),
    ...unprovenQueries(database),
    ...webhookQueries(database),
    ...workerQueries(database),
    ...writableQueries(database),
    onProgress: (callback) => listener.subscribe(callback),
    now: () => now(),
    ping: () => database.read(async (db) => void (await db.execute(sql`select 1`))),
    close: async () => {
      followed?.stop();
      await listener.close();
      await database.close();
    },
  };
  try {
    await store.ping();
    if (clock === undefined) {
      followed = await followDatabaseClock(() => askTime(database));
      now = followed.now;
    }
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

const askTime = (database: Database): Promise<Date> =>
  database.read(async (db) => {
    const { rows } = await db.execute<{ ms: string }>(sql`select extract(epoch from clock_timestamp()) * 1000 as ms`);
    return new Date(Number(rows[0]?.ms));
  });
