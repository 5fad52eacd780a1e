/** Texts of persons as they lie in the record: each under the data key of a subject, and that key under a key that lies elsewhere. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** AES-256. */
const KEY_BYTES = 32;
/** NIST SP 800-38D §8.2.2: random, and far fewer texts under one key than it allows. */
const IV_BYTES = 12;
/** Without it `createDecipheriv` takes shorter tags, too, and 4 bytes can be guessed. */
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** RFC 3394 §2.2.3.1. */
const WRAP = 'id-aes256-wrap';
const WRAP_IV = Buffer.from('a6a6a6a6a6a6a6a6', 'hex');
const OWNERLESS_BYTES = 40;
const ID_BYTES = 16;

/** It wraps data keys, and lies outside the database. */
export interface KeyEncryptionKey {
  readonly id: string;
  /** 32. */
  readonly bytes: Buffer;
}

/** The ring of them that this process was given. */
export interface KeyEncryption {
  /** Under which data keys are wrapped now. */
  newest(): Promise<KeyEncryptionKey>;
  /** null: it is not in the ring, or not any more. */
  find(id: string): Promise<KeyEncryptionKey | null>;
  /** The ids of those before the newest: under which data keys may still be wrapped. One whose time is to come is none of them. */
  listOlder(): Promise<readonly string[]>;
}

/** What personal texts are about. A data key is of one person in one record: either may go without the other. */
export const RECORD_KINDS = ['interconnect', 'policy-acceptance'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];
/** `id`: IC-0001, or the version and the entity as 2026-1/MOH. */
export interface RecordName {
  readonly kind: RecordKind;
  readonly id: string;
}

export const newDataKey = (): Buffer => randomBytes(KEY_BYTES);
export const newSealedId = (): string => randomBytes(ID_BYTES).toString('base64url');

/** Whose it is: what a row says of that is what was said when it was wrapped. */
export interface KeyOwner {
  readonly id: string;
  readonly subject: string;
  readonly record: RecordName;
}

const placeOfKey = ({ id, subject, record }: KeyOwner): string =>
  `personal_keys/${JSON.stringify([id, subject, record.kind, record.id])}`;

export const wrapKey = (dataKey: Buffer, { bytes }: KeyEncryptionKey, of: KeyOwner): Buffer =>
  seal(dataKey, bytes, placeOfKey(of));

/** Throws where it was wrapped under another key, altered, or given to another owner; what is of before keys had owners opens for any. */
export function unwrapKey(wrapped: Buffer, { bytes }: KeyEncryptionKey, of: KeyOwner): Buffer {
  if (!isWrappedForNobody(wrapped)) return open(wrapped, bytes, placeOfKey(of));
  const decipher = createDecipheriv(WRAP, bytes, WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

/** As keys were wrapped before they had owners (RFC 3394): the next rotation gives them theirs. */
export const isWrappedForNobody = (wrapped: Buffer): boolean => wrapped.length === OWNERLESS_BYTES;

/** `place`: where it lies; at another place it does not open. */
export const sealText = (text: string, dataKey: Buffer, place: string): Buffer =>
  seal(Buffer.from(text, 'utf8'), dataKey, place);

/** Throws where it was altered, moved, or sealed with another key. */
export const openText = (sealed: Buffer, dataKey: Buffer, place: string): string =>
  open(sealed, dataKey, place).toString('utf8');

const SECRET = /^sealed:([\w.-]{1,64}):([\w-]+)$/;

/** A secret of the program's own, straight under the key that lies elsewhere: it is replaced, and never erased. */
export const sealSecret = (secret: string, { id, bytes }: KeyEncryptionKey, place: string): string =>
  `sealed:${id}:${seal(Buffer.from(secret, 'utf8'), bytes, place).toString('base64url')}`;

/** The id of the key that opens it; null: it lies in clear, of before there were keys. */
export const keyOfSecret = (kept: string): string | null => SECRET.exec(kept)?.[1] ?? null;

/** Throws where it was altered, moved, or sealed with another key. */
export const openSecret = (kept: string, { bytes }: KeyEncryptionKey, place: string): string =>
  open(Buffer.from(SECRET.exec(kept)?.[2] ?? '', 'base64url'), bytes, place).toString('utf8');

function seal(plain: Buffer, key: Buffer, place: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(sealed: Buffer, key: Buffer, place: string): Buffer {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** Stands for a text without telling it, and for nothing any more once the key is gone. */
export const commitTo = (text: string, dataKey: Buffer): string =>
  createHmac('sha256', dataKey).update(text).digest('base64url');

const REFERENCE = /\[text:([\w-]{22})\]/g;

/** What stands in sentences, in the ledger and in messages instead of a personal text. */
export const referenceTo = (id: string): string => `[text:${id}]`;

/** null: the text is no reference and nothing else. */
export function referredId(text: string): string | null {
  const [whole, id = null] = new RegExp(REFERENCE.source).exec(text) ?? [];
  return whole === text ? id : null;
}

export const referredIds = (text: string): string[] => [
  ...new Set([...text.matchAll(REFERENCE)].map(([, id = '']) => id)),
];

/** What has no text stays as it is. One pass: a text that looks like a reference is none. */
export const replaceReferences = (text: string, textOf: (id: string) => string | null): string =>
  text.replace(REFERENCE, (whole, id: string) => textOf(id) ?? whole);
