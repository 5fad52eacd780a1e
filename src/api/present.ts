import type { ChangeRecord, JournalEntry, ProgressEvent, Refusal } from '../domain/change.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { Lifecycle } from '../domain/lifecycle.ts';
import type { Plan } from '../domain/plan.ts';
import type { Approval } from '../domain/request.ts';
import type { InterconnectRecord } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';
import type {
  ChangeAnswer,
  ChangeWithJournal,
  InterconnectAnswer,
  InterconnectSummary,
  PlanAnswer,
  Progress,
  RefusalAnswer,
} from './wire.ts';

/** From records to answers, member by member: what is not named here does not leave the server. */

export function presentSummary(record: InterconnectRecord): InterconnectSummary {
  const { id, parties, lifecycle, reason, requestDigest, requestedBy, requestedByEntity, createdAt, updatedAt } =
    record;
  const { purpose, flows, validFrom, validUntil, policyVersion } = record.request;
  const request = {
    purpose,
    flows: flows.map(({ from, to, prefixes }) => ({ from, to, prefixes })),
    ...(validFrom === undefined ? {} : { validFrom }),
    validUntil,
    policyVersion,
  };
  return {
    id,
    parties,
    lifecycle,
    reason,
    request,
    requestDigest,
    requestedBy,
    requestedByEntity,
    createdAt,
    updatedAt,
  };
}

export interface InterconnectParts {
  readonly record: InterconnectRecord;
  readonly approvals: readonly Approval[];
  readonly changes: readonly ChangeRecord[];
  /** Of the plan of the change that is open; null: there is none. */
  readonly openPlanDigest: string | null;
  /** What the running workflow says; null when it does not answer: then the record speaks alone. */
  readonly status: { readonly awaiting: readonly string[]; readonly reason: string | null } | null;
}

export function presentInterconnect(parts: InterconnectParts, viewer: Principal): InterconnectAnswer {
  const { record, approvals, changes, status } = parts;
  const confined = isPartyOnly(viewer);
  const targets = record.flows?.map(({ from, to, routeTarget }) => ({ from, to, routeTarget })) ?? null;
  return {
    ...presentSummary(record),
    reason: status?.reason ?? record.reason,
    routeTargets: confined ? null : targets,
    awaiting: status?.awaiting ?? awaitedDecisions(parts),
    approvals: approvals.map(presentApproval),
    changes: changes.map((change) => ({
      ...presentChange(change),
      ...(confined ? { routers: [], refusal: null } : {}),
    })),
  };
}

const BEFORE_PUSH: readonly Lifecycle[] = ['requested', 'planned', 'withdrawing'];

/** Whose decision is missing, as far as the record shows it. */
function awaitedDecisions({ record, approvals, changes, openPlanDigest }: InterconnectParts): string[] {
  const isDecided = (subject: string, digest: string, party: string) =>
    approvals.some((a) => a.subject === subject && a.digest === digest && a.party === party);
  const unsigned = record.parties.filter((party) => !isDecided('request', record.requestDigest, party));
  if (record.lifecycle === 'requested' && unsigned.length > 0) return unsigned.map((party) => `signature of ${party}`);
  const isRefused = changes.some((change) => change.outcome === null && change.refusal !== null);
  if (isRefused && BEFORE_PUSH.includes(record.lifecycle)) return ['an engineer: replan or reject'];
  const isPlanned = record.lifecycle === 'planned' || record.lifecycle === 'withdrawing';
  if (!isPlanned || openPlanDigest === null || isDecided('plan', openPlanDigest, 'network')) return [];
  return ['approval of the plan by the network side'];
}

export function presentApproval(approval: Approval): Approval {
  const { subject, digest, party, person, decision, reason, decidedAt } = approval;
  return { subject, digest, party, person, decision, reason, decidedAt };
}

export function presentChange(change: ChangeRecord): ChangeAnswer {
  const { id, interconnectId, kind, planId, outcome, reason, refusal, requestedBy, startedAt, endedAt } = change;
  const routers = change.routers.map(({ pe, state, detail }) => ({ pe, state, detail }));
  return {
    ...{ id, interconnectId, kind, planId, outcome, reason },
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
