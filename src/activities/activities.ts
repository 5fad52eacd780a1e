/** What the workflows may call: types only, so that the workflow bundle holds no code of this folder. */
import type { ChangeOutcome, Refusal } from '../domain/change.ts';
import type { LifecycleEvent } from '../domain/lifecycle.ts';
import type { ChangeId, InterconnectId, PeName, PlanId } from '../domain/names.ts';
import type { ChangeKind } from '../domain/plan.ts';
import type { Approval } from '../domain/request.ts';
import type { Verdict } from '../domain/verdict.ts';

/** The record of people and states. Idempotent: Temporal may run each more than once. */
export interface RecordActivities {
  recordApproval(input: { readonly interconnectId: InterconnectId; readonly approval: Approval }): Promise<void>;
  stepLifecycle(input: {
    readonly interconnectId: InterconnectId;
    readonly changeId: ChangeId | null;
    readonly event: LifecycleEvent;
    readonly stepKey: string;
    readonly actor: string;
    readonly reason: string | null;
  }): Promise<void>;
  createChange(input: {
    readonly interconnectId: InterconnectId;
    readonly kind: ChangeKind;
    readonly requestedBy: string;
    readonly changeKey: string;
  }): Promise<{ readonly changeId: ChangeId }>;
  /** Why no plan of the change may be approved; `reason` is the same as one sentence. */
  refusePlan(input: {
    readonly interconnectId: InterconnectId;
    readonly changeId: ChangeId;
    readonly refusal: Refusal;
    readonly reason: string;
  }): Promise<void>;
  endChange(input: {
    readonly changeId: ChangeId;
    readonly outcome: ChangeOutcome;
    readonly reason: string;
    /** What stopped it; null when nothing did. */
    readonly refusal: Refusal | null;
  }): Promise<void>;
  releaseRouteTargets(input: { readonly interconnectId: InterconnectId }): Promise<void>;
}

export interface PlanSummary {
  readonly planId: PlanId;
  readonly digest: string;
  /** Of the proofs together. Only `pass` may be approved. */
  readonly verdict: Verdict;
  /** One sentence; the first counter-example when a proof failed. */
  readonly reason: string;
  readonly confirmTimeoutSeconds: number;
}

export interface PlanActivities {
  /** Reads every PE, allocates route targets, plans, proves, renders, saves. */
  planChange(input: {
    readonly interconnectId: InterconnectId;
    readonly changeId: ChangeId;
    readonly kind: ChangeKind;
    readonly plannedBy: string;
    readonly notBefore: string | null;
  }): Promise<PlanSummary>;
}

export interface TransactionInput {
  readonly changeId: ChangeId;
  readonly planId: PlanId;
}

export interface StageResult {
  readonly verdict: Verdict;
  /** One sentence for people. */
  readonly reason: string;
  /** Error code of the first failure; null on pass. */
  readonly code: string | null;
  /** The same stage may succeed later: a lock is held, a router is away. */
  readonly transient: boolean;
}

/** The stages of the network transaction. They run on the worker that holds the sessions: its own task queue. */
export interface TransactionActivities {
  /** Session, lock, re-read, rebase, edit, validate on all PEs. On failure: discarded everywhere, nothing changed. */
  prepareRouters(input: TransactionInput): Promise<StageResult>;
  /** Confirmed commit on all PEs; the persist ids are journalled first. */
  commitRouters(input: TransactionInput): Promise<StageResult>;
  /** Read-back, routes, pings, branch channels, isolation; inside the confirm window. */
  verifyRouters(input: TransactionInput): Promise<StageResult>;
  /** The point of no return. `pass`: every PE confirmed. */
  confirmRouters(input: TransactionInput): Promise<StageResult>;
  /** cancel-commit everywhere, then read back. `pass`: every PE equals its base. */
  cancelRouters(input: TransactionInput): Promise<StageResult>;
}

export interface RecoveryInput extends TransactionInput {
  /** Why the transaction could not end itself; absent where a person asks. */
  readonly trouble?: string | undefined;
}

export interface SharedTransactionActivities {
  /**
   * Returns when every change that came earlier to one of its PEs has left, or after a bounded wait: a queue spares changes each
   * other's locks, correctness rests on the read under lock. Idempotent.
   */
  awaitTurn(input: TransactionInput): Promise<void>;
  /** Idempotent. */
  leaveTurn(input: { readonly changeId: ChangeId }): Promise<void>;
  /** Names the task queue of the worker that answers: the transaction's stages go there. */
  claimWorker(): Promise<{ readonly taskQueue: string }>;
  /** From the journal, on any worker: ends in all, none, or attention naming the PEs. Idempotent; never guesses. */
  recoverTransaction(input: RecoveryInput): Promise<{
    readonly outcome: ChangeOutcome;
    readonly reason: string;
    /** PEs that a person must look at. */
    readonly attention: readonly PeName[];
  }>;
}

/** Reads for people; no lock, no change. */
export interface ReadActivities {
  checkRouter(input: { readonly pe: PeName }): Promise<unknown>;
  readRouter(input: { readonly pe: PeName }): Promise<unknown>;
  readMatrix(): Promise<unknown>;
}

export type SharedActivities = RecordActivities & PlanActivities & SharedTransactionActivities & ReadActivities;
