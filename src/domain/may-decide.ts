import { type ErrorCode, WaslError } from '../errors.ts';
import type { AlteredFact } from './altered-record.ts';
import type { ChangePhase } from './change.ts';
import { CHANGE_KIND_RULES, type ChangeKind } from './change-kinds.ts';
import { isEnd, type Lifecycle } from './lifecycle.ts';
import { type PolicyFacts, refuseAgreedPolicy, refusePolicy } from './policy-law.ts';
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
  readonly policy: PolicyFacts;
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

/** With its own remedy, where it has one. */
export const refused = ({ code, fact, remedy }: LawRefusal): WaslError =>
  new WaslError(code, fact, remedy === undefined ? {} : { remedy });

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
              ? `${facts.change.id} is under way at the routers: wasl ends it by itself, also where its worker was lost`
              : `${facts.id}: no change of it needs a person at the routers`,
          );
  }
}

/**
 * Whether this very decision stands in the record already: a repeated call. Not where the plan in force awaits one: made anew with the
 * same contents it has the same digest, and whoever approved it before may approve it again.
 */
export const isRepeated = (decision: Decision, facts: DecisionFacts): boolean => findRepeated(decision, facts) !== null;

/** A signature that comes to a decision of before signatures would be lost: the record takes none to it. */
function refuseLateSignature(decision: Decision, facts: DecisionFacts): LawRefusal | null {
  const repeated = findRepeated(decision, facts);
  if (repeated === null || repeated.decision === 'reject' || repeated.signature !== undefined) return null;
  const again =
    decision.verb === 'sign'
      ? `wasl interconnect withdraw ${facts.id} --reason "..."`
      : `wasl interconnect replan ${facts.id}`;
  const what = decision.verb === 'sign' ? 'ask for it again' : 'approve the new plan';
  const fact = `${decision.person} approved it at ${repeated.decidedAt} without a signature, and none can be added`;
  return { code: 'SIGNATURE_MISSING', fact, remedy: `${again}, then ${what}.` };
}

/**
 * What is asked before anybody looks at a signature: the law, and of a decision that stands in the record already whether a signature can still be
 * added to it (`isSigned`: one was brought).
 */
export function refuseDecision(
  decision: Decision,
  facts: DecisionFacts,
  now: Date,
  isSigned: boolean,
): LawRefusal | null {
  if (!isRepeated(decision, facts)) return mayDecide(decision, facts, now);
  return isSigned ? refuseLateSignature(decision, facts) : null;
}

function findRepeated(decision: Decision, { approvals, change, plan }: DecisionFacts): Approval | null {
  if (decision.verb !== 'sign' && decision.verb !== 'approve-plan') return null;
  if (decision.verb === 'approve-plan' && change?.phase === 'planned' && plan?.id === decision.planId) return null;
  const { person, digest } = decision;
  const [subject, party] = decision.verb === 'sign' ? ['request', decision.party] : ['plan', 'network'];
  const found = approvals.find(
    (a) =>
      a.subject === subject &&
      a.person === person &&
      a.digest === digest &&
      a.party === party &&
      a.decision === decision.decision,
  );
  return found ?? null;
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
  if (own !== undefined) {
    const fact = `${person} has already decided on this request for ${own.party}`;
    const remedy = `Whoever wants it no more ends it: wasl interconnect withdraw ${id} --reason "...".`;
    return { code: 'APPROVAL_TWICE', fact, ...(decision === 'reject' ? { remedy } : {}) };
  }
  if (decision === 'reject') return refuseParts('signatory', person, facts);
  return (
    refuseParts('signatory', person, facts) ??
    refuseAltered('provision', facts) ??
    refuseAgreedPolicy(facts.policy, now) ??
    refusePolicy([party], facts.policy, now)
  );
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
    (decision === 'approve'
      ? (refuseOpening(change.kind, facts, now) ?? refuseUnsigned(change.kind, facts, now))
      : null)
  );
}

