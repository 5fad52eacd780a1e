import { hostname } from 'node:os';
import type { WorkerIdentity } from '../domain/worker.ts';
import { WORKER_BEAT_INTERVAL_MS } from '../domain/worker.ts';
import type { Store } from '../store/store.ts';

export interface WorkerPresence {
  /** From here on nobody counts on this worker for new work. */
  drain(): Promise<void>;
  /** Takes the worker's row away. */
  end(): Promise<void>;
}

type PresenceStore = Pick<Store, 'beatWorker' | 'endWorker'>;

/**
 * Says in the record, about once a second, that this worker lives. A database that is away or takes no writes stops nothing here:
 * the next beat comes when it is back, and until then nobody can read the row either.
 */
export async function announceWorker(
  store: PresenceStore,
  worker: Pick<WorkerIdentity, 'id' | 'taskQueue' | 'version'>,
): Promise<WorkerPresence> {
  const identity: WorkerIdentity = { ...worker, host: hostname(), pid: process.pid };
  let draining = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let beating = Promise.resolve();
  const beat = () => {
    // One after the other: an older beat never undoes a newer one.
    beating = beating
      .then(() => (ended ? undefined : store.beatWorker({ ...identity, draining, at: new Date().toISOString() })))
      .catch(() => undefined);
    return beating;
  };
  const goOn = () => {
    timer = setTimeout(() => void beat().then(() => ended || goOn()), WORKER_BEAT_INTERVAL_MS);
    timer.unref();
  };
  await beat();
  goOn();
  return {
    drain() {
      draining = true;
      return beat();
    },
    async end() {
      ended = true;
      clearTimeout(timer);
      await beating;
      await store.endWorker(worker.id).catch(() => undefined);
    },
  };
}
