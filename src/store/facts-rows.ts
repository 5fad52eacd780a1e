/** The record of one interconnect as decisions and moves look at it. */
import { eq, sql } from 'drizzle-orm';
import { type AlteredFact, alteredFacts } from '../domain/altered-record.ts';
import type { DecisionFacts } from '../domain/may-decide.ts';
import type { InterconnectId, PeName, PlanId } from '../domain/names.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import type { Plan } from '../domain/plan.ts';
import type { PolicyFacts } from '../domain/policy-law.ts';
import type { Approval } from '../domain/request.ts';
import { findApprovals } from './approval-rows.ts';
import { findCarriers } from './carrier-rows.ts';
import { findOpenChange, type OpenChange } from './change-rows.ts';
import type { StoreTransaction } from './database.ts';
import { findInterconnect } from './interconnect-rows.ts';
import { findEntriesOf } from './ledger-rows.ts';
import { findPolicyEntries, findPolicyFacts } from './policy-rows.ts';
import { plans } from './schema.ts';
import type { InterconnectRecord } from './store.ts';

export interface PlanInForce {
  readonly id: PlanId;
  readonly digest: string;
  readonly plannedBy: string;
  readonly notBefore: string | null;
  readonly confirmTimeoutSeconds: number;
  readonly toAccept: readonly string[];
}

export interface Standing {
  readonly interconnect: InterconnectRecord;
  readonly change: OpenChange | null;
  readonly plan: PlanInForce | null;
  readonly approvals: readonly Approval[];
  /** PEs that were sent something of a request that never came into force, and were not read back clean. */
  readonly carriedBy: readonly PeName[];
}

/** Without the plan's body, which may be megabytes. */
const planColumns = {
  id: plans.id,
  digest: plans.digest,
  plannedBy: sql<string>`${plans.plan} ->> 'createdBy'`,
  notBefore: sql<string | null>`${plans.plan} #>> '{window,notBefore}'`,
  confirmTimeoutSeconds: sql<number>`(${plans.plan} #>> '{window,confirmTimeoutSeconds}')::int`,
  toAccept: sql<Plan['toAccept'] | null>`${plans.plan} -> 'toAccept'`,
};

/** Throws INTERCONNECT_UNKNOWN. */
export async function findStanding(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<Standing> {
  const interconnect = await findInterconnect(db, id);
  const change = await findOpenChange(db, id);
  const approvals = await findApprovals(db, id);
  const planId = change?.planId ?? null;
  const [plan] = planId === null ? [] : await db.select(planColumns).from(plans).where(eq(plans.id, planId));
  const carriedBy = interconnect.lifecycle === 'requested' ? await findCarriers(db, id) : [];
  if (plan === undefined) return { interconnect, change, approvals, carriedBy, plan: null };
  const toAccept = plan.toAccept?.map(({ name }) => name) ?? [];
  return { interconnect, change, approvals, carriedBy, plan: { ...plan, toAccept } };
}

/** What the law looks at, with where the register is not what the ledger says. */
export async function findDecisionFacts(
  db: Pick<StoreTransaction, 'select'>,
  standing: Standing,
): Promise<DecisionFacts> {
  const { interconnect, change, plan, approvals } = standing;
  const subjects = [interconnect.id, change?.id, plan?.id].filter((subject) => subject !== undefined);
  const withdrawnBy = interconnect.withdrawal?.by ?? null;
  const withdrawalSignature = interconnect.withdrawal?.signature ?? null;
  const policy = await findPolicyFacts(db, interconnect.parties);
  const entries = [...(await findEntriesOf(db, subjects)), ...(await findPolicyEntries(db, interconnect.parties))];
  const altered = alteredFacts(
    { ...interconnect, withdrawnBy, withdrawalSignature, change, plan, approvals, policy },
    entries,
  );
  return decisionFacts(standing, { ...policy, agreed: interconnect.request.policyVersion }, altered);
}

function decisionFacts(
  { interconnect, change, plan, approvals }: Standing,
  policy: PolicyFacts,
  altered: readonly AlteredFact[],
): DecisionFacts {
  const { id, lifecycle, parties, requestedBy, requestDigest, request, withdrawal } = interconnect;
  return {
    ...{ id, lifecycle, parties, requestedBy, requestDigest, plan, approvals, policy, altered },
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

export function moveFacts({ interconnect, change, plan, approvals, carriedBy }: Standing): InterconnectFacts {
  const { lifecycle, request, parties, requestDigest, withdrawal } = interconnect;
  const signed = approvals.filter(
    (a) => a.subject === 'request' && a.digest === requestDigest && a.decision === 'approve',
  );
  return {
    version: 1,
    lifecycle,
    carriedBy,
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
