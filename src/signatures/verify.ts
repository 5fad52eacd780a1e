import type { KeyObject } from 'node:crypto';
import { flattenedVerify } from 'jose';
import type { SignatureEntry, SignedDocument } from '../domain/signed-document.ts';
import { readSigningDocument, type Signer, type SigningDocument, signerKey } from '../domain/signing-document.ts';
import { combineVerdicts, type Verdict } from '../domain/verdict.ts';
import { WaslError } from '../errors.ts';
import { isKeyOf, type JwsAlgorithm, requireStrongKey } from './algorithms.ts';
import { buildPath } from './build-path.ts';
import { type CertificateFacts, isIssuedBy } from './certificate.ts';
import type { CrlFacts } from './crl.ts';
import { decodeExactly } from './der.ts';
import { Refusal, type SignatureFinding } from './finding.ts';
import { readProtected, readUnsigned, type SignedFacts, type UnsignedParts } from './jades.ts';
import type { OcspFacts } from './ocsp.ts';
import { requireNotRevoked } from './revocation.ts';
import { requireTimestamp } from './timestamp.ts';
import type { Trust } from './trust.ts';

export interface VerificationQuestion {
  readonly trust: Trust;
  /** The installation for which the document must be. */
  readonly installation: string;
  /** When it is decided; an auditor asks with the time of the decision that is repeated. */
  readonly at: Date;
  /** When the signature came, where no timestamp proves it; null: not known, and then it is `at`. Ignored where there is a timestamp. */
  readonly receivedAt: Date | null;
  /**
   * `receipt`: revocation data from before the signature is enough, for there is no newer yet. `gate`: before anything follows from it, the data must be
   * newer than the signature (TRY_LATER else). `closing`: of what only takes away, and of nothing else: whose it is and what it says must hold, and what
   * is carried; a timestamp or revocation data that is not there, or not in force, is not waited for. Who is known to be revoked closes nothing. `closed`:
   * the same when all of that is there, which may have come much later.
   */
  readonly stage: 'receipt' | 'gate' | 'closing' | 'closed';
}

/** One signature, verified by itself. Members are null where the examination did not come so far. */
export interface EntryReport extends SignatureFinding {
  readonly signer: Signer | null;
  /** Claimed by the signer. */
  readonly designation: string | null;
  readonly algorithm: JwsAlgorithm | null;
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    readonly serial: string;
    readonly sha256: string;
  } | null;
  /** Claimed by the signer. */
  readonly signedAt: Date | null;
  /** The earliest time at which it is known to have been there; without a timestamp, at the gate, what its signer says. */
  readonly provenAt: Date | null;
  readonly level: 'B-B' | 'B-T' | 'B-LT' | null;
}

export interface VerificationReport {
  /** `pass`: everybody who must sign has signed, and every signature passes. */
  readonly verdict: Verdict;
  /** One sentence for a person. */
  readonly reason: string;
  /** null where the payload is none. */
  readonly document: SigningDocument | null;
  readonly entries: readonly EntryReport[];
  /** Who must sign and has not, or not so that it passes. */
  readonly missing: readonly Signer[];
}

/**
 * Verifies every signature by itself against this trust alone: fail closed, and without a question to anybody. Throws nothing for a bad document: that is
 * its verdict.
 */
export async function verifySignatures(
  signed: SignedDocument,
  question: VerificationQuestion,
): Promise<VerificationReport> {
  const document = readPayload(signed);
  if (document instanceof Refusal) {
    const entries = signed.signatures.map((): EntryReport => ({ ...NOTHING, ...document.finding }));
    return { verdict: 'fail', reason: document.message, document: null, entries, missing: [] };
  }
  const entries: EntryReport[] = [];
  const keys: KeyObject[] = [];
  for (const [place] of signed.signatures.entries())
    entries.push(await examine(signed, place, document, { ...question, keys }));
  const passed = new Set(
    entries.flatMap(({ verdict, signer }) => (verdict === 'pass' && signer !== null ? [signerKey(signer)] : [])),
  );
  const missing = document.signers.filter((signer) => !passed.has(signerKey(signer)));
  const verdict = combineVerdicts([
    ...entries.map((entry) => entry.verdict),
    missing.length === 0 ? 'pass' : 'unknown',
  ]);
  return { verdict, reason: reasonOf(entries, missing), document, entries, missing };
}

