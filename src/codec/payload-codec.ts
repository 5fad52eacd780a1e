/**
 * What Temporal stores of wasl's messages, encrypted: arguments, results, details of failures. Names and ids of workflows and activities,
 * task queues and types of failures stay in clear there, so nothing of persons may be in them.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { WaslError } from '../errors.ts';
import { type CodecTroubles, watchCodec } from './codec-troubles.ts';
import { decryptingKey, encryptingKey, KEY_ID_FORM, type KeyRing, takesPlain } from './key-ring.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
/** Metadata as in Temporal's encryption samples, so that its tools name the key, too. */
const KEY_ID = 'encryption-key-id';
/** NIST SP 800-38D §8.2.2: random, and so no more than 2^32 payloads under one key. */
const IV_BYTES = 12;
/** Always given: node:crypto takes a tag of four bytes otherwise. */
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The ring as it is now; `isMissing`: somebody needs a key that it did not have. */
export type Keys = (isMissing?: boolean) => Promise<KeyRing>;

export type MessageCodec = PayloadCodec;

export interface PayloadCodecOptions {
  readonly keys: Keys;
  readonly now: () => Date;
  readonly troubles: CodecTroubles;
}

/**
 * AES-256-GCM over the whole payload: IV ‖ ciphertext ‖ tag, bound to the key's id and the encoding. Decoding throws MESSAGE_UNREADABLE for
 * what no key of the ring encrypted, and, unless the ring says that it still is the time for them, for payloads in clear.
 */
export function createPayloadCodec({ keys, now, troubles }: PayloadCodecOptions): MessageCodec {
  async function decodeOne(payload: Payload): Promise<Payload> {
    const metadata = payload.metadata ?? {};
    if (textOf(metadata.encoding) !== ENCODING) {
      if (takesPlain(await keys(), now())) return payload;
      throw troubles.note('not encrypted', 'a message in Temporal is not encrypted: wasl did not write it there');
    }
    const id = textOf(metadata[KEY_ID]);
    if (!KEY_ID_FORM.test(id)) throw troubles.note('altered', 'an encrypted message in Temporal names no key');
    const key = decryptingKey(await keys(), id) ?? decryptingKey(await keys(true), id);
    if (key === null) {
      throw troubles.note('key missing', `a message in Temporal is encrypted under the key ${id}, which is not here`);
    }
    try {
      return decrypt(payload.data ?? new Uint8Array(), key);
    } catch {
      throw troubles.note('altered', `a message in Temporal is not what was encrypted under the key ${id}`);
    }
  }
  return {
    async encode(payloads) {
      const key = encryptingKey(await keys(), now());
      return payloads.map((payload) => encrypt(payload, key));
    },
    decode: (payloads) => Promise.all(payloads.map(decodeOne)),
  };
}

/**
 * For people who look at a history with Temporal's tools: what is in clear there stays as it is, and what cannot be decrypted is theirs alone to
 * know, for anybody can make such a thing up.
 */
export function codecForPeople(keys: Keys, now: () => Date): MessageCodec {
  const codec = createPayloadCodec({ keys, now, troubles: watchCodec(now, () => undefined) });
  const isEncrypted = ({ metadata }: Payload) => textOf(metadata?.encoding) === ENCODING;
  return {
    ...codec,
    decode: async (payloads) =>
      (await Promise.all(payloads.map((each) => (isEncrypted(each) ? codec.decode([each]) : [each])))).flat(),
  };
}

type Key = ReturnType<typeof encryptingKey>;

function encrypt(payload: Payload, { id, bytes }: Key): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, bytes, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(id));
  const plain = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) }, data };
}

/** Throws where one bit is another. */
function decrypt(given: Uint8Array, { id, bytes }: Key): Payload {
  const data = Buffer.from(given);
  if (data.length < IV_BYTES + TAG_BYTES) throw new WaslError('MESSAGE_UNREADABLE', 'the payload is too short');
  const decipher = createDecipheriv(CIPHER, bytes, data.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(boundTo(id))
    .setAuthTag(data.subarray(-TAG_BYTES));
  const plain = Buffer.concat([decipher.update(data.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  const { metadata, data: inner } = PayloadMessage.decode(plain);
  return { metadata, data: inner };
}

const boundTo = (id: string): Buffer => Buffer.from(`${ENCODING}\0${id}`);

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
