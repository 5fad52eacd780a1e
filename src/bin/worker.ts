/** `wasl worker`: runs workflows and activities, and holds the NETCONF sessions of the transactions it began. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { taskQueueOf } from '../../workflows/shared/messages.ts';
import { createActivities } from '../activities/create-activities.ts';
import type { ActivityDependencies, ActivityLimits } from '../activities/dependencies.ts';
import { KnownRunning } from '../activities/known-running.ts';
import { createPlanner, type Planner } from '../activities/planner.ts';
import { RecordMemory } from '../activities/record-memory.ts';
import { requireSignatures } from '../activities/signature-gate.ts';
import type { UnderWay } from '../activities/under-way.ts';
import { UnvouchedClosings } from '../activities/vouch-closing.ts';
import { temporalDriver } from '../driver/driver.ts';
import { untilNewestInForce, workerVersion } from '../driver/releases.ts';
import { startWatchdog } from '../driver/watchdog.ts';
import { startWebhookRelay } from '../driver/webhook-relay.ts';
import { ConnectionPool } from '../netconf/index.ts';
import { openRouter } from '../router/open-router.ts';
import type { SignatureMeans } from '../signatures/index.ts';
import type { Store } from '../store/store.ts';
import { NO_CODEC, type TemporalCodec } from './codec.ts';
import { AUDIT_MINUTES_DEFAULT, DRAIN_SECONDS_DEFAULT } from './configuration.ts';
import { patientCalls } from './patient-calls.ts';
import { RELEASE } from './release.ts';
import { settleAll } from './settle-all.ts';
import { asAway, unlessAway } from './temporal-away.ts';
import type { TemporalLogin } from './temporal-login.ts';
import { announceWorker } from './worker-presence.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

/** Stages wait on routers, not on the processor: many changes may be under way on one worker. */
const ACTIVITIES_AT_ONCE = 200;
/** A stage that is cancelled when the time to drain is over has this long to close its sessions. */
const FORCE_AFTER_MS = 5_000;
/** Between two looks whether transactions are under way. */
const DRAIN_LOOK_MS = 100;
/** So many quiet looks in a row: a worker that was claimed a moment ago has its first stage by then. */
const QUIET_LOOKS = 5;

/** A workflow waits this long for the worker that has it in memory; then any other one replays it. */
const STICKY_TIMEOUT = '2 seconds';

export interface WorkerOptions {
  readonly store: Store;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalLogin?: TemporalLogin;
  readonly credential: ActivityDependencies['credential'];
  /** Omitted: what goes to Temporal is not encrypted. */
  readonly codec?: TemporalCodec;
  /** Replaced where the price of sessions and requests is measured. */
  readonly openRouter?: ActivityDependencies['openRouter'];
  /** Whom this worker believes; null: nobody, and it opens nothing. */
  readonly signatures: SignatureMeans | null;
  /** What it has seen of the record. Omitted: it remembers as long as it runs. */
  readonly memory?: RecordMemory;
  readonly limits?: Partial<ActivityLimits>;
  /** Ends with the worker. Replaced where planning must be slow. */
  readonly planner?: Planner;
  /** What one planning thread may use. */
  readonly planningMemoryMb?: number | undefined;
  /** The workflows where they are bundled already; else they are bundled here, which takes a second or two. */
  readonly workflowBundle?: WorkflowBundleOption;
  /** What transactions under way are granted when the worker is told to stop. Default: as WASL_DRAIN_SECONDS. */
  readonly drainSeconds?: number;
  /** Of the installation's schedule; the worker that started last says it. Default: as WASL_AUDIT_MINUTES. */
  readonly auditMinutes?: number;
  /** Webhooks may be sent in plain text and to this machine: of the demonstration and of tests. */
  readonly isDevelopment?: boolean;
  /** Default: what this is. Replaced where two releases meet. */
  readonly release?: string;
  readonly log: WorkerLog;
}

export type WorkerLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

