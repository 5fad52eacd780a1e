import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  commitTo,
  isWrappedForNobody,
  keyOfSecret,
  newDataKey,
  newSealedId,
  openSecret,
  openText,
  referenceTo,
  referredId,
  referredIds,
  replaceReferences,
  sealSecret,
  sealText,
  unwrapKey,
  wrapKey,
} from '../../src/domain/sealed-text.ts';

const kek = (id: string) => ({ id, bytes: randomBytes(32) });
const key = newDataKey();

describe('a sealed text', () => {
  const sealed = sealText('سالم بن حمد, Director', key, 'here');

  it('opens with its key at its place, and nowhere else', () => {
    expect(openText(sealed, key, 'here')).toBe('سالم بن حمد, Director');
    expect(() => openText(sealed, key, 'there')).toThrow();
    expect(() => openText(sealed, newDataKey(), 'here')).toThrow();
  });

  it('does not open with any byte flipped, or with a shorter tag', () => {
    for (let place = 0; place < sealed.length; place += 1) {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(place) ^ 1, place);
      expect(() => openText(flipped, key, 'here')).toThrow();
    }
    expect(() => openText(sealed.subarray(0, -12), key, 'here')).toThrow();
    expect(() => openText(Buffer.alloc(3), key, 'here')).toThrow();
  });

  it('is another one each time', () => {
    expect(sealText('the same', key, 'here')).not.toEqual(sealText('the same', key, 'here'));
  });
});

describe('a wrapped key', () => {
  const own = { id: 'key-1', subject: 'moh-1', record: { kind: 'interconnect', id: 'IC-0001' } } as const;

  it('is unwrapped under its own key, for its own person and record alone', () => {
    const ring = kek('k');
    const wrapped = wrapKey(key, ring, own);
    expect(unwrapKey(wrapped, ring, own)).toEqual(key);
    expect(() => unwrapKey(wrapped, kek('other'), own)).toThrow();
    const others = [
      { id: 'key-2' },
      { subject: 'mof-1' },
      { record: { kind: 'interconnect', id: 'IC-0002' } as const },
    ];
    for (const other of others) expect(() => unwrapKey(wrapped, ring, { ...own, ...other })).toThrow();
  });

  it('of before keys had owners is unwrapped for any (RFC 3394 §4.6)', () => {
    const vector = { id: 'v', bytes: Buffer.from([...Array(32).keys()]) };
    const data = Buffer.from('00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f', 'hex');
    const wrapped = Buffer.from(
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
      'hex',
    );
    expect(isWrappedForNobody(wrapped)).toBe(true);
    expect(isWrappedForNobody(wrapKey(data, vector, own))).toBe(false);
    expect(unwrapKey(wrapped, vector, own)).toEqual(data);
    expect(() => unwrapKey(wrapped, kek('other'), own)).toThrow();
  });
});

describe('a secret of the program', () => {
  it('names its key, and opens with it at its place alone', () => {
    const ring = kek('k2026-12-01.a_b');
    const kept = sealSecret('whsec_c2VjcmV0', ring, 'here');
    expect(kept).not.toContain('c2VjcmV0');
    expect([keyOfSecret(kept), keyOfSecret('whsec_c2VjcmV0')]).toEqual([ring.id, null]);
    expect(openSecret(kept, ring, 'here')).toBe('whsec_c2VjcmV0');
    expect(() => openSecret(kept, ring, 'there')).toThrow();
    expect(() => openSecret(kept, kek('other'), 'here')).toThrow();
  });
});

describe('a reference', () => {
  const [one, other] = [newSealedId(), newSealedId()];

  it('stands in a sentence for its text, once', () => {
    const sentence = `withdrawn: ${referenceTo(one)}`;
    expect(referredIds(`${sentence} ${referenceTo(one)} ${referenceTo(other)}`)).toEqual([one, other]);
    expect(replaceReferences(sentence, () => `see ${referenceTo(other)}`)).toBe(`withdrawn: see ${referenceTo(other)}`);
    expect(replaceReferences(sentence, () => null)).toBe(sentence);
  });

  it('is known where it stands alone', () => {
    expect([referenceTo(one), `${referenceTo(one)}.`, '{"payload":""}'].map(referredId)).toEqual([one, null, null]);
  });
});

it('a commitment is the same for the same text under the same key only', () => {
  expect(commitTo('moved house', key)).toBe(commitTo('moved house', key));
  expect(commitTo('moved house', key)).not.toBe(commitTo('moved house', newDataKey()));
});
