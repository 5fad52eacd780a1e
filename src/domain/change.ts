import type { ErrorCode } from '../errors.ts';
import type { ChangeId, InterconnectId, PeName, PlanId } from './names.ts';
import type { ChangeKind, Procedure } from './plan.ts';

/** Stages of the network transaction, in order. */
export type Stage = 'prepare' | 'commit' | 'verify' | 'confirm' | 'cancel' | 'read-back' | 'recover' | 'compensate';

/** Where one PE stands in a transaction; the journal's last entry says it. `*-sent` is written before the wire. */
export type RouterTransactionState =
  | 'idle'
  | 'preparing'
  | 'prepared'
  | 'commit-sent'
  | 'pending-confirm'
  | 'confirm-sent'
  | 'confirmed'
  | 'cancel-sent'
  | 'compensating'
  | 'rolled-back'
  | 'unknown';

export type ChangeOutcome =
  /** Every PE holds the change, read back. */
  | 'applied'
  /** No PE was written. */
  | 'refused'
  /** Every PE was read back and equals its base. */
  | 'rolled-back'
  /** Routers differ from both; an alarm names them. */
  | 'attention';

export interface JournalEntry {
  readonly changeId: ChangeId;
  readonly pe: PeName;
  readonly state: RouterTransactionState;
  readonly procedure: Procedure;
  /** RFC 6241 §8.4.1; a secret towards other operators, so it is never in a log. null without persist. */
  readonly persistId: string | null;
  readonly detail: string | null;
  readonly at: string;
}

export interface RouterOutcome {
  readonly pe: PeName;
  readonly state: RouterTransactionState;
  readonly detail: string | null;
}

/** Why wasl did not go on with a change, as the error said it. */
export interface Refusal {
  readonly code: ErrorCode;
  /** Where: a router, a VRF; null where the fact says it all. */
  readonly path: string | null;
  readonly fact: string;
  readonly remedy: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface ChangeRecord {
  readonly id: ChangeId;
  readonly interconnectId: InterconnectId;
  readonly kind: ChangeKind;
  readonly planId: PlanId | null;
  readonly outcome: ChangeOutcome | null;
  /** One sentence. */
  readonly reason: string | null;
  /** What kept it from being planned, or from being applied; null where nothing did. */
  readonly refusal: Refusal | null;
  readonly routers: readonly RouterOutcome[];
  readonly requestedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** One line of progress, for the CLI and the console; ordered by `sequence`. */
export interface ProgressEvent {
  readonly sequence: number;
  readonly interconnectId: InterconnectId;
  readonly changeId: ChangeId | null;
  readonly pe: PeName | null;
  readonly stage: Stage | 'lifecycle' | 'plan';
  readonly status: 'started' | 'done' | 'failed' | 'info';
  readonly message: string;
  readonly elapsedMs: number | null;
  readonly at: string;
}
