import { type AsnType, Enumerated, GeneralizedTime } from 'asn1js';
import { CertificateRevocationList, type Extensions, IssuingDistributionPoint, type RevokedCertificate } from 'pkijs';
import type { SignedPart } from './algorithms.ts';
import { addressesOf, type CertificateFacts, isSignedBy, signedPartOf } from './certificate.ts';
import { type Bytes, DER_BYTES_MAX, derOf, equalBytes, ownBytes, readDer, remembering, serialText } from './der.ts';
import { Refusal } from './finding.ts';

export interface CrlFacts extends SignedPart {
  readonly der: Bytes;
  readonly issuerDer: Bytes;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  /** When a certificate was revoked, by its serial in hexadecimal. */
  readonly revoked: ReadonlyMap<string, Date>;
  /** Of which certificates of its issuer it speaks. */
  readonly scope: {
    readonly users: boolean;
    readonly authorities: boolean;
    readonly addresses: readonly string[] | null;
  };
  /** Why it cannot be used; null: it can. */
  readonly fault: string | null;
}

const OID = {
  reason: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  delta: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
} as const;
/** REMOVE_FROM_CRL (RFC 5280 §5.3.1) stands in delta CRLs only, and those are refused. */
const REMOVE_FROM_CRL = 8;

/** Reads a CRL (RFC 5280 §5). Throws Refusal. */
export const readCrl: (der: Uint8Array) => CrlFacts = remembering((der) => {
  const read = (asn1: AsnType) => {
    const crl = new CertificateRevocationList({ schema: asn1 });
    if (!crl.signature.isEqual(crl.signatureAlgorithm)) throw new TypeError('two algorithms');
    const entries = crl.revokedCertificates ?? [];
    const { scope, fault } = readScope(crl.crlExtensions);
    const facts: CrlFacts = {
      der: ownBytes(der),
      issuerDer: derOf(crl.issuer.toSchema()),
      thisUpdate: crl.thisUpdate.value,
      nextUpdate: crl.nextUpdate?.value ?? null,
      revoked: revokedOf(entries),
      scope,
      fault:
        fault ??
        (entries.some(isNotUnderstood) ? 'an entry of it has a critical extension that is not understood' : null),
      ...signedPartOf('a CRL', crl),
    };
    return { facts, exact: crl.toSchema() };
  };
  return readDer('a CRL', der, read, DER_BYTES_MAX);
});

/** Where a serial stands twice, it was revoked at the earlier time. */
function revokedOf(entries: readonly RevokedCertificate[]): ReadonlyMap<string, Date> {
  const revoked = new Map<string, Date>();
  for (const entry of entries) {
    const serial = serialText(entry.userCertificate.valueBlock.valueHexView);
    const [at, before] = [revokedAt(entry), revoked.get(serial)];
    if (before === undefined || at < before) revoked.set(serial, at);
  }
  return revoked;
}

/** What is known to have been wrong before the revocation was wrong since then. */
function revokedAt({ revocationDate, crlEntryExtensions }: RevokedCertificate): Date {
  const invalidity = crlEntryExtensions?.extensions.find(({ extnID }) => extnID === OID.invalidityDate)?.parsedValue;
  const since = invalidity instanceof GeneralizedTime ? invalidity.toDate() : revocationDate.value;
  return since < revocationDate.value ? since : revocationDate.value;
}

function isNotUnderstood({ crlEntryExtensions }: RevokedCertificate): boolean {
  return (crlEntryExtensions?.extensions ?? []).some(({ extnID, critical, parsedValue }) => {
    if (extnID === OID.reason) {
      return !(parsedValue instanceof Enumerated) || parsedValue.valueBlock.valueDec === REMOVE_FROM_CRL;
    }
    return critical && extnID !== OID.invalidityDate;
  });
}

function readScope(extensions: Extensions | undefined): Pick<CrlFacts, 'scope' | 'fault'> {
  const whole = { users: true, authorities: true, addresses: null };
  // Both must be critical (RFC 5280 §5.2.4, §5.2.5), and mean what they say where they are not.
  const critical = (extensions?.extensions ?? []).filter(
    ({ critical, extnID }) => critical || extnID === OID.issuingDistributionPoint || extnID === OID.delta,
  );
  const [point, ...others] = critical;
  if (point === undefined) return { scope: whole, fault: null };
  const value: unknown = point.parsedValue;
  if (others.length > 0 || !(value instanceof IssuingDistributionPoint)) {
    return { scope: whole, fault: 'it has a critical extension that is not understood' };
  }
  if (value.indirectCRL || value.onlyContainsAttributeCerts || value.onlySomeReasons !== undefined) {
    return { scope: whole, fault: 'it is indirect, or does not speak of every reason' };
  }
  const scope = {
    users: !value.onlyContainsCACerts,
    authorities: !value.onlyContainsUserCerts,
    addresses: value.distributionPoint === undefined ? null : addressesOf(value.distributionPoint),
  };
  return { scope, fault: null };
}

/** Whether an authority issued it: its name, and its key. A CRL of its name that is not signed by its key is forged. Throws Refusal. */
export function isCrlOf(crl: CrlFacts, issuer: CertificateFacts): boolean {
  if (!equalBytes(crl.issuerDer, issuer.subjectDer)) return false;
  if (isSignedBy(crl, issuer)) return true;
  throw new Refusal(
    'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    `a CRL in the name of ${issuer.subject} is not signed by its key`,
  );
}

/** Whether it would say of this certificate of its issuer that it is revoked. */
export function covers({ scope }: CrlFacts, { isCa, crlAddresses }: CertificateFacts): boolean {
  if (isCa ? !scope.authorities : !scope.users) return false;
  return scope.addresses === null || scope.addresses.some((address) => crlAddresses.includes(address));
}
