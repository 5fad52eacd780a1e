import type { Store } from '../store/store.ts';

/** Wakes every open event stream of this process when progress was appended anywhere: one subscription, however many streams. */
export interface EventFeed {
  /** Resolves when wake-ups arrive, or cannot be had now; await it before the first read, or what comes between is seen late. */
  listen(): Promise<void>;
  /** Counts the wake-ups seen; read before reading progress, so that nothing between reading and waiting is missed. */
  readonly version: number;
  /** Resolves when progress was appended since `version`, at the time limit, or when the signal aborts. Never throws. */
  wait(version: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createEventFeed(store: Pick<Store, 'onProgress'>): EventFeed {
  const waiters = new Set<() => void>();
  let version = 0;
  let subscription: Promise<() => Promise<void>> | null = null;
  const wake = () => {
    version += 1;
    for (const waiter of [...waiters]) waiter();
  };
  // A failed subscription is tried again by the next look; until then streams live on their time limit.
  const listen = async () => {
    subscription ??= store.onProgress(wake);
    await subscription.catch(() => {
      subscription = null;
    });
  };
  return {
    listen,
    get version() {
      return version;
    },
    wait(seen, timeoutMs, signal) {
      if (version !== seen || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          waiters.delete(finish);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, timeoutMs);
        waiters.add(finish);
        signal.addEventListener('abort', finish);
      });
    },
    async close() {
      const unsubscribe = await subscription?.catch(() => null);
      subscription = null;
      await unsubscribe?.();
    },
  };
}
