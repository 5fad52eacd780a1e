import { customType, timestamp } from 'drizzle-orm/pg-core';
import { canonicalPersonId, type PersonId } from '../domain/names.ts';
import { visibleJson, visibleLines } from '../domain/visible-text.ts';

// Documents with a digest over them (requests, plans, inventories, payloads) are stored exactly as they are: `json`, `text`.
// What people, routers and libraries wrote as sentences is stored as it may be shown, and so that any server can hold it.

/** Why, and what happened. */
export const sentence = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: visibleLines,
});

/** A JSON value of sentences. */
export const sentences = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'json',
  toDriver: (value) => jsonOfSentences(value),
});

/** The same as a parameter: `->>` refuses a document in which a NUL or half a character is escaped. */
export function jsonOfSentences(value: unknown): string {
  return JSON.stringify(visibleJson(value));
}

/** Whoever wrote it, in whatever form: the same person reads as the same text. */
export const person = customType<{ data: PersonId; driverData: string }>({
  dataType: () => 'text',
  toDriver: canonicalPersonId,
  fromDriver: canonicalPersonId,
});

/** Milliseconds, as the clocks of JavaScript tell them: a time reads back as it was written. */
export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
