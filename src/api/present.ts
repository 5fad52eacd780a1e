import { type LastRead, lastRead, type Sighting } from '../domain/alignment.ts';
import type { ChangeRecord, JournalEntry, ProgressEvent, Refusal } from '../domain/change.ts';
import type { Inventory } from '../domain/inventory.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { DecisionFacts } from '../domain/may-decide.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import type { Plan } from '../domain/plan.ts';
import type { Approval } from '../domain/request.ts';
import { awaitedInWords, standingOf, wordOf } from '../domain/standing.ts';
import type { WorkerRecord } from '../domain/worker.ts';
import type { InterconnectRecord } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';
import { nextInWords } from './next-in-words.ts';
import type {
  ChangeAnswer,
  ChangeWithJournal,
  InterconnectAnswer,
  InterconnectSummary,
  PlanAnswer,
  Progress,
  RefusalAnswer,
  WireFinding,
} from './wire.ts';

/** From records to answers, member by member: what is not named here does not leave the server. */

export function presentSummary(record: InterconnectRecord, viewer: Principal): InterconnectSummary {
  const { id, parties, lifecycle, requestDigest, requestedBy, requestedByEntity, createdAt, updatedAt } = record;
  const { purpose, flows, validFrom, validUntil, policyVersion, firewallNote } = record.request;
  const request = {
    purpose,
    flows: flows.map(({ from, to, prefixes }) => ({ from, to, prefixes })),
    ...(validFrom === undefined ? {} : { validFrom }),
    validUntil,
    policyVersion,
    ...(firewallNote === undefined ? {} : { firewallNote }),
  };
  return {
    id,
    parties,
    lifecycle,
    standing: wordOf({ lifecycle, change: record.underWay, withdrawal: record.withdrawal }),
    reason: reasonFor(record, viewer),
    request,
    requestDigest,
    requestedBy,
    requestedByEntity,
    createdAt,
    updatedAt,
  };
}

/** An engineer's reason, or wasl's own, names routers and other agreements: to a party, what was said of this agreement, and how it ended. */
function reasonFor({ lifecycle, reason, withdrawal, request }: InterconnectRecord, viewer: Principal): string | null {
  if (!isPartyOnly(viewer)) return reason;
  if (withdrawal !== null) return withdrawal.reason;
  if (!isEnd(lifecycle)) return null;
  return lifecycle === 'rejected' ? 'the network side rejected it' : `its end date ${request.validUntil} came`;
}

export interface InterconnectParts {
  readonly record: InterconnectRecord;
  readonly facts: InterconnectFacts;
  readonly law: DecisionFacts;
  readonly approvals: readonly Approval[];
  readonly changes: readonly ChangeRecord[];
  readonly sighting: Sighting | null;
  readonly workers: readonly WorkerRecord[];
  /** What inventory and register say about the request, as the viewer may read it. */
  readonly warnings: readonly WireFinding[];
  readonly now: Date;
}

export function presentInterconnect(parts: InterconnectParts, viewer: Principal): InterconnectAnswer {
  const { record, facts, law, approvals, changes, sighting, workers, now } = parts;
  const confined = isPartyOnly(viewer);
  const targets = record.flows?.map(({ from, to, routeTarget }) => ({ from, to, routeTarget })) ?? null;
  const { awaiting, isSettled, nextAt } = standingOf(facts, now);
  const { withdrawal, agreementVersion } = record;
  const read = lastRead(record.lifecycle, changes, sighting);
  return {
    ...presentSummary(record, viewer),
    agreementVersion,
    routeTargets: confined ? null : targets,
    awaiting: awaiting.map(awaitedInWords),
    isSettled,
    next: nextInWords({ record, facts, law, read, workers }, viewer, now),
    nextAt,
    lastRead: presentLastRead(read, confined),
    withdrawal: withdrawal && { by: withdrawal.by, reason: withdrawal.reason, at: withdrawal.at },
    warnings: parts.warnings.map(({ code, path, fact, remedy }) => ({ code, path, fact, remedy })),
    approvals: approvals.map((approval) => ({
      ...presentApproval(approval),
      ...(confined && approval.subject === 'plan' ? { reason: null } : {}),
    })),
    changes: changes.map((change) => ({
      ...presentChange(change),
      ...(confined ? { routers: [], refusal: null, waiting: null, left: [], reason: null } : {}),
    })),
  };
}

