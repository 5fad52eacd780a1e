import { comparableText } from '../domain/comparable-text.ts';
import { requireStrongKey } from './algorithms.ts';
import { type CertificateFacts, isForMachines, isIssuedBy, type SubjectPart, TIME_STAMPING } from './certificate.ts';
import { equalBytes } from './der.ts';
import { Refusal } from './finding.ts';
import type { Anchor, Purpose, Trust } from './trust.ts';

/** Certificates between a leaf and its anchor; national hierarchies have one or two. */
const INTERMEDIATES_MAX = 4;
/** Certificates that were made to lead in circles would keep a machine busy: a path of the field takes about ten. */
const SIGNATURE_CHECKS_MAX = 300;

export interface CertificatePath {
  /** Leaf first, without the anchor. */
  readonly certificates: readonly [CertificateFacts, ...CertificateFacts[]];
  readonly anchor: Anchor;
}

/** The issuer of the certificate at a place of a path. */
export const issuerAt = ({ certificates, anchor }: CertificatePath, place: number): CertificateFacts =>
  certificates[place + 1] ?? anchor.certificate;

/**
 * The path from this very certificate to an anchor that is believed for the purpose, with every rule of RFC 5280 §6 that wasl knows, each certificate
 * valid at the time. `pool`: where intermediates may come from; nothing in it is believed. Throws Refusal.
 */
export function buildPath(
  leaf: CertificateFacts,
  pool: readonly CertificateFacts[],
  { purpose, at, trust }: { readonly purpose: Purpose; readonly at: Date; readonly trust: Trust },
): CertificatePath {
  if (trust.anchors.some(({ certificate }) => certificate.sha256 === leaf.sha256)) {
    throw new Refusal('CHAIN_CONSTRAINTS_FAILURE', `${leaf.subject} is an anchor, and an anchor does not sign itself`);
  }
  const candidates = [...pool, ...trust.authorities.map(({ certificate }) => certificate)];
  const paths = findPaths(
    [leaf],
    candidates,
    trust.anchors.filter((anchor) => anchor.for.has(purpose)),
    countedIssuing(),
  );
  if (paths.length === 0) {
    throw new Refusal(
      'NO_CERTIFICATE_CHAIN_FOUND',
      `no anchor for a ${purpose} stands behind the certificate of ${leaf.subject}`,
    );
  }
  let first: Refusal | null = null;
  for (const path of paths) {
    try {
      checkPath(path, purpose, at, trust);
      return path;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      first ??= error;
    }
  }
  throw first;
}

type IsIssuedBy = (certificate: CertificateFacts, issuer: CertificateFacts) => boolean;

function countedIssuing(): IsIssuedBy {
  let left = SIGNATURE_CHECKS_MAX;
  return (certificate, issuer) => {
    left -= 1;
    if (left < 0) throw new Refusal('NO_CERTIFICATE_CHAIN_FOUND', 'too many certificates lead nowhere');
    return isIssuedBy(certificate, issuer);
  };
}

/** Depth first; each step is one valid signature, and no certificate stands in a path twice. */
function findPaths(
  chain: readonly [CertificateFacts, ...CertificateFacts[]],
  pool: readonly CertificateFacts[],
  anchors: readonly Anchor[],
  isIssued: IsIssuedBy,
): CertificatePath[] {
  const last = chain[chain.length - 1] ?? chain[0];
  const ended = anchors
    .filter((anchor) => isIssued(last, anchor.certificate))
    .map((anchor): CertificatePath => ({ certificates: chain, anchor }));
  if (ended.length > 0 || chain.length > INTERMEDIATES_MAX) return ended;
  const seen = new Set(chain.map(({ sha256 }) => sha256));
  const issuers = new Map(pool.filter(({ sha256 }) => !seen.has(sha256)).map((each) => [each.sha256, each]));
  return [...issuers.values()]
    .filter((candidate) => isIssued(last, candidate))
    .flatMap((candidate) => findPaths([...chain, candidate], pool, anchors, isIssued));
}

function checkPath(path: CertificatePath, purpose: Purpose, at: Date, trust: Trust): void {
  const { certificates, anchor } = path;
  for (const certificate of [...certificates, anchor.certificate]) {
    const name = `the certificate of ${certificate.subject}`;
    requireStrongKey(name, certificate.publicKey, trust.rsaBitsMin);
    if (certificate.notUnderstood.length > 0) {
      const ids = certificate.notUnderstood.join(', ');
      throw new Refusal(
        'CHAIN_CONSTRAINTS_FAILURE',
        `${name} has a critical extension that is not understood (${ids})`,
      );
    }
    requireValidAt(certificate, at);
  }
  const authorities = [...certificates.slice(1), anchor.certificate];
  authorities.forEach((authority, below) => {
    requireAuthority(authority, below);
    requireNames(authority, certificates.slice(0, below + 1));
  });
  requireLeaf(certificates[0], purpose);
  requirePolicies(path, purpose);
}

