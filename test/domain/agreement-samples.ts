/** An interconnect of MOH and MOF as decisions and moves look at it; each test says what differs. */
import type { ChangeKind } from '../../src/domain/change-kinds.ts';
import type { DecisionFacts } from '../../src/domain/may-decide.ts';
import type { Push } from '../../src/domain/may-push.ts';
import type { ChangeId, EntityId, PersonId, PlanId } from '../../src/domain/names.ts';
import type { ChangeFacts, InterconnectFacts } from '../../src/domain/next-move.ts';
import type { Approval } from '../../src/domain/request.ts';
import { acceptedPolicy } from '../support/accepted-policy.ts';
import { UNREAD } from '../support/signing.ts';

export const NOW = new Date('2026-11-28T12:00:00Z');
export const REQUEST_DIGEST = `sha256:${'a'.repeat(64)}`;
export const PLAN_DIGEST = `sha256:${'b'.repeat(64)}`;
export const EARLIER_PLAN_DIGEST = `sha256:${'c'.repeat(64)}`;
export const REQUESTER = 'moh-clerk';
export const PLANNER = 'engineer-planner';
export const ASKER = 'officer-asker';
export const APPROVER = 'engineer-approver';
export const SIGNATORY = { MOH: 'moh-signatory', MOF: 'mof-signatory' } as const;

export function signature(party: 'MOH' | 'MOF', more: Partial<Approval> = {}): Approval {
  return {
    subject: 'request',
    digest: REQUEST_DIGEST,
    party: party as EntityId,
    person: SIGNATORY[party] as PersonId,
    decision: 'approve',
    reason: null,
    decidedAt: '2026-11-27T08:00:00Z',
    signature: UNREAD.signature,
    ...more,
  };
}

export function planApproval(more: Partial<Approval> = {}): Approval {
  return {
    subject: 'plan',
    digest: PLAN_DIGEST,
    party: 'network',
    person: APPROVER as PersonId,
    decision: 'approve',
    reason: null,
    decidedAt: '2026-11-28T11:00:00Z',
    ...more,
  };
}

type LawChange = NonNullable<DecisionFacts['change']>;

export function lawChange(more: Partial<LawChange> = {}): LawChange {
  return {
    id: 'IC-0001-C1',
    kind: 'provision',
    phase: 'approved',
    requestedBy: ASKER,
    planAskers: [],
    isRefused: false,
    applyUntil: '2026-11-28T15:00:00Z',
    ...more,
  };
}

/** Signed by both, planned and approved: it may be pushed. */
export function decisionFacts(more: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    id: 'IC-0001',
    lifecycle: 'requested',
    parties: ['MOF', 'MOH'],
    owners: ['MOF', 'MOH'],
    requestedBy: REQUESTER,
    requestDigest: REQUEST_DIGEST,
    validFrom: null,
    validUntil: '2027-12-31T00:00:00Z',
    withdrawnBy: null,
    change: lawChange(),
    plan: { id: 'IC-0001-C1-P1', digest: PLAN_DIGEST, plannedBy: PLANNER },
    approvals: [signature('MOH'), signature('MOF'), planApproval()],
    policy: acceptedPolicy(['MOF', 'MOH']),
    altered: [],
    ...more,
  };
}

export function push(more: Partial<Push> = {}): Push {
  return {
    changeId: 'IC-0001-C1',
    plannedFor: 'IC-0001-C1',
    kind: 'provision',
    planId: 'IC-0001-C1-P1',
    digest: PLAN_DIGEST,
    contentDigest: PLAN_DIGEST,
    requestContentDigest: REQUEST_DIGEST,
    notBefore: null,
    earlierDigests: [],
    ...more,
  };
}

export function changeFacts(more: Partial<ChangeFacts> = {}): ChangeFacts {
  return {
    id: 'IC-0001-C1' as ChangeId,
    kind: 'provision',
    phase: 'planning',
    planId: 'IC-0001-C1-P1' as PlanId,
    confirmTimeoutSeconds: 120,
    attempts: 0,
    isRefused: false,
    retryAt: null,
    notBefore: null,
    applyUntil: null,
    replanBy: null,
    recoverBy: null,
    ...more,
  };
}

export function moveFacts(more: Partial<InterconnectFacts> = {}): InterconnectFacts {
  return {
    version: 1,
    lifecycle: 'requested',
    validFrom: null,
    validUntil: '2027-12-31T00:00:00Z',
    unsigned: [],
    withdrawal: null,
    change: null,
    ...more,
  };
}

/** The agreement as it stands while a change of this kind is under way. */
export const lifecycleOf = (kind: ChangeKind) =>
  kind === 'provision' ? 'requested' : kind === 'resume' ? 'suspended' : 'active';
