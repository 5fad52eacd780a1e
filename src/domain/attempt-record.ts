import type { Digest } from './canonical-json.ts';
import type { PeName, PlanId } from './names.ts';
import type { Procedure } from './plan.ts';

/** The ledger's word for what an attempt at the routers left. */
export const ATTEMPT_RECORDED = 'transaction.recorded';

/** Of a router in one attempt: what it was sent, its running before and after, and what was said over its sessions. */
export const ATTEMPT_DOCUMENTS = ['pushed', 'before', 'after', 'transcript'] as const;

/** SHA-256 of the texts, what is secret in them masked; null: there is none. */
export interface AttemptRecord {
  readonly planId: PlanId;
  readonly routers: readonly ({ readonly pe: PeName; readonly procedure: Procedure } & Readonly<
    Record<(typeof ATTEMPT_DOCUMENTS)[number], Digest | null>
  >)[];
}
