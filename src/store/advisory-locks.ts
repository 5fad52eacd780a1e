import { sql } from 'drizzle-orm';
import type { StoreTransaction } from './database.ts';

/** Numbers of wasl's advisory locks: arbitrary, but the same in every process and version. */
export const ADVISORY_LOCKS = {
  migration: 7_745_001,
  /** The chain has one head. */
  ledger: 7_745_002,
  /** Sequence numbers become visible in their order, so a reader that goes on from the last one misses nothing. */
  progress: 7_745_003,
  routeTargets: 7_745_004,
  /** Tickets become visible in their order, so nobody is overtaken by one that was drawn before. Never held with another. */
  routerTurns: 7_745_005,
  /** A text is not pruned between its being found and being referred to. Never held with another. */
  readings: 7_745_006,
  /** Each checkpoint is signed after the one before it was kept. Never held with another. */
  checkpoints: 7_745_010,
  /** One inventory comes into force after the other. Taken first. */
  inventory: 7_745_009,
  /** Versions of the communication policy come one after the other. Taken first. */
  policy: 7_745_011,
  /** An entity has no more endpoints than it may, and an endpoint no more keys. Taken first. */
  webhooks: 7_745_012,
  /** A list that is erased is the one that was judged: no hold comes between. Taken first. */
  retention: 7_745_013,
} as const;

/**
 * Held until the store transaction ends. Order, so that no two transactions wait for each other: the interconnect's row, the
 * change's, route targets, the ledger last. The progress lock is never held with another.
 */
export async function lockUntilCommit(tx: StoreTransaction, lock: keyof typeof ADVISORY_LOCKS): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS[lock]})`);
}

/** Beside others who only read what the lock is for, and never beside its holder. */
export async function shareUntilCommit(tx: StoreTransaction, lock: keyof typeof ADVISORY_LOCKS): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock_shared(${ADVISORY_LOCKS[lock]})`);
}
