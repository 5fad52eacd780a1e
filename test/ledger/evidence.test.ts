import { CompactSign, type CryptoKey, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/domain/canonical-json.ts';
import type { ChangeId } from '../../src/domain/names.ts';
import { collectEvidence, type EvidenceBundle, verifyEvidence } from '../../src/ledger/evidence.ts';
import { signHead, verifySignedHead } from '../../src/ledger/sign-head.ts';
import { chainOf, tampered } from './ledger-samples.ts';

const CHANGE = 'IC-0001-C1' as ChangeId;
const AT = new Date('2026-11-22T09:00:00Z');
const ledger = chainOf([
  ...['IC-0009', 'IC-0001', 'IC-0009-C1', CHANGE, 'IC-0001-C1-P1', 'IC-0001-C10', 'IC-0001-C1-P2', 'IC-0002'],
]);
const head = { sequence: 8, hash: ledger[7]?.hash ?? ('' as Digest) };
let privateKey: CryptoKey;
let publicKey: CryptoKey;
let otherKey: CryptoKey;
let bundle: EvidenceBundle;

beforeAll(async () => {
  ({ privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true }));
  ({ publicKey: otherKey } = await generateKeyPair('EdDSA'));
  const collected = collectEvidence(ledger, CHANGE, await signHead(head, { privateKey, keyId: 'k1' }, AT));
  if (collected === null) throw new Error('the ledger knows the change');
  bundle = collected;
});

describe('the signed head', () => {
  test('is verified with its key and nobody else’s', async () => {
    const jws = await signHead(head, { privateKey, keyId: 'k1' }, AT);
    expect(await verifySignedHead(jws, publicKey)).toEqual({ ...head, at: AT.toISOString() });
    expect(await verifySignedHead(jws, otherKey)).toBeNull();
    expect(await verifySignedHead(`${jws}x`, publicKey)).toBeNull();
    expect(await verifySignedHead('nonsense', publicKey)).toBeNull();
  });

  test('is not anything else that the key has signed', async () => {
    const sign = (payload: unknown, typ: string) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'EdDSA', typ })
        .sign(privateKey);
    expect(await verifySignedHead(await sign({ ...head, at: 'x' }, 'JWT'), publicKey)).toBeNull();
    expect(await verifySignedHead(await sign({ sequence: 'x' }, 'wasl-ledger-head'), publicKey)).toBeNull();
    expect(await verifySignedHead(await sign(null, 'wasl-ledger-head'), publicKey)).toBeNull();
  });
});

describe('the evidence of a change', () => {
  test('holds its rows, those of its plans and of its interconnect, and of the others only the links', () => {
    expect(bundle.entries.map(({ subject }) => subject)).toEqual(['IC-0001', CHANGE, 'IC-0001-C1-P1', 'IC-0001-C1-P2']);
    expect(bundle.links.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(JSON.stringify(bundle)).not.toContain('IC-0009');
  });

  test('is verified after a trip through JSON', async () => {
    const received = JSON.parse(JSON.stringify(bundle));
    expect(await verifyEvidence(received, publicKey)).toEqual({
      intact: true,
      signed: true,
      signedAt: AT.toISOString(),
    });
  });

  test('of an unknown change is none', () => {
    expect(collectEvidence(ledger, 'IC-0001-C2' as ChangeId, null)).toBeNull();
  });

  test('without signature or key shows only that it is consistent', async () => {
    const consistent = { intact: true, signed: false, signedAt: null };
    expect(await verifyEvidence({ ...bundle, signedHead: null }, publicKey)).toEqual(consistent);
    expect(await verifyEvidence(bundle, null)).toEqual(consistent);
  });

  test('with an altered row is refused, even if its hash was made to fit', async () => {
    for (const hash of ['kept', 'recomputed'] as const) {
      const forged = { ...bundle, entries: tampered(bundle.entries, 1, { actor: 'nobody' }, hash) };
      const reason = 'row 4 was altered: its content does not have its hash';
      expect(await verifyEvidence(forged, publicKey)).toEqual({ intact: false, reason });
    }
  });

  test('with a link left out or altered is refused', async () => {
    const shorter = { ...bundle, links: bundle.links.filter(({ sequence }) => sequence !== 5) };
    expect(await verifyEvidence(shorter, publicKey)).toEqual({
      intact: false,
      reason: 'row 5 is missing from the links',
    });
    const links = bundle.links.map((link) => (link.sequence === 5 ? { ...link, factDigest: head.hash } : link));
    expect(await verifyEvidence({ ...bundle, links }, publicKey)).toEqual({
      intact: false,
      reason: 'row 5 does not follow the row before it',
    });
  });

  test('rewritten as a whole is refused for its signature', async () => {
    const rewritten = collectEvidence(
      tampered(chainOf(['IC-0001', CHANGE]), 1, { actor: 'nobody' }, 'recomputed'),
      CHANGE,
      bundle.signedHead,
    );
    expect(rewritten && (await verifyEvidence(rewritten, publicKey))).toEqual({
      intact: false,
      reason: 'the signed head, row 8, is another',
    });
    expect(await verifyEvidence(bundle, otherKey)).toEqual({
      intact: false,
      reason: 'the signature is not of this key',
    });
  });

  test('with rows younger than the signed head is refused: nobody vouches for them', async () => {
    const early = { sequence: 4, hash: ledger[3]?.hash ?? ('' as Digest) };
    const signedHead = await signHead(early, { privateKey, keyId: 'k1' }, AT);
    expect(await verifyEvidence({ ...bundle, signedHead }, publicKey)).toEqual({
      intact: false,
      reason: 'row 5 is younger than the signed head',
    });
  });
});
