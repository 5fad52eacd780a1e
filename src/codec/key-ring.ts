import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { WaslError } from '../errors.ts';

/** AES-256. */
const KEY_BYTES = 32;
/** A ring grows by a key a rotation; a file with more is not one of ours. */
const KEYS_MAX = 100;
const ID_BYTES = 4;
export const KEY_ID_FORM = /^[\w.-]{1,64}$/;

/** What a ring is for: its keys are for nothing else. */
export interface RingKind {
  readonly what: string;
  /** Makes one, and adds to it. */
  readonly command: string;
  readonly setting: string;
}
export const CODEC_RING: RingKind = {
  ...{ what: 'ring of codec keys', command: 'wasl codec-key', setting: 'WASL_CODEC_KEYS' },
};
/** Its keys wrap those under which texts of persons lie in the record. */
export const PRIVACY_RING: RingKind = {
  ...{ what: 'ring of keys of personal data', command: 'wasl privacy-key', setting: 'WASL_PRIVACY_KEYS' },
};

const remedyOf = ({ command }: RingKind) =>
  `Make the ring with \`${command} FILE\`, and give each API and worker the same one.`;

const keySchema = z.strictObject({
  id: z.string().regex(KEY_ID_FORM),
  /** It encrypts from then on; what it encrypted it decrypts at any time. */
  from: z.iso.datetime({ offset: true }),
  key: z.base64url().refine((text) => Buffer.from(text, 'base64url').length === KEY_BYTES),
});

const ringSchema = z
  .strictObject({
    keys: z.array(keySchema).min(1).max(KEYS_MAX),
    /** Until then a payload of before there were keys is taken as it is; absent: none is. */
    plainUntil: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ keys }) => new Set(keys.map(({ id }) => id)).size === keys.length);

/** The keys under which payloads lie in Temporal: the newest encrypts, each decrypts what names it. */
export type KeyRing = z.output<typeof ringSchema>;

export interface CodecKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Throws CONFIGURATION without anything of what stands there. */
export function parseKeyRing(text: string, path: string, kind = CODEC_RING): KeyRing {
  const fact = `this is no ${kind.what}`;
  const remedy = remedyOf(kind);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WaslError('CONFIGURATION', `${fact}: it is not JSON`, { path, remedy });
  }
  const parsed = ringSchema.safeParse(value);
  if (!parsed.success) throw new WaslError('CONFIGURATION', fact, { path, remedy });
  return parsed.data;
}

export const printKeyRing = (ring: KeyRing): string => `${JSON.stringify(ring, null, 2)}\n`;

/** The ring with one more key; `null`: there is none yet. */
export function addKey(ring: KeyRing | null, from: Date, plainUntil: Date | null = null): KeyRing {
  const id = `k${from.toISOString().slice(0, 10)}-${randomBytes(ID_BYTES).toString('hex')}`;
  const key = { id, from: from.toISOString(), key: randomBytes(KEY_BYTES).toString('base64url') };
  return {
    keys: [...(ring?.keys ?? []), key],
    ...(plainUntil === null ? plainOf(ring) : { plainUntil: plainUntil.toISOString() }),
  };
}

const plainOf = (ring: KeyRing | null) => (ring?.plainUntil === undefined ? {} : { plainUntil: ring.plainUntil });

/** The newest whose time has come; where none has, the first: nothing leaves in clear. */
export function encryptingKey(ring: KeyRing, now: Date): CodecKey {
  const key = keysUntil(ring, now).at(-1);
  if (key === undefined) throw new WaslError('CONFIGURATION', 'the ring of keys is empty');
  return open(key);
}

/** The ids of those that another one has taken the place of. */
export const replacedKeys = (ring: KeyRing, now: Date): string[] =>
  keysUntil(ring, now)
    .slice(0, -1)
    .map(({ id }) => id);

/** The last of them encrypts. */
function keysUntil({ keys }: KeyRing, now: Date): KeyRing['keys'] {
  const byTime = [...keys].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const begun = byTime.filter(({ from }) => Date.parse(from) <= now.getTime());
  return begun.length > 0 ? begun : byTime.slice(0, 1);
}

export function decryptingKey({ keys }: KeyRing, id: string): CodecKey | null {
  const key = keys.find((each) => each.id === id);
  return key === undefined ? null : open(key);
}

export const takesPlain = ({ plainUntil }: KeyRing, now: Date): boolean =>
  plainUntil !== undefined && now.getTime() < Date.parse(plainUntil);

const open = ({ id, key }: KeyRing['keys'][number]): CodecKey => ({ id, bytes: Buffer.from(key, 'base64url') });
