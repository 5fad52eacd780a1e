import { ERRORS, type ErrorClass, type ErrorCode } from './error-codes.ts';

export { ERRORS, type ErrorClass, type ErrorCode, type ErrorEntry } from './error-codes.ts';

export interface ErrorFacts {
  /** Where: a JSON path, `file:line`, or PE and VRF. */
  readonly path?: string;
  /** Overrides the registry's remedy when a better one is known. */
  readonly remedy?: string;
  /** Machine-readable facts; never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The one error that wasl throws on purpose. `message` states the fact; the remedy comes from the registry. */
export class WaslError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly remedy: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, fact: string, facts: ErrorFacts = {}) {
    super(fact, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'WaslError';
    this.code = code;
    this.path = facts.path;
    this.remedy = facts.remedy ?? ERRORS[code].remedy;
    this.details = facts.details;
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** The record is away, or did not say whether it kept the last step: the same step may be sent again. */
export function isRecordAway(code: string): boolean {
  return code === 'DATABASE_UNAVAILABLE' || code === 'RECORD_OUTCOME_UNKNOWN';
}

/** Refusals that say something of routers or settings as they are just now, and nothing of the change: once mended, it may go on. */
const NOT_OF_THE_CHANGE: readonly ErrorCode[] = [
  'CONFIGURATION',
  'INVENTORY_INVALID',
  'CREDENTIAL_HOST',
  'POLICY_NOT_IN_FORCE',
  'POLICY_NOT_ACCEPTED',
  'SIGNATURE_MISSING',
  'SIGNATURE_REFUSED',
  'TRUST_INVALID',
  'ROUTER_AUTH_FAILED',
  'ROUTER_MAINTENANCE',
  'ROUTER_HOST_KEY',
  'ROUTER_CANDIDATE_DIRTY',
  'ROUTER_UNSAVED',
  'PLATFORM_MISMATCH',
];

/** What was decided is not signed, or not so that it holds: until it is decided anew, unless it is the trust that is mended. */
export const isSignatureRefused = (code: string | null): boolean =>
  code === 'SIGNATURE_MISSING' || code === 'SIGNATURE_REFUSED';

/** Whether a rule or a measured fact refuses the change itself: only that ends anything. Infrastructure is no verdict. */
export function isVerdict(code: string | null): boolean {
  if (code === null || !isErrorCode(code)) return false;
  return ERRORS[code].class === 'permanent' && !NOT_OF_THE_CHANGE.includes(code);
}
