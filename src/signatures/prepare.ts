import { constants, verify } from 'node:crypto';
import { fromBER, Integer, Sequence } from 'asn1js';
import { type Digest, digestOfText } from '../domain/canonical-json.ts';
import { parseFreeText } from '../domain/free-text.ts';
import {
  CERTIFICATES_MAX,
  PREPARED_FORMAT,
  type PreparedSignature,
  preparedSignatureSchema,
  type SignedDocument,
} from '../domain/signed-document.ts';
import {
  readSigningDocument,
  type Signer,
  type SigningDocument,
  signerKey,
  signingBytes,
} from '../domain/signing-document.ts';
import { WaslError } from '../errors.ts';
import { isKeyOf, type JwsAlgorithm, requireStrongKey } from './algorithms.ts';
import { type CertificateFacts, isForMachines, readCertificate, readPemCertificates } from './certificate.ts';
import { type Bytes, decodeExactly, ownBytes, toBase64, toBase64url } from './der.ts';
import { Refusal } from './finding.ts';
import { DESIGNATION_BOUNDS, readProtected, type SignedFacts, writeProtected, writeUnsigned } from './jades.ts';

const RSA_BITS_MIN = 2_048;

export interface SignatureWish {
  readonly document: SigningDocument;
  /** One of `document.signers`. */
  readonly signer: Signer;
  /** The office that a person holds, as they call it; null for a seal. */
  readonly designation: string | null;
  /** PEM: the signer's certificate first, then the authorities between it and an anchor. */
  readonly certificates: string;
  /** Left out: ES256 for a P-256 key, RS256 for an RSA key (what every card can). */
  readonly algorithm?: JwsAlgorithm | undefined;
  readonly signedAt: Date;
}

/**
 * What is to be signed by one signer (JAdES B-B, the first of three steps). Throws SIGNING_KEY for a certificate that cannot sign it, INPUT_INVALID for
 * a signer that the document does not name.
 */