export function requireValidAt({ subject, notBefore, notAfter }: CertificateFacts, at: Date): void {
  if (at < notBefore) {
    throw new Refusal(
      'NOT_YET_VALID',
      `the certificate of ${subject} is valid from ${notBefore.toISOString()}, after ${at.toISOString()}`,
    );
  }
  if (at > notAfter) {
    throw new Refusal(
      'OUT_OF_BOUNDS_NO_POE',
      `the certificate of ${subject} ended at ${notAfter.toISOString()}, before ${at.toISOString()}`,
    );
  }
}

/** `below`: authorities between it and the leaf. */
function requireAuthority({ subject, isCa, keyUsage, pathLengthMax }: CertificateFacts, below: number): void {
  const refuse = (why: string) =>
    new Refusal('CHAIN_CONSTRAINTS_FAILURE', `${subject} may not issue this certificate: ${why}`);
  if (!isCa) throw refuse('it is no authority (basicConstraints)');
  if (keyUsage !== null && !keyUsage.has('keyCertSign')) throw refuse('its key usage has no keyCertSign');
  if (pathLengthMax !== null && below > pathLengthMax) throw refuse(`its path length is ${pathLengthMax}`);
}

function requireNames({ subject, nameConstraints }: CertificateFacts, below: readonly CertificateFacts[]): void {
  if (nameConstraints === null) return;
  const refuse = (why: string) => new Refusal('CHAIN_CONSTRAINTS_FAILURE', `the name constraints of ${subject} ${why}`);
  if (nameConstraints === 'not understood') throw refuse('are of a kind that is not understood');
  const { permitted, excluded } = nameConstraints;
  const isEqual = (name: SubjectPart, part: SubjectPart) => equalBytes(name.der, part.der);
  // What must not be there is not there in other letters either (RFC 5280 §7.1).
  const isAlike = (name: SubjectPart, part: SubjectPart) =>
    name.type === part.type && comparableText(name.value) === comparableText(part.value);
  for (const certificate of below) {
    if (certificate.hasAlternativeNames)
      throw refuse(`meet alternative names of ${certificate.subject}, which are not understood`);
    const names = certificate.subjectParts;
    const isUnder = (subtree: readonly SubjectPart[], isSame: typeof isEqual) =>
      subtree.every((part, place) => names[place] !== undefined && isSame(names[place], part));
    const isPermitted = permitted.length === 0 || permitted.some((subtree) => isUnder(subtree, isEqual));
    if (!isPermitted || excluded.some((subtree) => isUnder(subtree, isAlike)))
      throw refuse(`do not allow ${certificate.subject}`);
  }
}

function requireLeaf(
  { subject, isCa, keyUsage, extendedKeyUsage, isExtendedKeyUsageCritical }: CertificateFacts,
  purpose: Purpose,
): void {
  const refuse = (why: string) => new Refusal('CHAIN_CONSTRAINTS_FAILURE', `the certificate of ${subject} ${why}`);
  if (isCa) throw refuse('is one of an authority');
  if (purpose !== 'timestamp') {
    if (keyUsage?.has('nonRepudiation') !== true) throw refuse('is not for signatures (key usage nonRepudiation)');
    if (isForMachines({ extendedKeyUsage })) throw refuse('is for machines alone (extended key usage)');
    return;
  }
  // RFC 3161 §2.3: critical, and no other purpose.
  const isForTimeOnly = extendedKeyUsage?.length === 1 && extendedKeyUsage[0] === TIME_STAMPING;
  if (!isForTimeOnly || !isExtendedKeyUsageCritical) throw refuse('is not for timestamps alone (extended key usage)');
  if (keyUsage !== null && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation')) {
    throw refuse('is not for signatures (key usage)');
  }
}

const ANY_POLICY = '2.5.29.32.0';

/** RFC 5280 §6.1.3 (d) without mappings: every certificate of the path has one and the same policy of those asked for. */
function requirePolicies({ certificates, anchor }: CertificatePath, purpose: Purpose): void {
  const wanted = anchor.policies[purpose];
  if (wanted === undefined) return;
  const holds = (policy: string) =>
    certificates.every(({ policies, isCa }) => policies.includes(policy) || (isCa && policies.includes(ANY_POLICY)));
  if (wanted.some(holds)) return;
  const [leaf] = certificates;
  throw new Refusal(
    'CHAIN_CONSTRAINTS_FAILURE',
    `the certificate of ${leaf.subject} has none of the policies asked of a ${purpose}`,
  );
}
