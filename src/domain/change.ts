import type { ErrorCode } from '../errors.ts';
import type { ChangeKind } from './change-kinds.ts';
import type { ChangeId, InterconnectId, PeName, PlanId } from './names.ts';
import type { Procedure } from './plan.ts';

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

/** What became of one network transaction. */
export type TransactionOutcome =
  /** Every PE holds the change, read back. */
  | 'applied'
  /** No PE was written. */
  | 'refused'
  /** Every PE was read back and equals what it was before. */
  | 'rolled-back'
  /** Routers differ from both; an alarm names them. */
  | 'attention';

/** What became of a network transaction. */
export interface SettledTransaction {
  readonly outcome: TransactionOutcome;
  /** One sentence. */
  readonly reason: string;
  /** Error code of what stopped it; null when nothing did. */
  readonly code: string | null;
  /** PEs that a removal did not reach. */
  readonly left: readonly LeftRouter[];
}

/** What a worker found out about the attempt at hand, stored by itself: with the journal it settles the attempt, and nobody's word does. */
export interface AttemptFinding {
  readonly by: 'planning' | 'stage' | 'recovery';
  /** null: why a stage failed; what it comes to is in the journal. */
  readonly outcome: TransactionOutcome | null;
  readonly reason: string;
  readonly code: string | null;
  readonly left: readonly LeftRouter[];
  /** Of what a rule refused: where, and what to do. */
  readonly path?: string | null;
  readonly remedy?: string;
}

/** How a change ended. `abandoned`: before any push, because the agreement had ended or somebody gave it up. */
export const CHANGE_OUTCOMES = ['applied', 'refused', 'rolled-back', 'abandoned'] as const;
export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** The work on a change. In `attention` a person must look at routers. */
export const CHANGE_PHASES = [
  'planning',
  'planned',
  'approved',
  'scheduled',
  'applying',
  'attention',
  'ended',
] as const;
export type ChangePhase = (typeof CHANGE_PHASES)[number];

/** Why a change does not go on just now, and when it is tried again. */
export interface Waiting {
  /** One sentence. */
  readonly reason: string;
  /** Failed tries in a row. */
  readonly tries: number;
  /** ISO 8601; null: when a person acts. */
  readonly nextAt: string | null;
}

/** A PE that still carries what should be gone, and why it could not be cleaned. */
export interface LeftRouter {
  readonly pe: PeName;
  readonly reason: string;
}

/** As a clause: where it may still be, and why; the first reason stands for all. */
export function describeLeft(left: readonly { readonly pe: string; readonly reason: string }[]): string {
  const [first, ...others] = left;
  if (first === undefined) return '';
  const { pe, reason } = first;
  const why = reason.startsWith(`${pe}: `) ? reason.slice(pe.length + 2) : reason;
  return `${[pe, ...others.map((other) => other.pe)].join(', ')} may still carry it: ${why}`;
}

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
  /** Of the agreement that it carries out. */
  readonly agreementVersion: number;
  readonly phase: ChangePhase;
  readonly planId: PlanId | null;
  readonly outcome: ChangeOutcome | null;
  /** Network transactions begun. */
  readonly attempts: number;
  readonly waiting: Waiting | null;
  /** PEs that a removal has not reached yet; empty where nothing is left. */
  readonly left: readonly LeftRouter[];
  /** ISO 8601: until then the approval holds; null before it, and for what is tried until it is done. */
  readonly applyUntil: string | null;
  /** One sentence. */
  readonly reason: string | null;
  /** What kept it from being planned, or from being applied; null where nothing did. */
  readonly refusal: Refusal | null;
  readonly routers: readonly RouterOutcome[];
  readonly requestedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** ISO 8601: when the first of its routers was read back and confirmed; null before. */
  readonly readBackAt: string | null;
}

/** One line of progress, for the CLI and the console; ordered by `sequence`. */
export interface ProgressEvent {
  readonly sequence: number;
  readonly interconnectId: InterconnectId;
  readonly changeId: ChangeId | null;
  readonly pe: PeName | null;
  readonly stage: Stage | 'lifecycle' | 'plan' | 'awaiting' | 'settled';
  readonly status: 'started' | 'done' | 'failed' | 'info';
  readonly message: string;
  readonly elapsedMs: number | null;
  readonly at: string;
}

export type NewProgress = Omit<ProgressEvent, 'sequence' | 'at'>;

const KEPT = 'what was put there is not taken away, and the route targets are never given to anybody else';

/** As a sentence of a removal's notes. */
export const describeScrapped = (pe: PeName): string => `${pe} was scrapped: ${KEPT}`;

/** As a clause of a removal's end. */
export const describeGone = (pe: PeName): string => `${pe} was scrapped or replaced: ${KEPT}`;
