/** `wasl worker`: runs workflows and activities, and holds the NETCONF sessions of the transactions it began. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { taskQueueOf } from '../../workflows/shared/messages.ts';
import { createActivities } from '../activities/create-activities.ts';
import type { ActivityDependencies, ActivityLimits } from '../activities/dependencies.ts';
import { createPlanner, type Planner } from '../activities/planner.ts';
import { temporalDriver } from '../driver/driver.ts';
import { startWatchdog } from '../driver/watchdog.ts';
import { openRouter } from '../router/open-router.ts';
import type { Store } from '../store/store.ts';
import { announceWorker } from './worker-presence.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

/** Stages wait on routers, not on the processor: many changes may be under way on one worker. */
const ACTIVITIES_AT_ONCE = 200;
/** What a stopping worker grants its stages; what takes longer is recovered elsewhere. */
const SHUTDOWN_GRACE = '10 seconds';

/** A workflow waits this long for the worker that has it in memory; then any other one replays it. */
const STICKY_TIMEOUT = '2 seconds';

export interface WorkerOptions {
  readonly store: Store;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly credential: ActivityDependencies['credential'];
  /** Replaced where the price of sessions and requests is measured. */
  readonly openRouter?: ActivityDependencies['openRouter'];
  readonly limits?: Partial<ActivityLimits>;
  /** Ends with the worker. Replaced where planning must be slow. */
  readonly planner?: Planner;
  /** What one planning thread may use. */
  readonly planningMemoryMb?: number | undefined;
  /** The workflows where they are bundled already; else they are bundled here, which takes a second or two. */
  readonly workflowBundle?: WorkflowBundleOption;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

export interface RunningWorker {
  /** Resolves when the worker has stopped. */
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  installRuntime();
  const { store, temporalAddress: address, temporalNamespace: namespace, log } = options;
  const id = randomUUID();
  const installation = await store.readInstallation();
  const taskQueue = taskQueueOf(installation);
  const ownTaskQueue = `${taskQueue}/worker/${id}`;
  const planner = options.planner ?? createPlanner({ memoryMb: options.planningMemoryMb });
  const activities = createActivities(
    {
      store,
      planner,
      openRouter: options.openRouter ?? openRouter,
      credential: options.credential,
      newPersistId: () => `wasl-${randomUUID()}`,
      now: () => new Date(),
      ownTaskQueue,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    },
    (error) => log('error', 'an activity met a defect', { error: String(error) }),
  );

  const [connection, workflowBundle] = await Promise.all([
    NativeConnection.connect({ address }),
    options.workflowBundle ?? bundleWorkflows(),
  ]);
  const common = { connection, namespace, maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE };
  const shared = await Worker.create({
    ...common,
    taskQueue,
    workflowBundle,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    activities: activities.shared as unknown as Record<string, (...args: never[]) => Promise<unknown>>,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
  const own = await Worker.create({
    ...common,
    taskQueue: ownTaskQueue,
    activities: activities.own as unknown as Record<string, (...args: never[]) => Promise<unknown>>,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection, namespace });
  const driver = temporalDriver(client, installation);
  const watchdog = startWatchdog({ store, driver, client, installation, clock: () => new Date(), log });
  const presence = await announceWorker(store, { id, taskQueue: ownTaskQueue });
  const stopped = Promise.all([shared.run(), own.run()])
    .finally(() => presence.end())
    .then(async () => {
      await Promise.all([activities.close(), planner.close(), watchdog.stop()]);
      await clientConnection.close();
      await connection.close();
    });
  log('info', 'worker ready', { taskQueue, ownTaskQueue });
  return {
    stopped,
    async stop() {
      await presence.drain();
      for (const worker of [shared, own]) if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped;
    },
  };
}

let runtimeInstalled = false;
function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  // Signals are bin's business: one order of stopping for all parts.
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
}
