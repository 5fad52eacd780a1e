import { describeWorkers, takesWork } from '../domain/worker.ts';
import { WaslError } from '../errors.ts';
import type { Store } from '../store/store.ts';

/**
 * Throws WORKERS_AWAY when nobody would take up what is asked for. DATABASE_UNAVAILABLE when that cannot be known: a database that
 * takes no writes does not hear the workers, and they could save nothing either.
 */
export async function requireWorkers(store: Pick<Store, 'listWorkers' | 'isWritable'>): Promise<void> {
  const workers = await store.listWorkers();
  if (workers.some(takesWork)) return;
  if (!(await store.isWritable())) throw new WaslError('DATABASE_UNAVAILABLE', 'the database takes no writes now');
  throw new WaslError('WORKERS_AWAY', describeWorkers(workers));
}
