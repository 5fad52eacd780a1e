import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/store.ts';

const DAY_MS = 86_400_000;
/** A call deletes some thousand events; more than come in a minute. */
const INTERVAL_MS = 60_000;

/** Keeps the events of progress bounded by their age. Every worker does it: what one has deleted, another does not find. */
export function startForgetting(
  store: Pick<Store, 'forgetProgress' | 'now'>,
  keptDays: number,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const forget = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // The database is away: the next minute does it.
      await store.forgetProgress(new Date(store.now().getTime() - keptDays * DAY_MS)).catch(() => 0);
      await sleep(INTERVAL_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const forgetting = forget();
  return {
    async stop() {
      stopping.abort();
      await forgetting;
    },
  };
}