export interface RunningWorker {
  /** Resolves when the worker has stopped. Rejects with TEMPORAL_UNAVAILABLE when the workflow server stays away. */
  readonly stopped: Promise<void>;
  /** Whether it takes work, and how many transactions it holds sessions for. */
  status(): WorkerStatus;
  /** Takes nothing new, lets the transactions under way end in all or none, then stops. */
  stop(): Promise<void>;
}

export interface WorkerStatus {
  readonly state: 'running' | 'draining' | 'stopped';
  readonly transactionsUnderWay: number;
}

/** Called in reverse order: what was begun last is put away first. */
type PutAway = (() => unknown)[];

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const putAway: PutAway = [];
  try {
    return await runWorker(options, putAway);
  } catch (error) {
    // What stays open keeps the process alive.
    await putAwayAll(putAway);
    throw error;
  }
}

async function runWorker(options: WorkerOptions, putAway: PutAway): Promise<RunningWorker> {
  const logger = temporalLogger(options.log);
  installRuntime(logger);
  const { store, temporalAddress: address, temporalNamespace: namespace, temporalLogin: login = {}, log } = options;
  const drainMs = (options.drainSeconds ?? DRAIN_SECONDS_DEFAULT) * 1_000;
  const id = randomUUID();
  const installation = await store.readInstallation();
  const release = options.release ?? RELEASE;
  const taskQueue = taskQueueOf(installation);
  const ownTaskQueue = `${taskQueue}/worker/${id}`;
  const gate = {
    ...{ signatures: options.signatures, memory: options.memory ?? new RecordMemory(store, null) },
    unvouched: new UnvouchedClosings((fact, closing) => log('warn', fact, { ...closing })),
  };
  const planner = options.planner ?? createPlanner({ memoryMb: options.planningMemoryMb });
  putAway.push(() => planner.close());
  const pool = new ConnectionPool();
  putAway.push(() => pool.close());
  const activities = createActivities(
    {
      store,
      planner,
      openRouter: options.openRouter ?? ((connection) => openRouter(connection, pool)),
      credential: options.credential,
      knownRunning: new KnownRunning(),
      newPersistId: () => `wasl-${randomUUID()}`,
      now: () => store.now(),
      ownClock: () => new Date(),
      requireSignatures: (question) => requireSignatures(store, gate, question),
      ownTaskQueue,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      isDevelopment: options.isDevelopment ?? false,
    },
    (error) => log('error', 'an activity met a defect', { error: String(error) }),
  );
  putAway.push(() => activities.close());

  const away = { path: 'TEMPORAL_ADDRESS', address };
  const connect = async () => {
    const connection = await unlessAway(away, () => NativeConnection.connect({ address, ...login }));
    putAway.push(() => connection.close());
    return connection;
  };
  const [connection, workflowBundle] = await settleAll([connect(), options.workflowBundle ?? bundleWorkflows(logger)]);
  const calls = patientCalls();
  const { interceptors } = calls;
  const clientConnection = await unlessAway(away, () => Connection.connect({ address, ...login, interceptors }));
  putAway.push(async () => {
    calls.end();
    await clientConnection.close();
  });
  // A worker that is refused by its namespace leaves the threads of its workflows running: asked before there are any.
  await unlessAway(away, () => clientConnection.workflowService.describeNamespace({ namespace }));
  const { dataConverter } = options.codec ?? NO_CODEC;
  const common = {
    connection,
    namespace,
    dataConverter,
    maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE,
    // By then the time to drain is over.
    shutdownGraceTime: 0,
    shutdownForceTime: FORCE_AFTER_MS,
  };
  const create = async (kind: Partial<WorkerSettings>) => {
    const worker = await unlessAway(away, () => Worker.create({ ...common, taskQueue, ...kind }));
    putAway.push(() => endUnused(worker));
    return worker;
  };
  // Not the queue of its own: a stage reaches the worker that holds the sessions, whatever release it has.
  const versioned = { workerDeploymentOptions: workerVersion(installation, release) };
  // Workflows apart from activities: a draining worker takes no new activity, and still drives what is under way.
  const [driving, shared, own] = await settleAll([
    create({ ...versioned, workflowBundle, stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT }),
    create({ ...versioned, activities: asActivities(activities.shared) }),
    create({ taskQueue: ownTaskQueue, activities: asActivities(activities.own) }),
  ]);
  const presence = await announceWorker(store, { id, taskQueue: ownTaskQueue, version: release });
  putAway.push(() => presence.end());
  const client = new Client({ connection: clientConnection, namespace, dataConverter });
  const driver = temporalDriver(client, installation);
  let state: WorkerStatus['state'] = 'running';
  const shutDown = (...workers: readonly Worker[]) => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = [driving, shared, own].map((worker) =>
    worker.run().catch((error: unknown) => {
      shutDown(driving, shared, own);
      throw asAway(error, away);
    }),
  );
  const untilStopped = async (): Promise<void> => {
    try {
      await settleAll(runs);
    } finally {
      state = 'stopped';
      await putAwayAll(putAway);
    }
  };
  const stopped = untilStopped();
  stopped.catch(() => undefined);
  await Promise.race([
    untilNewestInForce({ store, client, installation, release, log }, () => state === 'stopped'),
    stopped,
  ]);
  const watchdog = startWatchdog({
    ...{ store, driver, client, installation, release, clock: () => store.now(), log },
    auditMinutes: options.auditMinutes ?? AUDIT_MINUTES_DEFAULT,
  });
  putAway.push(() => watchdog.stop());
  const relay = startWebhookRelay({ store, client, installation, log });
  putAway.push(() => relay.stop());
  log('info', 'worker ready', { taskQueue, ownTaskQueue });

  let draining: Promise<void> | null = null;
  const drain = async (): Promise<void> => {
    state = 'draining';
    const { underWay } = activities;
    underWay.drain();
    await presence.drain();
    const transactionsUnderWay = underWay.transactions;
    log('info', 'draining: begins nothing new', { transactionsUnderWay, drainSeconds: drainMs / 1_000 });
    const isDrained = await untilQuiet(underWay, drainMs);
    const transactions = underWay.transactions;
    if (!isDrained) log('warn', 'the time to drain is over: recovery ends what is under way', { transactions });
    // The record's steps run on the shared queue: it goes on until the last transaction is settled.
    shutDown(shared, own);
    await Promise.allSettled(runs.slice(1));
    shutDown(driving);
  };
  const drainOnce = (): Promise<void> => {
    draining ??= drain();
    return draining;
  };
  return {
    stopped,
    status: () => ({ state, transactionsUnderWay: activities.underWay.transactions }),
    async stop() {
      if (state !== 'stopped') await Promise.race([drainOnce(), stopped.catch(() => undefined)]);
      await stopped;
    },
  };
}

