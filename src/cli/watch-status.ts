import { setTimeout as sleep } from 'node:timers/promises';
import type { InterconnectAnswer, Progress } from '../api/wire.ts';
import { WaslError } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { createProgressView } from './progress-view.ts';
import type { CliSession } from './session.ts';

const LOOK_INTERVAL_MS = 500;
const TICK_MS = 200;
const RECONNECT_MS = 1_000;
/** A decision takes this long to become a change: a state counts as resting only when it stayed that long. */
const SETTLED_MS = 1_500;
/** A server that restarts is waited for this long. */
const AWAY_MS_MAX = 60_000;

export interface WatchOptions {
  /** Goes on while people's decisions are awaited; otherwise the watch ends there. */
  readonly follow: boolean;
  readonly timeoutMs: number | null;
}

/**
 * Shows progress until wasl has nothing more to do: the change ended, or it is a person's turn. Survives a server that
 * restarts: events resume after the last one seen. Returns the interconnect as it stands then.
 */
export async function watchStatus(session: CliSession, id: string, options: WatchOptions): Promise<InterconnectAnswer> {
  const { client, io } = session;
  const first = await client.readInterconnect(id);
  const earlier = new Set(first.changes.slice(0, -1).map((change) => change.id));
  const startedAt = io.now().toISOString();
  const isOld = (event: Progress) =>
    event.changeId === null ? earlier.size > 0 && event.at < startedAt : earlier.has(event.changeId);

  const view = createProgressView(session);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const ticker = setInterval(() => view.tick(), TICK_MS);
  const events = followEvents(session, id, signal, (event) => {
    if (!isOld(event)) view.add(event);
  });
  try {
    return await untilResting(session, first, options);
  } finally {
    stop.abort();
    await events;
    clearInterval(ticker);
    view.end();
  }
}

async function untilResting(
  session: CliSession,
  first: InterconnectAnswer,
  { follow, timeoutMs }: WatchOptions,
): Promise<InterconnectAnswer> {
  const { client, io } = session;
  const startMs = io.now().getTime();
  let current = first;
  let restingSinceMs: number | null = null;
  let answeredAtMs = startMs;
  for (;;) {
    const nowMs = io.now().getTime();
    restingSinceMs = isResting(current, follow) ? (restingSinceMs ?? nowMs) : null;
    if (restingSinceMs !== null && nowMs - restingSinceMs >= SETTLED_MS) return current;
    if (timeoutMs !== null && nowMs - startMs >= timeoutMs) {
      const remedy = 'Watch on: the work goes on without you.';
      throw new WaslError('WATCH_TIMEOUT', `${first.id} was still ${current.lifecycle} after ${timeoutMs / 1_000} s`, {
        remedy,
      });
    }
    await sleep(LOOK_INTERVAL_MS, undefined, { signal: io.signal });
    try {
      current = await client.readInterconnect(first.id);
      answeredAtMs = io.now().getTime();
    } catch (error) {
      const isAway = error instanceof WaslError && error.class === 'transient';
      if (!isAway || io.now().getTime() - answeredAtMs > AWAY_MS_MAX) throw error;
      restingSinceMs = null;
    }
  }
}

/** Ends when the signal aborts; what goes wrong meanwhile is for `untilResting` to notice. */
async function followEvents(
  { client }: CliSession,
  id: string,
  signal: AbortSignal,
  show: (event: Progress) => void,
): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    try {
      for await (const event of client.readEvents({ after, interconnect: id, signal })) {
        after = event.sequence;
        show(event);
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof Error)) throw error;
    }
    await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}

const RESTING: readonly InterconnectAnswer['lifecycle'][] = [
  'active',
  'suspended',
  'withdrawn',
  'rejected',
  'failed',
  'attention',
];

function isResting({ lifecycle, changes, awaiting }: InterconnectAnswer, follow: boolean): boolean {
  if (lifecycle === 'attention') return true;
  const last = changes.at(-1);
  const isAtRest = RESTING.includes(lifecycle) && (last === undefined || last.outcome !== null);
  return isAtRest || (awaiting.length > 0 && !follow);
}

/** What the watched interconnect says to a script: success, a change that was not applied, or a person is needed. */
export function exitCodeOfState({ lifecycle, changes, approvals, parties, awaiting }: InterconnectAnswer): number {
  // Back at the plan, the change in hand is a new one: what became of the last try is what a script must hear.
  const tried = lifecycle === 'planned' ? changes.findLast((change) => change.outcome !== null) : changes.at(-1);
  const outcome = tried?.outcome ?? null;
  if (lifecycle === 'attention' || outcome === 'attention') return EXIT.unknown;
  const signatures = approvals.filter(({ subject, decision }) => subject === 'request' && decision === 'approve');
  const isUnplannable = lifecycle === 'requested' && signatures.length === parties.length && awaiting.length > 0;
  const isRefused = outcome === 'refused' || outcome === 'rolled-back' || isUnplannable;
  return lifecycle === 'failed' || lifecycle === 'rejected' || isRefused ? EXIT.permanent : EXIT.ok;
}
