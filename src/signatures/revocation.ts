import { type CertificatePath, issuerAt } from './build-path.ts';
import type { CertificateFacts } from './certificate.ts';
import { type CrlFacts, covers, isCrlOf } from './crl.ts';
import { Refusal, refusalOf } from './finding.ts';
import { answerFor, type OcspFacts, requireResponder } from './ocsp.ts';
import { authorityOf, type Trust } from './trust.ts';

export interface RevocationData {
  readonly crls: readonly CrlFacts[];
  readonly ocsps: readonly OcspFacts[];
}

export interface RevocationQuestion {
  /** When the certificate was used: revoked later does not matter. */
  readonly usedAt: Date;
  /** When it is decided. */
  readonly at: Date;
  /** Data on the certificate itself from before says nothing of the use. null: it is enough, as at receipt, when there is no newer yet. */
  readonly newerThan: Date | null;
  readonly trust: Trust;
  /** What nothing says to be revoked is taken as good: for what only takes away, and for nothing else. */
  readonly isUnknownEnough: boolean;
  /** Filled with every item that was found to be authentic. */
  readonly authentic: Set<CrlFacts | OcspFacts>;
}

/**
 * Refuses a path of which a certificate was revoked, or of which that cannot be told. Never a soft fail: no data, stale data, data of somebody who may
 * not give it and `unknown` all end in a verdict of unknown, except where `isUnknownEnough`. Where a CRL and an OCSP response disagree, revoked holds.
 */
export function requireNotRevoked(path: CertificatePath, data: RevocationData, question: RevocationQuestion): void {
  path.certificates.forEach((certificate, place) => {
    // The root's list comes out in months: of an authority, data that is in force is new enough.
    const asked = place === 0 ? question : { ...question, newerThan: null };
    const revokedAt = askRevocation(certificate, issuerAt(path, place), data, asked);
    if (revokedAt === null || revokedAt > question.usedAt) return;
    const reason = `the certificate of ${certificate.subject} was revoked at ${revokedAt.toISOString()}`;
    throw new Refusal(place === 0 ? 'REVOKED_NO_POE' : 'REVOKED_CA_NO_POE', reason);
  });
}

/** When a certificate was revoked; null: it is known that it was not. Throws Refusal when neither is known. */
function askRevocation(
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  data: RevocationData,
  question: RevocationQuestion,
): Date | null {
  const faults: Refusal[] = [];
  const statuses: (Date | null)[] = [];
  const take = (step: () => Date | null | undefined) => {
    const fault = refusalOf(() => {
      const status = step();
      if (status !== undefined) statuses.push(status);
    });
    if (fault !== null) faults.push(fault);
  };
  for (const ocsp of data.ocsps) take(() => statusByOcsp(ocsp, certificate, issuer, data, question));
  for (const crl of data.crls) take(() => statusByCrl(crl, certificate, issuer, question));
  const dates = statuses.filter((status) => status !== null);
  if (dates.length > 0) return new Date(Math.min(...dates.map(Number)));
  if (statuses.length > 0 || question.isUnknownEnough) return null;
  throw (
    faults[0] ??
    new Refusal(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      `nothing says whether the certificate of ${certificate.subject} was revoked`,
    )
  );
}

/** undefined: it says nothing of this certificate. */
function statusByCrl(
  crl: CrlFacts,
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  question: RevocationQuestion,
): Date | null | undefined {
  if (!isCrlOf(crl, issuer)) return undefined;
  if (issuer.keyUsage !== null && !issuer.keyUsage.has('cRLSign')) {
    throw new Refusal('CHAIN_CONSTRAINTS_FAILURE', `${issuer.subject} may not sign CRLs (key usage)`);
  }
  question.authentic.add(crl);
  // Once revoked is revoked, however old the list is.
  const revokedAt = crl.revoked.get(certificate.serial);
  if (revokedAt !== undefined) return revokedAt;
  if (crl.fault !== null)
    throw new Refusal('CERTIFICATE_CHAIN_GENERAL_FAILURE', `the CRL of ${issuer.subject} cannot be used: ${crl.fault}`);
  if (!covers(crl, certificate)) return undefined;
  const behindMs = (authorityOf(question.trust, issuer.sha256)?.crlBehindMaxSeconds ?? 0) * 1_000;
  const newerThan = question.newerThan === null ? null : new Date(Number(question.newerThan) - behindMs);
  requireFresh(`the CRL of ${issuer.subject}`, crl, certificate, { ...question, newerThan });
  return null;
}

function statusByOcsp(
  ocsp: OcspFacts,
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  { crls }: RevocationData,
  question: RevocationQuestion,
): Date | null | undefined {
  const answer = answerFor(ocsp, certificate, issuer);
  if (answer === null) return undefined;
  const responder = requireResponder(ocsp, issuer, question.at, question.trust.rsaBitsMin);
  if (responder.sha256 !== issuer.sha256 && !responder.hasOcspNoCheck) {
    const revokedAt = askRevocation(responder, issuer, { crls, ocsps: [] }, { ...question, newerThan: null });
    if (revokedAt !== null)
      throw new Refusal('CERTIFICATE_CHAIN_GENERAL_FAILURE', `the OCSP responder ${responder.subject} was revoked`);
  }
  question.authentic.add(ocsp);
  if (answer.status instanceof Date) return answer.status;
  if (answer.status === 'unknown') {
    throw new Refusal(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      `the OCSP responder does not know the certificate of ${certificate.subject}`,
    );
  }
  requireFresh(`the OCSP response on ${certificate.subject}`, answer, certificate, question);
  return null;
}

/** TRY_LATER unless it is in force when it is decided, and newer than what it is asked about. */
function requireFresh(
  what: string,
  { thisUpdate, nextUpdate }: { readonly thisUpdate: Date; readonly nextUpdate: Date | null },
  { notBefore }: CertificateFacts,
  { at, newerThan, trust }: RevocationQuestion,
): void {
  const refuse = (why: string) => new Refusal('TRY_LATER', `${what} of ${thisUpdate.toISOString()} ${why}`);
  if (Number(thisUpdate) > Number(at) + trust.clockSkewSeconds * 1_000) throw refuse('is of the future');
  if (thisUpdate < notBefore) throw refuse('is older than the certificate');
  const until = nextUpdate ?? new Date(Number(thisUpdate) + trust.revocationAgeMaxSeconds * 1_000);
  if (until < at) throw refuse(`was good until ${until.toISOString()}`);
  // Revocation data has whole seconds, a timestamp may have fractions.
  if (newerThan !== null && Number(thisUpdate) < Math.floor(Number(newerThan) / 1_000) * 1_000) {
    throw refuse(`is older than the signature needs: from ${newerThan.toISOString()} on`);
  }
}
