/** What the gate at push answers: asked, not described. A sound record, and one thing altered in each row. */
import { digestOf } from '../domain/canonical-json.ts';
import { CHANGE_KIND_RULES, CHANGE_KINDS, type ChangeKind } from '../domain/change-kinds.ts';
import type { DecisionFacts } from '../domain/may-decide.ts';
import { mayPush, type Push } from '../domain/may-push.ts';
import type { EntityId, PersonId } from '../domain/names.ts';
import type { PolicyAcceptance, PublishedPolicy } from '../domain/policy.ts';
import type { Approval } from '../domain/request.ts';
import type { ErrorCode } from '../errors.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const BEFORE = '2026-01-01T11:00:00Z';
const AFTER = '2026-01-01T13:00:00Z';
const REQUEST = 'sha256:request';
const PLAN = 'sha256:plan';

interface Asked {
  readonly facts: DecisionFacts;
  readonly push: Push;
}

export interface GateRow {
  readonly what: string;
  /** By kind of change, in their order; null: it goes on. */
  readonly answers: readonly (ErrorCode | null)[];
}

export function gateRows(): GateRow[] {
  return Object.entries(ALTERED).map(([what, alter]) => ({
    what,
    answers: CHANGE_KINDS.map((kind) => {
      const { facts, push } = alter(inOrder(kind));
      return mayPush(push, facts, NOW)?.code ?? null;
    }),
  }));
}

function inOrder(kind: ChangeKind): Asked {
  const [lifecycle] = CHANGE_KIND_RULES[kind].from;
  if (lifecycle === undefined) throw new Error(`${kind} begins nowhere`);
  const change = {
    id: 'C1',
    kind,
    phase: 'applying',
    requestedBy: 'asker',
    planAskers: ['plan asker'],
    isRefused: false,
    applyUntil: AFTER,
  } as const;
  return {
    facts: {
      id: 'IC',
      lifecycle,
      parties: ['A', 'B'],
      owners: ['A', 'B'],
      requestedBy: 'requester',
      requestDigest: REQUEST,
      validFrom: null,
      validUntil: AFTER,
      withdrawnBy: null,
      change,
      plan: { id: 'P1', digest: PLAN, plannedBy: 'planner' },
      approvals: [signature('A'), signature('B'), approval()],
      policy: { agreed: '1', published: [FIRST], acceptances: [acceptance('A'), acceptance('B')] },
      altered: [],
    },
    push: {
      changeId: 'C1',
      plannedFor: 'C1',
      kind,
      planId: 'P1',
      digest: PLAN,
      contentDigest: PLAN,
      requestContentDigest: REQUEST,
      notBefore: null,
      earlierDigests: [],
    },
  };
}

function decision(more: Partial<Approval>): Approval {
  return {
    subject: 'request',
    digest: REQUEST,
    party: 'A' as EntityId,
    person: 'nobody' as PersonId,
    decision: 'approve',
    reason: null,
    decidedAt: BEFORE,
    ...more,
  };
}

const signature = (party: string, more: Partial<Approval> = {}) =>
  decision({ party: party as EntityId, person: `signatory of ${party}` as PersonId, ...more });
const approval = (more: Partial<Approval> = {}) =>
  decision({ subject: 'plan', digest: PLAN, party: 'network', person: 'approver' as PersonId, ...more });

const policy = (version: string, inForceFrom: string): PublishedPolicy => ({
  ...{ version, inForceFrom, graceDays: 30 },
  digest: digestOf(version),
});
const acceptance = (entity: string, version = '1'): PolicyAcceptance => ({
  ...{ entity: entity as EntityId, version, digest: digestOf(version) },
  person: `signatory of ${entity}` as PersonId,
  acceptedAt: BEFORE,
});
const FIRST = policy('1', '2025-01-01T00:00:00Z');

const withFacts =
  (more: Partial<DecisionFacts>) =>
  ({ facts, push }: Asked) => ({ facts: { ...facts, ...more }, push });
const withPush =
  (more: Partial<Push>) =>
  ({ facts, push }: Asked) => ({ facts, push: { ...push, ...more } });
