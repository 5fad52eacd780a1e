import { describeWorkers, takesWork } from '../domain/worker.ts';
import type { ApiDependencies } from './server-types.ts';
import type { Ready } from './wire.ts';

/** A probe of a load balancer waits some seconds; what answers later is as good as away. */
const LOOK_MS = 2_000;

/** What works here now, in words too. Only a lost database takes this process out of service: without the rest reads still work. */
export async function readReadiness({ store, driver }: Pick<ApiDependencies, 'store' | 'driver'>): Promise<Ready> {
  const [writable, workers, engine] = await Promise.all([
    within(store.isWritable()),
    within(store.listWorkers()),
    within(driver.ping().then(() => true)),
  ]);
  const database = writable === null ? 'down' : writable ? 'up' : 'read-only';
  // A database that takes no writes does not hear the workers.
  const working = workers === null || database !== 'up' ? 'unknown' : workers.some(takesWork) ? 'up' : 'down';
  const says = [
    ...(database === 'down' ? ['the database does not answer: nothing works here'] : []),
    ...(database === 'read-only'
      ? ['the database takes no writes: what is shown is kept, and nothing can be decided']
      : []),
    ...(engine === null
      ? ['the workflow server does not answer: decisions are kept, and nothing moves until it is back']
      : []),
    ...(working === 'down'
      ? [`${describeWorkers(workers ?? [])}: nothing is planned, pushed or read from routers`]
      : []),
  ];
  const status = database === 'down' ? 'unavailable' : says.length > 0 ? 'degraded' : 'ready';
  return { status, database, workflows: engine === null ? 'down' : 'up', workers: working, says };
}

async function within<T>(look: Promise<T>): Promise<T | null> {
  const patience = AbortSignal.timeout(LOOK_MS);
  const late = new Promise<null>((resolve) => patience.addEventListener('abort', () => resolve(null)));
  return Promise.race([look.catch(() => null), late]);
}
