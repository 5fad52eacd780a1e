/** The development authority: what it makes is what wasl verifies, for whom it issued and for nobody else. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Signer, SigningDocument } from '../../src/domain/signing-document.ts';
import { readPemCertificates } from '../../src/signatures/certificate.ts';
import {
  addRevocation,
  addTimestamp,
  attachSignature,
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  prepareSignature,
  readPemKey,
  readTrust,
  type SignedDocument,
  signPrepared,
  verifySignatures,
} from '../../src/signatures/index.ts';
import { readUnsigned } from '../../src/signatures/jades.ts';
import { INSTALLATION, MOF, MOH, MOH_SEAL, OFFICER, signingDocument } from './world.ts';

/** The worst fraction of a second: a CRL has whole ones. */
const NOW = new Date('2026-11-29T08:00:00.999Z');
const DAY_MS = 86_400_000;
const later = (days: number) => new Date(Number(NOW) + days * DAY_MS);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'wasl-devca-'));
  folders.push(parent);
  return join(parent, 'authority');
}

const open = (options: { readonly folder?: string; readonly clock?: () => Date } = {}) =>
  createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => NOW, ...options });

const wishOf = ({ party, role }: Signer, person = `${party}-${role}`) => ({ party, role, person });

async function signedBy(
  authority: DevelopmentAuthority,
  signers: readonly Signer[],
  { document = documentOf(signers), at = NOW }: { readonly document?: SigningDocument; readonly at?: Date } = {},
): Promise<SignedDocument> {
  let signed: SignedDocument | null = null;
  for (const signer of signers) {
    const certificates = await authority.issue(wishOf(signer));
    const designation = signer.role === 'seal' ? null : 'Director';
    const prepared = prepareSignature({ document, signer, designation, certificates, signedAt: at });
    signed = attachSignature(prepared, signPrepared(prepared, readPemKey(certificates, null).key), signed);
  }
  if (signed === null) throw new Error('nobody signs');
  for (const place of signers.keys()) {
    const means = { trust: authority.trust(), ask: authority.ask, at };
    signed = await addRevocation(await addTimestamp(signed, place, means), place, means);
  }
  return signed;
}

const documentOf = (signers: readonly Signer[]) =>
  signingDocument({ signers: [...signers], preparedAt: NOW.toISOString() });

const verify = (authority: DevelopmentAuthority, signed: SignedDocument, stage: 'receipt' | 'gate', at = NOW) =>
  verifySignatures(signed, { trust: authority.trust(), installation: INSTALLATION, at, receivedAt: null, stage });

