import { ERRORS, type ErrorCode } from '../errors.ts';
import type { Inventory } from './inventory.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { EntityId, InterconnectId } from './names.ts';
import type { PolicyFacts } from './policy-law.ts';
import type { Flow } from './request.ts';

/** What the requester and the signers should know, and what refuses nothing. */
export const REQUEST_WARNINGS = [
  'PERIOD_SHORT',
  'POLICY_PENDING',
  'WHOLE_VPN',
  'RANGE',
  'ONE_WAY',
  'NOT_PINGED',
  'ALREADY_OPEN',
  'OVERLAP_PENDING',
  'POOL_SHORT',
] as const;
export type RequestWarning = (typeof REQUEST_WARNINGS)[number];

/** One thing about a request: where in it, what is so, and what one can do. */
export interface Finding<Code extends string> {
  readonly code: Code;
  /** Of the request: `flows[0].prefixes[1]`. */
  readonly path: string;
  readonly fact: string;
  readonly remedy: string;
}

export interface RequestFindings {
  /** In order of their names; null while they are not two entities of the inventory. */
  readonly parties: Parties | null;
  /** With any of these the request cannot be planned, or may not be asked. */
  readonly errors: readonly Finding<ErrorCode>[];
  readonly warnings: readonly Finding<RequestWarning>[];
}

/** The two entities of a request, in order of their names. */
export type Parties = readonly [EntityId, EntityId];

/** For whom findings are written: an entity reads of its own side and of nobody else's; the network side reads all. */
export type RequestReader = EntityId | 'network';

/** What the register says, beside the inventory; without the request itself. */
export interface RegisterFacts {
  readonly freeRouteTargets: number;
  /** Route targets that requests which wait for signatures will take when they are planned. */
  readonly awaitedRouteTargets: number;
  /** Unfinished agreements in which an entity of the request takes part. */
  readonly agreements: readonly RegisteredAgreement[];
  readonly policy: Pick<PolicyFacts, 'published' | 'acceptances'>;
}

export interface RegisteredAgreement {
  readonly id: InterconnectId;
  readonly parties: Parties;
  readonly lifecycle: Lifecycle;
  readonly flows: readonly Flow[];
  readonly validUntil: string;
}

export interface RequestContext {
  readonly inventory: Inventory;
  readonly register: RegisterFacts;
  readonly now: Date;
  readonly reader: RequestReader;
}

/** `IC-0001` to its parties and to the network side. */
export function nameAgreement({ id, parties }: RegisteredAgreement, reader: RequestReader): string {
  return reader === 'network' || parties.includes(reader) ? id : 'an agreement of others';
}

/** Collects what the parts of a check find. */
export interface FindingNotes {
  readonly errors: Finding<ErrorCode>[];
  readonly warnings: Finding<RequestWarning>[];
  /** Without a remedy of its own, that of the registry. */
  refuse(code: ErrorCode, path: string, fact: string, remedy?: string): void;
  warn(code: RequestWarning, path: string, fact: string, remedy: string): void;
}

export function createFindingNotes(): FindingNotes {
  const errors: Finding<ErrorCode>[] = [];
  const warnings: Finding<RequestWarning>[] = [];
  return {
    errors,
    warnings,
    refuse: (code, path, fact, remedy = ERRORS[code].remedy) => void errors.push({ code, path, fact, remedy }),
    warn: (code, path, fact, remedy) => void warnings.push({ code, path, fact, remedy }),
  };
}

/** More in one sentence would not be read; and a flow takes no more than that. */
const LISTED_MAX = 64;

/** All of them, as far as anybody reads. */
export function listInWords(items: readonly string[], separator = ', '): string {
  const unique = [...new Set(items)];
  const more = unique.length > LISTED_MAX ? ` and ${unique.length - LISTED_MAX} more` : '';
  return unique.slice(0, LISTED_MAX).join(separator) + more;
}
