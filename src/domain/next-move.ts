import type { ChangePhase } from './change.ts';
import { CHANGE_KIND_RULES, type ChangeKind } from './change-kinds.ts';
import { isEnd, type Lifecycle } from './lifecycle.ts';
import type { ChangeId, PeName, PlanId } from './names.ts';

/** What the next move depends on: read from the record before each one. Times are ISO 8601 with zone. */
export interface InterconnectFacts {
  /** Of this shape; `upgradeFacts` reads older ones. */
  readonly version: 1;
  readonly lifecycle: Lifecycle;
  /** PEs that were sent something of a request that never came into force, and were not read back clean. Absent: none, as 0.1 knew it. */
  readonly carriedBy?: readonly PeName[];
  /** null: as soon as approved. */
  readonly validFrom: string | null;
  readonly validUntil: string;
  /** Parties whose signature on the version in force is missing. */
  readonly unsigned: readonly string[];
  /** Somebody asked to end the agreement. */
  readonly withdrawal: { readonly by: string; readonly reason: string } | null;
  readonly change: ChangeFacts | null;
}

/** The change that has not ended. */
export interface ChangeFacts {
  readonly id: ChangeId;
  readonly kind: ChangeKind;
  readonly phase: ChangePhase;
  readonly planId: PlanId | null;
  readonly confirmTimeoutSeconds: number;
  /** Transactions begun so far. */
  readonly attempts: number;
  /** A rule refused the plan: only a person's `replanBy`, or for what takes away the clock, leads on. */
  readonly isRefused: boolean;
  /** Not before. */
  readonly retryAt: string | null;
  /** The start of the approved window; null: at once. */
  readonly notBefore: string | null;
  /** The end of the approved window; null: until it is done. */
  readonly applyUntil: string | null;
  readonly replanBy: string | null;
  readonly recoverBy: string | null;
}

/** A transaction of the change. */
interface OfTransaction {
  readonly changeId: ChangeId;
  readonly planId: PlanId;
  readonly confirmTimeoutSeconds: number;
}

export type Move =
  | { readonly move: 'finish' }
  | { readonly move: 'wait'; readonly until: string }
  | { readonly move: 'settle'; readonly to: 'rejected' | 'expired'; readonly by: string; readonly reason: string }
  | { readonly move: 'open'; readonly kind: ChangeKind; readonly by: string }
  | { readonly move: 'abandon'; readonly changeId: ChangeId; readonly reason: string }
  | {
      readonly move: 'plan';
      readonly changeId: ChangeId;
      readonly kind: ChangeKind;
      readonly by: string;
      readonly notBefore: string | null;
    }
  | ({ readonly move: 'apply' } & OfTransaction)
  /** The approved window is over: the change ends, and the next one is planned. */
  | { readonly move: 'lapse'; readonly changeId: ChangeId; readonly reason: string }
  | ({ readonly move: 'recover'; readonly trouble: string } & OfTransaction);

/** Who acts when the signed end date arrives. */
export const PROGRAM = 'wasl';

/**
 * What wasl does next for one interconnect: a pure function of the record and the clock. Every wait ends at the signed end date at the
 * latest, whoever is waited for.
 */
export function nextMove(facts: InterconnectFacts, now: Date): Move {
  const { lifecycle, change } = facts;
  if (isEnd(lifecycle)) return { move: 'finish' };
  if (change !== null && (change.phase === 'applying' || change.phase === 'attention')) {
    if (change.planId !== null) return recover(facts, change, now);
    // Its workflow was lost when there was nothing to push: no router has seen it.
    return nextMove({ ...facts, change: { ...change, phase: 'planning' } }, now);
  }
  // What a router may still hold is taken off it first, and only then it is over.
  const mayBeThere = isEnding(facts, now) && (facts.carriedBy ?? []).length > 0;
  return lifecycle === 'requested' && !mayBeThere ? beforeTheNetwork(facts, now) : onTheNetwork(facts, now);
}

/** Somebody has withdrawn it, or its end has come. */
export function isEnding({ withdrawal, validUntil }: InterconnectFacts, now: Date): boolean {
  return withdrawal !== null || isPast(validUntil, now);
}

/** A transaction that was under way when its workflow was lost is ended first, whatever the calendar says. */
function recover(facts: InterconnectFacts, change: ChangeFacts, now: Date): Move {
  const { phase, recoverBy, retryAt } = change;
  const isDue = phase === 'applying' || recoverBy !== null || (retryAt !== null && isPast(retryAt, now));
  if (!isDue) return waitFor(facts, now, retryAt);
  const trouble =
    recoverBy !== null ? `${recoverBy} asks` : phase === 'applying' ? 'its workflow was lost' : 'looked at again';
  return { move: 'recover', trouble, ...transactionOf(change) };
}

