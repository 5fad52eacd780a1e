import type { LastRead } from '../domain/alignment.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { type Decision, type DecisionFacts, type LawRefusal, mayDecide } from '../domain/may-decide.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import { policyInForce } from '../domain/policy.ts';
import { type Awaited, awaitedInWords, standingOf } from '../domain/standing.ts';
import { describeWorkers, takesWork, type WorkerRecord } from '../domain/worker.ts';
import type { InterconnectRecord } from '../store/store.ts';
import { ACTIONS, type Verb } from './actions.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';

const VERB: Readonly<Record<Awaited['act'], Verb>> = {
  sign: 'sign',
  'approve the plan': 'approve-plan',
  'plan again': 'replan',
  recover: 'recover',
};

/** Whether somebody of this caller's role is waited for: only then must the law be asked. */
export function mayBeNext(facts: InterconnectFacts, viewer: Principal, now: Date): boolean {
  return standingOf(facts, now).awaiting.some((each) => isFor(each, viewer));
}

export interface NextParts {
  readonly record: InterconnectRecord;
  readonly facts: InterconnectFacts;
  /** null: not `mayBeNext`. */
  readonly law: DecisionFacts | null;
  readonly read: Pick<LastRead, 'alignment'> | null;
  readonly workers: readonly WorkerRecord[];
}

/** What happens next: the command that this caller may use, else who must act, else when wasl goes on and why it waits. */
export function nextInWords(parts: NextParts, viewer: Principal, now: Date): string {
  const { awaiting, isSettled } = standingOf(parts.facts, now);
  const words = nextWhoever(parts, viewer, now);
  if (isSettled || awaiting.length > 0 || parts.workers.some(takesWork)) return words;
  const which = isPartyOnly(viewer) ? 'no worker lives' : describeWorkers(parts.workers);
  return `${which}; nothing moves until one is started. Then ${words}`;
}

function nextWhoever({ record, facts, law, read }: NextParts, viewer: Principal, now: Date): string {
  const { awaiting, nextAt, word, isSettled } = standingOf(facts, now);
  if (isEnd(record.lifecycle)) {
    const [altered] = law?.altered ?? [];
    if (law === null || altered === undefined) return `nothing: it is ${word}`;
    const refusal = { code: 'RECORD_ALTERED', fact: altered.fact } as const;
    return `find out who wrote to the database, and read the routers: ${whyNot(refusal, law, viewer)}`;
  }
  const others = `waits for ${awaiting.map(awaitedInWords).join(' and ')}`;
  const mine = awaiting.find((each) => isFor(each, viewer));
  if (mine !== undefined && law !== null) {
    const refusal = mayDecide(decisionOn(mine, law, viewer), law, now);
    if (refusal === null) return commandFor(mine, law);
    const policy = policyInForce(law.policy.published, now);
    if (refusal.code === 'POLICY_NOT_IN_FORCE') return `${others}: ${refusal.fact}`;
    if (refusal.code === 'POLICY_NOT_ACCEPTED' && mine.act === 'sign' && policy !== null) {
      return `read the policy (wasl policy text ${policy.version}), then wasl policy accept ${policy.version}, then ${commandFor(mine, law)}`;
    }
    // The record may have gone on between the two reads: that is nobody's fault.
    const isMeanwhile = refusal.code === 'LIFECYCLE_STEP' || refusal.code === 'APPROVAL_DIGEST';
    return isMeanwhile ? others : `${others}; not yours: ${whyNot(refusal, law, viewer)}`;
  }
  if (awaiting.length > 0) return others;
  if (facts.change?.phase === 'attention' && facts.change.recoverBy !== null) {
    return `wasl looks at the routers now${isPartyOnly(viewer) ? '' : `: ${facts.change.recoverBy} asked`}`;
  }
  if (nextAt !== null && facts.change?.phase === 'scheduled' && facts.change.retryAt !== nextAt)
    return `wasl pushes it at ${nextAt}, when the approved window opens`;
  // The reason names routers and other agreements: the parties read none of it.
  const why = record.reason === null || isPartyOnly(viewer) ? '' : `: ${record.reason}`;
  if (nextAt !== null) return `wasl tries again at ${nextAt}${why}`;
  const isOver = Date.parse(facts.validUntil) <= now.getTime();
  if (facts.change !== null) {
    const end = isOver ? `it was agreed until ${facts.validUntil}` : 'its withdrawal is noted';
    const then =
      onlyTakesAway(facts.change.kind) || !(isOver || facts.withdrawal !== null) ? '' : `; then it ends: ${end}`;
    return `wasl is ${doing(record, facts.change.phase === 'applying', viewer)}: ${word}${then}`;
  }
  if (!isSettled && isOver) return `wasl ends it now, without an approval: it was agreed until ${facts.validUntil}`;
  if (!isSettled) return 'wasl plans it now; then the network side approves the plan';
  const isDrifted = read?.alignment === 'drifted' && !isPartyOnly(viewer);
  const first = isDrifted ? `DRIFTED, as wasl status ${record.id} says: mend it on the routers, or withdraw it; ` : '';
  return `${first}in force until ${facts.validUntil}; then wasl takes it off the network`;
}

/** Which routers it waits for is not for the parties. */
function doing({ underWay }: InterconnectRecord, isAtRouters: boolean, viewer: Principal): string {
  const recovery = underWay?.recovery ?? null;
  if (recovery === null || !isAtRouters) return isAtRouters ? 'pushing it' : 'at work on it';
  return `ending what was begun at the routers${isPartyOnly(viewer) ? '' : ` (${recovery})`}`;
}

function isFor(awaited: Awaited, viewer: Principal): boolean {
  const mayAct = ACTIONS[VERB[awaited.act]].roles.some((role) => viewer.roles.includes(role));
  return mayAct && (awaited.who !== 'party' || viewer.entity === awaited.party);
}

/** The decision that the command would ask for, on what is in force. */
function decisionOn({ act }: Awaited, { requestDigest, plan }: DecisionFacts, viewer: Principal): Decision {
  const { person, entity } = viewer;
  switch (act) {
    case 'sign':
      return { verb: 'sign', person, party: entity ?? '', digest: requestDigest, decision: 'approve' };
    case 'approve the plan': {
      const { id: planId = '', digest = '', toAccept: accepts = [] } = plan ?? {};
      return { verb: 'approve-plan', person, planId, digest, decision: 'approve', accepts };
    }
    case 'plan again':
      return { verb: 'replan', person };
    case 'recover':
      return { verb: 'recover', person };
  }
}

/** A party reads that the record was altered, and not which row of whom. */
function whyNot({ code, fact }: LawRefusal, { id }: DecisionFacts, viewer: Principal): string {
  return code === 'RECORD_ALTERED' && isPartyOnly(viewer) ? `the record of ${id} was altered beside wasl` : fact;
}

function commandFor({ act }: Awaited, { id, plan }: DecisionFacts): string {
  switch (act) {
    case 'sign':
      return `wasl approve ${id}`;
    case 'approve the plan': {
      const accepts = (plan?.toAccept ?? []).length === 0 ? '' : ' --accept ... for each that it asks to be accepted';
      return `wasl plan show ${plan?.id ?? ''}, then wasl approve ${plan?.id ?? ''}${accepts}`;
    }
    case 'plan again':
      return `mend what wasl status ${id} names, then wasl interconnect replan ${id}; or wasl interconnect withdraw ${id} --reason "..."`;
    case 'recover':
      return `mend the routers named, then wasl interconnect recover ${id}`;
  }
}
