/** The messages of the workflows: what callers may send and ask. Imports nothing that runs. */
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ChangeOutcome } from '../../src/domain/change.ts';
import type { Lifecycle } from '../../src/domain/lifecycle.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId, PlanId } from '../../src/domain/names.ts';
import type { ChangeKind } from '../../src/domain/plan.ts';

/** What `readNetwork` reads for people. */
export type ReadNetworkInput =
  | { readonly read: 'check' | 'running'; readonly pe: PeName }
  | { readonly read: 'matrix' };

export const TASK_QUEUE = 'wasl';
/** Workflow id of an interconnect's entity workflow. */
export const interconnectWorkflowId = (id: InterconnectId): string => `interconnect/${id}`;

export interface RunInterconnectInput {
  readonly interconnectId: InterconnectId;
  readonly parties: readonly [EntityId, EntityId];
  readonly requestedBy: PersonId;
  readonly requestDigest: string;
  /** ISO 8601 with zone; null: as soon as approved. */
  readonly validFrom: string | null;
  readonly validUntil: string;
  /** Set by continue-as-new only: where the interconnect stands. */
  readonly carried?: InterconnectState;
}

/** The memory of an interconnect's workflow; plain data, so that it survives continue-as-new. */
export interface InterconnectState {
  lifecycle: Lifecycle;
  reason: string | null;
  /** Counts lifecycle steps: with it each step has a key, and a repeated activity is a no-op. */
  steps: number;
  changes: number;
  /** While a plan is being made; `instead` of the one that it replaces. */
  planning: { readonly instead: PlanId | null } | null;
  signatures: { readonly party: EntityId; readonly person: PersonId }[];
  rejectedBy: PersonId | null;
  change: ChangeInHand | null;
  withdrawal: { readonly person: PersonId | null; readonly reason: string } | null;
}

/** The change that is being planned, approved or applied. */
export interface ChangeInHand {
  readonly id: ChangeId;
  readonly kind: ChangeKind;
  plan: {
    readonly id: PlanId;
    readonly digest: string;
    readonly plannedBy: string;
    readonly confirmTimeoutSeconds: number;
  } | null;
  decision: 'approve' | 'reject' | null;
  /** Who asked to plan again, until it was done. */
  replanBy: PersonId | null;
  outcome: ChangeOutcome | null;
}

/** A party's decision on the request. Refused with APPROVAL_* or LIFECYCLE_STEP. */
export interface DecideRequestInput {
  readonly person: PersonId;
  readonly party: EntityId;
  readonly digest: string;
  readonly decision: 'approve' | 'reject';
  readonly reason: string | null;
}

/** The network side's decision on a plan: not by the requester, not by the planner. */
export interface DecidePlanInput {
  readonly person: PersonId;
  readonly planId: PlanId;
  readonly digest: string;
  readonly decision: 'approve' | 'reject';
  readonly reason: string | null;
}

export interface WithdrawInput {
  readonly person: PersonId;
  readonly reason: string;
}

/** What a caller sees of the running interconnect. */
export interface InterconnectStatus {
  readonly interconnectId: InterconnectId;
  readonly lifecycle: Lifecycle;
  readonly awaiting: readonly string[];
  readonly change: {
    readonly id: ChangeId;
    readonly kind: ChangeKind;
    readonly planId: PlanId | null;
    readonly planDigest: string | null;
    readonly outcome: ChangeOutcome | null;
  } | null;
  readonly reason: string | null;
}

export const decideRequest = defineUpdate<InterconnectStatus, [DecideRequestInput]>('decideRequest');
export const decidePlan = defineUpdate<InterconnectStatus, [DecidePlanInput]>('decidePlan');
/** Plans again for a change whose plan became stale or was refused by a proof. */
export const replan = defineUpdate<InterconnectStatus, [{ readonly person: PersonId }]>('replan');
/** After `attention`: reads the routers again and ends the transaction if it now can be ended. */
export const recover = defineUpdate<InterconnectStatus, [{ readonly person: PersonId }]>('recover');
export const withdraw = defineUpdate<InterconnectStatus, [WithdrawInput]>('withdraw');
export const readStatus = defineQuery<InterconnectStatus>('readStatus');
