import { isEnd } from '../domain/lifecycle.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import { type Awaited, awaitedInWords, standingOf } from '../domain/standing.ts';
import type { InterconnectRecord } from '../store/store.ts';
import { ACTIONS, type Verb } from './actions.ts';
import type { Principal } from './authentication.ts';

const VERB: Readonly<Record<Awaited['act'], Verb>> = {
  sign: 'sign',
  'approve the plan': 'approve-plan',
  'plan again': 'replan',
  recover: 'recover',
};

/** What happens next: the command that this caller may use, else who must act, else when wasl goes on and why it waits. */
export function nextInWords(
  record: InterconnectRecord,
  facts: InterconnectFacts,
  viewer: Principal,
  now: Date,
): string {
  const { awaiting, nextAt, word, isSettled } = standingOf(facts, now);
  if (isEnd(record.lifecycle)) return `nothing: it is ${word}`;
  const mine = awaiting.find((each) => isFor(each, viewer));
  if (mine !== undefined) return commandFor(mine, record, facts);
  if (awaiting.length > 0) return `waits for ${awaiting.map(awaitedInWords).join(' and ')}`;
  if (nextAt !== null) return `wasl tries again at ${nextAt}`;
  if (facts.change !== null)
    return `wasl is ${facts.change.phase === 'applying' ? 'pushing it' : 'at work on it'}: ${word}`;
  const isOver = Date.parse(facts.validUntil) <= now.getTime();
  if (!isSettled && isOver) return `wasl ends it now, without an approval: it was agreed until ${facts.validUntil}`;
  if (!isSettled) return 'wasl plans it now; then the network side approves the plan';
  return `in force until ${facts.validUntil}; then wasl takes it off the network`;
}

function isFor(awaited: Awaited, viewer: Principal): boolean {
  const mayAct = ACTIONS[VERB[awaited.act]].roles.some((role) => viewer.roles.includes(role));
  return mayAct && (awaited.who !== 'party' || viewer.entity === awaited.party);
}

function commandFor({ act }: Awaited, { id }: InterconnectRecord, { change }: InterconnectFacts): string {
  switch (act) {
    case 'sign':
      return `wasl approve ${id}`;
    case 'approve the plan':
      return `wasl plan show ${change?.planId ?? ''}, then wasl approve ${change?.planId ?? ''}`;
    case 'plan again':
      return `wasl interconnect replan ${id}, or wasl interconnect withdraw ${id} --reason "..."`;
    case 'recover':
      return `mend the routers named, then wasl interconnect recover ${id}`;
  }
}
