import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type {
  SharedTransactionActivities,
  StageResult,
  TransactionActivities,
} from '../../../src/activities/activities.ts';
import type { WorkerRecord } from '../../../src/domain/worker.ts';
import { untilNewestInForce, workerVersion } from '../../../src/driver/releases.ts';
import { taskQueueOf } from '../../../workflows/shared/messages.ts';

/** Of the installation that does nothing. */
export const EMPTY_INSTALLATION = 'empty';
const TASK_QUEUE = taskQueueOf(EMPTY_INSTALLATION);
const OWN_TASK_QUEUE = `${TASK_QUEUE}/worker/empty`;
const RELEASE = '0.0.0';
const PASSED: StageResult = { verdict: 'pass', reason: 'passed', code: null, transient: false };

interface EmptyWorkerOptions {
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleOption;
}

/** The same workflow, the same two queues, as many activities: none of them does anything. What remains is Temporal's own price. */
export async function startEmptyWorker(options: EmptyWorkerOptions): Promise<void> {
  const { temporalAddress: address, namespace, workflowBundle } = options;
  const connection = await NativeConnection.connect({ address });
  const pass = async () => PASSED;
  const shared: Pick<SharedTransactionActivities, 'takeTurn' | 'claimWorker' | 'leaveTurn'> = {
    takeTurn: async () => ({ ahead: [] }),
    leaveTurn: async () => ({ waiting: [] }),
    claimWorker: async () => ({ taskQueue: OWN_TASK_QUEUE }),
  };
  const own: TransactionActivities = {
    prepareRouters: pass,
    commitRouters: pass,
    verifyRouters: pass,
    confirmRouters: pass,
    cancelRouters: pass,
  };
  const common = { connection, namespace };
  const version = workerVersion(EMPTY_INSTALLATION, RELEASE);
  const workers = await Promise.all([
    Worker.create({
      ...{ ...common, taskQueue: TASK_QUEUE, workflowBundle, activities: shared },
      workerDeploymentOptions: version,
    }),
    Worker.create({ ...common, taskQueue: OWN_TASK_QUEUE, activities: own }),
  ]);
  for (const worker of workers) void worker.run();
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const living = { listWorkers: async () => [{ version: RELEASE, draining: false, ageMs: 0 } as WorkerRecord] };
  const log = () => undefined;
  await untilNewestInForce(
    { store: living, client, installation: EMPTY_INSTALLATION, release: RELEASE, log },
    () => false,
  );
}
