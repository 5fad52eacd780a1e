import { setTimeout as sleep } from 'node:timers/promises';
import type { InterconnectAnswer, Progress } from '../api/wire.ts';
import { WaslError } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { createProgressView } from './progress-view.ts';
import type { CliSession } from './session.ts';

/** Events say when to look; this is for one that was lost, and for a server that restarts. */
const LOOK_INTERVAL_MS = 5_000;
const TICK_MS = 200;
const RECONNECT_MS = 1_000;
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
  const teller = { last: '' };
  if (!isResting(first, options.follow)) await tellTrouble(session, teller);
  const earlier = new Set(first.changes.slice(0, -1).map((change) => change.id));
  const startedAt = io.now().toISOString();
  const isOld = (event: Progress) =>
    event.changeId === null ? earlier.size > 0 && event.at < startedAt : earlier.has(event.changeId);

  const view = createProgressView(session);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const ticker = setInterval(() => view.tick(), TICK_MS);
  const bell = createBell();
  const events = followEvents(session, id, signal, (event) => {
    if (event.stage === 'settled' || event.stage === 'awaiting') bell.ring();
    else if (!isOld(event)) view.add(event);
  });
  try {
    return await untilResting(session, first, options, bell, teller);
  } finally {
    stop.abort();
    await events;
    clearInterval(ticker);
    view.end();
  }
}

interface Bell {
  ring(): void;
  /** Resolves when it rang since the last wait, or after the time. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

function createBell(): Bell {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    async wait(ms, signal) {
      if (!isRung) {
        const woken = new AbortController();
        wake = () => woken.abort();
        await sleep(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch((error: unknown) => {
          if (signal.aborted) throw error;
        });
      }
      isRung = false;
    },
  };
}

async function untilResting(
  session: CliSession,
  first: InterconnectAnswer,
  { follow, timeoutMs }: WatchOptions,
  bell: Bell,
  teller: { last: string },
): Promise<InterconnectAnswer> {
  const { client, io } = session;
  const startMs = io.now().getTime();
  let current = first;
  let answeredAtMs = startMs;
  while (!isResting(current, follow)) {
    const leftMs = timeoutMs === null ? LOOK_INTERVAL_MS : timeoutMs - (io.now().getTime() - startMs);
    if (leftMs <= 0) {
      const fact = `${first.id} was still ${current.standing} after ${(timeoutMs ?? 0) / 1_000} s`;
      throw new WaslError('WATCH_TIMEOUT', fact, { remedy: 'Watch on: the work goes on without you.' });
    }
    await bell.wait(Math.min(LOOK_INTERVAL_MS, leftMs), io.signal);
    try {
      current = await client.readInterconnect(first.id);
      answeredAtMs = io.now().getTime();
      if (!isResting(current, follow)) await tellTrouble(session, teller);
    } catch (error) {
      const isAway = error instanceof WaslError && error.class === 'transient';
      if (!isAway || io.now().getTime() - answeredAtMs > AWAY_MS_MAX) throw error;
    }
  }
  return current;
}

/** Where wasl is to move and cannot: what stops it. */
export async function tellWhatStops(session: CliSession, interconnect: InterconnectAnswer): Promise<void> {
  if (!isResting(interconnect, false)) await tellTrouble(session, { last: '' });
}

/** Why nothing may move: no worker, no workflow server. Each change of it is said once, beside the progress. */
async function tellTrouble(session: CliSession, teller: { last: string }): Promise<void> {
  // Whether the server answers at all is for whoever reads the interconnect.
  const ready = await session.client.readReady().catch(() => null);
  if (ready === null) return;
  const { database, workers, workflows, says } = ready;
  const stops = database !== 'up' || workflows !== 'up' || workers !== 'up';
  const told = stops ? says.join('; ') : '';
  if (told !== teller.last) session.remark(told === '' ? 'wasl works again' : told);
  teller.last = told;
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

function isResting({ isSettled, awaiting }: InterconnectAnswer, follow: boolean): boolean {
  return isSettled && (awaiting.length === 0 || !follow);
}

/** What the watched interconnect says to a script: success, a change that was not applied, or a person is needed. */
export function exitCodeOfState({ lifecycle, changes }: InterconnectAnswer): number {
  const last = changes.at(-1);
  if (last?.phase === 'attention') return EXIT.unknown;
  if (lifecycle === 'rejected' || lifecycle === 'expired') return EXIT.permanent;
  if (last !== undefined && last.refusal !== null) return EXIT.permanent;
  // Planned again, the change in hand is a new one: what became of the last try is what a script must hear.
  const tried = last?.outcome === null && last.attempts === 0 ? changes.at(-2) : last;
  return tried?.outcome === 'refused' || tried?.outcome === 'rolled-back' ? EXIT.permanent : EXIT.ok;
}
