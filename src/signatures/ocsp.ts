import { createHash } from 'node:crypto';
import { GeneralizedTime, Integer, Null, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  BasicOCSPResponse,
  CertID,
  type Certificate,
  Extension,
  OCSPRequest,
  OCSPResponse,
  RelativeDistinguishedNames,
  Request,
  type SingleResponse,
  TBSRequest,
} from 'pkijs';
import { HASHES, requireStrongKey, SHA256_OID, type SignedPart, verifierOf } from './algorithms.ts';
import { requireValidAt } from './build-path.ts';
import {
  type CertificateFacts,
  innerOctets,
  isIssuedBy,
  isSignedBy,
  OCSP_SIGNING,
  readCertificate,
  wholeBytes,
} from './certificate.ts';
import { BESIDE_MAX, type Bytes, derOf, equalBytes, ownBytes, readDer, serialText, toHex } from './der.ts';
import { Refusal } from './finding.ts';

export interface OcspFacts extends SignedPart {
  readonly der: Bytes;
  readonly responder: { readonly nameDer: Bytes } | { readonly keyHash: Bytes };
  readonly producedAt: Date;
  readonly answers: readonly OcspAnswer[];
  readonly nonce: Bytes | null;
  /** That the responder sent along. */
  readonly certificates: readonly CertificateFacts[];
}

export interface OcspAnswer {
  readonly hash: string;
  readonly nameHash: Bytes;
  readonly keyHash: Bytes;
  readonly serial: string;
  /** A Date: revoked then. */
  readonly status: 'good' | 'unknown' | Date;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
}

const OID = { basic: '1.3.6.1.5.5.7.48.1.1', nonce: '1.3.6.1.5.5.7.48.1.2', sha1: '1.3.14.3.2.26' } as const;
/** A hash that only names a certificate may be SHA-1 (RFC 6960 §4.3); the answer is bound by its signature. */
const NAMING_HASHES: Readonly<Record<string, string>> = { ...HASHES, [OID.sha1]: 'sha1' };
/** The one byte of it: as a number, 80 is none either. */
const SUCCESSFUL = '00';

/** Reads an OCSP response (RFC 6960 §4.2). Throws Refusal. */
export function readOcsp(der: Uint8Array): OcspFacts {
  const basic = readDer('an OCSP response', der, (asn1) => {
    const response = new OCSPResponse({ schema: asn1 });
    const status = toHex(response.responseStatus.valueBlock.valueHexView);
    if (status !== SUCCESSFUL || response.responseBytes === undefined) {
      throw new Refusal('TRY_LATER', `the OCSP responder refused to answer (status ${status})`);
    }
    if (response.responseBytes.responseType !== OID.basic) throw new TypeError('not a basic response');
    return { facts: ownBytes(response.responseBytes.response.valueBlock.valueHexView), exact: response.toSchema() };
  });
  return readDer('an OCSP response', basic, (asn1) => {
    const response = new BasicOCSPResponse({ schema: asn1 });
    const { tbsResponseData: data, signatureAlgorithm, signature, certs = [] } = response;
    if (certs.length > BESIDE_MAX || data.responses.length > BESIDE_MAX) throw new TypeError('too much');
    const extensions = data.responseExtensions ?? [];
    if (extensions.some(({ critical, extnID }) => critical && extnID !== OID.nonce))
      throw new TypeError('critical extension');
    const nonce = extensions.find(({ extnID }) => extnID === OID.nonce);
    const facts: OcspFacts = {
      der: ownBytes(der),
      responder: readResponder(data.responderID),
      producedAt: data.producedAt,
      answers: data.responses.map(readAnswer),
      nonce: nonce === undefined ? null : innerOctets(nonce.parsedValue ?? nonce.extnValue),
      certificates: certs.map((each: Certificate) => readCertificate(derOf(each.toSchema()))),
      algorithm: verifierOf('an OCSP response', signatureAlgorithm),
      tbs: ownBytes(data.tbsView),
      signature: wholeBytes(signature),
    };
    return { facts, exact: response.toSchema() };
  });
}

function readResponder(id: unknown): OcspFacts['responder'] {
  if (id instanceof RelativeDistinguishedNames) return { nameDer: derOf(id.toSchema()) };
  return { keyHash: innerOctets(id) };
}

function readAnswer({ certID, certStatus, thisUpdate, nextUpdate, singleExtensions = [] }: SingleResponse): OcspAnswer {
  if (singleExtensions.some(({ critical }) => critical)) throw new TypeError('critical extension');
  return {
    hash: NAMING_HASHES[certID.hashAlgorithm.algorithmId] ?? 'not known',
    nameHash: ownBytes(certID.issuerNameHash.valueBlock.valueHexView),
    keyHash: ownBytes(certID.issuerKeyHash.valueBlock.valueHexView),
    serial: serialText(certID.serialNumber.valueBlock.valueHexView),
    status: readStatus(certStatus),
    thisUpdate,
    nextUpdate: nextUpdate ?? null,
  };
}

