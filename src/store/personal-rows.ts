/** Texts of persons: sealed where they are written, opened where they are read, under a data key of each person in each record. */
import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { PersonId } from '../domain/names.ts';
import {
  commitTo,
  type KeyEncryption,
  type KeyEncryptionKey,
  type KeyOwner,
  newDataKey,
  newSealedId,
  openText,
  type RecordName,
  referenceTo,
  referredId,
  sealText,
  unwrapKey,
  wrapKey,
} from '../domain/sealed-text.ts';
import { visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import type { Database, StoreTransaction } from './database.ts';
import { type PersonalTextKind, personalKeys, personalTexts } from './personal-schema.ts';

/** What a reference came to. `erased`: for good. `locked`: the key that wraps its key is not in this process's ring. */
export type OpenedText =
  | { readonly state: 'open'; readonly text: string }
  | { readonly state: 'erased' | 'locked' | 'altered' };

/** With the record that it is of. */
export type TextOfRecord = OpenedText & { readonly record: RecordName };

export interface PersonalStore {
  /** Reasons, for whoever sees what they are of, by id; what is none is not in it, and a signed document is none. */
  openPersonalTexts(ids: readonly string[]): Promise<ReadonlyMap<string, TextOfRecord>>;
}

/** Seals what one person says in one record. */
export interface Sealer {
  /** What stands in the record instead of the text: a reference; the text itself where this process has no keys. */
  seal(kind: PersonalTextKind, text: string): Promise<string>;
  /** The same for the same text while the key lives, and nobody guesses the text from it afterwards. */
  commit(text: string): Promise<string>;
}

type Reader = Pick<StoreTransaction, 'select'>;

export function personalQueries(database: Database): PersonalStore {
  return { openPersonalTexts: (ids) => database.read((db) => openTexts(db, database.keys, ids, 'reason')) };
}

/**
 * Its rows are of the store transaction. Throws RECORD_ALTERED for a key that is not what was wrapped; PERSONAL_KEY_MISSING where this process has no keys and
 * another one has: what it wrote in clear would be in the ledger for good.
 */
export function sealerOf(
  tx: StoreTransaction,
  { keys, clock }: Pick<Database, 'keys' | 'clock'>,
  of: { readonly subject: PersonId; readonly record: RecordName },
): Sealer {
  if (keys === null) {
    const inClear = async (text: string) => {
      await refuseClear(tx);
      return text;
    };
    return { seal: (_kind, text) => inClear(text), commit: inClear };
  }
  let opened: Promise<DataKey> | null = null;
  const dataKey = () => {
    opened ??= findOrMakeKey(tx, keys, of, clock());
    return opened;
  };
  return {
    async seal(kind, text) {
      const { id: keyId, bytes } = await dataKey();
      const id = newSealedId();
      const sealed = sealText(text, bytes, placeOf(keyId, id));
      await tx.insert(personalTexts).values({ id, keyId, kind, sealed, writtenAt: clock() });
      return referenceTo(id);
    },
    commit: async (text) => commitTo(text, (await dataKey()).bytes),
  };
}

/** PERSONAL_KEY_MISSING where others seal what this process would write in clear. */
export async function refuseClear(tx: Reader): Promise<void> {
  const [any] = await tx.select({ kek: personalKeys.kek }).from(personalKeys).limit(1);
  if (any === undefined) return;
  throw new WaslError('PERSONAL_KEY_MISSING', 'texts of persons are sealed in this record, and no ring is here');
}

interface DataKey {
  readonly id: string;
  readonly bytes: Buffer;
}

const placeOf = (keyId: string, textId: string): string => `personal_texts/${keyId}/${textId}`;

async function findOrMakeKey(
  tx: StoreTransaction,
  keys: KeyEncryption,
  { subject, record }: { readonly subject: PersonId; readonly record: RecordName },
  createdAt: Date,
): Promise<DataKey> {
  const { subject: of, recordKind, recordId, erasedAt } = personalKeys;
  const known = await tx
    .select()
    .from(personalKeys)
    .where(and(eq(of, subject), eq(recordKind, record.kind), eq(recordId, record.id), isNull(erasedAt)));
  for (const { id, kek, wrapped } of known) {
    const under = await keys.find(kek);
    if (under !== null && wrapped !== null) return { id, bytes: unwrapOwn(wrapped, under, { id, subject, record }) };
  }
  const kek = await keys.newest();
  const made = { id: newSealedId(), bytes: newDataKey() };
  const row = { id: made.id, subject, recordKind: record.kind, recordId: record.id, kek: kek.id };
  await tx
    .insert(personalKeys)
    .values({ ...row, wrapped: wrapKey(made.bytes, kek, { id: made.id, subject, record }), createdAt });
  return made;
}

export function unwrapOwn(wrapped: Buffer, under: KeyEncryptionKey, of: KeyOwner): Buffer {
  try {
    return unwrapKey(wrapped, under, of);
  } catch (cause) {
    throw new WaslError('RECORD_ALTERED', `the personal key ${of.id} is not what was wrapped`, { cause });
  }
}

export const keyMissing = (kek: string) =>
  new WaslError('PERSONAL_KEY_MISSING', `the key ${kek}, which wraps keys of persons, is not in the ring`);

/** Throws nothing of its own: each text says what became of it. */
export async function openTexts(
  db: Reader,
  keys: KeyEncryption | null,
  ids: readonly string[],
  kind: PersonalTextKind,
): Promise<ReadonlyMap<string, TextOfRecord>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({
      ...{ id: personalTexts.id, keyId: personalTexts.keyId, sealed: personalTexts.sealed },
      ...ownKey,
    })
    .from(personalTexts)
    .innerJoin(personalKeys, eq(personalKeys.id, personalTexts.keyId))
    .where(and(inArray(personalTexts.id, [...ids]), eq(personalTexts.kind, kind)));
  const opened = new Map<string, TextOfRecord>();
  for (const row of rows) opened.set(row.id, { ...(await openRow(keys, row)), record: row.record });
  return opened;
}