export function prepareSignature(wish: SignatureWish): PreparedSignature {
  const { document, signer, designation, signedAt } = wish;
  if (!document.signers.some((each) => signerKey(each) === signerKey(signer))) {
    throw new WaslError('INPUT_INVALID', `the document is not to be signed by ${signer.party} as ${signer.role}`);
  }
  const certificates = translated(() => readPemCertificates(wish.certificates));
  const [certificate] = certificates;
  if (certificate === undefined || certificates.length > CERTIFICATES_MAX) {
    throw new WaslError('SIGNING_KEY', `there are more than ${CERTIFICATES_MAX} certificates`);
  }
  const algorithm = wish.algorithm ?? (certificate.publicKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256');
  requireFit(certificate, algorithm);
  return {
    format: PREPARED_FORMAT,
    payload: toBase64url(signingBytes(document)),
    protected: writeProtected({
      algorithm,
      signedAt,
      signer,
      designation: designation === null ? null : readDesignation(designation),
      certificateSha256: certificate.sha256,
    }),
    certificates: certificates.map(({ der }) => toBase64(der)),
  };
}

function readDesignation(given: string): string {
  try {
    return parseFreeText(given, DESIGNATION_BOUNDS);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    throw new WaslError(error.code, error.message, { path: 'designation', remedy: error.remedy, cause: error });
  }
}

function requireFit(certificate: CertificateFacts, algorithm: JwsAlgorithm): void {
  const { subject, publicKey, keyUsage } = certificate;
  translated(() => requireStrongKey(`the certificate of ${subject}`, publicKey, RSA_BITS_MIN));
  if (!isKeyOf(algorithm, publicKey))
    throw new WaslError('SIGNING_KEY', `the key of ${subject} does not sign by ${algorithm}`);
  const refuse = (why: string, remedy: string) =>
    new WaslError('SIGNING_KEY', `the certificate of ${subject} ${why}`, { remedy });
  if (keyUsage?.has('nonRepudiation') !== true) {
    const remedy = 'Use the certificate for signatures, not the one for logging in.';
    throw refuse('is not for signatures (key usage nonRepudiation)', remedy);
  }
  if (isForMachines(certificate))
    throw refuse('is for machines alone (extended key usage)', 'Use one of a person or of the organisation.');
}

/** A prepared signature that was kept elsewhere, with all it stands for. */
export interface PreparedFacts extends SignedFacts {
  readonly document: SigningDocument;
  readonly certificates: readonly [CertificateFacts, ...CertificateFacts[]];
  /** The bytes to sign (RFC 7515 §5.1): ASCII. */
  readonly signingInput: Bytes;
  /** What a card shows or signs. */
  readonly digest: Digest;
}

/** Throws INPUT_INVALID for what `prepareSignature` did not give. */
export function readPrepared(value: unknown): PreparedFacts {
  const fault = (fact: string) => new WaslError('INPUT_INVALID', `this is no prepared signature: ${fact}`);
  const result = preparedSignatureSchema.safeParse(value);
  const payload = result.success ? decodeExactly(result.data.payload, 'base64url') : null;
  if (!result.success || payload === null) throw fault('a member is missing or of another form');
  const prepared = result.data;
  const facts = translated(() => readProtected(prepared.protected), 'INPUT_INVALID');
  const [first, ...others] = prepared.certificates.map((text) => {
    const der = decodeExactly(text, 'base64');
    if (der === null) throw fault('a certificate is not base64');
    return translated(() => readCertificate(der), 'INPUT_INVALID');
  });
  if (first?.sha256 !== facts.certificateSha256) throw fault('its first certificate is not the one that it names');
  const text = `${prepared.protected}.${prepared.payload}`;
  return {
    ...facts,
    document: readSigningDocument(payload),
    certificates: [first, ...others],
    signingInput: new TextEncoder().encode(text),
    digest: digestOfText(text),
  };
}

/**
 * Takes a signature back: raw or DER for ECDSA, as devices give it. Adds it to the signatures that are there already over the same document.
 * Throws SIGNATURE_INVALID unless it is one of the prepared bytes by the prepared certificate.
 */
export function attachSignature(
  prepared: PreparedSignature,
  signature: Uint8Array,
  to: SignedDocument | null,
): SignedDocument {
  const facts = readPrepared(prepared);
  const found = formsOf(facts.algorithm, signature).find((form) => isSignatureOf(facts, form));
  if (found === undefined) {
    throw new WaslError(
      'SIGNATURE_INVALID',
      `it is no ${facts.algorithm} signature of the prepared bytes by ${facts.certificates[0].subject}`,
    );
  }
  if (to !== null) requireRoom(to, prepared, facts);
  const parts = { timestamp: null, certificates: facts.certificates, crls: [], ocsps: [] };
  const header = writeUnsigned(parts);
  const entry = {
    protected: prepared.protected,
    signature: toBase64url(found),
    ...(header === undefined ? {} : { header }),
  };
  return { payload: prepared.payload, signatures: [...(to?.signatures ?? []), entry] };
}

function requireRoom(to: SignedDocument, prepared: PreparedSignature, { signer }: PreparedFacts): void {
  if (to.payload !== prepared.payload)
    throw new WaslError('SIGNATURE_INVALID', 'it is over another document than the signatures before it');
  const taken = to.signatures.map(
    (entry) => translated(() => readProtected(entry.protected), 'SIGNED_DOCUMENT_INVALID').signer,
  );
  if (taken.some((each) => signerKey(each) === signerKey(signer))) {
    throw new WaslError('SIGNATURE_INVALID', `${signer.party} has signed as ${signer.role} already`);
  }
}

/** RFC 7518 §3.4: r and s, each of 32 bytes, one after the other. */
const COORDINATE_BYTES = 32;

function formsOf(algorithm: JwsAlgorithm, signature: Uint8Array): Bytes[] {
  const given = ownBytes(signature);
  if (algorithm !== 'ES256') return [given];
  const raw = given.byteLength === 2 * COORDINATE_BYTES ? [given] : [];
  const joined = joinCoordinates(given);
  return joined === null ? raw : [...raw, joined];
}

/** null: it is no DER. A raw signature is random, and may begin like anything: also like a time that asn1js throws over. */
function readSequence(der: Bytes): Sequence | null {
  try {
    const { result, offset } = fromBER(der);
    return offset === der.byteLength && result instanceof Sequence ? result : null;
  } catch {
    return null;
  }
}

function joinCoordinates(der: Bytes): Bytes | null {
  const result = readSequence(der);
  if (result === null) return null;
  const numbers = result.valueBlock.value.map((each) =>
    each instanceof Integer ? each.valueBlock.valueHexView : null,
  );
  if (numbers.length !== 2) return null;
  const joined = numbers.map((number) => {
    const bytes = Buffer.from(number ?? [])
      .toString('hex')
      .replace(/^(00)+/, '');
    return bytes.padStart(2 * COORDINATE_BYTES, '0');
  });
  const bytes = Uint8Array.from(Buffer.from(joined.join(''), 'hex'));
  return bytes.byteLength === 2 * COORDINATE_BYTES ? bytes : null;
}

function isSignatureOf(
  { algorithm, certificates: [{ publicKey }], signingInput }: PreparedFacts,
  signature: Bytes,
): boolean {
  try {
    if (algorithm === 'ES256')
      return verify('sha256', signingInput, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
    const padding = algorithm === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
    return verify(
      'sha256',
      signingInput,
      { key: publicKey, padding, ...(algorithm === 'PS256' ? { saltLength: 32 } : {}) },
      signature,
    );
  } catch {
    return false;
  }
}

function translated<T>(
  step: () => T,
  code: 'SIGNING_KEY' | 'INPUT_INVALID' | 'SIGNED_DOCUMENT_INVALID' = 'SIGNING_KEY',
): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new WaslError(code, error.message, { cause: error });
  }
}
