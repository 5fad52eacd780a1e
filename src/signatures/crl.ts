import type { AsnType } from 'asn1js';
import { CertificateRevocationList, type Extensions, IssuingDistributionPoint } from 'pkijs';
import type { SignedPart } from './algorithms.ts';
import { addressesOf, type CertificateFacts, isSignedBy, signedPartOf } from './certificate.ts';
import { type Bytes, DER_BYTES_MAX, derOf, equalBytes, ownBytes, readDer, remembering } from './der.ts';
import { Refusal } from './finding.ts';
import { cutEntries } from './revoked-entries.ts';

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

const OID = { delta: '2.5.29.27', issuingDistributionPoint: '2.5.29.28' } as const;

/** Reads a CRL (RFC 5280 §5). Throws Refusal. */
export const readCrl: (der: Uint8Array) => CrlFacts = remembering((der) => {
  if (der.byteLength > DER_BYTES_MAX) throw new Refusal('FORMAT_FAILURE', `a CRL has more than ${DER_BYTES_MAX} bytes`);
  const { tbs, entries, rest } = cutEntries(der);
  return readDer('a CRL', rest, (asn1: AsnType) => {
    const crl = new CertificateRevocationList({ schema: asn1 });
    const { signatureAlgorithm, signatureValue, issuer, thisUpdate, nextUpdate } = crl;
    if (!crl.signature.isEqual(signatureAlgorithm)) throw new TypeError('two algorithms');
    const { scope, fault } = readScope(crl.crlExtensions);
    const facts: CrlFacts = {
      der: ownBytes(der),
      issuerDer: derOf(issuer.toSchema()),
      thisUpdate: thisUpdate.value,
      nextUpdate: nextUpdate?.value ?? null,
      revoked: entries.revoked,
      scope,
      fault: fault ?? (entries.isNotUnderstood ? 'an entry of it says something that is not understood' : null),
      ...signedPartOf('a CRL', { tbsView: tbs, signatureAlgorithm, signatureValue }),
    };
    return { facts, exact: crl.toSchema() };
  });
});

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