function transactionOf({ id: changeId, planId, confirmTimeoutSeconds }: ChangeFacts): OfTransaction {
  if (planId === null) throw new Error(`${changeId} has no plan`);
  return { changeId, planId, confirmTimeoutSeconds };
}

function beforeTheNetwork(facts: InterconnectFacts, now: Date): Move {
  const { withdrawal, validUntil, unsigned, change } = facts;
  if (withdrawal !== null) return { move: 'settle', to: 'rejected', ...withdrawal };
  if (isPast(validUntil, now)) {
    return {
      move: 'settle',
      to: 'expired',
      by: PROGRAM,
      reason: `its end date ${validUntil} came before it was on the network`,
    };
  }
  if (unsigned.length > 0) return waitFor(facts, now, null);
  return change === null ? { move: 'open', kind: 'provision', by: PROGRAM } : carryOut(facts, change, now);
}

function onTheNetwork(facts: InterconnectFacts, now: Date): Move {
  const { withdrawal, validUntil, change } = facts;
  const isOver = isPast(validUntil, now);
  if (!isEnding(facts, now)) return change === null ? waitFor(facts, now, null) : carryOut(facts, change, now);
  if (change === null) return { move: 'open', kind: 'withdraw', by: withdrawal?.by ?? PROGRAM };
  if (CHANGE_KIND_RULES[change.kind].to === 'withdrawn') return carryOut(facts, change, now);
  const reason = isOver ? `the agreement ended at ${validUntil}` : 'the agreement is being withdrawn';
  return { move: 'abandon', changeId: change.id, reason };
}

/** Plan, decide, window, apply: the same for every kind. */
function carryOut(facts: InterconnectFacts, change: ChangeFacts, now: Date): Move {
  const { id: changeId, kind, phase, replanBy, retryAt, isRefused } = change;
  const { onlyTakesAway, atEndDate } = CHANGE_KIND_RULES[kind];
  const notBefore = onlyTakesAway ? null : facts.validFrom;
  const plan: Move = { move: 'plan', changeId, kind, by: replanBy ?? PROGRAM, notBefore };
  if (replanBy !== null) return plan;
  if (phase === 'planning') {
    if (isRefused && !onlyTakesAway) return waitFor(facts, now, null);
    return retryAt !== null && !isPast(retryAt, now) ? waitFor(facts, now, retryAt) : plan;
  }
  const dateApproves = atEndDate === 'approves it' && isPast(facts.validUntil, now);
  if (phase === 'planned' && !dateApproves) return waitFor(facts, now, null);
  return withinWindow(facts, change, now);
}

function withinWindow(facts: InterconnectFacts, change: ChangeFacts, now: Date): Move {
  const { id: changeId, notBefore, applyUntil, retryAt } = change;
  if (notBefore !== null && !isPast(notBefore, now)) return waitFor(facts, now, notBefore);
  if (applyUntil !== null && isPast(applyUntil, now)) {
    return { move: 'lapse', changeId, reason: `the approved window ended at ${applyUntil}` };
  }
  if (retryAt !== null && !isPast(retryAt, now)) return waitFor(facts, now, earlier(retryAt, applyUntil ?? retryAt));
  return { move: 'apply', ...transactionOf(change) };
}

/** Longest sleep: the record is looked at anew at least this often. */
const WAIT_MS_MAX = 7 * 86_400_000;

/** Until the time given, and never beyond the signed end date while that lies ahead. */
function waitFor({ validUntil }: InterconnectFacts, now: Date, until: string | null): Move {
  const ends = [until, isPast(validUntil, now) ? null : validUntil].filter((time) => time !== null);
  const latest = new Date(now.getTime() + WAIT_MS_MAX).toISOString();
  return { move: 'wait', until: ends.reduce(earlier, latest) };
}

const isPast = (time: string, now: Date): boolean => Date.parse(time) <= now.getTime();
const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b);

const RETRY_DELAYS_SECONDS = [2, 5, 15, 30, 60, 120, 300];
const RETRY_DELAY_SECONDS_MAX = 600;

/** How long to wait after so many failed tries in a row: quick at first, then every ten minutes for ever. */
export function retryDelaySeconds(tries: number): number {
  return RETRY_DELAYS_SECONDS[tries - 1] ?? RETRY_DELAY_SECONDS_MAX;
}
