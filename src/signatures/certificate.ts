import { createPublicKey, type KeyObject } from 'node:crypto';
import { BitString, OctetString } from 'asn1js';
import {
  BasicConstraints,
  Certificate,
  CertificatePolicies,
  CRLDistributionPoints,
  type Extension,
  ExtKeyUsage,
  NameConstraints,
  type RelativeDistinguishedNames,
} from 'pkijs';
import { type SignedPart, verifierOf } from './algorithms.ts';
import {
  type Bytes,
  CERTIFICATE_NODES_MAX,
  decodeExactly,
  derOf,
  equalBytes,
  ownBytes,
  readDer,
  remembering,
  serialText,
  sha256Hex,
  toBase64,
} from './der.ts';
import { Refusal } from './finding.ts';

/** What wasl asks of a certificate (RFC 5280), read once; nothing looks at the ASN.1 after that. */
export interface CertificateFacts extends SignedPart {
  readonly der: Bytes;
  readonly sha256: string;
  /** For people, like `CN=Salma, O=Health`; commas and the like within a value stand behind a backslash. */
  readonly subject: string;
  readonly issuer: string;
  /** DER: names are compared byte by byte. */
  readonly subjectDer: Bytes;
  readonly issuerDer: Bytes;
  /** Relative names of the subject in order, each as its object identifier and its text. */
  readonly subjectParts: readonly SubjectPart[];
  /** Hexadecimal. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  /** The BIT STRING of the key without its first byte: what OCSP hashes. */
  readonly keyBits: Bytes;
  readonly isCa: boolean;
  readonly pathLengthMax: number | null;
  /** null: the extension is not there. Bits in the order of RFC 5280 §4.2.1.3. */
  readonly keyUsage: ReadonlySet<KeyUsage> | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly isExtendedKeyUsageCritical: boolean;
  readonly policies: readonly string[];
  readonly crlAddresses: readonly string[];
  readonly hasOcspNoCheck: boolean;
  readonly nameConstraints: NameRules | null;
  readonly hasAlternativeNames: boolean;
  /** Critical extensions that are not understood here: such a certificate is good for nothing (RFC 5280 §4.2). */
  readonly notUnderstood: readonly string[];
}

export interface SubjectPart {
  readonly type: string;
  readonly value: string;
  readonly der: Bytes;
}

export type NameRules =
  | 'not understood'
  | { readonly permitted: readonly SubjectPart[][]; readonly excluded: readonly SubjectPart[][] };

const KEY_USAGES = [
  ...['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'],
  ...['keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'],
] as const;
export type KeyUsage = 'digitalSignature' | 'nonRepudiation' | 'keyCertSign' | 'cRLSign' | string;

const OID = {
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlAddresses: '2.5.29.31',
  policies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const;
const UNDERSTOOD: readonly string[] = Object.values(OID);

/** GeneralName choices (RFC 5280 §4.2.1.6). */
const DIRECTORY_NAME = 4;
const URI = 6;

export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
/** Purposes of servers, of code, of timestamps and OCSP responses: nobody agrees to anything by them. */
const FOR_MACHINES: readonly string[] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.3', TIME_STAMPING, OCSP_SIGNING];

/** A certificate is for none but the purposes that it names (RFC 5280 §4.2.1.12). The web server of a ministry has the ministry's name, too. */
export const isForMachines = ({ extendedKeyUsage }: Pick<CertificateFacts, 'extendedKeyUsage'>): boolean =>
  extendedKeyUsage?.every((purpose) => FOR_MACHINES.includes(purpose)) === true;

/** Attributes of names that people know by a short word (RFC 4519; 2.5.4.97 of EN 319 412-1). */
export const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'givenName',
  '2.5.4.97': 'organizationIdentifier',
};

/** Reads a certificate. Throws Refusal: FORMAT_FAILURE, or CRYPTO_CONSTRAINTS_FAILURE for one that is signed by what is not allowed. */
export const readCertificate: (der: Uint8Array) => CertificateFacts = remembering((der) => {
  return readDer(
    'a certificate',
    der,
    (asn1) => {
      const certificate = new Certificate({ schema: asn1 });
      if (!certificate.signature.isEqual(certificate.signatureAlgorithm)) throw new TypeError('two algorithms');
      const extensions = certificate.extensions ?? [];
      const ids = extensions.map(({ extnID }) => extnID);
      if (new Set(ids).size !== ids.length) throw new TypeError('an extension twice');
      const subject = readName(certificate.subject);
      const facts: CertificateFacts = {
        der: ownBytes(der),
        sha256: sha256Hex(der),
        subject: nameText(subject),
        issuer: nameText(readName(certificate.issuer)),
        subjectDer: derOf(certificate.subject.toSchema()),
        issuerDer: derOf(certificate.issuer.toSchema()),
        subjectParts: subject,
        serial: serialText(certificate.serialNumber.valueBlock.valueHexView),
        notBefore: certificate.notBefore.value,
        notAfter: certificate.notAfter.value,
        publicKey: createPublicKey({
          key: Buffer.from(derOf(certificate.subjectPublicKeyInfo.toSchema())),
          format: 'der',
          type: 'spki',
        }),
        keyBits: ownBytes(certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView),
        ...readExtensions(extensions),
        ...signedPartOf(`the certificate of ${nameText(subject)}`, certificate),
      };
      return { facts, exact: certificate.toSchema() };
    },
    CERTIFICATE_NODES_MAX,
  );
});

