/** Keys that are gone for good: what an officer gave up holds nobody else's up, and the ledger says what it was. */
import { and, eq, inArray } from 'drizzle-orm';
import type { PersonId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import type { StoreTransaction } from './database.ts';
import type { NewFact } from './ledger-rows.ts';
import { ledger } from './schema.ts';

/** Something that does not open, and why. */
export interface ShutKey {
  /** Of the ring, or of a person where that one is not what was wrapped. */
  readonly key: string;
  /** What it is of: IC-0001, 2026-1/MOH, the id of a webhook. */
  readonly record: string;
  readonly error: WaslError;
}

export interface LostKey {
  readonly key: string;
  /** What is shut for want of it, in order; each once. */
  readonly records: readonly string[];
  /** Who gave it up; null: nobody yet, and no rotation goes on without it. */
  readonly givenUpBy: PersonId | null;
}

const LOST = 'personal-keys.lost';
const subjectOf = (key: string): string => `personal-keys/${key}`;
/** Of an error: as many as somebody reads. */
const NAMED_MAX = 5;

/** By key, in order. Who gave one up says the ledger. */
export async function findLost(tx: Pick<StoreTransaction, 'select'>, shut: readonly ShutKey[]): Promise<LostKey[]> {
  const keys = [...new Set(shut.map(({ key }) => key))].sort();
  if (keys.length === 0) return [];
  const isOf = and(inArray(ledger.subject, keys.map(subjectOf)), eq(ledger.action, LOST));
  const facts = await tx.select({ subject: ledger.subject, actor: ledger.actor }).from(ledger).where(isOf);
  return keys.map((key) => ({
    key,
    records: [...new Set(shut.filter((each) => each.key === key).map(({ record }) => record))].sort(),
    givenUpBy: (facts.find(({ subject }) => subject === subjectOf(key))?.actor as PersonId | undefined) ?? null,
  }));
}

/** Throws what is wrong with the first that nobody gave up. */
export function requireGivenUp(shut: readonly ShutKey[], lost: readonly LostKey[]): void {
  const held = lost.find(({ givenUpBy }) => givenUpBy === null);
  const error = shut.find(({ key }) => key === held?.key)?.error;
  if (held === undefined || error === undefined) return;
  const { key, records } = held;
  const named = records.slice(0, NAMED_MAX).join(', ');
  const more = records.length > NAMED_MAX ? ` and ${records.length - NAMED_MAX} more` : '';
  throw new WaslError(error.code, `${error.message}: without it ${named}${more} stay shut`, {
    remedy: `${error.remedy} Where it is gone for good, \`wasl privacy give-up ${key}\` records it, and the rotation goes on without it.`,
  });
}

/** null: it was given up before. Throws INPUT_INVALID for a key for want of which nothing is shut. */
export function givingUp(lost: readonly LostKey[], key: string, by: PersonId): NewFact | null {
  const found = lost.find((each) => each.key === key);
  if (found === undefined) {
    const remedy = 'Name one of those that `wasl privacy lost` lists.';
    throw new WaslError('INPUT_INVALID', `nothing is shut for want of the key ${key}`, { path: 'key', remedy });
  }
  if (found.givenUpBy !== null) return null;
  return { actor: by, action: LOST, subject: subjectOf(key), body: { records: [...found.records] } };
}
