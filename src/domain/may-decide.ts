import type { ErrorCode } from '../errors.ts';
import type { AlteredFact } from './altered-record.ts';
import type { ChangePhase } from './change.ts';
import { CHANGE_KIND_RULES, type ChangeKind } from './change-kinds.ts';
import { isEnd, type Lifecycle } from './lifecycle.ts';
import type { Approval } from './request.ts';

/** What the law looks at. Every asker reads it from the record: route, store, and the gate at push. */
export interface DecisionFacts {
  readonly id: string;
  readonly lifecycle: Lifecycle;
  readonly parties: readonly string[];
  /** Parties by the inventory in force: whoever owns the VPNs now. null: not looked at. */
  readonly owners: readonly string[] | null;
  readonly requestedBy: string;
  /** Of the agreement's version in force: what the parties sign. */
  readonly requestDigest: string;
  readonly validFrom: string | null;
  readonly validUntil: string;
  readonly withdrawnBy: string | null;
  readonly change: {
    readonly id: string;
    readonly kind: ChangeKind;
    readonly phase: ChangePhase;
    readonly requestedBy: string;
    /** Who asked for the plan in force, or for one before it that nobody decided on. */
    readonly planAskers: readonly string[];
    readonly isRefused: boolean;
    readonly applyUntil: string | null;
  } | null;
  /** The plan in force of that change. */
  readonly plan: {
    readonly id: string;
    readonly digest: string;
    readonly plannedBy: string;
    /** What only an approver who names it lets pass. Absent: nothing. */
    readonly toAccept?: readonly string[];
  } | null;
  readonly approvals: readonly Approval[];
  /** Where the register is not what the ledger says of it. */
  readonly altered: readonly AlteredFact[];
}

export type Decision =
  | {
      readonly verb: 'sign';
      readonly person: string;
      readonly party: string;
      readonly digest: string;
      readonly decision: 'approve' | 'reject';
    }
  | {
      readonly verb: 'approve-plan';
      readonly person: string;
      readonly planId: string;
      readonly digest: string;
      readonly decision: 'approve' | 'reject';
      /** Names of what the plan asks to be accepted. */
      readonly accepts?: readonly string[];
    }
  | { readonly verb: 'withdraw' | 'replan' | 'recover'; readonly person: string };

export interface LawRefusal {
  readonly code: ErrorCode;
  readonly fact: string;
  readonly remedy?: string;
}

/** The parts that people play in one interconnect. */
export type Part = 'requester' | 'signatory' | 'planner' | 'asker' | 'approver';

/** Nobody plays two parts that control each other: the part -> the parts that keep a person from it. */
export const EXCLUDED_BY: Readonly<Record<'signatory' | 'approver', readonly Part[]>> = {
  signatory: ['requester', 'signatory'],
  approver: ['requester', 'signatory', 'planner', 'asker'],
};

export const PART_WORDS: Readonly<Record<Part, string>> = {
  requester: 'made the request',
  signatory: 'has signed the request',
  planner: 'made the plan',
  asker: 'asked for this change',
  approver: 'has approved the plan',
};

/**
 * What an entity has to do with an agreement: it made it, or it owns a VPN of it today, made by another owner. Both read it and may end
 * it; only who made it signs, and nothing opens while the two differ.
 */
export function relationOf(
  entity: string | null,
  { parties, owners }: { readonly parties: readonly string[]; readonly owners: readonly string[] },
): 'party' | 'owner' | null {
  if (entity === null) return null;
  if (parties.includes(entity)) return 'party';
  return owners.includes(entity) ? 'owner' : null;
}

/** The law of decisions: null where the decision may be taken. Says nothing about roles, which are of the caller's token. */
export function mayDecide(decision: Decision, facts: DecisionFacts, now: Date): LawRefusal | null {
  switch (decision.verb) {
    case 'sign':
      return maySign(decision, facts, now);
    case 'approve-plan':
      return mayApprovePlan(decision, facts, now);
    case 'withdraw':
      return mayWithdraw(facts);
    case 'replan':
      return mayReplan(facts);
    case 'recover':
      return facts.change?.phase === 'attention'
        ? null
        : notNow(
            facts.change?.phase === 'applying'
              ? `${facts.change.id} is at work on the routers: wait until it has ended`
              : `${facts.id}: no change of it needs a person at the routers`,
          );
  }
}

