/** What must hold when a transaction is over, whatever happened: asked of the routers and of the record, not of the workflow. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnd } from '../../src/domain/lifecycle.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import { verifyChain } from '../../src/ledger/verify-chain.ts';
import type { Installation } from './installation.ts';

/** Sessions end and locks go a moment after the last stage, or when a worker notices that no stage follows. */
const QUIET_WITHIN_MS = 60_000;

export interface EndState {
  readonly lifecycle: string;
  readonly outcome: string | null;
  /** One sentence, as people read it. */
  readonly reason: string | null;
  /** PEs whose running is not what it was before; none, or those of the change. */
  readonly changed: readonly string[];
  /** Locks, sessions, pending commits, dirty candidates, route targets, journal, ledger: whatever is not as it must be. */
  readonly leftOver: readonly string[];
}

/** `since`: running of all routers before the change; else before wasl came. */
export async function endState(wasl: Installation, id: string, since?: ReadonlyMap<string, string>): Promise<EndState> {
  const interconnectId = id as InterconnectId;
  const leftOver = [...(await untilQuiet(wasl)), ...(await contradictions(wasl, interconnectId))];
  const record = await wasl.store.readInterconnect(interconnectId);
  const changes = await wasl.store.listChanges(interconnectId);
  const change = changes.findLast((each) => each.outcome !== null);
  const reason = (change?.reason ?? record.reason)?.replace(/message-id \d+/g, 'message-id N') ?? null;
  return {
    lifecycle: record.lifecycle,
    reason,
    outcome: change?.outcome ?? null,
    changed: wasl.changedRouters(since),
    leftOver,
  };
}

async function untilQuiet(wasl: Installation): Promise<string[]> {
  for (const until = Date.now() + QUIET_WITHIN_MS; ; await sleep(50)) {
    const found = restless(wasl);
    if (found.length === 0 || Date.now() > until) return found;
  }
}

function restless({ backbone }: Installation): string[] {
  return backbone.routers().flatMap((router) => {
    const found: string[] = [];
    for (const { id } of router.sessions()) found.push(`session ${id} on ${router.name}`);
    for (const store of ['running', 'candidate'] as const) {
      if (router.lockHolder(store) !== undefined) found.push(`a lock of ${store} on ${router.name}`);
    }
    if (router.pendingCommit() !== null) found.push(`a pending commit on ${router.name}`);
    if (router.isCandidateDirty()) found.push(`a dirty candidate on ${router.name}`);
    if (router.startupText() !== router.runningText()) found.push(`running of ${router.name} is not saved`);
    return found;
  });
}

/** The record must agree with itself. */
async function contradictions({ store }: Installation, id: InterconnectId): Promise<string[]> {
  const found: string[] = [];
  const records = await store.listInterconnects({ limit: 200 });
  const allocated = records.flatMap((record) => record.flows ?? []).length;
  const { inUse } = await store.countRouteTargets();
  if (inUse !== allocated) found.push(`${inUse} route targets are in use, the interconnects have ${allocated}`);
  for (const record of records) {
    if (isEnd(record.lifecycle) && record.flows !== null) found.push(`${record.id} ended and keeps its route targets`);
  }
  const chain = verifyChain(await store.readLedger({ afterSequence: 0, limit: 10_000 }));
  if (!chain.intact) found.push(`the ledger breaks at ${chain.sequence}: ${chain.reason}`);
  for (const change of await store.listChanges(id)) {
    if (change.outcome === null) continue;
    const states = new Set(change.routers.map((router) => router.state));
    const allowed = STATES[change.outcome] ?? [];
    for (const state of states) {
      if (!allowed.includes(state)) found.push(`${change.id} is ${change.outcome}, but its journal ends in ${state}`);
    }
  }
  return found;
}

/** One network transaction of an interconnect, as the ledger keeps it: those that were tried again are seen there only. */
export interface Tried {
  readonly outcome: string;
  readonly reason: string;
  /** Where its routers stood when it ended, each state once. */
  readonly states: readonly string[];
}

/**
 * What a machine that stands still for seconds does to a try: its worker is taken for lost before anything is written, and the same
 * approval is tried again. It says nothing of the story. A worker that is killed is told in other words.
 */
const STOOD_STILL =
  'the attempt was given up while it was under way; recovered: no commit had been sent, no router was written';

/** Oldest first, without those that only a machine that stood still has ended. Every one of them ended on all routers or on none, by their journal. */
export async function tried({ store }: Installation, id: string): Promise<Tried[]> {
  const facts = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  const ended = facts.filter(({ action, subject }) => action === 'transaction.ended' && subject.startsWith(`${id}-C`));
  const tries = ended.map(({ body }) => {
    const { outcome, reason, routers } = body as { outcome: string; reason: string; routers: { state: string }[] };
    const states = [...new Set(routers.map(({ state }) => state))].sort();
    return { outcome, reason: reason.replace(/message-id \d+/g, 'message-id N'), states };
  });
  return tries.filter(({ reason, states }) => reason !== STOOD_STILL || states.join() !== 'idle');
}

/** A try after which nothing of the change is on any router. */
export const wentBack = (reason: unknown): unknown => ({ outcome: 'rolled-back', reason, states: ['rolled-back'] });
/** A try that no router was written by. */
export const notBegun = (reason: unknown): unknown => ({ outcome: 'refused', reason, states: ['idle'] });
export const heldByAll = (reason: unknown = 'confirmed on 4 routers, each read back'): unknown => ({
  ...{ outcome: 'applied', reason, states: ['confirmed'] },
});

const STATES: Readonly<Record<string, readonly string[]>> = {
  applied: ['confirmed'],
  'rolled-back': ['rolled-back'],
  refused: ['idle', 'rolled-back'],
  abandoned: ['idle', 'rolled-back'],
};
