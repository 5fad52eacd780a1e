import type { ChangePhase } from './change.ts';
import { CHANGE_KIND_RULES, type ChangeKind } from './change-kinds.ts';
import {
  type DecisionFacts,
  isOver,
  type LawRefusal,
  notNow,
  refuseOpening,
  refuseParts,
  signatures,
} from './may-decide.ts';

/** What a worker is told to carry out, as it recomputed it. */
export interface Push {
  /** The change that the driver names. */
  readonly changeId: string;
  /** The change that the plan is of. */
  readonly plannedFor: string;
  readonly kind: ChangeKind;
  readonly planId: string;
  /** As it stands in the plan. */
  readonly digest: string;
  /** Of the plan's content, computed now. */
  readonly contentDigest: string;
  /** Of the agreement's request, computed now. */
  readonly requestContentDigest: string;
  readonly notBefore: string | null;
  /** Names of what the plan asks to be accepted. Absent: nothing. */
  readonly toAccept?: readonly string[];
  /** Digests of plans of the same change whose approval covers what only takes away. */
  readonly earlierDigests: readonly string[];
}

/**
 * The gate at push: no signature, no route. The same law as above, held against the record as it is now and against nothing else. For
 * what only takes away the signed end date is authority enough, and so is the approval of an earlier plan of the same removal.
 */
export function mayPush(push: Push, facts: DecisionFacts, now: Date): LawRefusal | null {
  return refusePush(push, facts, now, refusePeriod(push, facts, now));
}

/**
 * The same of what opens, once it is at the routers: before the first commit and before the confirmation. Whatever was decided or imported
 * meanwhile counts; only the window is not asked for again, in which it began.
 */
export function mayOpenStill(push: Push, facts: DecisionFacts, now: Date): LawRefusal | null {
  return refusePush(push, facts, now, null);
}

function refusePush(push: Push, facts: DecisionFacts, now: Date, notInPeriod: LawRefusal | null): LawRefusal | null {
  const rule = CHANGE_KIND_RULES[push.kind];
  const { id } = facts;
  const isNotThis = refusePlan(push, facts, ['applying']);
  if (isNotThis !== null) return isNotThis;
  if (!rule.from.includes(facts.lifecycle)) return notNow(`${id} is ${facts.lifecycle}: nothing is pushed for it`);
  const mayNotOpen = refuseOpening(push.kind, facts, now);
  if (mayNotOpen !== null) return mayNotOpen;
  if (isOver(facts, now) && rule.atEndDate === 'approves it') return null;
  return (
    refuseOver(facts, now) ??
    notInPeriod ??
    refuseSignatures(rule.signatures, push, facts) ??
    refuseApproval(push, facts)
  );
}

/** The signed end may come while it is pushed: what opens is not begun, nor left open, beyond it. */
function refuseOver(facts: DecisionFacts, now: Date): LawRefusal | null {
  return isOver(facts, now) ? notItsTime(`the agreement of ${facts.id} ended at ${facts.validUntil}`, now) : null;
}

/**
 * The gate at recovery: it confirms, or gives back, only the plan whose transaction is under way by the record. A recovery of another
 * plan would write to routers what nobody approved, and take from them what is in force.
 */
export function mayRecover(push: Push, facts: DecisionFacts): LawRefusal | null {
  return refusePlan(push, facts, ['applying', 'attention']);
}

/** Unless it is the very plan in force, unaltered, of the change that is at the routers. */
function refusePlan(push: Push, facts: DecisionFacts, phases: readonly ChangePhase[]): LawRefusal | null {
  const { id, change, plan } = facts;
  const { changeId, plannedFor, planId, digest, kind } = push;
  if (push.contentDigest !== digest) {
    return { code: 'APPROVAL_DIGEST', fact: `plan ${planId} is not what its digest says: it was altered` };
  }
  if (plan?.id !== planId || plan.digest !== digest || change === null || change.kind !== kind) {
    return { code: 'APPROVAL_DIGEST', fact: `${planId} is not the plan in force of ${id}` };
  }
  if (plannedFor !== changeId || change.id !== changeId) {
    return { code: 'APPROVAL_DIGEST', fact: `${planId} is no plan of ${changeId}` };
  }
  if (phases.includes(change.phase)) return null;
  return notNow(`${changeId} is ${change.phase}: by the record nothing of it is under way at the routers`);
}