/** What the parties said by a token alone opens nothing at push: nobody approves a plan in vain. */
function refuseUnsigned(kind: ChangeKind, facts: DecisionFacts, now: Date): LawRefusal | null {
  if (CHANGE_KIND_RULES[kind].signatures !== 'both parties') return null;
  const { id, parties, policy } = facts;
  const signed = signatures(facts).filter(
    ({ decision, signature }) => decision === 'approve' && signature !== undefined,
  );
  const silent = parties.find((party) => !signed.some((each) => each.party === party));
  if (silent !== undefined) {
    const remedy = `Nothing opens by it: wasl interconnect withdraw ${id} --reason "...", then ask for it again.`;
    return { code: 'SIGNATURE_MISSING', fact: `${silent} approved request ${id} without a signature`, remedy };
  }
  // A form signed by hand is the weaker kind: whether it is enough, the worker's own trust file says.
  const acceptances = policy.acceptances.filter(({ signature, form }) => (signature ?? form) !== undefined);
  const unsigned = parties.find((party) => refusePolicy([party], { ...policy, acceptances }, now) !== null);
  if (unsigned === undefined) return null;
  const remedy = `A signatory of ${unsigned} accepts it again, with a signature: wasl policy accept VERSION`;
  const fact = `${unsigned} accepted the communication policy without a signature`;
  return { code: 'SIGNATURE_MISSING', fact, remedy };
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

/** An end that the ledger does not know is none: what is said to be over may be on the network. */
function isAtEnd({ id, lifecycle, altered: [altered] }: DecisionFacts, remedy: LawRefusal['remedy']): LawRefusal {
  if (altered !== undefined) return { code: 'RECORD_ALTERED', fact: altered.fact };
  return { ...notNow(`${id} is ${lifecycle}: that is an end`), ...(remedy === undefined ? {} : { remedy }) };
}

function mayWithdraw(facts: DecisionFacts): LawRefusal | null {
  const { id, lifecycle, withdrawnBy } = facts;
  if (isEnd(lifecycle)) return isAtEnd(facts, 'Ask for a new interconnect.');
  return withdrawnBy === null ? null : notNow(`${id} is already being withdrawn, as ${withdrawnBy} asked`);
}

function mayReplan(facts: DecisionFacts): LawRefusal | null {
  const { id, lifecycle, change } = facts;
  if (isEnd(lifecycle)) return isAtEnd(facts, undefined);
  const waiting: readonly ChangePhase[] = ['planning', 'planned', 'approved', 'scheduled'];
  return change !== null && waiting.includes(change.phase) ? null : notNow(`${id}: there is nothing to plan`);
}

export const isOver = ({ validUntil }: DecisionFacts, now: Date) => Date.parse(validUntil) <= now.getTime();

export const notNow = (fact: string): LawRefusal => ({ code: 'LIFECYCLE_STEP', fact });

/** The last word of each person on the version in force. */
export function signatures({ approvals, requestDigest }: DecisionFacts): readonly Approval[] {
  return approvals.filter((a) => a.subject === 'request' && a.digest === requestDigest);
}

export function refuseParts(part: 'signatory' | 'approver', person: string, facts: DecisionFacts): LawRefusal | null {
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

/** What opens needs a record that nobody altered, and parties that live by the policy in force. */
export const refuseOpening = (kind: ChangeKind, facts: DecisionFacts, now: Date): LawRefusal | null =>
  refuseAltered(kind, facts) ??
  (CHANGE_KIND_RULES[kind].onlyTakesAway ? null : refusePolicy(facts.parties, facts.policy, now));

/** Nothing opens on a record that was altered beside wasl; what only takes away goes on. */
export function refuseAltered(kind: ChangeKind, { altered }: DecisionFacts): LawRefusal | null {
  const [first] = altered;
  if (first === undefined || CHANGE_KIND_RULES[kind].onlyTakesAway) return null;
  const more = altered.length > 1 ? ` (and ${altered.length - 1} more)` : '';
  return { code: 'RECORD_ALTERED', fact: `${first.fact}${more}` };
}
