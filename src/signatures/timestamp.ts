import { createHash } from 'node:crypto';
import { type AsnType, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ContentInfo,
  IssuerAndSerialNumber,
  MessageImprint,
  SignedData,
  type SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { digestBytes, HASHES, SHA256_OID, verifierOf } from './algorithms.ts';
import { buildPath, type CertificatePath, requireValidAt } from './build-path.ts';
import { type CertificateFacts, isSignedBy, readCertificate } from './certificate.ts';
import { BESIDE_MAX, type Bytes, derOf, equalBytes, ownBytes, readDer, remembering, serialText, toHex } from './der.ts';
import { Refusal } from './finding.ts';
import { type RevocationData, type RevocationQuestion, requireNotRevoked } from './revocation.ts';

/** A timestamp token (RFC 3161 §2.4.2) whose CMS signature is that of the certificate in it. */
export interface TimestampFacts {
  readonly der: Bytes;
  readonly genTime: Date;
  readonly policy: string;
  readonly nonce: string | null;
  readonly imprint: { readonly hash: string; readonly value: Bytes };
  readonly signer: CertificateFacts;
  readonly certificates: readonly CertificateFacts[];
}

/** Of CMS and what RFC 3161 adds to it. */
export const CMS_OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** RFC 5652 §5.1, §5.3: what a token with a TSTInfo and an issuer and serial has. */
export const SIGNED_DATA_VERSION = 3;
export const SIGNER_VERSION = 1;

/** Reads a token and verifies its own signature; whom its signer is, is for `requireTimestamp`. Throws Refusal. */
export const readTimestamp: (der: Uint8Array) => TimestampFacts = remembering((der) => {
  return readDer('a timestamp', der, (asn1) => {
    const { contentType, content } = new ContentInfo({ schema: asn1 });
    if (contentType !== CMS_OID.signedData) throw new TypeError('no signed data');
    const data = new SignedData({ schema: content });
    const [signerInfo, ...others] = data.signerInfos;
    const { eContentType, eContent } = data.encapContentInfo;
    if (signerInfo === undefined || others.length > 0 || eContentType !== CMS_OID.tstInfo || eContent === undefined) {
      throw new TypeError('no timestamp');
    }
    if (data.version !== SIGNED_DATA_VERSION || signerInfo.version !== SIGNER_VERSION)
      throw new TypeError('another version');
    if (data.crls !== undefined || signerInfo.unsignedAttrs !== undefined) throw new TypeError('more than a timestamp');
    const [digestAlgorithm, ...more] = data.digestAlgorithms;
    if (more.length > 0 || digestAlgorithm?.isEqual(signerInfo.digestAlgorithm) !== true)
      throw new TypeError('two digests');
    if ((data.certificates ?? []).length > BESIDE_MAX) throw new TypeError('too much');
    const certificates = (data.certificates ?? []).map((each) => {
      if (!(each instanceof Certificate)) throw new TypeError('no certificate');
      return readCertificate(derOf(each.toSchema()));
    });
    const info = ownBytes(new Uint8Array(eContent.getValue()));
    const signer = findSigner(signerInfo, certificates);
    requireSignature(signerInfo, info, signer);
    const facts = { der: ownBytes(der), signer, certificates, ...readInfo(info) };
    return { facts, exact: new ContentInfo({ contentType, content: data.toSchema(true) }).toSchema() };
  });
});

function readInfo(der: Bytes): Pick<TimestampFacts, 'genTime' | 'policy' | 'nonce' | 'imprint'> {
  // It is signed: whatever form it has cannot be changed.
  return readDer('a timestamp', der, (asn1) => {
    const info = new TSTInfo({ schema: asn1 });
    if (info.version !== 1 || (info.extensions ?? []).some(({ critical }) => critical))
      throw new TypeError('not understood');
    const facts = {
      genTime: info.genTime,
      policy: info.policy,
      nonce: info.nonce === undefined ? null : toHex(info.nonce.valueBlock.valueHexView),
      imprint: {
        hash: HASHES[info.messageImprint.hashAlgorithm.algorithmId] ?? 'not allowed',
        value: ownBytes(info.messageImprint.hashedMessage.valueBlock.valueHexView),
      },
    };
    return { facts, exact: asn1 };
  });
}

function findSigner({ sid }: SignerInfo, certificates: readonly CertificateFacts[]): CertificateFacts {
  if (!(sid instanceof IssuerAndSerialNumber)) throw new TypeError('a signer by key');
  const issuer = derOf(sid.issuer.toSchema());
  const serial = serialText(sid.serialNumber.valueBlock.valueHexView);
  const signer = certificates.find((each) => each.serial === serial && equalBytes(each.issuerDer, issuer));
  if (signer === undefined)
    throw new Refusal('NO_SIGNING_CERTIFICATE_FOUND', 'a timestamp does not carry the certificate of its signer');
  return signer;
}

/**
 * RFC 5652 §5.6, and the certificate bound by RFC 5035. The name of the algorithm is not signed: of RSA both names that RFC 3370 and RFC 4055 give it are
 * taken, and they mean the same.
 */
function requireSignature(signerInfo: SignerInfo, info: Bytes, signer: CertificateFacts): void {
  const { signedAttrs, signatureAlgorithm, signature, digestAlgorithm } = signerInfo;
  const hash = HASHES[digestAlgorithm.algorithmId];
  if (hash === undefined || signedAttrs === undefined) {
    throw new Refusal('CRYPTO_CONSTRAINTS_FAILURE', 'a timestamp is signed over a hash that is not allowed');
  }
  const attribute = (type: string): AsnType | null => {
    const [found, ...others] = signedAttrs.attributes.filter((each) => each.type === type);
    if (others.length > 0 || (found !== undefined && found.values.length !== 1))
      throw new TypeError('an attribute twice');
    return (found?.values[0] as AsnType | undefined) ?? null;
  };
  const type = attribute(CMS_OID.contentType);
  const digest = attribute(CMS_OID.messageDigest);
  if (!(type instanceof ObjectIdentifier) || type.valueBlock.toString() !== CMS_OID.tstInfo)
    throw new TypeError('another content');
  if (!(digest instanceof OctetString) || !equalBytes(digest.valueBlock.valueHexView, digestBytes(hash, info))) {
    throw new Refusal('HASH_FAILURE', 'a timestamp is not over its own content');
  }
  const bindings = [
    ...certificateHashes(attribute(CMS_OID.signingCertificateV2), 'sha256'),
    ...certificateHashes(attribute(CMS_OID.signingCertificate), 'sha1'),
  ];
  const isBound = bindings.every(({ hash: by, value }) =>
    equalBytes(value, createHash(by).update(signer.der).digest()),
  );
  if (bindings.length === 0 || !isBound) {
    throw new Refusal('SIG_CONSTRAINTS_FAILURE', 'a timestamp does not name the certificate of its signer');
  }
  const part = {
    algorithm: verifierOf('a timestamp', signatureAlgorithm, hash),
    tbs: new Uint8Array(signedAttrs.encodedValue),
    signature: ownBytes(signature.valueBlock.valueHexView),
  };
  if (!isSignedBy(part, signer)) throw new Refusal('SIG_CRYPTO_FAILURE', 'a timestamp is not signed by its signer');
}

/** The hash of the first certificate, which is the signer's, of SigningCertificate and SigningCertificateV2. */
function certificateHashes(attribute: AsnType | null, byDefault: string): { hash: string; value: Uint8Array }[] {
  if (attribute === null) return [];
  const membersOf = (asn1: unknown): AsnType[] => {
    if (!(asn1 instanceof Sequence)) throw new TypeError('no sequence');
    return asn1.valueBlock.value;
  };
  const members = membersOf(membersOf(membersOf(attribute)[0])[0]);
  const value = members.find((each) => each instanceof OctetString);
  const algorithm = members[0] instanceof Sequence ? new AlgorithmIdentifier({ schema: members[0] }) : null;
  const hash = algorithm === null ? byDefault : HASHES[algorithm.algorithmId];
  if (!(value instanceof OctetString) || hash === undefined) throw new TypeError('no hash of a certificate');
  return [{ hash, value: value.valueBlock.valueHexView }];
}

export type TimestampQuestion = Omit<RevocationQuestion, 'usedAt' | 'newerThan'> & {
  /** Whether revocation data must be newer than the timestamp. */
  readonly isNewerNeeded: boolean;
};

/**
 * The proven time of a timestamp over `data` (the ASCII of the base64url signature, ETSI TS 119 182-1 §5.3.4). Its authority must be believed when it
 * stamped and still when it is decided. Throws Refusal.
 */
export function requireTimestamp(
  timestamp: TimestampFacts,
  stamped: Uint8Array,
  pool: readonly CertificateFacts[],
  data: RevocationData,
  { isNewerNeeded, ...question }: TimestampQuestion,
): Date {
  const { genTime } = timestamp;
  const path = requireStamp(timestamp, stamped, pool, question);
  for (const certificate of path.certificates) requireValidAt(certificate, question.at);
  requireNotRevoked(path, data, { ...question, usedAt: question.at, newerThan: isNewerNeeded ? genTime : null });
  return genTime;
}

/** That it is over these bytes, by an authority that was believed when it stamped. Throws Refusal. */
export function requireStamp(
  { genTime, policy, imprint, signer, certificates }: TimestampFacts,
  stamped: Uint8Array,
  pool: readonly CertificateFacts[],
  { at, trust }: Pick<TimestampQuestion, 'at' | 'trust'>,
): CertificatePath {
  if (imprint.hash === 'not allowed')
    throw new Refusal('CRYPTO_CONSTRAINTS_FAILURE', 'the timestamp is over a hash that is not allowed');
  if (!equalBytes(imprint.value, digestBytes(imprint.hash, stamped))) {
    throw new Refusal('HASH_FAILURE', 'the timestamp is not over this signature');
  }
  const { policies } = trust.timestamps;
  if (policies.length > 0 && !policies.includes(policy)) {
    throw new Refusal(
      'SIG_CONSTRAINTS_FAILURE',
      `the policy of the timestamp (${policy}) is not one of those accepted`,
    );
  }
  if (Number(genTime) > Number(at) + trust.clockSkewSeconds * 1_000) {
    throw new Refusal('TIMESTAMP_ORDER_FAILURE', `the timestamp is of the future (${genTime.toISOString()})`);
  }
  return buildPath(signer, [...certificates, ...pool], { purpose: 'timestamp', at: genTime, trust });
}

/** RFC 3161 §2.4.1, with SHA-256. The nonce is a positive INTEGER. */
export function askTimestamp(stamped: Uint8Array, nonce: Bytes): Bytes {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256_OID }),
      hashedMessage: new OctetString({ valueHex: ownBytes(digestBytes('sha256', stamped)).buffer }),
    }),
    nonce: new Integer({ valueHex: nonce.buffer }),
    certReq: true,
  });
  return derOf(request.toSchema());
}

/** Granted, or granted with modifications (RFC 3161 §2.4.2). */
const GRANTED: readonly number[] = [0, 1];

/** The token of an answer. Throws Refusal when there is none, or it answers another question. */
export function readTimestampAnswer(der: Uint8Array, nonce: Bytes): TimestampFacts {
  const token = readDer('an answer of a timestamp authority', der, (asn1) => {
    const { status, timeStampToken } = new TimeStampResp({ schema: asn1 });
    if (!GRANTED.includes(status.status) || timeStampToken === undefined) {
      throw new Refusal('TRY_LATER', `the timestamp authority refused (status ${status.status})`);
    }
    return { facts: derOf(timeStampToken.toSchema()), exact: asn1 };
  });
  const timestamp = readTimestamp(token);
  if (timestamp.nonce !== toHex(nonce))
    throw new Refusal('SIG_CONSTRAINTS_FAILURE', 'the timestamp has another nonce than was asked for');
  return timestamp;
}
