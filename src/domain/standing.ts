import { CHANGE_KIND_RULES, type ChangeKind } from './change-kinds.ts';
import { isEnd, type Lifecycle } from './lifecycle.ts';
import type { ChangeFacts, InterconnectFacts } from './next-move.ts';

/** Whose move it is. */
export type Awaited =
  | { readonly who: 'party'; readonly party: string; readonly act: 'sign' }
  | { readonly who: 'network side'; readonly act: 'approve the plan' | 'plan again' | 'recover' };

/** Where an interconnect stands, for people: derived here and nowhere else. */
export interface Standing {
  /** One word or two: the agreement's, or what is being done about it. */
  readonly word: string;
  readonly awaiting: readonly Awaited[];
  /** wasl has nothing more to do until a person or the clock acts. */
  readonly isSettled: boolean;
  /** ISO 8601: when wasl goes on by itself; null: at once, or when a person acted. */
  readonly nextAt: string | null;
}

const DOING: Readonly<Record<ChangeKind, string>> = {
  provision: 'provisioning',
  modify: 'modifying',
  suspend: 'suspending',
  resume: 'resuming',
  withdraw: 'withdrawing',
};

export function standingOf(facts: InterconnectFacts, now: Date): Standing {
  const { lifecycle, change, validUntil } = facts;
  const awaiting = awaitedBy(facts, now);
  const hasWork = change !== null && awaiting.length === 0;
  const isAsked = facts.withdrawal !== null || Date.parse(validUntil) <= now.getTime();
  const willOpen =
    change === null && !isEnd(lifecycle) && (isAsked || (lifecycle === 'requested' && awaiting.length === 0));
  const isScheduled = change?.phase === 'scheduled' && !isAsked && nextAtOf(facts, now) !== null;
  const isResting = (change?.phase === 'attention' && change.recoverBy === null) || isScheduled;
  const isSettled = isEnd(lifecycle) || isResting || (!hasWork && !willOpen);
  return { word: wordOf(facts), awaiting, isSettled, nextAt: nextAtOf(facts, now) };
}

/** The word alone, for lists. */
export function wordOf({ lifecycle, change, withdrawal }: WordFacts): string {
  if (isEnd(lifecycle)) return lifecycle;
  if (change === null) return withdrawal !== null && isOnNetwork(lifecycle) ? DOING.withdraw : lifecycle;
  const { kind, phase } = change;
  if (phase === 'attention') return 'attention';
  // A request that is being worked on says what the work has come to; an agreement in force says what is done about it.
  if (lifecycle !== 'requested') {
    return phase === 'applying' || phase === 'planning' ? DOING[kind] : `${DOING[kind]}, ${phase}`;
  }
  if (phase === 'applying') return DOING[kind];
  return phase === 'planning' ? lifecycle : phase;
}

interface WordFacts {
  readonly lifecycle: Lifecycle;
  readonly change: Pick<ChangeFacts, 'kind' | 'phase'> | null;
  readonly withdrawal: object | null;
}

function awaitedBy({ lifecycle, unsigned, change, validUntil, withdrawal }: InterconnectFacts, now: Date): Awaited[] {
  if (isEnd(lifecycle)) return [];
  const isOver = Date.parse(validUntil) <= now.getTime();
  if (lifecycle === 'requested' && change === null && withdrawal === null) {
    return isOver ? [] : unsigned.map((party) => ({ who: 'party', party, act: 'sign' }));
  }
  if (change === null) return [];
  const { atEndDate, onlyTakesAway, to } = CHANGE_KIND_RULES[change.kind];
  // Once a person has asked, it is wasl's move.
  if (change.phase === 'attention') return change.recoverBy === null ? [{ who: 'network side', act: 'recover' }] : [];
  // It makes room for the end of the agreement.
  if ((isOver || withdrawal !== null) && !isEnd(to)) return [];
  if (change.phase === 'planned' && change.replanBy === null) {
    return isOver && atEndDate === 'approves it' ? [] : [{ who: 'network side', act: 'approve the plan' }];
  }
  const isStuck = change.phase === 'planning' && change.isRefused && change.replanBy === null && !onlyTakesAway;
  return isStuck ? [{ who: 'network side', act: 'plan again' }] : [];
}

function nextAtOf({ change }: InterconnectFacts, now: Date): string | null {
  if (change === null) return null;
  const times = [change.retryAt, change.phase === 'scheduled' ? change.notBefore : null].filter(
    (time) => time !== null && Date.parse(time) > now.getTime(),
  );
  return times[0] ?? null;
}

/** As a sentence after "waits for". */
export function awaitedInWords(awaited: Awaited): string {
  if (awaited.who === 'party') return `signature of ${awaited.party}`;
  switch (awaited.act) {
    case 'approve the plan':
      return 'approval of the plan by the network side';
    case 'plan again':
      return 'an engineer: replan or withdraw';
    case 'recover':
      return 'an engineer: mend the routers named, then recover';
  }
}

/** Reached only by an agreement's own states. */
export const isOnNetwork = (lifecycle: Lifecycle): boolean => lifecycle === 'active' || lifecycle === 'suspended';
