import { sql } from 'drizzle-orm';
import { integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Digest } from '../domain/canonical-json.ts';
import type { FormMediaType } from '../domain/hand-signed.ts';
import type { EntityId } from '../domain/names.ts';
import type { PolicyLanguage, PolicyMediaType } from '../domain/policy.ts';
import { bytea, person, time } from './column-types.ts';

/** Versions of the communication policy: proposed by one admin, published by another. */
export const policies = pgTable('policies', {
  version: text('version').primaryKey(),
  inForceFrom: time('in_force_from').notNull(),
  graceDays: integer('grace_days').notNull(),
  /** Of the terms: what is published and accepted. */
  digest: text('digest').$type<Digest>().notNull(),
  proposedBy: person('proposed_by').notNull(),
  proposedAt: time('proposed_at').notNull(),
  publishedBy: person('published_by'),
  publishedAt: time('published_at'),
});

const policyVersion = () =>
  text('policy_version')
    .notNull()
    .references(() => policies.version);

/** The texts, byte for byte as they came. */
export const policyRenditions = pgTable(
  'policy_renditions',
  {
    policyVersion: policyVersion(),
    language: text('language').$type<PolicyLanguage>().notNull(),
    mediaType: text('media_type').$type<PolicyMediaType>().notNull(),
    sha256: text('sha256').$type<Digest>().notNull(),
    bytes: integer('bytes').notNull(),
    content: bytea('content').notNull(),
  },
  (table) => [primaryKey({ columns: [table.policyVersion, table.language] })],
);

export const policyAcceptances = pgTable(
  'policy_acceptances',
  {
    policyVersion: policyVersion(),
    entity: text('entity').$type<EntityId>().notNull(),
    digest: text('digest').$type<Digest>().notNull(),
    person: person('person').notNull(),
    acceptedAt: time('accepted_at').notNull(),
    /** Of the signed document: as in the ledger. */
    signature: text('signature').$type<Digest>(),
    /** The signed document itself, with what shows that its signatures hold. */
    signed: text('signed'),
    /** SHA-256 of a scanned form: then `person` is the officer who confirmed it. */
    form: text('form').$type<Digest>(),
  },
  (table) => [
    primaryKey({ columns: [table.policyVersion, table.entity] }),
    // One person never accepts for two entities.
    uniqueIndex('policy_acceptances_person').on(table.policyVersion, table.person).where(sql`${table.form} is null`),
  ],
);

/** Scans of forms that entities signed by hand, byte for byte. */
export const handSignedForms = pgTable(
  'hand_signed_forms',
  {
    policyVersion: policyVersion(),
    entity: text('entity').$type<EntityId>().notNull(),
    /** Of the terms. */
    digest: text('digest').$type<Digest>().notNull(),
    mediaType: text('media_type').$type<FormMediaType>().notNull(),
    sha256: text('sha256').$type<Digest>().notNull(),
    bytes: integer('bytes').notNull(),
    content: bytea('content').notNull(),
    attachedBy: person('attached_by').notNull(),
    attachedAt: time('attached_at').notNull(),
    confirmedBy: person('confirmed_by'),
    confirmedAt: time('confirmed_at'),
  },
  (table) => [primaryKey({ columns: [table.policyVersion, table.entity] })],
);
