import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WaslError } from '../../src/errors.ts';
import { readSignedDocument, type Trust, verifySignatures, writeSignedDocument } from '../../src/signatures/index.ts';
import { INSTALLATION, MOF, MOH, removeWorld, signingDocument, world } from './world.ts';

afterAll(removeWorld);

/** Each verifies two signatures; WASL_FLIPS=500 looks longer. */
const FLIPS = Number(process.env.WASL_FLIPS ?? 100);
const TIMEOUT_MS = 60_000 + FLIPS * 500;

describe('a signed document', () => {
  let text = '';
  let trust: Trust;
  let at = new Date();

  const verdictOf = async (altered: string) => {
    try {
      const question = { trust, installation: INSTALLATION, at, receivedAt: null, stage: 'gate' } as const;
      return (await verifySignatures(readSignedDocument(altered), question)).verdict;
    } catch (error) {
      expect(error).toBeInstanceOf(WaslError);
      return 'refused';
    }
  };

  beforeAll(async () => {
    trust = world().trust();
    const document = signingDocument({ signers: [MOH, MOF] });
    const first = world().signed(world().moh, { document });
    const both = world().signed(world().mof, { document, signer: MOF, to: first });
    text = writeSignedDocument(await world().completed(both));
    at = new Date();
  });

  it('passes as it is', async () => {
    expect(await verdictOf(text)).toBe('pass');
  });

  it(
    'never passes with a byte of it flipped, wherever it is',
    async () => {
      const bytes = Buffer.from(text);
      const flip = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
      await fc.assert(
        fc.asyncProperty(flip, async ([place, mask]) => {
          const altered = Buffer.from(bytes);
          altered[place] = (altered[place] ?? 0) ^ mask;
          expect(await verdictOf(altered.toString('latin1'))).not.toBe('pass');
        }),
        { numRuns: FLIPS },
      );
    },
    TIMEOUT_MS,
  );

  it('never passes with another count of unused bits under a certificate, a CRL or an OCSP response', async () => {
    const document = readSignedDocument(text);
    const [first] = document.signatures;
    // ecdsa-with-SHA256, then a BIT STRING of 70 to 72 bytes in which no bit is unused.
    const start = /(300a06082a8648ce3d04030203(?:47|48|49))00/g;
    let flips = 0;
    for (const [place, item] of (first?.header?.etsiU ?? []).entries()) {
      const json = Buffer.from(item, 'base64url').toString();
      for (const [, value = ''] of json.matchAll(/"val":"([^"]+)"/g)) {
        const hex = Buffer.from(value, 'base64').toString('hex');
        for (const match of hex.matchAll(start)) {
          const other = `${hex.slice(0, match.index)}${match[1]}01${hex.slice(match.index + match[0].length)}`;
          const json64 = json.replace(value, Buffer.from(other, 'hex').toString('base64'));
          const altered = Buffer.from(json64).toString('base64url');
          const etsiU = (first?.header?.etsiU ?? []).map((each, index) => (index === place ? altered : each));
          const signatures = document.signatures.map((each, index) =>
            index === 0 ? { ...each, header: { etsiU } } : each,
          );
          expect(await verdictOf(writeSignedDocument({ ...document, signatures }))).not.toBe('pass');
          flips += 1;
        }
      }
    }
    expect(flips).toBeGreaterThan(5);
  });

  it(
    'never passes with a byte of what base64 holds in it flipped',
    async () => {
      const document = readSignedDocument(text);
      const items = document.signatures.flatMap((entry, signature) =>
        (entry.header?.etsiU ?? []).map((item, place) => ({ signature, place, item })),
      );
      const flip = fc.tuple(fc.constantFrom(...items), fc.nat(), fc.nat(), fc.nat(7));
      await fc.assert(
        fc.asyncProperty(flip, async ([{ signature, place, item }, which, where, bit]) => {
          const json = Buffer.from(item, 'base64url').toString();
          const values = [...json.matchAll(/"val":"([^"]+)"/g)];
          const chosen = values[which % values.length]?.[1] ?? '';
          const der = Buffer.from(chosen, 'base64');
          const at = where % der.length;
          der[at] = (der[at] ?? 0) ^ (1 << bit);
          const altered = Buffer.from(json.replace(chosen, der.toString('base64'))).toString('base64url');
          const signatures = document.signatures.map((entry, index) => {
            if (index !== signature || entry.header === undefined) return entry;
            const etsiU = entry.header.etsiU.map((each, index) => (index === place ? altered : each));
            return { ...entry, header: { etsiU } };
          });
          expect(await verdictOf(writeSignedDocument({ ...document, signatures }))).not.toBe('pass');
        }),
        { numRuns: FLIPS },
      );
    },
    TIMEOUT_MS,
  );
});