/** [0] good, [1] revoked with its time, [2] unknown. */
function readStatus({
  idBlock,
  valueBlock,
}: {
  idBlock: { tagNumber: number };
  valueBlock: { value?: unknown[] };
}): OcspAnswer['status'] {
  if (idBlock.tagNumber === 0) return 'good';
  if (idBlock.tagNumber !== 1) return 'unknown';
  const at = valueBlock.value?.[0];
  if (!(at instanceof GeneralizedTime)) throw new TypeError('no time of revocation');
  return at.toDate();
}

/** The answer about a certificate: matched by hashes of its issuer's name and key, and by its serial. Of several, that it was revoked. */
export function answerFor(
  response: OcspFacts,
  { serial }: CertificateFacts,
  issuer: CertificateFacts,
): OcspAnswer | null {
  const isOf = ({ hash, nameHash, keyHash, serial: answered }: OcspAnswer) =>
    hash !== 'not known' &&
    answered === serial &&
    equalBytes(nameHash, createHash(hash).update(issuer.subjectDer).digest()) &&
    equalBytes(keyHash, createHash(hash).update(issuer.keyBits).digest());
  const answers = response.answers.filter(isOf);
  return answers.find(({ status }) => status instanceof Date) ?? answers[0] ?? null;
}

/**
 * Who signed a response, if they may (RFC 6960 §4.2.2.2): the issuer itself, or whoever it issued a certificate for OCSP signing. Throws Refusal for
 * everybody else. Whether a responder was itself revoked is the caller's to ask.
 */
export function requireResponder(
  response: OcspFacts,
  issuer: CertificateFacts,
  at: Date,
  rsaBitsMin: number,
): CertificateFacts {
  const refuse = (why: string) => new Refusal('CERTIFICATE_CHAIN_GENERAL_FAILURE', `an OCSP response ${why}`);
  const signer = [issuer, ...response.certificates].find(
    (candidate) => isNamed(response.responder, candidate) && isSignedBy(response, candidate),
  );
  if (signer === undefined) throw refuse('is not signed by the responder that it names');
  if (signer.sha256 === issuer.sha256) return signer;
  if (!isIssuedBy(signer, issuer))
    throw refuse(`is signed by ${signer.subject}, which ${issuer.subject} did not issue`);
  if (signer.extendedKeyUsage?.includes(OCSP_SIGNING) !== true || signer.isCa) {
    throw refuse(`is signed by ${signer.subject}, which is not for OCSP signing`);
  }
  if (signer.keyUsage !== null && !signer.keyUsage.has('digitalSignature'))
    throw refuse(`is signed by ${signer.subject}, which is not for signing`);
  if (signer.notUnderstood.length > 0)
    throw refuse(`is signed by ${signer.subject}, which has a critical extension that is not understood`);
  requireStrongKey(`the certificate of ${signer.subject}`, signer.publicKey, rsaBitsMin);
  requireValidAt(signer, response.producedAt);
  requireValidAt(signer, at);
  return signer;
}

function isNamed(responder: OcspFacts['responder'], { subjectDer, keyBits }: CertificateFacts): boolean {
  if ('nameDer' in responder) return equalBytes(responder.nameDer, subjectDer);
  return equalBytes(responder.keyHash, createHash('sha1').update(keyBits).digest());
}

/** The question about one certificate, with a nonce (RFC 9654). */
export function askOcsp({ serial }: CertificateFacts, issuer: CertificateFacts, nonce: Bytes): Bytes {
  const hashed = (bytes: Uint8Array) =>
    new OctetString({ valueHex: ownBytes(createHash('sha256').update(bytes).digest()).buffer });
  const certId = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256_OID, algorithmParams: new Null() }),
    issuerNameHash: hashed(issuer.subjectDer),
    issuerKeyHash: hashed(issuer.keyBits),
    serialNumber: new Integer({ valueHex: ownBytes(Buffer.from(serial, 'hex')).buffer }),
  });
  const extnValue = derOf(new OctetString({ valueHex: nonce.buffer })).buffer;
  const request = new OCSPRequest({
    tbsRequest: new TBSRequest({
      requestList: [new Request({ reqCert: certId })],
      requestExtensions: [new Extension({ extnID: OID.nonce, extnValue })],
    }),
  });
  return derOf(request.toSchema(true));
}