function readExtensions(extensions: readonly Extension[]) {
  const find = (oid: string) => extensions.find(({ extnID }) => extnID === oid);
  const parsed = <T>(oid: string, kind: new () => T): T | null => {
    const extension = find(oid);
    if (extension === undefined) return null;
    if (!(extension.parsedValue instanceof kind)) throw new TypeError(`the extension ${oid}`);
    return extension.parsedValue;
  };
  const basic = parsed(OID.basicConstraints, BasicConstraints);
  const pathLength = basic?.pathLenConstraint;
  const points = parsed(OID.crlAddresses, CRLDistributionPoints)?.distributionPoints ?? [];
  return {
    isCa: basic?.cA === true,
    pathLengthMax: pathLength === undefined ? null : Number(pathLength),
    keyUsage: readKeyUsage(parsed(OID.keyUsage, BitString)),
    extendedKeyUsage: parsed(OID.extendedKeyUsage, ExtKeyUsage)?.keyPurposes ?? null,
    isExtendedKeyUsageCritical: find(OID.extendedKeyUsage)?.critical ?? false,
    policies:
      parsed(OID.policies, CertificatePolicies)?.certificatePolicies.map(({ policyIdentifier }) => policyIdentifier) ??
      [],
    crlAddresses: points.flatMap(({ distributionPoint }) => addressesOf(distributionPoint)),
    hasOcspNoCheck: find(OID.ocspNoCheck) !== undefined,
    nameConstraints: readNameRules(parsed(OID.nameConstraints, NameConstraints)),
    hasAlternativeNames: find(OID.alternativeNames) !== undefined,
    notUnderstood: extensions
      .filter(({ extnID, critical }) => critical && !UNDERSTOOD.includes(extnID))
      .map(({ extnID }) => extnID),
  };
}

function readKeyUsage(bits: BitString | null): ReadonlySet<KeyUsage> | null {
  if (bits === null) return null;
  const bytes = bits.valueBlock.valueHexView;
  return new Set(KEY_USAGES.filter((_name, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0));
}

/** URIs of a distribution point. */
export function addressesOf(point: unknown): string[] {
  if (!Array.isArray(point)) return [];
  return point.flatMap(({ type, value }: { type?: unknown; value?: unknown }) =>
    type === URI && typeof value === 'string' ? [value] : [],
  );
}

/** Directory names only: a constraint on another kind of name is not understood, and refuses every certificate below. */
function readNameRules(constraints: NameConstraints | null): NameRules | null {
  if (constraints === null) return null;
  const { permittedSubtrees = [], excludedSubtrees = [] } = constraints;
  const all = [...permittedSubtrees, ...excludedSubtrees];
  if (
    all.some(
      ({ base, minimum, maximum }) => base.type !== DIRECTORY_NAME || Number(minimum) !== 0 || maximum !== undefined,
    )
  ) {
    return 'not understood';
  }
  const namesOf = (subtrees: typeof all) => subtrees.map(({ base }) => readName(base.value));
  return { permitted: namesOf(permittedSubtrees), excluded: namesOf(excludedSubtrees) };
}

function readName(name: RelativeDistinguishedNames): SubjectPart[] {
  return name.typesAndValues.map((part) => ({
    type: ATTRIBUTES[part.type] ?? part.type,
    value: String(part.value.valueBlock.value),
    der: derOf(part.toSchema()),
  }));
}

/** As RFC 4514 §2.4 has it: no value passes for two, and none for a reference to a sealed text, which an answer would open. */
const nameText = (parts: readonly SubjectPart[]): string =>
  parts
    .map(({ type, value }) => `${type}=${value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&').replaceAll('[', '\\5b')}`)
    .join(', ');

/** What a certificate and a CRL have in common: a part that is signed, and the signature. */
export function signedPartOf(
  what: string,
  {
    tbsView,
    signatureAlgorithm,
    signatureValue,
  }: Pick<Certificate, 'tbsView' | 'signatureAlgorithm' | 'signatureValue'>,
): SignedPart {
  return {
    algorithm: verifierOf(what, signatureAlgorithm),
    tbs: ownBytes(tbsView),
    signature: wholeBytes(signatureValue),
  };
}

/** A signature in a BIT STRING has whole bytes: the count of unused bits is outside of what is signed, and has one form. */
export function wholeBytes({ valueBlock: { unusedBits, valueHexView } }: BitString): Bytes {
  if (unusedBits !== 0) throw new TypeError('unused bits');
  return ownBytes(valueHexView);
}

export const isSignedBy = ({ algorithm, tbs, signature }: SignedPart, { publicKey }: CertificateFacts): boolean =>
  algorithm.isOf(publicKey, tbs, signature);

/** By name and by signature. */
export const isIssuedBy = (certificate: CertificateFacts, issuer: CertificateFacts): boolean =>
  equalBytes(certificate.issuerDer, issuer.subjectDer) && isSignedBy(certificate, issuer);

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** Every certificate of a PEM text, in order. Throws Refusal when there is none or one cannot be read. */
export function readPemCertificates(pem: string): CertificateFacts[] {
  const blocks = [...pem.matchAll(PEM_BLOCK)].map(([, body = '']) => decodeExactly(body.replace(/\s/g, ''), 'base64'));
  if (blocks.length === 0) throw new Refusal('FORMAT_FAILURE', 'there is no PEM certificate in it');
  return blocks.map((der) => {
    if (der === null) throw new Refusal('FORMAT_FAILURE', 'a PEM certificate is not base64');
    return readCertificate(der);
  });
}

/** RFC 7468 §5.1. */
export function pemOf(der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The bytes of an OCTET STRING that an extension holds once more. */
export function innerOctets(value: unknown): Bytes {
  if (!(value instanceof OctetString)) throw new TypeError('no OCTET STRING');
  return ownBytes(value.valueBlock.valueHexView);
}
