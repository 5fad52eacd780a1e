import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Set as Asn1Set, BitString, Integer, OctetString, Sequence, Utf8String } from 'asn1js';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificateRevocationList,
  Extension,
  Extensions,
  ExtKeyUsage,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
  TimeType,
} from 'pkijs';
import { type CertificateFacts, pemOf, readPemCertificates, TIME_STAMPING } from './certificate.ts';
import { type Bytes, derOf, ownBytes, randomPositive } from './der.ts';

/** A certificate of the development authority, with its key. */
export interface DevelopmentHolder {
  readonly certificate: Certificate;
  readonly facts: CertificateFacts;
  readonly key: KeyObject;
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

const DAY_MS = 86_400_000;
const FIRST_GENERALIZED_YEAR = 2050;
/** Of a key identifier: RFC 7093 §2 (1). */
const KEY_IDENTIFIER_BYTES = 20;

/** Key usage as a BIT STRING: its byte, and the bits of it that are not used (RFC 5280 §4.2.1.3). */
const KEY_USAGES = {
  authority: [0x06, 1],
  signature: [0x40, 6],
  timestamp: [0x80, 7],
} as const;

export interface CertificateWish {
  readonly kind: keyof typeof KEY_USAGES;
  readonly commonName: string;
  readonly organization: string;
  /** From one day before. */
  readonly days: number;
}

/** PEM: a new P-256 key (PKCS#8), and its certificate (RFC 5280), self-signed where there is no issuer. */
export function makeHolder(issuer: DevelopmentHolder | null, wish: CertificateWish, now: Date): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const keyInfo = PublicKeyInfo.fromBER(ownBytes(publicKey.export({ format: 'der', type: 'spki' })));
  const subject = nameOf(wish);
  const notBefore = Number(now) - DAY_MS;
  const keyIdentifier = keyIdentifierOf(keyInfo);
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: randomPositive().buffer }),
    signature: ecdsa(),
    signatureAlgorithm: ecdsa(),
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: timeOf(new Date(notBefore)),
    notAfter: timeOf(new Date(notBefore + wish.days * DAY_MS)),
    subject,
    subjectPublicKeyInfo: keyInfo,
    extensions: [
      ...usagesOf(wish),
      extension(OID.subjectKeyIdentifier, false, new OctetString({ valueHex: keyIdentifier.buffer })),
      ...(issuer === null ? [] : [issuerKeyOf(issuer)]),
    ],
  });
  const der = signed(certificate, issuer?.key ?? privateKey);
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${pemOf(der)}`;
}

function usagesOf({ kind }: CertificateWish): Extension[] {
  const [byte, unusedBits] = KEY_USAGES[kind];
  return [
    // `cA` is FALSE by default, and DER leaves it out.
    extension(OID.basicConstraints, true, new BasicConstraints({ cA: kind === 'authority' }).toSchema()),
    extension(OID.keyUsage, true, new BitString({ valueHex: Uint8Array.of(byte).buffer, unusedBits })),
    ...(kind === 'timestamp'
      ? [extension(OID.extendedKeyUsage, true, new ExtKeyUsage({ keyPurposes: [TIME_STAMPING] }).toSchema())]
      : []),
  ];
}

/** Throws Refusal, or what OpenSSL says, for a text that `makeHolder` did not give. */
export function readHolder(pem: string): DevelopmentHolder {
  const [facts, ...others] = readPemCertificates(pem);
  if (facts === undefined || others.length > 0) throw new TypeError('not one certificate');
  return { certificate: Certificate.fromBER(ownBytes(facts.der)), facts, key: createPrivateKey(pem) };
}

/** A CRL on which nobody stands (RFC 5280 §5), good for a day. */
export function makeEmptyCrl(issuer: DevelopmentHolder, now: Date): Bytes {
  const crl = new CertificateRevocationList({
    version: 1,
    signature: ecdsa(),
    signatureAlgorithm: ecdsa(),
    issuer: issuer.certificate.subject,
    thisUpdate: timeOf(now),
    nextUpdate: timeOf(new Date(Number(now) + DAY_MS)),
    crlExtensions: new Extensions({
      extensions: [issuerKeyOf(issuer), extension(OID.crlNumber, false, new Integer({ value: Number(now) }))],
    }),
  });
  return signed(crl, issuer.key);
}

export const ecdsa = (): AlgorithmIdentifier => new AlgorithmIdentifier({ algorithmId: ECDSA_WITH_SHA256 });

function signed(part: Certificate | CertificateRevocationList, key: KeyObject): Bytes {
  const [tbs] = part.toSchema(true).valueBlock.value;
  if (tbs === undefined) throw new TypeError('nothing to sign');
  part.signatureValue = new BitString({ valueHex: ownBytes(sign('sha256', derOf(tbs), key)).buffer });
  return derOf(part.toSchema(true));
}

const extension = (extnID: string, critical: boolean, value: Parameters<typeof derOf>[0]): Extension =>
  new Extension({ extnID, critical, extnValue: derOf(value).buffer });

/** A sequence of sets of one: pkijs would put all parts into one set. */
function nameOf({ commonName, organization }: CertificateWish): RelativeDistinguishedNames {
  const part = (type: string, value: string) =>
    new Asn1Set({ value: [new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }).toSchema()] });
  const parts = [part(OID.organization, organization), part(OID.commonName, commonName)];
  return RelativeDistinguishedNames.fromBER(derOf(new Sequence({ value: parts })));
}

function issuerKeyOf({ certificate }: DevelopmentHolder): Extension {
  const keyIdentifier = new OctetString({ valueHex: keyIdentifierOf(certificate.subjectPublicKeyInfo).buffer });
  return extension(OID.authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier }).toSchema());
}

function keyIdentifierOf({ subjectPublicKey }: PublicKeyInfo): Bytes {
  const hash = createHash('sha256').update(subjectPublicKey.valueBlock.valueHexView).digest();
  return ownBytes(hash.subarray(0, KEY_IDENTIFIER_BYTES));
}

/** RFC 5280 §4.1.2.5: whole seconds, and another type from 2050 on. */
function timeOf(date: Date): Time {
  const value = new Date(Math.floor(Number(date) / 1_000) * 1_000);
  const isLate = value.getUTCFullYear() >= FIRST_GENERALIZED_YEAR;
  return new Time({ type: isLate ? TimeType.GeneralizedTime : TimeType.UTCTime, value });
}
