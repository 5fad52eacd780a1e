/** The communication policy that both parties accept before their networks are joined: versions, and who lives by which. Pure. */
import { z } from 'zod';
import { type Digest, digestOf } from './canonical-json.ts';
import type { EntityId, PersonId } from './names.ts';

export const POLICY_LANGUAGES = ['ar', 'en'] as const;
export type PolicyLanguage = (typeof POLICY_LANGUAGES)[number];
export const POLICY_MEDIA_TYPES = ['text/plain', 'text/markdown', 'application/pdf'] as const;
export type PolicyMediaType = (typeof POLICY_MEDIA_TYPES)[number];

/** Words of the ledger. */
export const POLICY_PROPOSED = 'policy.proposed';
export const POLICY_PUBLISHED = 'policy.published';
export const POLICY_ACCEPTED = 'policy.accepted';
export const policySubject = (version: string): string => `policy/${version}`;

/** A scanned form of some pages; more would not be read by the people who sign it. */
export const RENDITION_BYTES_MAX = 4 * 1024 * 1024;
/** A year in which a party need not accept is no grace any more. */
const GRACE_DAYS_MAX = 365;
const DAY_MS = 86_400_000;

export const policyVersionSchema = z
  .string()
  .regex(/^\w[\w.-]{0,39}$/, 'must be a version of 1–40 letters, digits, dots, - or _, no dot or - first');
export const graceDaysSchema = z.number().int().min(0).max(GRACE_DAYS_MAX);

/** One language's text: which bytes, and how many. */
export interface Rendition {
  readonly language: PolicyLanguage;
  readonly mediaType: PolicyMediaType;
  /** SHA-256 of the exact bytes. */
  readonly sha256: Digest;
  readonly bytes: number;
}

/** What a version is: its texts, bound together, from when it holds, and how long whoever accepted the one before may take. */
export interface PolicyTerms {
  readonly version: string;
  /** ISO 8601 with zone. */
  readonly inForceFrom: string;
  readonly graceDays: number;
  /** One of each language, in order of the languages. */
  readonly renditions: readonly Rendition[];
}

/** The same as somebody tells it. */
type ToldTerms = Omit<PolicyTerms, 'renditions'> & {
  readonly renditions: readonly (Omit<Rendition, 'sha256'> & { readonly sha256: string })[];
};

/** A published version, as the law looks at it. */
export type PublishedPolicy = Pick<PolicyTerms, 'version' | 'inForceFrom' | 'graceDays'> & { readonly digest: Digest };

/** A party's signatory has read and understood a version, and the party keeps it. */
export interface PolicyAcceptance {
  readonly entity: EntityId;
  readonly version: string;
  /** Of the version's terms. */
  readonly digest: Digest;
  readonly person: PersonId;
  /** ISO 8601 with zone. */
  readonly acceptedAt: string;
  /** Of the signed document that says it (`signature-digest.ts`). Absent: it is the word of a token. */
  readonly signature?: Digest;
  /** SHA-256 of the scanned form, signed by hand, that says it: the weaker kind. `person` is the officer who confirmed it then. */
  readonly form?: Digest;
}

/** What is accepted: SHA-256 over the canonical JSON of the terms (RFC 8785), and so over the bytes of every language. */
export function digestPolicy({ version, inForceFrom, graceDays, renditions }: ToldTerms): Digest {
  const texts = renditions.map(({ language, mediaType, sha256 }) => ({ language, mediaType, sha256 }));
  return digestOf({ version, inForceFrom, graceDays, renditions: texts });
}

/** The newest version that has begun; null: none has. */
export function policyInForce<Policy extends Pick<PolicyTerms, 'inForceFrom'>>(
  published: readonly Policy[],
  now: Date,
): Policy | null {
  return inOrder(published).findLast(({ inForceFrom }) => Date.parse(inForceFrom) <= now.getTime()) ?? null;
}

/**
 * `accepted`: the version in force. `grace`: an earlier one, and `until` has not come. `missing`: nothing opens for the entity; `until` says
 * since when, null: it never accepted any.
 */
export type PolicyStanding =
  | { readonly word: 'accepted'; readonly until: null }
  | { readonly word: 'grace'; readonly until: string }
  | { readonly word: 'missing'; readonly until: string | null };

/** Where an entity stands: the grace of the first version that it has not accepted counts, whatever came after. */
export function policyStanding(
  entity: string,
  {
    published,
    acceptances,
  }: { readonly published: readonly PublishedPolicy[]; readonly acceptances: readonly PolicyAcceptance[] },
  now: Date,
): PolicyStanding {
  const begun = inOrder(published).filter(({ inForceFrom }) => Date.parse(inForceFrom) <= now.getTime());
  const last = begun.findLastIndex((policy) =>
    acceptances.some((a) => a.entity === entity && a.version === policy.version && a.digest === policy.digest),
  );
  const [next] = begun.slice(last + 1);
  if (begun.length > 0 && next === undefined) return { word: 'accepted', until: null };
  if (last === -1 || next === undefined) return { word: 'missing', until: null };
  const until = graceEnd(next);
  return { word: now.getTime() < Date.parse(until) ? 'grace' : 'missing', until };
}

/** Until when whoever accepted the version before may take. */
export const graceEnd = ({ inForceFrom, graceDays }: Pick<PolicyTerms, 'inForceFrom' | 'graceDays'>): string =>
  new Date(Date.parse(inForceFrom) + graceDays * DAY_MS).toISOString();

/** Whether a request may name this version now: the one in force, or the one before it while its grace runs. */
export function isCurrentPolicy(version: string, published: readonly PublishedPolicy[], now: Date): boolean {
  const begun = inOrder(published).filter(({ inForceFrom }) => Date.parse(inForceFrom) <= now.getTime());
  const [inForce, before] = begun.toReversed();
  if (inForce === undefined) return false;
  return version === inForce.version || (version === before?.version && now.getTime() < Date.parse(graceEnd(inForce)));
}

const inOrder = <Policy extends Pick<PolicyTerms, 'inForceFrom'>>(policies: readonly Policy[]): Policy[] =>
  [...policies].sort((a, b) => Date.parse(a.inForceFrom) - Date.parse(b.inForceFrom));
