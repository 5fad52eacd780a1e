/** The record of one interconnect as decisions and moves look at it. */
import { eq, sql } from 'drizzle-orm';
import type { DecisionFacts } from '../domain/may-decide.ts';
import type { InterconnectId, PlanId } from '../domain/names.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import type { Approval } from '../domain/request.ts';
import { findApprovals } from './approval-rows.ts';
import { findOpenChange, type OpenChange } from './change-rows.ts';
import type { StoreTransaction } from './database.ts';
import { findInterconnect } from './interconnect-rows.ts';
import { plans } from './schema.ts';
import type { InterconnectRecord } from './store.ts';

export interface PlanInForce {
  readonly id: PlanId;
  readonly digest: string;
  readonly plannedBy: string;
  readonly notBefore: string | null;
  readonly confirmTimeoutSeconds: number;
}

export interface Standing {
  readonly interconnect: InterconnectRecord;
  readonly change: OpenChange | null;
  readonly plan: PlanInForce | null;
  readonly approvals: readonly Approval[];
}

/** Without the plan's body, which may be megabytes. */
const planColumns = {
  id: plans.id,
  digest: plans.digest,
  plannedBy: sql<string>`${plans.plan} ->> 'createdBy'`,
  notBefore: sql<string | null>`${plans.plan} #>> '{window,notBefore}'`,
  confirmTimeoutSeconds: sql<number>`(${plans.plan} #>> '{window,confirmTimeoutSeconds}')::int`,
};

/** Throws INTERCONNECT_UNKNOWN. */
export async function findStanding(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<Standing> {
  const interconnect = await findInterconnect(db, id);
  const change = await findOpenChange(db, id);
  const approvals = await findApprovals(db, id);
  const planId = change?.planId ?? null;
  const [plan] = planId === null ? [] : await db.select(planColumns).from(plans).where(eq(plans.id, planId));
  return { interconnect, change, approvals, plan: plan ?? null };
}

export function decisionFacts({ interconnect, change, plan, approvals }: Standing): DecisionFacts {
  const { id, lifecycle, parties, requestedBy, requestDigest, request, withdrawal } = interconnect;
  return {
    ...{ id, lifecycle, parties, requestedBy, requestDigest, plan, approvals },
    owners: null,
    validFrom: request.validFrom ?? null,
    validUntil: request.validUntil,
    withdrawnBy: withdrawal?.by ?? null,
    change: change && {
      id: change.id,
      kind: change.kind,
      phase: change.phase,
      requestedBy: change.requestedBy,
      planAskers: change.planAskers,
      isRefused: change.refusal !== null,
      applyUntil: change.applyUntil,
    },
  };
}

export function moveFacts({ interconnect, change, plan, approvals }: Standing): InterconnectFacts {
  const { lifecycle, request, parties, requestDigest, withdrawal } = interconnect;
  const signed = approvals.filter(
    (a) => a.subject === 'request' && a.digest === requestDigest && a.decision === 'approve',
  );
  return {
    version: 1,
    lifecycle,
    validFrom: request.validFrom ?? null,
    validUntil: request.validUntil,
    unsigned: parties.filter((party) => !signed.some((each) => each.party === party)),
    withdrawal: withdrawal && { by: withdrawal.by, reason: withdrawal.reason },
    change: change && {
      id: change.id,
      kind: change.kind,
      phase: change.phase,
      planId: change.planId,
      confirmTimeoutSeconds: plan?.confirmTimeoutSeconds ?? 0,
      attempts: change.attempts,
      isRefused: change.refusal !== null && change.phase === 'planning',
      retryAt: change.waiting?.nextAt ?? null,
      notBefore: plan?.notBefore ?? null,
      applyUntil: change.applyUntil,
      replanBy: change.replanBy,
      recoverBy: change.recoverBy,
    },
  };
}