/**
 * Whether this very decision stands in the record already: a repeated call. Not where the plan in force awaits one: made anew with the
 * same contents it has the same digest, and whoever approved it before may approve it again.
 */
export function isRepeated(decision: Decision, { approvals, change, plan }: DecisionFacts): boolean {
  if (decision.verb !== 'sign' && decision.verb !== 'approve-plan') return false;
  if (decision.verb === 'approve-plan' && change?.phase === 'planned' && plan?.id === decision.planId) return false;
  const { person, digest } = decision;
  const [subject, party] = decision.verb === 'sign' ? ['request', decision.party] : ['plan', 'network'];
  return approvals.some(
    (a) =>
      a.subject === subject &&
      a.person === person &&
      a.digest === digest &&
      a.party === party &&
      a.decision === decision.decision,
  );
}

function maySign(
  { person, party, digest, decision }: Extract<Decision, { verb: 'sign' }>,
  facts: DecisionFacts,
  now: Date,
): LawRefusal | null {
  const { id, parties, lifecycle, requestDigest, approvals } = facts;
  if (!parties.includes(party)) return { code: 'APPROVAL_PARTY', fact: `${party} is no party of ${id}` };
  if (lifecycle !== 'requested') return notNow(`${id} is ${lifecycle}: its request is decided`);
  if (isOver(facts, now))
    return { code: 'REQUEST_PERIOD', fact: `the agreement of ${id} ended at ${facts.validUntil}` };
  if (digest !== requestDigest) {
    const remedy = 'Read the request again.';
    return { code: 'APPROVAL_DIGEST', fact: `the request ${id} has the digest ${requestDigest}`, remedy };
  }
  const signed = signatures(facts);
  if (signed.some((each) => each.party === party && each.decision === 'approve') && decision === 'approve') {
    return { code: 'APPROVAL_TWICE', fact: `${party} has already signed ${id}` };
  }
  const own = approvals.find((a) => a.subject === 'request' && a.digest === digest && a.person === person);
  if (own !== undefined)
    return { code: 'APPROVAL_TWICE', fact: `${person} has already decided on this request for ${own.party}` };
  return refuseParts('signatory', person, facts) ?? (decision === 'approve' ? refuseAltered('provision', facts) : null);
}

function mayApprovePlan(
  { person, planId, digest, decision, accepts = [] }: Extract<Decision, { verb: 'approve-plan' }>,
  facts: DecisionFacts,
  now: Date,
): LawRefusal | null {
  const { id, change, plan, approvals } = facts;
  if (plan === null || change === null || change.phase !== 'planned') {
    return notNow(`${id}: no plan awaits approval`);
  }
  if (isOver(facts, now)) return notNow(`${id} ended at ${facts.validUntil}: its date decides, nobody else`);
  if (plan.id !== planId || plan.digest !== digest) {
    const remedy = 'Read the plan again and decide on its current digest.';
    return { code: 'APPROVAL_DIGEST', fact: `the plan in force is ${plan.id} with the digest ${plan.digest}`, remedy };
  }
  const rejected = approvals.some(
    (a) => a.subject === 'plan' && a.digest === digest && a.person === person && a.decision === 'reject',
  );
  if (rejected) return { code: 'APPROVAL_TWICE', fact: `${person} has already decided on ${planId}` };
  return (
    refuseParts('approver', person, facts) ??
    refuseAccepts(decision === 'approve', plan, accepts) ??
    (decision === 'approve' ? refuseAltered(change.kind, facts) : null)
  );
}

/** By name means all that is asked for, and nothing that is not: who writes something else has read another plan. */
function refuseAccepts(
  isApproval: boolean,
  { id, toAccept = [] }: NonNullable<DecisionFacts['plan']>,
  accepts: readonly string[],
): LawRefusal | null {
  const foreign = accepts.find((name) => !toAccept.includes(name));
  if (foreign !== undefined) {
    return { code: 'APPROVAL_ACCEPTS', fact: `${id} does not ask for ${foreign} to be accepted` };
  }
  const missing = isApproval ? toAccept.filter((name) => !accepts.includes(name)) : [];
  if (missing.length === 0) return null;
  const remedy = `Read what it says of them, then approve with ${missing.map((name) => `--accept ${name}`).join(' ')}, or reject it.`;
  return { code: 'APPROVAL_ACCEPTS', fact: `${id} asks that ${missing.join(', ')} be accepted by name`, remedy };
}

