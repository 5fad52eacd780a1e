/** How a network transaction ended, by what workers have written themselves: the journal of the attempt, and what they found out about it. */
import { ERRORS, isErrorCode, isVerdict } from '../errors.ts';
import type {
  AttemptFinding,
  JournalEntry,
  LeftRouter,
  Refusal,
  RouterTransactionState,
  SettledTransaction,
} from './change.ts';
import { onlyTakesAway } from './change-kinds.ts';
import { countOf } from './count-of.ts';
import type { PeName } from './names.ts';
import type { Plan } from './plan.ts';

/** States after which a router may hold the change. */
const WRITTEN: readonly RouterTransactionState[] = [
  'commit-sent',
  'pending-confirm',
  'confirm-sent',
  'confirmed',
  'cancel-sent',
  'compensating',
  'rolled-back',
  'unknown',
];

/** What of a plan says how its transaction ended. */
export type SettledPlan = Pick<Plan, 'kind' | 'left'> & { readonly routers: readonly { readonly pe: PeName }[] };

type LastEntries = ReadonlyMap<PeName, Pick<JournalEntry, 'state' | 'detail'>>;

export const isWritten = (last: LastEntries): boolean =>
  [...last.values()].some(({ state }) => WRITTEN.includes(state));

export function lastEntries(journal: readonly JournalEntry[]): ReadonlyMap<PeName, JournalEntry> {
  return new Map(journal.map((entry) => [entry.pe, entry]));
}

/** PEs that a removal left out of the attempt, or went on without: as they were before, each with the reason. */
export function leftIn(
  { kind, routers }: Pick<SettledPlan, 'kind' | 'routers'>,
  journal: readonly JournalEntry[],
): LeftRouter[] {
  if (!onlyTakesAway(kind) || !journal.some(({ state }) => state === 'prepared')) return [];
  const last = lastEntries(journal);
  return routers.flatMap(({ pe }) => {
    const entry = last.get(pe);
    const isOut = entry?.state === 'idle' || (entry?.state === 'rolled-back' && entry.detail !== null);
    return isOut || entry === undefined ? [{ pe, reason: entry?.detail ?? `${pe} took no part` }] : [];
  });
}

/** null: by the record it has not ended. `journal` is of this attempt alone. */
export function settlementOf(
  plan: SettledPlan | null,
  journal: readonly JournalEntry[],
  finding: AttemptFinding | null,
): SettledTransaction | null {
  // A refused plan is no attempt that ended: it waits for another look (`refusalOfPlanning`).
  if (finding?.by === 'planning') return finding.outcome === 'applied' ? ofFinding(finding, [], journal) : null;
  if (plan === null) return null;
  // What planning could not look at is left as much as what the push could not reach.
  const planned = plan.left ?? [];
  const measured = finding === null ? null : ofFinding(finding, planned, journal);
  if (measured !== null) return measured;

  const left = join(planned, leftIn(plan, journal));
  const last = lastEntries(journal);
  const taking = plan.routers.filter(({ pe }) => !left.some((each) => each.pe === pe));
  const isEach = (state: RouterTransactionState) =>
    taking.length > 0 && taking.every(({ pe }) => last.get(pe)?.state === state);
  if (isEach('confirmed')) {
    return {
      outcome: 'applied',
      reason: `confirmed on ${countOf(taking.length, 'router')}, each read back`,
      code: null,
      left,
    };
  }
  if (!isEach('rolled-back')) return null;
  const reason = finding?.reason ?? `${countOf(taking.length, 'router')} read back and equal to before`;
  return { outcome: 'rolled-back', reason, code: finding === null ? 'SESSION_LOST' : finding.code, left };
}

/** What a worker refused when it was asked for a plan; null: by the record, nothing that another look would not mend. */
export function refusalOfPlanning(finding: AttemptFinding | null, at: string): Refusal | null {
  if (finding?.by !== 'planning' || finding.outcome !== 'refused') return null;
  const { code, reason: fact, path = null, remedy } = finding;
  if (code === null || !isErrorCode(code) || !isVerdict(code)) return null;
  return { code, path, fact, remedy: remedy ?? ERRORS[code].remedy, at };
}

/** What says itself how it ended; a refusal only while no router was touched, and none is being prepared. */
function ofFinding(
  { outcome, reason, code, left }: AttemptFinding,
  planned: readonly LeftRouter[],
  journal: readonly JournalEntry[],
): SettledTransaction | null {
  if (outcome === null) return null;
  const isIdle = [...lastEntries(journal).values()].every(({ state }) => state === 'idle');
  if (outcome === 'refused' && !isIdle) return null;
  return { outcome, reason, code, left: join(planned, left) };
}

const join = (planned: readonly LeftRouter[], pushed: readonly LeftRouter[]): LeftRouter[] => [
  ...planned.filter(({ pe }) => !pushed.some((each) => each.pe === pe)),
  ...pushed,
];
