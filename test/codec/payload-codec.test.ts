/** What lies in Temporal can be read by whoever has the key, and by nobody who has a part of it, or another. */
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { watchCodec } from '../../src/codec/codec-troubles.ts';
import { addKey, encryptingKey, type KeyRing, parseKeyRing, printKeyRing } from '../../src/codec/key-ring.ts';
import { createPayloadCodec } from '../../src/codec/payload-codec.ts';
import { WaslError } from '../../src/errors.ts';

const NOW = new Date('2026-03-01T08:00:00Z');
const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
const RING = addKey(null, NOW);
const CANARY = 'Fatma-al-Canary asks because of the flood';

function codecOf(ring: KeyRing | (() => KeyRing), now = NOW) {
  const told: string[] = [];
  const asked: boolean[] = [];
  const troubles = watchCodec(
    () => now,
    (fact) => told.push(fact),
  );
  const keys = async (isMissing = false) => {
    asked.push(isMissing);
    return typeof ring === 'function' ? ring() : ring;
  };
  return { ...createPayloadCodec({ keys, now: () => now, troubles }), troubles, told, asked };
}

const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value) as Payload;
const meaningOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload as Payload);

async function encrypted(ring = RING, value: unknown = { why: CANARY }): Promise<Payload> {
  const [payload] = await codecOf(ring).encode([plain(value)]);
  return payload as Payload;
}

async function refusal(codec: ReturnType<typeof codecOf>, payload: Payload): Promise<WaslError> {
  const error = await codec.decode([payload]).catch((caught: unknown) => caught);
  if (error instanceof WaslError) return error;
  throw new Error('it was taken');
}

describe('a payload', () => {
  it('comes back as it was, of whatever kind', async () => {
    const codec = codecOf(RING);
    for (const value of [{ a: [1, 'ä', null] }, undefined, '', 'x'.repeat(100_000), new Uint8Array([0, 255])]) {
      const [there] = await codec.encode([plain(value)]);
      expect(meaningOf((await codec.decode([there as Payload]))[0])).toEqual(value);
    }
    expect(await codec.encode([])).toEqual([]);
  });

  it('shows its encoding and its key, and nothing else, not even its own metadata', async () => {
    const { metadata, data } = await encrypted();
    const shown = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    const [{ id } = { id: '' }] = RING.keys;
    expect(Object.fromEntries(shown)).toEqual({ encoding: 'binary/encrypted', 'encryption-key-id': id });
    const bytes = Buffer.from(data ?? []).toString('latin1');
    for (const word of [CANARY, 'Canary', 'json/plain', 'encoding']) expect(bytes).not.toContain(word);
  });

  it('is never twice the same', async () => {
    const [one, other] = [await encrypted(), await encrypted()];
    expect(Buffer.from(one.data ?? []).equals(Buffer.from(other.data ?? []))).toBe(false);
  });

  it('is refused with any byte altered, and cut anywhere', async () => {
    const payload = await encrypted(RING, 'short');
    const data = Buffer.from(payload.data ?? []);
    for (let at = 0; at < data.length; at++) {
      const flipped = Buffer.from(data);
      flipped.writeUInt8(data.readUInt8(at) ^ (1 << (at % 8)), at);
      expect((await refusal(codecOf(RING), { ...payload, data: flipped })).message).toContain('is not what was');
      const cut = { ...payload, data: data.subarray(0, at) };
      expect((await refusal(codecOf(RING), cut)).code).toBe('MESSAGE_UNREADABLE');
    }
  });

  it('is refused under the name of another key, even where its bytes are the same', async () => {
    const [key] = RING.keys;
    if (key === undefined) throw new Error('there is a key');
    const renamed: KeyRing = { keys: [{ ...key, id: 'other' }] };
    const payload = await encrypted();
    const metadata = { ...payload.metadata, 'encryption-key-id': Buffer.from('other') };
    expect((await refusal(codecOf(renamed), { ...payload, metadata })).message).toContain('under the key other');
  });

  it.each(['', 'k'.repeat(65), 'two\nlines', 'ключ'])('that names its key %j names none', async (name) => {
    const payload = await encrypted();
    const metadata = { ...payload.metadata, 'encryption-key-id': Buffer.from(name) };
    expect((await refusal(codecOf(RING), { ...payload, metadata })).message).toContain('names no key');
  });
});

