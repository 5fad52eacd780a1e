/** A worker per network, and one whose activities do nothing, all in one process; says on request what each spent its time on. */
import { startWorker } from '../../../src/bin/worker.ts';
import { ConnectionPool } from '../../../src/netconf/index.ts';
import { openRouter } from '../../../src/router/open-router.ts';
import { createDevelopmentAuthority } from '../../../src/signatures/index.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { meansOf } from '../../support/signing.ts';
import { startEmptyWorker } from './empty-worker.ts';
import type { WorkerInput, WorkerReport } from './messages.ts';
import { SpanRecorder } from './spans.ts';

const input = JSON.parse(process.env.WASL_BENCH_WORKER ?? '{}') as WorkerInput;
const { temporalAddress, credential, emptyNamespace } = input;
const workflowBundle = { codePath: input.workflowBundlePath };
const authority = await createDevelopmentAuthority({
  ...{ apiHost: '127.0.0.1', clock: () => new Date(), folder: input.authorityFolder },
});
/** As a worker has it. */
const connections = new ConnectionPool();
const recorders = new Map<string, SpanRecorder>();

for (const { namespace, databaseUrl } of input.networks) {
  const recorder = new SpanRecorder();
  recorders.set(namespace, recorder);
  await startWorker({
    store: recorder.store(await openStore({ databaseUrl, clock: () => new Date() })),
    openRouter: recorder.openRouter((connection) => openRouter(connection, connections)),
    signatures: meansOf(authority),
    temporalAddress,
    temporalNamespace: namespace,
    credential: () => credential,
    workflowBundle,
    log: (level, message, facts) => {
      if (level !== 'info') process.stderr.write(`${level}: ${message} ${JSON.stringify(facts)}\n`);
    },
  });
}
await startEmptyWorker({ temporalAddress, namespace: emptyNamespace, workflowBundle });

let cpu = process.cpuUsage();
process.on('message', (namespace: string) => {
  const { user, system } = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const report: WorkerReport = {
    spans: recorders.get(namespace)?.take() ?? [],
    cpuMs: (user + system) / 1_000,
  };
  process.send?.(report);
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
