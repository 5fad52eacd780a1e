import { randomBytes } from 'node:crypto';
import type { SignatureEntry, SignedDocument } from '../domain/signed-document.ts';
import { WaslError } from '../errors.ts';
import { buildPath, type CertificatePath, issuerAt } from './build-path.ts';
import type { CertificateFacts } from './certificate.ts';
import { type CrlFacts, isCrlOf, readCrl } from './crl.ts';
import { type Bytes, equalBytes, ownBytes } from './der.ts';
import { Refusal } from './finding.ts';
import { readProtected, readUnsigned, type UnsignedParts, writeUnsigned } from './jades.ts';
import { answerFor, askOcsp, type OcspFacts, readOcsp, requireResponder } from './ocsp.ts';
import { askForTimestamp, type ExtensionMeans, sourceFault } from './stamp.ts';
import { authorityOf, type Trust } from './trust.ts';

const NONCE_BYTES = 16;

/**
 * B-B to B-T: an RFC 3161 timestamp over the signature at a place. The authorities of the configuration are asked in their order.
 * Throws CONFIGURATION where there is none, SIGNATURE_SOURCE when none gives a timestamp that would be believed; SIGNED_DOCUMENT_INVALID for a signature that has one already.
 */
export async function addTimestamp(
  signed: SignedDocument,
  place: number,
  means: ExtensionMeans,
): Promise<SignedDocument> {
  const { entry, parts } = entryAt(signed, place);
  if (parts.timestamp !== null) throw new WaslError('SIGNED_DOCUMENT_INVALID', 'the signature has a timestamp already');
  const timestamp = await askForTimestamp(new TextEncoder().encode(entry.signature), parts.certificates, means);
  return withParts(signed, place, { ...parts, timestamp });
}

/**
 * B-T to B-LT: the certificates between signer and anchor, and what now says that none of them was revoked, in the place of what was there before.
 * To be called when an authority has published after the timestamp; how new the data is, is for `verifySignatures`. Throws SIGNATURE_SOURCE when a
 * configured source does not answer; a certificate for which no source is configured is left without.
 */
export async function addRevocation(
  signed: SignedDocument,
  place: number,
  means: ExtensionMeans,
): Promise<SignedDocument> {
  const { entry, parts } = entryAt(signed, place);
  const paths = pathsOf(entry, parts, means);
  const crls: CrlFacts[] = [];
  const ocsps: OcspFacts[] = [];
  for (const path of paths) {
    for (const [at, certificate] of path.certificates.entries()) {
      const found = await askStatus(certificate, issuerAt(path, at), crls, means);
      crls.push(...found.crls);
      ocsps.push(...found.ocsps);
    }
  }
  const inToken = new Set(parts.timestamp?.certificates.map(({ sha256 }) => sha256));
  const all = [...parts.certificates, ...paths.flatMap(({ certificates }) => certificates)];
  const certificates = [
    ...new Map(all.filter(({ sha256 }) => !inToken.has(sha256)).map((each) => [each.sha256, each])).values(),
  ];
  return withParts(signed, place, { timestamp: parts.timestamp, certificates, crls, ocsps });
}

function pathsOf(
  { protected: header }: SignatureEntry,
  { timestamp, certificates }: UnsignedParts,
  { trust, at }: ExtensionMeans,
): CertificatePath[] {
  return translated('SIGNED_DOCUMENT_INVALID', () => {
    const { certificateSha256, signer } = readProtected(header);
    const pool = [...certificates, ...(timestamp?.certificates ?? [])];
    const leaf = pool.find(({ sha256 }) => sha256 === certificateSha256);
    if (leaf === undefined)
      throw new Refusal('NO_SIGNING_CERTIFICATE_FOUND', 'the certificate of the signer is not there');
    const path = buildPath(leaf, pool, {
      purpose: signer.role === 'seal' ? 'seal' : 'person',
      at: timestamp?.genTime ?? at,
      trust,
    });
    if (timestamp === null) return [path];
    return [path, buildPath(timestamp.signer, pool, { purpose: 'timestamp', at: timestamp.genTime, trust })];
  });
}

/** The OCSP responder first, and the CRL where there is none, it does not answer, or its own certificate needs one. */
async function askStatus(
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  known: readonly CrlFacts[],
  { trust, ask, at }: ExtensionMeans,
): Promise<Pick<UnsignedParts, 'crls' | 'ocsps'>> {
  const { crl = null, ocsp = null } = authorityOf(trust, issuer.sha256) ?? {};
  const hasCrl = known.some((each) => equalBytes(each.issuerDer, issuer.subjectDer));
  const faults: unknown[] = [];
  const ocsps: OcspFacts[] = [];
  let needsCrl = true;
  if (ocsp !== null) {
    try {
      const nonce = ownBytes(randomBytes(NONCE_BYTES));
      const response = readOcsp(await ask({ kind: 'ocsp', url: ocsp, body: askOcsp(certificate, issuer, nonce) }));
      const responder = requireOcspAnswer(response, certificate, issuer, nonce, at, trust);
      ocsps.push(response);
      needsCrl = responder.sha256 !== issuer.sha256 && !responder.hasOcspNoCheck;
    } catch (error) {
      faults.push(error);
    }
  }
  if (!needsCrl || hasCrl) return { crls: [], ocsps };
  if (crl === null) {
    if (faults.length > 0) throw sourceFault(faults[0]);
    return { crls: [], ocsps };
  }
  try {
    const list = readCrl(await ask({ kind: 'crl', url: crl, body: null }));
    if (!isCrlOf(list, issuer))
      throw new Refusal('CERTIFICATE_CHAIN_GENERAL_FAILURE', `the CRL at ${crl} is not of ${issuer.subject}`);
    return { crls: [list], ocsps };
  } catch (error) {
    throw sourceFault(error);
  }
}

function requireOcspAnswer(
  response: OcspFacts,
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  nonce: Bytes,
  at: Date,
  trust: Trust,
): CertificateFacts {
  if (response.nonce === null ? trust.ocspNonce === 'required' : !equalBytes(response.nonce, nonce)) {
    throw new Refusal(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      'the OCSP response does not repeat the nonce of the question',
    );
  }
  if (answerFor(response, certificate, issuer) === null) {
    throw new Refusal('CERTIFICATE_CHAIN_GENERAL_FAILURE', 'the OCSP response is about another certificate');
  }
  return requireResponder(response, issuer, at, trust.rsaBitsMin);
}

function entryAt({ signatures }: SignedDocument, place: number): { entry: SignatureEntry; parts: UnsignedParts } {
  const entry = signatures[place];
  if (entry === undefined) throw new WaslError('SIGNED_DOCUMENT_INVALID', `it has no signature ${place + 1}`);
  return { entry, parts: translated('SIGNED_DOCUMENT_INVALID', () => readUnsigned(entry.header)) };
}

function withParts({ payload, signatures }: SignedDocument, place: number, parts: UnsignedParts): SignedDocument {
  const header = writeUnsigned(parts);
  return {
    payload,
    signatures: signatures.map((entry, at) => (at === place && header !== undefined ? { ...entry, header } : entry)),
  };
}

function translated<T>(code: 'SIGNED_DOCUMENT_INVALID', step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new WaslError(code, error.message, { cause: error });
  }
}