/** To the parties whether, and not on which router. */
function presentLastRead(read: LastRead | null, confined: boolean): InterconnectAnswer['lastRead'] {
  return read && { at: read.seenAt, alignment: read.alignment, says: confined ? null : read.says };
}

export function presentApproval(approval: Approval): Approval {
  const { subject, digest, party, person, decision, reason, accepts, decidedAt } = approval;
  return {
    ...{ subject, digest, party, person, decision, reason },
    ...(accepts === undefined ? {} : { accepts }),
    decidedAt,
  };
}

export function presentChange(change: ChangeRecord): ChangeAnswer {
  const { id, interconnectId, kind, phase, planId, outcome, attempts, waiting, left, applyUntil } = change;
  const { reason, refusal, requestedBy, startedAt, endedAt } = change;
  const routers = change.routers.map(({ pe, state, detail }) => ({ pe, state, detail }));
  return {
    ...{ id, interconnectId, kind, phase, planId, outcome, attempts, applyUntil, reason },
    waiting: waiting && { reason: waiting.reason, tries: waiting.tries, nextAt: waiting.nextAt },
    left: left.map(({ pe, reason: why }) => ({ pe, reason: why })),
    refusal: refusal && presentRefusal(refusal),
    ...{ routers, requestedBy, startedAt, endedAt },
  };
}

function presentRefusal({ code, path, fact, remedy, at }: Refusal): RefusalAnswer {
  return { code, path, fact, remedy, at };
}

export function presentChangeWithJournal(change: ChangeRecord, journal: readonly JournalEntry[]): ChangeWithJournal {
  const entries = journal.map(({ pe, state, procedure, detail, at }) => ({ pe, state, procedure, detail, at }));
  return { ...presentChange(change), journal: entries };
}

export function presentPlan(plan: Plan, approvals: readonly Approval[]): PlanAnswer {
  const decided = approvals.filter((approval) => approval.subject === 'plan' && approval.digest === plan.digest);
  return { ...plan, approvals: decided.map(presentApproval) };
}

export function presentProgress(event: ProgressEvent): Progress {
  const { sequence, interconnectId, changeId, pe, stage, status, message, elapsedMs, at } = event;
  return { sequence, interconnectId, changeId, pe, stage, status, message, elapsedMs, at };
}

/** Stages that say where an agreement stands; the others are of routers and plans. */
const STAGES_OF_PARTIES: readonly ProgressEvent['stage'][] = ['lifecycle', 'awaiting', 'settled'];

/**
 * An event as a party may read it; null: not at all. Of where its agreement stands it reads the words of `standing.ts`, which name
 * nobody else: what an engineer or a router said after them names routers, sessions and other agreements.
 */
export function progressForParty(event: ProgressEvent): ProgressEvent | null {
  if (event.pe !== null || !STAGES_OF_PARTIES.includes(event.stage)) return null;
  const message = event.stage === 'lifecycle' ? (event.message.split(': ', 1)[0] ?? '') : event.message;
  return { ...event, message };
}

/** VPNs as the caller may see them: parties see no canaries and no address plan but their own. */
export function presentVpns(inventory: Inventory, viewer: Principal) {
  const confined = isPartyOnly(viewer);
  return inventory.vpns
    .filter((vpn) => !confined || !vpn.canary)
    .map(({ id, entity, name, canary, prefixes }) => ({
      id,
      entity,
      name: name ?? null,
      canary,
      prefixes: confined && entity !== viewer.entity ? null : prefixes,
    }));
}