describe('what the development authority makes', () => {
  it('is verified at both stages within the same second, for persons and seals', async () => {
    const authority = await open();
    const signed = await signedBy(authority, [MOH, MOF, MOH_SEAL]);
    for (const stage of ['receipt', 'gate'] as const) {
      const { verdict, entries, reason } = await verify(authority, signed, stage);
      expect({ verdict, reason }).toMatchObject({ verdict: 'pass' });
      expect(entries.map(({ level, provenAt }) => [level, provenAt])).toEqual(Array(3).fill(['B-LT', NOW]));
    }
    const officer = signingDocument({
      kind: 'plan-approval',
      policy: null,
      signers: [OFFICER],
      preparedAt: NOW.toISOString(),
    });
    const approved = await signedBy(authority, [OFFICER], { document: officer });
    expect((await verify(authority, approved, 'gate')).verdict).toBe('pass');
  });

  it('is a certificate for a wish, the same one until its last day', async () => {
    let now = NOW;
    const authority = await open({ clock: () => now });
    const first = await authority.issue(wishOf(MOH, 'سلمى'));
    expect(readPemCertificates(first)).toMatchObject([
      { subject: 'O=MOH, CN=سلمى', keyUsage: new Set(['nonRepudiation']), notBefore: new Date('2026-11-28T08:00:00Z') },
    ]);
    expect(new X509Certificate(first)).toMatchObject({ subject: 'O=MOH\nCN=سلمى', ca: false });
    expect(await authority.issue(wishOf(MOH, 'سلمى'))).toBe(first);
    const early = await signedBy(authority, [MOH]);
    now = later(28.5);
    const second = await authority.issue(wishOf(MOH, 'سلمى'));
    expect(second).not.toBe(first);
    expect(await authority.issue(wishOf(MOH, 'سلمى'))).toBe(second);
    now = later(400);
    expect(
      (
        await verify(
          authority,
          await signedBy(authority, [MOH], { at: now, document: signingDocument({ preparedAt: now.toISOString() }) }),
          'gate',
          now,
        )
      ).verdict,
    ).toBe('pass');
    expect((await verify(authority, early, 'gate', later(0.5))).verdict).toBe('pass');
  });

  it('is worth nothing for another place to sign, or by another authority', async () => {
    const [authority, other] = [await open(), await open()];
    const signed = await signedBy(other, [MOH]);
    await authority.issue(wishOf(MOH));
    const foreign = await verify(authority, signed, 'gate');
    expect(foreign.entries[0]).toMatchObject({ verdict: 'unknown', subIndication: 'SIG_CONSTRAINTS_FAILURE' });

    const certificates = await authority.issue(wishOf(MOF));
    const prepared = prepareSignature({
      document: documentOf([MOH]),
      signer: MOH,
      designation: 'Director',
      certificates,
      signedAt: NOW,
    });
    const means = { trust: authority.trust(), ask: authority.ask, at: NOW };
    const attached = attachSignature(prepared, signPrepared(prepared, readPemKey(certificates, null).key), null);
    const borrowed = await addRevocation(await addTimestamp(attached, 0, means), 0, means);
    const [entry] = (await verify(authority, borrowed, 'gate')).entries;
    expect(entry).toMatchObject({ verdict: 'unknown', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
    expect(entry?.reason).toContain('does not sign for MOH as signatory');
  });

  it('is refused where another list or question is asked for', async () => {
    const { ask } = await open();
    for (const question of [
      { kind: 'ocsp', url: 'http://development.invalid/crl', body: new Uint8Array() },
      { kind: 'crl', url: 'http://development.invalid/tsa', body: null },
      { kind: 'timestamp', url: 'http://development.invalid/tsa', body: null },
    ] as const) {
      await expect(ask(question)).rejects.toMatchObject({ code: 'SIGNATURE_SOURCE' });
    }
  });

  it.each([
    ['an entity as officer', { party: 'MOH', role: 'officer', person: 'huda' }],
    ['the operator as signatory', { party: 'operator', role: 'signatory', person: 'huda' }],
    ['what is no entity', { party: '../MOH', role: 'signatory', person: 'huda' }],
    ['nobody', { party: 'MOH', role: 'signatory', person: ' ' }],
  ] as const)('is not given to %s', async (_name, wish) => {
    await expect((await open()).issue(wish)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('the development authority', () => {
  it.each(['0.0.0.0', '192.0.2.1', 'wasl.example'])('does not start for an API on %s', async (apiHost) => {
    const folder = newFolder();
    await expect(createDevelopmentAuthority({ apiHost, clock: () => NOW, folder })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      remedy: expect.stringContaining('WASL_TRUST'),
    });
    expect(() => statSync(folder)).toThrow('ENOENT');
  });

  it('is one for all who open its folder, and each sees what the others issued', async () => {
    const folder = newFolder();
    const [one, two] = await Promise.all([open({ folder }), open({ folder })]);
    expect(await one.issue(wishOf(MOH))).toBe(await two.issue(wishOf(MOH)));
    const signed = await signedBy(one, [MOH, MOF]);
    expect((await verify(two, signed, 'gate')).verdict).toBe('pass');
    const file: unknown = parse(readFileSync(join(folder, 'trust.yaml'), 'utf8'));
    expect(file).toEqual(two.trustSettings());
    expect((await open({ folder })).trustSettings()).toEqual(file);
    expect(readTrust(file).signers).toEqual(one.trust().signers);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names).toHaveLength(5);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('says which file of its folder is none of its own', async () => {
    const folder = newFolder();
    await open({ folder });
    writeFileSync(join(folder, 'timestamp.pem'), 'noise');
    await expect(open({ folder })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      path: join(folder, 'timestamp.pem'),
    });
  });

  it('carries nothing along that nobody vouches for', async () => {
    const signed = await signedBy(await open(), [MOH]);
    const { crls, certificates, timestamp } = readUnsigned(signed.signatures[0]?.header);
    expect([crls.length, certificates.length, timestamp?.certificates.length]).toEqual([1, 1, 1]);
  });
});