function refusePeriod({ notBefore }: Push, { id, change, validFrom }: DecisionFacts, now: Date): LawRefusal | null {
  for (const start of change !== null && CHANGE_KIND_RULES[change.kind].onlyTakesAway
    ? [notBefore]
    : [notBefore, validFrom]) {
    if (start !== null && Date.parse(start) > now.getTime()) return notItsTime(`${id} starts at ${start}`, now);
  }
  const until = change?.applyUntil ?? null;
  if (until === null || Date.parse(until) > now.getTime()) return null;
  return notItsTime(`the approved window of ${id} ended at ${until}`, now);
}

function refuseSignatures(
  needed: 'both parties' | 'none',
  { requestContentDigest }: Push,
  facts: DecisionFacts,
): LawRefusal | null {
  if (needed === 'none') return null;
  const { id, parties, owners, withdrawnBy } = facts;
  if (requestContentDigest !== facts.requestDigest) {
    return { code: 'APPROVAL_DIGEST', fact: `request ${id} is not what its digest says: it was altered` };
  }
  if (withdrawnBy !== null) return notNow(`${id} was given up by ${withdrawnBy}`);
  const isOwned =
    owners === null || (owners.length === parties.length && parties.every((party) => owners.includes(party)));
  if (!isOwned) {
    return {
      code: 'APPROVAL_PARTY',
      fact: `the VPNs of ${id} now belong to ${owners.join(' and ')}, not to ${parties.join(' and ')}`,
    };
  }
  const persons = new Set<string>();
  for (const party of parties) {
    const own = signatures(facts).filter((each) => each.party === party);
    if (own.some((each) => each.decision === 'reject')) {
      return { code: 'APPROVAL_PARTY', fact: `${party} has rejected request ${id}` };
    }
    const valid = own.find(
      ({ person, decidedAt }) => person !== facts.requestedBy && !persons.has(person) && isInTime(decidedAt, facts),
    );
    if (valid === undefined) return { code: 'APPROVAL_PARTY', fact: `${party} has not signed request ${id}` };
    persons.add(valid.person);
  }
  return null;
}

/** A signature given when the agreement was over is none. */
const isInTime = (decidedAt: string, { validUntil }: DecisionFacts) => Date.parse(decidedAt) < Date.parse(validUntil);

function refuseApproval(
  { kind, planId, digest, earlierDigests, toAccept = [] }: Push,
  facts: DecisionFacts,
): LawRefusal | null {
  const { approval, onlyTakesAway } = CHANGE_KIND_RULES[kind];
  if (approval === 'afterwards') return null;
  const covered = onlyTakesAway ? [digest, ...earlierDigests] : [digest];
  const decided = facts.approvals.filter(
    (a) => a.subject === 'plan' && a.party === 'network' && covered.includes(a.digest),
  );
  if (decided.some((a) => a.digest === digest && a.decision === 'reject')) {
    return { code: 'APPROVAL_DIGEST', fact: `the network side has rejected plan ${planId}` };
  }
  const approved = decided.filter((a) => a.decision === 'approve' && refuseParts('approver', a.person, facts) === null);
  if (approved.length === 0) {
    return { code: 'APPROVAL_DIGEST', fact: `the network side has not approved plan ${planId}` };
  }
  const missing = toAccept.find((name) => !approved.some(({ accepts = [] }) => accepts.includes(name)));
  return missing === undefined
    ? null
    : { code: 'APPROVAL_ACCEPTS', fact: `nobody who approved plan ${planId} has accepted ${missing} by name` };
}

/**
 * A worker that is slow, or whose database was changed for another meanwhile. It holds the push back, and ends nothing: start, window and end
 * date come by the steps of the record (`next-move.ts`).
 */
const notItsTime = (fact: string, now: Date): LawRefusal => ({
  code: 'NOT_ITS_TIME',
  fact: `${fact}; by the record's clock it is ${now.toISOString()}`,
});