function reasonOf(entries: readonly EntryReport[], missing: readonly Signer[]): string {
  const bad = entries.find(({ verdict }) => verdict === 'fail') ?? entries.find(({ verdict }) => verdict === 'unknown');
  if (bad !== undefined) return bad.reason;
  if (missing.length > 0) return `${missing.map(({ party, role }) => `${party} (${role})`).join(', ')} has not signed`;
  return 'everybody who must sign has signed, and every signature holds';
}

const NOTHING = {
  signer: null,
  designation: null,
  algorithm: null,
  certificate: null,
  signedAt: null,
  provenAt: null,
  level: null,
} as const;

function readPayload({ payload }: SignedDocument): SigningDocument | Refusal {
  const bytes = decodeExactly(payload, 'base64url');
  if (bytes === null) return new Refusal('FORMAT_FAILURE', 'the payload is not base64url in its one form');
  try {
    return readSigningDocument(bytes);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return new Refusal('FORMAT_FAILURE', error.message, error);
  }
}

/** `keys`: of the entries before this one. */
type EntryQuestion = VerificationQuestion & { readonly keys: KeyObject[] };

/** What is known so far; a report says it of a refused signature, too. */
type Known = { -readonly [Member in keyof typeof NOTHING]: EntryReport[Member] };

async function examine(
  signed: SignedDocument,
  place: number,
  document: SigningDocument,
  question: EntryQuestion,
): Promise<EntryReport> {
  const known: Known = { ...NOTHING };
  try {
    await examineInOrder(signed, place, document, question, known);
    return { ...known, verdict: 'pass', subIndication: null, reason: 'the signature holds' };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...known, ...error.finding };
  }
}

/** Whose it is and what it is for first, which no authority is needed for; then in the order of EN 319 102-1: time, chain, revocation. The first that does not hold ends it. */
async function examineInOrder(
  { payload, signatures }: SignedDocument,
  place: number,
  document: SigningDocument,
  question: EntryQuestion,
  known: Known,
): Promise<void> {
  const { trust, at, stage } = question;
  const entry = signatures[place];
  if (entry === undefined) throw new RangeError('no such signature');
  const facts = readProtected(entry.protected);
  known.signer = facts.signer;
  known.designation = facts.designation;
  known.algorithm = facts.algorithm;
  known.signedAt = facts.signedAt;
  requireOnce(signatures, place, facts);
  const parts = readUnsigned(entry.header);
  known.level = levelOf(parts);
  const pool = [...parts.certificates, ...(parts.timestamp?.certificates ?? [])];
  const certificate = pool.find(({ sha256 }) => sha256 === facts.certificateSha256);
  if (certificate === undefined)
    throw new Refusal('NO_SIGNING_CERTIFICATE_FOUND', 'the certificate of the signer is not there');
  const { subject, issuer, serial, sha256 } = certificate;
  known.certificate = { subject, issuer, serial, sha256 };

  await requireSignature(entry, payload, facts, certificate, trust);
  requireOwnKey(certificate, question.keys);
  requireHolder(certificate, facts.signer, trust);
  requirePlace(document, facts.signer, question.installation);

  const authentic = new Set<CrlFacts | OcspFacts>();
  const asked = { at, trust, authentic, isUnknownEnough: stage === 'closing' };
  const isNewerNeeded = stage === 'gate';
  const { provenAt, seenAt, usedAt } = proveTime(entry, facts, parts, pool, question, { ...asked, isNewerNeeded });
  known.provenAt = provenAt;
  requireTimes(facts, document, certificate, seenAt, trust);

  const purpose = facts.signer.role === 'seal' ? 'seal' : 'person';
  const path = buildPath(certificate, pool, { purpose, at: usedAt, trust });
  requireNotRevoked(path, parts, { ...asked, usedAt, newerThan: isNewerNeeded ? provenAt : null });
  requireNothingElse(parts, pool, authentic, trust);
}

