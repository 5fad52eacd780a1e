/** What makes a rewriting of the ledger show. Append-only, as the ledger (migration `ledger-witnesses-append-only`). */
import { bigint, bigserial, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { LedgerReview } from '../domain/ledger-review.ts';
import { person, time } from './column-types.ts';

/** Complete subtrees of the ledger's tree (RFC 6962), from the level on below which they are made of rows. */
export const ledgerNodes = pgTable(
  'ledger_nodes',
  {
    level: integer('level').notNull(),
    /** From 0: the subtree begins with leaf `index * 2^level`; leaf 0 is row 1. */
    index: bigint('index', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.level, table.index] })],
);

export const ledgerCheckpoints = pgTable('ledger_checkpoints', {
  /** Rows that it covers. */
  size: bigint('size', { mode: 'number' }).primaryKey(),
  /** A signed note (C2SP), as it was signed. */
  note: text('note').notNull(),
  signedAt: time('signed_at').notNull(),
});

/** That a checkpoint was there at a time: RFC 3161, over its note. */
export const ledgerTimestamps = pgTable('ledger_timestamps', {
  size: bigint('size', { mode: 'number' })
    .primaryKey()
    .references(() => ledgerCheckpoints.size),
  /** A token, DER in base64. */
  token: text('token').notNull(),
  receivedAt: time('received_at').notNull(),
});

export const ledgerCosignatures = pgTable(
  'ledger_cosignatures',
  {
    size: bigint('size', { mode: 'number' })
      .notNull()
      .references(() => ledgerCheckpoints.size),
    /** The verifier key of the witness, as it gave it: who trusts it got it by another way. */
    witness: text('witness').notNull(),
    /** A signature line of the note. */
    line: text('line').notNull(),
    receivedFrom: person('received_from').notNull(),
    receivedAt: time('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.size, table.witness] })],
);

/** The last reviews of the ledger; the oldest go. */
export const ledgerReviews = pgTable('ledger_reviews', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  at: time('at').notNull(),
  review: json('review').$type<LedgerReview>().notNull(),
});
