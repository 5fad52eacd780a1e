import { bigint, bigserial, boolean, foreignKey, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { NetworkAudit } from '../domain/audit.ts';
import type { Digest } from '../domain/canonical-json.ts';
import type { ChangeId, PeName } from '../domain/names.ts';
import type { ReadingKind } from '../domain/reading.ts';
import { bytea, time } from './column-types.ts';

/** Each text once, however often it was read: most readings of a PE find what the last one found. Compressed (gzip). */
export const readingTexts = pgTable('reading_texts', {
  digest: text('digest').$type<Digest>().primaryKey(),
  compressed: bytea('compressed').notNull(),
});

/** What was read of the network, and when: the running configuration of a PE, a check of one, a matrix of all. Bounded: see `reading-rows.ts`. */
export const readings = pgTable(
  'readings',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    kind: text('kind').$type<ReadingKind>().notNull(),
    /** null: of the whole network. */
    pe: text('pe').$type<PeName>(),
    digest: text('digest').$type<Digest>().notNull(),
    reader: text('reader').notNull(),
    /** Whose plan or transaction stands on it; null: read for people. */
    changeId: text('change_id').$type<ChangeId>(),
    /** When the reader began: nothing in it is older. */
    readAt: time('read_at').notNull(),
    savedAt: time('saved_at').notNull(),
  },
  (table) => [
    foreignKey({ name: 'readings_text', columns: [table.digest], foreignColumns: [readingTexts.digest] }),
    index('readings_latest').on(table.kind, table.pe, table.id),
    index('readings_change').on(table.changeId, table.pe, table.id),
    index('readings_digest').on(table.digest),
  ],
);

/** Audits of the whole network, the newest of them: see `audit-rows.ts`. Their records are readings, by digest. */
export const audits = pgTable('audits', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  at: time('at').notNull(),
  by: text('by').notNull(),
  digest: text('digest').$type<Digest>().notNull(),
  result: jsonb('result').$type<NetworkAudit>().notNull(),
});

/** Workers that live: each writes its row about once a second, and takes it away when it stops. Times are the database's. */
export const workers = pgTable('workers', {
  id: text('id').primaryKey(),
  taskQueue: text('task_queue').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  version: text('version').notNull(),
  startedAt: time('started_at').notNull(),
  lastSeenAt: time('last_seen_at').notNull(),
  draining: boolean('draining').notNull(),
  /** Of the worker's clock before the database's; null: a release that did not say. Of any size: some clocks begin in 1970. */
  clockAheadMs: bigint('clock_ahead_ms', { mode: 'number' }),
});