function levelOf({ timestamp, crls, ocsps }: UnsignedParts): EntryReport['level'] {
  if (timestamp === null) return 'B-B';
  return crls.length + ocsps.length === 0 ? 'B-T' : 'B-LT';
}

/** A place to sign is signed once, and a certificate signs once. */
function requireOnce(
  signatures: readonly SignatureEntry[],
  place: number,
  { signer, certificateSha256 }: SignedFacts,
): void {
  signatures.slice(0, place).forEach((entry) => {
    const before = readProtected(entry.protected);
    if (signerKey(before.signer) === signerKey(signer)) {
      throw new Refusal('SIG_CONSTRAINTS_FAILURE', `${signer.party} has signed as ${signer.role} twice`);
    }
    if (before.certificateSha256 === certificateSha256) {
      throw new Refusal('SIG_CONSTRAINTS_FAILURE', 'one certificate has signed in two places');
    }
  });
}

/** A person is not their own seal by a second certificate. */
function requireOwnKey({ publicKey }: CertificateFacts, keys: KeyObject[]): void {
  if (keys.some((each) => each.equals(publicKey)))
    throw new Refusal('SIG_CONSTRAINTS_FAILURE', 'one key has signed in two places');
  keys.push(publicKey);
}

async function requireSignature(
  { protected: header, signature }: SignatureEntry,
  payload: string,
  { algorithm }: SignedFacts,
  { publicKey, subject }: CertificateFacts,
  trust: Trust,
): Promise<void> {
  if (!trust.algorithms.includes(algorithm) || !isKeyOf(algorithm, publicKey)) {
    throw new Refusal('CRYPTO_CONSTRAINTS_FAILURE', `${algorithm} is not allowed for the key of ${subject}`);
  }
  requireStrongKey(`the certificate of ${subject}`, publicKey, trust.rsaBitsMin);
  if (decodeExactly(signature, 'base64url') === null) {
    throw new Refusal('FORMAT_FAILURE', 'the signature is not base64url in its one form');
  }
  try {
    await flattenedVerify({ payload, protected: header, signature }, publicKey, { algorithms: [algorithm] });
  } catch (cause) {
    throw new Refusal('SIG_CRYPTO_FAILURE', `the document is not what ${subject} signed`, cause);
  }
}

interface ProvenTimes {
  /** By then it was there. */
  readonly provenAt: Date;
  /** When it came to somebody who is believed in that. */
  readonly seenAt: Date;
  /** Until then its certificate must have been good. */
  readonly usedAt: Date;
}

/**
 * Without a timestamp the time of receipt is the record's word, and whoever writes the record could make an old signature new by it. So at the gate it
 * is as old as its signer says, under the signature, and its certificate must be good to this day.
 */
function proveTime(
  { signature }: SignatureEntry,
  { signedAt }: SignedFacts,
  parts: UnsignedParts,
  pool: readonly CertificateFacts[],
  { trust, at, receivedAt, stage }: VerificationQuestion,
  asked: Parameters<typeof requireTimestamp>[4],
): ProvenTimes {
  if (parts.timestamp === null) {
    if (trust.timestamps.required && stage !== 'closing')
      throw new Refusal('NO_POE', 'no timestamp proves when the signature was there');
    const seenAt = receivedAt ?? at;
    return stage === 'gate' ? { provenAt: signedAt, seenAt, usedAt: at } : { provenAt: seenAt, seenAt, usedAt: seenAt };
  }
  // ETSI TS 119 182-1 §5.3.4: over the ASCII of the base64url text, not over the bytes it stands for.
  const stampedAt = requireTimestamp(parts.timestamp, new TextEncoder().encode(signature), pool, parts, asked);
  // One that was taken without is stamped when an authority is there again.
  const isLate = (stage === 'closing' || stage === 'closed') && receivedAt !== null && receivedAt < stampedAt;
  const thereAt = isLate ? receivedAt : stampedAt;
  return { provenAt: thereAt, seenAt: thereAt, usedAt: thereAt };
}

