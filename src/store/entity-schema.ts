import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ContactPurpose, SubjectId } from '../domain/entity-profile.ts';
import type { EntityId } from '../domain/names.ts';
import { time } from './column-types.ts';

/** Personal data, and nowhere else than here: the ledger names a contact by its subject alone. */
export const entityContacts = pgTable(
  'entity_contacts',
  {
    subject: text('subject').$type<SubjectId>().primaryKey(),
    entity: text('entity').$type<EntityId>().notNull(),
    position: integer('position').notNull(),
    purpose: text('purpose').$type<ContactPurpose>().notNull(),
    name: text('name').notNull(),
    designation: text('designation').notNull(),
    telephone: text('telephone'),
    email: text('email'),
    recordedAt: time('recorded_at').notNull(),
  },
  (table) => [index('entity_contacts_entity').on(table.entity)],
);

export const entityObligations = pgTable(
  'entity_obligations',
  {
    entity: text('entity').$type<EntityId>().notNull(),
    position: integer('position').notNull(),
    ar: text('ar').notNull(),
    en: text('en').notNull(),
    recordedAt: time('recorded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.position] })],
);