/** A worker that never ran ends only by running: it holds its connection until then. */
async function endUnused(worker: Worker): Promise<void> {
  if (worker.getState() !== 'INITIALIZED') return;
  await worker.runUntil(Promise.resolve());
}

async function putAwayAll(putAway: PutAway): Promise<void> {
  for (const each of putAway.splice(0).reverse()) await Promise.resolve(each()).catch(() => undefined);
}

type WorkerSettings = Parameters<typeof Worker.create>[0];

const asActivities = (activities: object) => activities as Record<string, (...args: never[]) => Promise<unknown>>;

/** Whether all that was begun has ended when the time is over. */
async function untilQuiet(underWay: UnderWay, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    quiet = underWay.isQuiet ? quiet + 1 : 0;
    if (performance.now() > deadline) return underWay.isQuiet;
    await sleep(DRAIN_LOOK_MS);
  }
  return true;
}

let runtimeInstalled = false;
function installRuntime(logger: DefaultLogger): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  // Signals are bin's business: one order of stopping for all parts. What the native side says goes the same way as all else.
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { forward: {} } } });
}

function temporalLogger(log: WorkerLog): DefaultLogger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    const { error, ...facts } = meta ?? {};
    const why = error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) };
    log(level === 'ERROR' ? 'error' : 'warn', `Temporal: ${message}`, { ...facts, ...why });
  });
}