function requireTimes(
  { signedAt }: SignedFacts,
  { preparedAt }: SigningDocument,
  { subject, notBefore }: CertificateFacts,
  seenAt: Date,
  trust: Trust,
): void {
  const skewMs = trust.clockSkewSeconds * 1_000;
  const refuse = (why: string) =>
    new Refusal('SIG_CONSTRAINTS_FAILURE', `the signature says that it was made at ${signedAt.toISOString()}, ${why}`);
  if (Number(signedAt) > Number(seenAt) + skewMs) throw refuse(`after it was there (${seenAt.toISOString()})`);
  if (Number(signedAt) < Number(seenAt) - trust.signedBeforeMaxSeconds * 1_000)
    throw refuse(`long before it was first seen (${seenAt.toISOString()})`);
  if (signedAt < notBefore) throw refuse(`before the certificate of ${subject} was valid`);
  if (Number(signedAt) < Date.parse(preparedAt) - skewMs)
    throw refuse(`before the document was prepared (${preparedAt})`);
}

/** Whether the certificate is of whom it signs for: only the trust configuration says so. */
function requireHolder(
  { subject, subjectParts, sha256 }: CertificateFacts,
  { party, role }: Signer,
  trust: Trust,
): void {
  const isHeld = trust.signers.some((each) => {
    if (each.party !== party || each.role !== role) return false;
    if (each.certificates !== undefined && !each.certificates.includes(sha256)) return false;
    return Object.entries(each.subject ?? {}).every(([type, value]) => {
      const [found, ...others] = subjectParts.filter((part) => part.type === type);
      return found?.value === value && others.length === 0;
    });
  });
  if (!isHeld)
    throw new Refusal('SIG_CONSTRAINTS_FAILURE', `the certificate of ${subject} does not sign for ${party} as ${role}`);
}

function requirePlace({ signers, installation }: SigningDocument, signer: Signer, here: string): void {
  if (installation !== here)
    throw new Refusal('SIG_CONSTRAINTS_FAILURE', `the document is for installation ${installation}, not for this one`);
  if (!signers.some((each) => signerKey(each) === signerKey(signer))) {
    throw new Refusal(
      'SIG_CONSTRAINTS_FAILURE',
      `the document is not to be signed by ${signer.party} as ${signer.role}`,
    );
  }
}

/** Nothing is carried along that nobody vouches for: so no byte of a signed document can be changed unnoticed. */
function requireNothingElse(
  parts: UnsignedParts,
  pool: readonly CertificateFacts[],
  authentic: ReadonlySet<CrlFacts | OcspFacts>,
  trust: Trust,
): void {
  const strange = [...parts.crls, ...parts.ocsps].some((each) => !authentic.has(each));
  if (strange)
    throw new Refusal(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      'revocation data is carried that says nothing of these certificates',
    );
  const issuers = [
    ...pool,
    ...trust.anchors.map((each) => each.certificate),
    ...trust.authorities.map((each) => each.certificate),
  ];
  const carried = [...pool, ...parts.ocsps.flatMap(({ certificates }) => certificates)];
  const orphan = carried.find((each) => !issuers.some((issuer) => isIssuedBy(each, issuer)));
  if (orphan !== undefined) {
    throw new Refusal(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      `a certificate is carried that nobody known issued (${orphan.subject})`,
    );
  }
}
