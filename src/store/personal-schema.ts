/** What persons wrote and signed, sealed; the keys of it; and how it ends. */
import { sql } from 'drizzle-orm';
import { check, index, integer, json, pgTable, text } from 'drizzle-orm/pg-core';
import type { Digest } from '../domain/canonical-json.ts';
import type { DueRecord, RetentionState } from '../domain/retention.ts';
import type { RecordKind } from '../domain/sealed-text.ts';
import { bytea, person, time } from './column-types.ts';

/** Data keys, of each person in each record, wrapped under a key that lies outside this database. */
export const personalKeys = pgTable(
  'personal_keys',
  {
    id: text('id').primaryKey(),
    subject: person('subject').notNull(),
    recordKind: text('record_kind').$type<RecordKind>().notNull(),
    recordId: text('record_id').notNull(),
    /** The id of the key under which it is wrapped. */
    kek: text('kek').notNull(),
    /** null: erased, and with it whatever was sealed with it. */
    wrapped: bytea('wrapped'),
    createdAt: time('created_at').notNull(),
    erasedAt: time('erased_at'),
    erasedBy: integer('erased_by'),
  },
  (table) => [
    // Not unique: where the key that wraps one is gone, a person goes on with another.
    index('personal_keys_record')
      .on(table.subject, table.recordKind, table.recordId)
      .where(sql`${table.erasedAt} is null`),
    index('personal_keys_kek').on(table.kek).where(sql`${table.erasedAt} is null`),
    check('personal_keys_erased', sql`(${table.wrapped} is null) = (${table.erasedAt} is not null)`),
  ],
);

export const personalTexts = pgTable(
  'personal_texts',
  {
    /** Stands elsewhere instead of the text. */
    id: text('id').primaryKey(),
    keyId: text('key_id')
      .notNull()
      .references(() => personalKeys.id),
    kind: text('kind').$type<PersonalTextKind>().notNull(),
    /** AES-256-GCM: IV, ciphertext, tag. null: erased. */
    sealed: bytea('sealed'),
    writtenAt: time('written_at').notNull(),
  },
  (table) => [index('personal_texts_key').on(table.keyId)],
);

/** A form that was signed by hand is a scan, in base64. */
export type PersonalTextKind = 'signed-document' | 'reason' | 'hand-signed-form';

/** Lists of records whose time is over: proposed by one person, decided by another, then erased. */
export const retentionProposals = pgTable('retention_proposals', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  state: text('state').$type<RetentionState>().notNull(),
  /** Of the list and of the schedule that it follows: what is authorised. */
  digest: text('digest').$type<Digest>().notNull(),
  scheduleDigest: text('schedule_digest').$type<Digest>().notNull(),
  authority: text('authority').notNull(),
  records: json('records').$type<readonly DueRecord[]>().notNull(),
  proposedBy: person('proposed_by').notNull(),
  proposedAt: time('proposed_at').notNull(),
  decidedBy: person('decided_by'),
  decidedAt: time('decided_at'),
  erasedBy: person('erased_by'),
  erasedAt: time('erased_at'),
});

/** While one stands, nothing that it covers is erased. */
export const legalHolds = pgTable(
  'legal_holds',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    subject: person('subject'),
    recordKind: text('record_kind').$type<RecordKind>(),
    recordId: text('record_id'),
    /** The number of the case, as whoever ordered it gave it. */
    reference: text('reference').notNull(),
    placedBy: person('placed_by').notNull(),
    placedAt: time('placed_at').notNull(),
    liftedBy: person('lifted_by'),
    liftedAt: time('lifted_at'),
  },
  (table) => [
    check('legal_holds_of', sql`(${table.subject} is null) = (${table.recordKind} is not null)`),
    check('legal_holds_record', sql`(${table.recordKind} is null) = (${table.recordId} is null)`),
  ],
);