const approvedBy = (person: string) =>
  withFacts({ approvals: [signature('A'), signature('B'), approval({ person: person as PersonId })] });

const withPolicies = (published: readonly PublishedPolicy[], acceptances: readonly PolicyAcceptance[]) =>
  withFacts({ policy: { agreed: '1', published, acceptances } });

const ALTERED: Readonly<Record<string, (asked: Asked) => Asked>> = {
  'nothing: all is in order': (asked) => asked,
  'the plan was altered after its approval': withPush({ contentDigest: 'sha256:other' }),
  'another plan is in force': withPush({ planId: 'P2' }),
  'no plan is in force': withFacts({ plan: null }),
  'the request was altered after it was signed': withPush({ requestContentDigest: 'sha256:other' }),
  'it is pushed as another change of the agreement': withPush({ changeId: 'C2' }),
  'by the record the change is not at the routers': ({ facts, push }) => ({
    facts: { ...facts, change: facts.change === null ? null : { ...facts.change, phase: 'approved' } },
    push,
  }),
  'a fact of the register is not what the ledger says': withFacts({
    altered: [{ path: 'approvals', fact: 'an approval has no entry in the ledger' }],
  }),
  'no communication policy is in force': withPolicies([], []),
  'a party has not accepted the policy in force': withPolicies([FIRST], [acceptance('A')]),
  'a party has accepted the policy before, and its grace runs': withPolicies(
    [FIRST, policy('2', '2025-12-15T00:00:00Z')],
    [acceptance('A', '2'), acceptance('B')],
  ),
  'a party has accepted the policy before, and its grace is over': withPolicies(
    [FIRST, policy('2', '2025-11-15T00:00:00Z')],
    [acceptance('A', '2'), acceptance('B')],
  ),
  'the agreement is at its end': withFacts({ lifecycle: 'expired' }),
  'the end date has come': withFacts({ validUntil: BEFORE }),
  'the agreement starts later': withFacts({ validFrom: AFTER }),
  'the approved window starts later': withPush({ notBefore: AFTER }),
  'the approved window is over': ({ facts, push }) => ({
    facts: { ...facts, change: facts.change === null ? null : { ...facts.change, applyUntil: BEFORE } },
    push,
  }),
  'somebody asked to withdraw it': withFacts({ withdrawnBy: 'somebody' }),
  "a party's VPN belongs to another entity now": withFacts({ owners: ['A', 'C'] }),
  "a party's signature is missing": withFacts({ approvals: [signature('A'), approval()] }),
  'a party has rejected': withFacts({
    approvals: [signature('A'), signature('B', { decision: 'reject' }), approval()],
  }),
  'the requester signed': withFacts({
    approvals: [signature('A'), signature('B', { person: 'requester' as PersonId }), approval()],
  }),
  'one person signed for both': withFacts({
    approvals: [signature('A'), signature('B', { person: 'signatory of A' as PersonId }), approval()],
  }),
  'the plan asks that a prefix be accepted by name, and no approver did': withPush({
    toAccept: ['10.0.0.0/8@MOH'],
  }),
  'a signature is on another digest': withFacts({
    approvals: [signature('A'), signature('B', { digest: 'sha256:other' }), approval()],
  }),
  'the network side has not approved': withFacts({ approvals: [signature('A'), signature('B')] }),
  'the network side has rejected': withFacts({
    approvals: [signature('A'), signature('B'), approval({ decision: 'reject' })],
  }),
  'only an earlier plan of this change was approved': ({ facts, push }) => ({
    facts: { ...facts, approvals: [signature('A'), signature('B'), approval({ digest: 'sha256:earlier' })] },
    push: { ...push, earlierDigests: ['sha256:earlier'] },
  }),
  'the planner approved': approvedBy('planner'),
  'the requester approved': approvedBy('requester'),
  'a signatory approved': approvedBy('signatory of A'),
  'who asked for the change approved': approvedBy('asker'),
  'who asked for the plan approved': approvedBy('plan asker'),
};
