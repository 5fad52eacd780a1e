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

export function wrapKey(dataKey: Buffer, { bytes }: KeyEncryptionKey): Buffer {
  const cipher = createCipheriv(WRAP, bytes, WRAP_IV);
  return Buffer.concat([cipher.update(dataKey), cipher.final()]);
}

/** Throws where it was wrapped under another key, or altered. */
export function unwrapKey(wrapped: Buffer, { bytes }: KeyEncryptionKey): Buffer {
  const decipher = createDecipheriv(WRAP, bytes, WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

/** `place`: where it lies; at another place it does not open. */
export function sealText(text: string, dataKey: Buffer, place: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, dataKey, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Throws where it was altered, moved, or sealed with another key. */
export function openText(sealed: Buffer, dataKey: Buffer, place: string): string {
  const decipher = createDecipheriv(CIPHER, dataKey, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
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
