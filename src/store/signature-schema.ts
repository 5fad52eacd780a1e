import { sql } from 'drizzle-orm';
import { bigserial, check, index, pgTable, text } from 'drizzle-orm/pg-core';
import type { Digest } from '../domain/canonical-json.ts';
import { person, time } from './column-types.ts';
import { policies } from './policy-schema.ts';
import { interconnects } from './schema.ts';

/** Decisions in whose place the same side has decided anew: what was pushed by them is shown by their documents, and by no later one. */
export const earlierSignatures = pgTable(
  'earlier_signatures',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    subject: text('subject').$type<'policy' | 'plan'>().notNull(),
    /** Of an acceptance. */
    policyVersion: text('policy_version').references(() => policies.version),
    /** Of an approval. */
    interconnectId: text('interconnect_id')
      .$type<typeof interconnects.$inferSelect.id>()
      .references(() => interconnects.id),
    digest: text('digest').$type<Digest>().notNull(),
    /** A party, or `network`. */
    party: text('party').notNull(),
    person: person('person').notNull(),
    decidedAt: time('decided_at').notNull(),
    signature: text('signature').$type<Digest>(),
    signed: text('signed'),
    form: text('form').$type<Digest>(),
  },
  (table) => [
    index('earlier_signatures_of').on(table.interconnectId),
    check('earlier_signatures_about', sql`(${table.policyVersion} is null) <> (${table.interconnectId} is null)`),
  ],
);