/** What opens a text, and whose it is. */
const ownKey = {
  ...{ kek: personalKeys.kek, wrapped: personalKeys.wrapped, subject: personalKeys.subject },
  record: { kind: personalKeys.recordKind, id: personalKeys.recordId },
};

interface SealedRow
  extends Pick<typeof personalTexts.$inferSelect, 'id' | 'keyId' | 'sealed'>,
    Pick<KeyOwner, 'subject' | 'record'> {
  readonly kek: string;
  readonly wrapped: Buffer | null;
}

export async function openRow(
  keys: KeyEncryption | null,
  { id, keyId, sealed, kek, wrapped, ...of }: SealedRow,
): Promise<OpenedText> {
  if (sealed === null || wrapped === null) return { state: 'erased' };
  const under = (await keys?.find(kek)) ?? null;
  if (under === null) return { state: 'locked' };
  try {
    return {
      state: 'open',
      text: openText(sealed, unwrapKey(wrapped, under, { id: keyId, ...of }), placeOf(keyId, id)),
    };
  } catch {
    return { state: 'altered' };
  }
}

/** A document that may be a reference to one. */
export async function openDocument(db: Reader, keys: KeyEncryption | null, kept: string): Promise<OpenedText> {
  const id = referredId(kept);
  if (id === null) return { state: 'open', text: kept };
  return (await openTexts(db, keys, [id], 'signed-document')).get(id) ?? { state: 'altered' };
}

/** In the place of the one before, under the same key. */
export async function replaceDocument(
  tx: StoreTransaction,
  keys: KeyEncryption | null,
  reference: string,
  text: string,
): Promise<void> {
  const id = referredId(reference);
  const [row] =
    id === null
      ? []
      : await tx
          .select({ keyId: personalTexts.keyId, ...ownKey })
          .from(personalTexts)
          .innerJoin(personalKeys, eq(personalKeys.id, personalTexts.keyId))
          .where(eq(personalTexts.id, id));
  if (id === null || row === undefined || row.wrapped === null) return;
  const under = (await keys?.find(row.kek)) ?? null;
  if (under === null) throw keyMissing(row.kek);
  const of = { id: row.keyId, subject: row.subject, record: row.record };
  const sealed = sealText(text, unwrapOwn(row.wrapped, under, of), placeOf(row.keyId, id));
  // What was erased meanwhile stays erased.
  const isKept = and(eq(personalTexts.id, id), isNotNull(personalTexts.sealed));
  await tx.update(personalTexts).set({ sealed }).where(isKept);
}

/** A reason as it may be shown, sealed. */
export const sealReason = async (sealer: Sealer, reason: string | null): Promise<string | null> =>
  reason === null ? null : sealer.seal('reason', visibleLines(reason));
