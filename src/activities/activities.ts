/** What the workflows may call: types only, so that the workflow bundle holds no code of this folder. */
import type { ChangeOutcome, LeftRouter, Refusal, TransactionOutcome } from '../domain/change.ts';
import type { ChangeKind } from '../domain/change-kinds.ts';
import type { ChangeId, InterconnectId, PeName, PlanId } from '../domain/names.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import type { ReachQuestion } from '../domain/reach-question.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { DeliveryId } from '../domain/webhook.ts';
import type { SettledTransaction } from '../store/store.ts';

/**
 * The steps of one interconnect in the record. Each may be repeated, and one that does not apply any more does nothing. They wait for
 * the database as long as it takes: no failure of the record ends an interconnect.
 */
export interface RecordActivities {
  /**
   * null: the record knows no such interconnect. `at`: when, by the record's clock, which dates are held against; absent: told by a release
   * that had none.
   */
  readFacts(input: InterconnectRef): Promise<(InterconnectFacts & { readonly at?: string }) | null>;
  openChange(input: InterconnectRef & { readonly kind: ChangeKind; readonly by: string }): Promise<void>;
  abandonChange(input: {
    readonly changeId: ChangeId;
    readonly outcome: ChangeOutcome;
    readonly reason: string;
  }): Promise<void>;
  noteTrouble(input: { readonly changeId: ChangeId; readonly refusal: Refusal }): Promise<void>;
  /** False where the change was decided anew meanwhile, or is over: nothing is pushed then. */
  beginApplying(input: {
    readonly changeId: ChangeId;
    readonly attempt: number;
    readonly planId: PlanId | null;
  }): Promise<boolean>;
  settleTransaction(input: {
    readonly changeId: ChangeId;
    readonly attempt: number;
    /** null: there was nothing to push. */
    readonly planId: PlanId | null;
    readonly result: SettledTransaction;
  }): Promise<void>;
  settleAgreement(
    input: InterconnectRef & { readonly to: 'rejected' | 'expired'; readonly by: string; readonly reason: string },
  ): Promise<void>;
}

export interface InterconnectRef {
  readonly interconnectId: InterconnectId;
}

export interface PlanSummary {
  /** null: there is nothing to push. Every PE that carried it and is not in `left` was read, and nothing of it is there. */
  readonly planId: PlanId | null;
  /** One sentence; the first counter-example when a proof failed. */
  readonly reason: string;
  /** PEs that a removal could not look at. */
  readonly left: readonly LeftRouter[];
}

export interface PlanActivities {
  /**
   * Reads every PE, allocates route targets, plans, proves, renders, saves. A removal reads the PEs that carry the interconnect and goes on
   * without those that do not answer.
   */
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
  /** PEs that a removal goes on without. */
  readonly left?: readonly LeftRouter[];
}

/** The stages of the network transaction. They run on the worker that holds the sessions: its own task queue. */
export interface TransactionActivities {
  /** Session, lock, re-read, rebase, edit, validate on all PEs. On failure: discarded everywhere, nothing changed. */
  prepareRouters(input: TransactionInput): Promise<StageResult>;
  /** Confirmed commit on all PEs; the persist ids are journalled first. */
  commitRouters(input: TransactionInput): Promise<StageResult>;
  /** Read-back, routes, pings, the parties' own pings, isolation; inside the confirm window. */
  verifyRouters(input: TransactionInput): Promise<StageResult>;
  /** The point of no return. `pass`: every PE confirmed. */
  confirmRouters(input: TransactionInput): Promise<StageResult>;
  /** cancel-commit everywhere, then read back. `pass`: every PE equals what it was before. */
  cancelRouters(input: TransactionInput): Promise<StageResult>;
}

export interface RecoveryInput extends TransactionInput {
  /** Why the transaction could not end itself; absent where a person asks. */
  readonly trouble?: string | undefined;
}

export interface SharedTransactionActivities {
  /**
   * The changes that came earlier to one of its PEs and are at work, or wait: none means that it is this one's turn. The place lapses
   * unless it is asked for again. A queue spares changes each other's locks; correctness rests on the read under lock.
   */
  takeTurn(
    input: TransactionInput & {
      /** Whom it was told to wait for; null: nobody yet. */
      readonly behind: ChangeId | null;
    },
  ): Promise<{ readonly ahead: readonly ChangeId[] }>;
  /** Idempotent. Names the changes that waited for it. */
  leaveTurn(input: { readonly changeId: ChangeId }): Promise<{ readonly waiting: readonly ChangeId[] }>;
  /** Names the task queue of the worker that answers: the transaction's stages go there. */
  claimWorker(): Promise<{ readonly taskQueue: string }>;
  /** From the journal, on any worker: ends in all, none, or attention naming the PEs. Idempotent; never guesses. */
  recoverTransaction(input: RecoveryInput): Promise<{
    readonly outcome: TransactionOutcome;
    readonly reason: string;
    /** PEs that a person must look at. */
    readonly attention: readonly PeName[];
    /** PEs that a removal had gone on without. */
    readonly left?: readonly LeftRouter[];
  }>;
}

/** What was read is in the record; Temporal carries its number alone. */
export interface ReadingReference {
  readonly readingId: number;
}

/** Reads for people; no change. */
export interface ReadActivities {
  checkRouter(input: { readonly pe: PeName }): Promise<ReadingReference>;
  readRouter(input: { readonly pe: PeName }): Promise<ReadingReference>;
  readMatrix(): Promise<ReadingReference>;
  explainReach(input: { readonly questions: readonly ReachQuestion[] }): Promise<ReadingReference>;
  /** Its result goes into the ledger, too. */
  auditNetwork(): Promise<ReadingReference>;
}

export interface WebhookActivities {
  /**
   * One try; what came of it is in the record. Fails, to be called again when the record says that it is due, while the delivery is not over.
   */
  deliverWebhook(input: { readonly deliveryId: DeliveryId }): Promise<void>;
}

export type SharedActivities = RecordActivities &
  PlanActivities &
  SharedTransactionActivities &
  ReadActivities &
  WebhookActivities;
