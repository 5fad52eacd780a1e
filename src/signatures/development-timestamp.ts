import { sign } from 'node:crypto';
import { type AsnType, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  PKIStatus,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { digestBytes, SHA256_OID } from './algorithms.ts';
import { type Bytes, derOf, ownBytes, randomPositive } from './der.ts';
import { type DevelopmentHolder, ecdsa } from './development-certificates.ts';
import { CMS_OID, SIGNED_DATA_VERSION, SIGNER_VERSION } from './timestamp.ts';

/** Under the number for examples (RFC 5612): a policy of nobody. */
const POLICY = '1.3.6.1.4.1.32473.1';

/** The answer to a question for a timestamp (RFC 3161 §2.4), of now. Throws for what is no question, or one over another hash than SHA-256. */
export function answerTimestamp(question: Uint8Array, authority: DevelopmentHolder, now: Date): Bytes {
  const { messageImprint, nonce } = TimeStampReq.fromBER(ownBytes(question));
  if (messageImprint.hashAlgorithm.algorithmId !== SHA256_OID) throw new TypeError('a hash that is not SHA-256');
  const info = new TSTInfo({
    version: 1,
    policy: POLICY,
    messageImprint,
    serialNumber: new Integer({ valueHex: randomPositive().buffer }),
    genTime: now,
    ...(nonce === undefined ? {} : { nonce }),
  });
  const content = signContent(derOf(info.toSchema()), authority);
  const answer = new TimeStampResp({
    status: new PKIStatusInfo({ status: PKIStatus.granted }),
    timeStampToken: new ContentInfo({ contentType: CMS_OID.signedData, content: content.toSchema(true) }),
  });
  return derOf(answer.toSchema());
}

/** CMS signed data (RFC 5652 §5) with the signer's certificate, which the signature names (RFC 5035 §3). */
function signContent(info: Bytes, { certificate, facts, key }: DevelopmentHolder): SignedData {
  const octets = (bytes: Uint8Array) => new OctetString({ valueHex: ownBytes(bytes).buffer });
  const certificateHash = new Sequence({ value: [octets(digestBytes('sha256', facts.der))] });
  const signedAttrs = new SignedAndUnsignedAttributes({
    type: 0,
    attributes: inDerOrder([
      attribute(CMS_OID.contentType, new ObjectIdentifier({ value: CMS_OID.tstInfo })),
      attribute(CMS_OID.messageDigest, octets(digestBytes('sha256', info))),
      attribute(CMS_OID.signingCertificateV2, new Sequence({ value: [new Sequence({ value: [certificateHash] })] })),
    ]),
  });
  const signed = derOf(signedAttrs.toSchema());
  // RFC 5652 §5.4: signed as the SET OF that it is, not by the tag that it has in the token.
  signed[0] = SET_OF;
  const sha256 = () => new AlgorithmIdentifier({ algorithmId: SHA256_OID });
  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: CMS_OID.tstInfo });
  // The constructor would make pieces of it, which is not DER.
  encapContentInfo.eContent = octets(info);
  return new SignedData({
    version: SIGNED_DATA_VERSION,
    digestAlgorithms: [sha256()],
    encapContentInfo,
    certificates: [certificate],
    signerInfos: [
      new SignerInfo({
        version: SIGNER_VERSION,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        digestAlgorithm: sha256(),
        signedAttrs,
        signatureAlgorithm: ecdsa(),
        signature: octets(sign('sha256', signed, key)),
      }),
    ],
  });
}

const SET_OF = 0x31;

const attribute = (type: string, value: AsnType): Attribute => new Attribute({ type, values: [value] });

/** X.690 §11.6: a SET OF is in the order of its encodings. */
function inDerOrder(attributes: readonly Attribute[]): Attribute[] {
  return [...attributes].sort((a, b) => Buffer.compare(derOf(a.toSchema()), derOf(b.toSchema())));
}