describe('a payload in clear', () => {
  it('is refused: wasl did not write it', async () => {
    const codec = codecOf(RING);
    const refused = await refusal(codec, plain({ interconnectId: 'IC-0001' }));
    expect([refused.code, refused.class]).toEqual(['MESSAGE_UNREADABLE', 'transient']);
    expect(codec.troubles.counts['not encrypted']).toBe(1);
  });

  it('is taken while a ring says so, and no longer', async () => {
    const ring = addKey(null, NOW, later(24));
    const before = plain({ interconnectId: 'IC-0001' });
    expect(await codecOf(ring, later(23)).decode([before])).toEqual([before]);
    expect((await refusal(codecOf(ring, later(24)), before)).message).toContain('is not encrypted');
    // What such a ring writes is encrypted all the same.
    expect(Buffer.from((await encrypted(ring)).data ?? []).toString('latin1')).not.toContain('Canary');
  });
});

describe('the keys', () => {
  it('the newest whose time has come encrypts; all decrypt', async () => {
    const rotated = addKey(RING, later(1));
    const [old, young] = rotated.keys;
    expect(encryptingKey(rotated, NOW).id).toBe(old?.id);
    expect(encryptingKey(rotated, later(1)).id).toBe(young?.id);
    const [before, after] = [
      await codecOf(rotated).encode([plain(1)]),
      await codecOf(rotated, later(2)).encode([plain(2)]),
    ];
    const codec = codecOf(rotated, later(2));
    expect((await codec.decode([...before, ...after])).map(meaningOf)).toEqual([1, 2]);
  });

  it('of which none has come yet do not let anything out in clear', async () => {
    const early = addKey(null, later(5));
    expect(encryptingKey(early, NOW).id).toBe(early.keys[0]?.id);
  });

  it('that are missing are asked for once more, then told once and counted each time', async () => {
    const rotated = addKey(RING, NOW);
    const payload = await encrypted(rotated);
    const behind = codecOf(RING);
    for (const _ of [1, 2]) expect((await refusal(behind, payload)).message).toContain('which is not here');
    expect(behind.asked).toEqual([false, true, false, true]);
    expect(behind.troubles.counts).toEqual({ 'key missing': 2, 'not encrypted': 0, altered: 0 });
    expect(behind.told).toHaveLength(1);
    expect(behind.troubles.current()).toBe(behind.told[0]);

    let asks = 0;
    const late = codecOf(() => (asks++ === 0 ? RING : rotated));
    expect((await late.decode([payload])).map(meaningOf)).toEqual([{ why: CANARY }]);
    expect(late.troubles.current()).toBeNull();
  });
});

describe('a ring', () => {
  it('is read as it was written', () => {
    const ring = addKey(RING, later(1), later(2));
    expect(parseKeyRing(printKeyRing(ring), 'FILE')).toEqual(ring);
    // A further key does not end a time that runs.
    expect(addKey(ring, later(3)).plainUntil).toBe(ring.plainUntil);
  });

  const [key] = RING.keys;
  it.each<[string, unknown]>([
    ['no JSON', 's3cret'],
    ['without keys', { keys: [] }],
    ['with a short key', { keys: [{ ...key, key: 's3cret' }] }],
    ['with one name twice', { keys: [key, key] }],
    ['with what nobody knows', { keys: [key], s3cret: 1 }],
    ['without a time', { keys: [{ ...key, from: 's3cret' }] }],
  ])('%s is refused without what stands there', (_what, content) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const parse = () => parseKeyRing(text, 'WASL_CODEC_KEYS');
    expect(parse).toThrow(expect.objectContaining({ code: 'CONFIGURATION', path: 'WASL_CODEC_KEYS' }));
    expect(parse).not.toThrow(/s3cret/);
  });
});