function mayWithdraw({ id, lifecycle, withdrawnBy }: DecisionFacts): LawRefusal | null {
  if (isEnd(lifecycle))
    return { ...notNow(`${id} is ${lifecycle}: that is an end`), remedy: 'Ask for a new interconnect.' };
  return withdrawnBy === null ? null : notNow(`${id} is already being withdrawn, as ${withdrawnBy} asked`);
}

function mayReplan({ id, lifecycle, change }: DecisionFacts): LawRefusal | null {
  if (isEnd(lifecycle)) return notNow(`${id} is ${lifecycle}: that is an end`);
  const waiting: readonly ChangePhase[] = ['planning', 'planned', 'approved', 'scheduled'];
  return change !== null && waiting.includes(change.phase) ? null : notNow(`${id}: there is nothing to plan`);
}

const isOver = ({ validUntil }: DecisionFacts, now: Date) => Date.parse(validUntil) <= now.getTime();

const notNow = (fact: string): LawRefusal => ({ code: 'LIFECYCLE_STEP', fact });

/**
 * One machine's clock against times that another one keeps. It holds the push back, and ends nothing: start, window and end date come by
 * the steps of the record (`next-move.ts`), which this machine's clock does not take.
 */
const notItsTime = (fact: string, now: Date): LawRefusal => ({
  code: 'NOT_ITS_TIME',
  fact: `${fact}; by this worker's clock it is ${now.toISOString()}`,
});

/** The last word of each person on the version in force. */
function signatures({ approvals, requestDigest }: DecisionFacts): readonly Approval[] {
  return approvals.filter((a) => a.subject === 'request' && a.digest === requestDigest);
}

function refuseParts(part: 'signatory' | 'approver', person: string, facts: DecisionFacts): LawRefusal | null {
  for (const other of EXCLUDED_BY[part]) {
    if (!plays(other, person, facts)) continue;
    const remedy =
      part === 'signatory' ? 'Another person of the party must sign.' : 'Another engineer must approve it.';
    return { code: 'APPROVAL_SELF', fact: `${person} ${PART_WORDS[other]} of ${facts.id}`, remedy };
  }
  return null;
}

function plays(part: Part, person: string, facts: DecisionFacts): boolean {
  switch (part) {
    case 'requester':
      return person === facts.requestedBy;
    case 'signatory':
      return signatures(facts).some((each) => each.person === person);
    case 'planner':
      return person === facts.plan?.plannedBy;
    case 'asker':
      return (
        person === facts.change?.requestedBy ||
        person === facts.withdrawnBy ||
        (facts.change?.planAskers.includes(person) ?? false)
      );
    case 'approver':
      return facts.approvals.some((a) => a.subject === 'plan' && a.person === person);
  }
}

/** Nothing opens on a record that was altered beside wasl; what only takes away goes on. */
export function refuseAltered(kind: ChangeKind, { altered }: DecisionFacts): LawRefusal | null {
  const [first] = altered;
  if (first === undefined || CHANGE_KIND_RULES[kind].onlyTakesAway) return null;
  const more = altered.length > 1 ? ` (and ${altered.length - 1} more)` : '';
  return { code: 'RECORD_ALTERED', fact: `${first.fact}${more}` };
}

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
  const rule = CHANGE_KIND_RULES[push.kind];
  const { id } = facts;
  const isNotThis = refusePlan(push, facts, ['applying']);
  if (isNotThis !== null) return isNotThis;
  if (!rule.from.includes(facts.lifecycle)) return notNow(`${id} is ${facts.lifecycle}: nothing is pushed for it`);
  const isAltered = refuseAltered(push.kind, facts);
  if (isAltered !== null) return isAltered;
  if (isOver(facts, now) && rule.atEndDate === 'approves it') return null;
  if (isOver(facts, now)) return notItsTime(`the agreement of ${id} ended at ${facts.validUntil}`, now);
  return (
    refusePeriod(push, facts, now) ?? refuseSignatures(rule.signatures, push, facts) ?? refuseApproval(push, facts)
  );
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
