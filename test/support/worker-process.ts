/** A worker in a process of its own, so that a test can kill it as power cuts do. Speaks on stdout when it is ready. */
import { RecordMemory } from '../../src/activities/record-memory.ts';
import { recordKeeper } from '../../src/bin/record-keeper.ts';
import { startWorker, type WorkerOptions } from '../../src/bin/worker.ts';
import { createDevelopmentAuthority } from '../../src/signatures/index.ts';
import { openStore } from '../../src/store/open-store.ts';
import { meansOf } from './signing.ts';

export interface WorkerProcessOptions
  extends Pick<WorkerOptions, 'temporalAddress' | 'temporalNamespace' | 'limits' | 'drainSeconds' | 'release'> {
  readonly databaseUrl: string;
  readonly workflowBundlePath: string;
  /** Of the development authority. */
  readonly authorityFolder: string;
  /** Where it remembers the record; omitted: nowhere. */
  readonly recordMemory?: string;
  readonly credential: { readonly username: string; readonly password: string };
}

const options = JSON.parse(process.env.WASL_TEST_WORKER ?? '{}') as WorkerProcessOptions;
const store = await openStore({ databaseUrl: options.databaseUrl });
const authority = await createDevelopmentAuthority({
  ...{ apiHost: '127.0.0.1', clock: () => new Date(), folder: options.authorityFolder },
});
const { recordMemory } = options;
const keeper = recordMemory === undefined ? null : recordKeeper(recordMemory, await store.readInstallation());
const worker = await startWorker({
  ...options,
  store,
  signatures: meansOf(authority),
  memory: new RecordMemory(store, keeper),
  workflowBundle: { codePath: options.workflowBundlePath },
  credential: () => options.credential,
  log: (level, message, facts) => process.stdout.write(`${JSON.stringify({ level, message, ...facts })}\n`),
});
const stop = () =>
  void worker.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
process.on('SIGTERM', stop);
// With the test: a worker must not outlive it.
process.stdin.resume().on('end', stop);
