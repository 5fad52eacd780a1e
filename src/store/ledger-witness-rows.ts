/** Tree, checkpoints, cosignatures and reviews of the ledger. What vouches for the ledger is only ever added. */
import { and, asc, count, desc, eq, gt, inArray, or, sql } from 'drizzle-orm';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database } from './database.ts';
import {
  ledgerCheckpoints,
  ledgerCosignatures,
  ledgerNodes,
  ledgerReviews,
  ledgerTimestamps,
} from './ledger-schema.ts';
import type { CheckpointRecord, CosignatureRecord, LedgerStore } from './ledger-store.ts';
import { ledger } from './schema.ts';

/** Checkpoints of one read. */
const CHECKPOINTS_PAGE_MAX = 1_000;
/** Of one checkpoint: the parties of a country, and not whoever has a token of a witness and no end of keys. */
const COSIGNATURES_MAX = 32;
/** A witness has one key, and another one while it changes it. */
const COSIGNATURES_PER_PERSON = 2;
const REVIEWS_KEPT = 500;

type LedgerWitnessQueries = Pick<
  LedgerStore,
  | 'countLedger'
  | 'countTreeNodes'
  | 'readTreeNodes'
  | 'saveTreeNodes'
  | 'saveCheckpoint'
  | 'listCheckpoints'
  | 'readLastCheckpoint'
  | 'readCheckpoint'
  | 'readLastTimestamp'
  | 'saveTimestamp'
  | 'saveCosignature'
  | 'saveLedgerReview'
  | 'readLedgerReview'
>;

export function ledgerWitnessQueries(database: Database): LedgerWitnessQueries {
  return {
    countLedger: () =>
      database.read(async (db) => {
        const [row] = await db
          .select({ sequence: ledger.sequence })
          .from(ledger)
          .orderBy(desc(ledger.sequence))
          .limit(1);
        return row?.sequence ?? 0;
      }),

    countTreeNodes: (level) =>
      database.read(async (db) => {
        const [row] = await db.select({ nodes: count() }).from(ledgerNodes).where(eq(ledgerNodes.level, level));
        return row?.nodes ?? 0;
      }),

    readTreeNodes: (subtrees) =>
      database.read(async (db) => {
        if (subtrees.length === 0) return [];
        const isOne = subtrees.map(({ level, index }) =>
          and(eq(ledgerNodes.level, level), eq(ledgerNodes.index, index)),
        );
        return db
          .select()
          .from(ledgerNodes)
          .where(or(...isOne));
      }),

    saveTreeNodes: (nodes) =>
      database.read(async (db) => {
        const values = nodes.map(({ level, index, hash }) => ({ level, index, hash }));
        if (values.length > 0) await db.insert(ledgerNodes).values(values).onConflictDoNothing();
      }),

    saveCheckpoint: ({ size, note, after }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'checkpoints');
        const [last] = await tx
          .select({ size: ledgerCheckpoints.size })
          .from(ledgerCheckpoints)
          .orderBy(desc(ledgerCheckpoints.size))
          .limit(1);
        if ((last?.size ?? 0) !== after) return false;
        await tx.insert(ledgerCheckpoints).values({ size, note, signedAt: database.clock() });
        return true;
      }),

    listCheckpoints: ({ afterSize, limit = CHECKPOINTS_PAGE_MAX }) => listCheckpoints(database, afterSize, limit),

    readLastCheckpoint: () =>
      database.read(async (db) => {
        const [last] = await db.select().from(ledgerCheckpoints).orderBy(desc(ledgerCheckpoints.size)).limit(1);
        return last === undefined ? null : { ...last, signedAt: last.signedAt.toISOString() };
      }),

    readCheckpoint: async (size) => {
      const [checkpoint] = await listCheckpoints(database, size - 1, 1);
      return checkpoint?.size === size ? checkpoint : null;
    },

    readLastTimestamp: () =>
      database.read(async (db) => {
        const [last] = await db.select().from(ledgerTimestamps).orderBy(desc(ledgerTimestamps.size)).limit(1);
        return last === undefined ? null : { size: last.size, receivedAt: last.receivedAt.toISOString() };
      }),

    saveTimestamp: ({ size, token }) =>
      database.read(async (db) => {
        await db.insert(ledgerTimestamps).values({ size, token, receivedAt: database.clock() }).onConflictDoNothing();
      }),

    saveCosignature: ({ size, witness, line, from }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'checkpoints');
        const kept = await tx
          .select({ receivedFrom: ledgerCosignatures.receivedFrom, key: ledgerCosignatures.witness })
          .from(ledgerCosignatures)
          .where(eq(ledgerCosignatures.size, size));
        if (kept.some(({ key }) => key === witness)) return;
        const own = kept.filter(({ receivedFrom }) => receivedFrom === from).length;
        if (kept.length >= COSIGNATURES_MAX || own >= COSIGNATURES_PER_PERSON) {
          const whose = kept.length >= COSIGNATURES_MAX ? kept.length : `${own} of ${from}`;
          throw new WaslError('COSIGNATURE_INVALID', `checkpoint ${size} has enough cosignatures: ${whose}`);
        }
        await tx
          .insert(ledgerCosignatures)
          .values({ size, witness, line, receivedFrom: from, receivedAt: database.clock() })
          .onConflictDoNothing();
      }),

    saveLedgerReview: (review) =>
      database.transact(async (tx) => {
        await tx.insert(ledgerReviews).values({ at: database.clock(), review });
        await tx.execute(sql`
          delete from ledger_reviews where id in (select id from ledger_reviews order by id desc offset ${REVIEWS_KEPT})`);
      }),

    readLedgerReview: () =>
      database.read(async (db) => {
        const [last] = await db.select().from(ledgerReviews).orderBy(desc(ledgerReviews.id)).limit(1);
        return last === undefined ? null : { ...last.review, at: last.at.toISOString() };
      }),
  };
}

function listCheckpoints(database: Database, afterSize: number, limit: number): Promise<CheckpointRecord[]> {
  return database.read(async (db) => {
    const checkpoints = await db
      .select()
      .from(ledgerCheckpoints)
      .where(gt(ledgerCheckpoints.size, afterSize))
      .orderBy(asc(ledgerCheckpoints.size))
      .limit(Math.min(limit, CHECKPOINTS_PAGE_MAX));
    if (checkpoints.length === 0) return [];
    const sizes = checkpoints.map(({ size }) => size);
    const lines = await db
      .select()
      .from(ledgerCosignatures)
      .where(inArray(ledgerCosignatures.size, sizes))
      .orderBy(asc(ledgerCosignatures.size), asc(ledgerCosignatures.receivedAt));
    const bySize = new Map<number, CosignatureRecord[]>(sizes.map((size) => [size, []]));
    for (const { size, witness, line, receivedFrom, receivedAt } of lines) {
      bySize.get(size)?.push({ witness, line, receivedFrom, receivedAt: receivedAt.toISOString() });
    }
    const timestamps = await db.select().from(ledgerTimestamps).where(inArray(ledgerTimestamps.size, sizes));
    const stamped = new Map(timestamps.map(({ size, token }) => [size, { timestamp: token }]));
    return checkpoints.map(({ size, note, signedAt }) => ({
      ...{ size, note, signedAt: signedAt.toISOString() },
      cosignatures: bySize.get(size) ?? [],
      ...stamped.get(size),
    }));
  });
}
