import type { Verdict } from '../domain/verdict.ts';

/** Sub-indications of EN 319 102-1 that wasl gives, with the verdict that each comes to: what is indeterminate there is unknown here. */
const VERDICT_OF = {
  FORMAT_FAILURE: 'fail',
  HASH_FAILURE: 'fail',
  SIG_CRYPTO_FAILURE: 'fail',
  NOT_YET_VALID: 'fail',
  SIG_CONSTRAINTS_FAILURE: 'unknown',
  CHAIN_CONSTRAINTS_FAILURE: 'unknown',
  CERTIFICATE_CHAIN_GENERAL_FAILURE: 'unknown',
  CRYPTO_CONSTRAINTS_FAILURE: 'unknown',
  TIMESTAMP_ORDER_FAILURE: 'unknown',
  NO_SIGNING_CERTIFICATE_FOUND: 'unknown',
  NO_CERTIFICATE_CHAIN_FOUND: 'unknown',
  REVOKED_NO_POE: 'unknown',
  REVOKED_CA_NO_POE: 'unknown',
  OUT_OF_BOUNDS_NO_POE: 'unknown',
  NO_POE: 'unknown',
  TRY_LATER: 'unknown',
} as const satisfies Record<string, Verdict>;

export type SubIndication = keyof typeof VERDICT_OF;

/** What the examination of one signature came to. */
export interface SignatureFinding {
  readonly verdict: Verdict;
  /** null with `pass`. */
  readonly subIndication: SubIndication | null;
  /** One sentence for a person. */
  readonly reason: string;
}

/** Ends an examination: the first check that does not hold is the finding. Never leaves the layer. */
export class Refusal extends Error {
  readonly subIndication: SubIndication;

  constructor(subIndication: SubIndication, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.subIndication = subIndication;
  }

  get finding(): SignatureFinding {
    return { verdict: VERDICT_OF[this.subIndication], subIndication: this.subIndication, reason: this.message };
  }
}

/** Runs a step; null where it is refused. For a search in which another candidate may do. */
export function refusalOf(step: () => void): Refusal | null {
  try {
    step();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
