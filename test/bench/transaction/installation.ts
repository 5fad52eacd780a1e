/** Everything a change needs, as child processes: Postgres, Temporal, simulated networks, a worker. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { stopProcess } from '../../../src/bin/child-process.ts';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { obtainTemporalBinary, startTemporalServer } from '../../../src/bin/temporal-server.ts';
import { bundleWorkflows } from '../../../src/bin/workflow-bundle.ts';
import { createDevelopmentAuthority, type DevelopmentAuthority } from '../../../src/signatures/index.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { stopAtEnd } from '../ending.ts';
import type { Print } from '../report.ts';
import type { Network, SimulatedNetworks, WorkerInput, WorkerReport } from './messages.ts';

/** A part that says nothing for so long has failed. */
const READY_TIMEOUT_MS = 120_000;
const EMPTY_NAMESPACE = 'bench-empty';

export interface BenchNetwork extends Network {
  readonly store: Store;
  readonly authority: DevelopmentAuthority;
  readonly client: Client;
  /** What the worker spent its time on since it was last asked. */
  report(): Promise<WorkerReport>;
}

export interface BenchInstallation {
  readonly networks: readonly BenchNetwork[];
  /** Of the namespace where activities do nothing. */
  readonly empty: Client;
  stop(): Promise<void>;
}

export async function openBenchInstallation(networks: readonly Network[], print: Print): Promise<BenchInstallation> {
  const parts = new Parts();
  const opening = openParts(networks, print, parts);
  // A signal while parts are started: the one that is under way is waited for, so that it can be stopped too.
  const stop = stopAtEnd(async () => {
    parts.startNoMore();
    await opening.catch(() => undefined);
    await parts.stop();
  });
  try {
    return { ...(await opening), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What was started, to be stopped in the reverse order. */
class Parts {
  private readonly stops: (() => Promise<unknown>)[] = [];
  private closed = false;

  add(stop: () => Promise<unknown>): void {
    this.stops.push(stop);
    if (this.closed) throw new Error('stopped while it was starting');
  }

  startNoMore(): void {
    this.closed = true;
  }

  async stop(): Promise<void> {
    for (const each of this.stops.splice(0).reverse()) await each();
  }
}

async function openParts(
  networks: readonly Network[],
  print: Print,
  parts: Parts,
): Promise<Omit<BenchInstallation, 'stop'>> {
  const directory = await mkdtemp(join(tmpdir(), 'wasl-bench-'));
  parts.add(() => rm(directory, { recursive: true, force: true }));
  const binary = await obtainTemporalBinary(cacheDirectory(), print);
  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres') });
  parts.add(() => postgres.stop());
  const temporal = await startTemporalServer(binary, { databaseFile: join(directory, 'temporal.db') });
  parts.add(() => temporal.stop());
  const authorityFolder = join(directory, 'authority');
  const clock = () => new Date();
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock, folder: authorityFolder });
  const workflowBundlePath = join(directory, 'workflows.js');
  await writeFile(workflowBundlePath, (await bundleWorkflows()).code);

  const simulation = startPart('sim-process.ts', { WASL_BENCH_NETWORKS: JSON.stringify(networks) });
  parts.add(() => stopProcess(simulation));
  const { inventories, credential } = (await nextMessage(simulation)) as SimulatedNetworks;

  const connection = await Connection.connect({ address: temporal.address });
  parts.add(() => connection.close());
  await registerNamespace(connection, EMPTY_NAMESPACE);
  const prepared: { readonly namespace: string; readonly databaseUrl: string; readonly store: Store }[] = [];
  for (const [index, { name }] of networks.entries()) {
    const inventory = inventories[index];
    if (inventory === undefined) throw new Error(`${name} is not simulated`);
    const namespace = `bench-${name}`;
    await registerNamespace(connection, namespace);
    const databaseUrl = await createDatabase(postgres.databaseUrl, `bench_${index}`);
    const store = await openStore({ databaseUrl, clock: () => new Date() });
    parts.add(() => store.close());
    await bringIntoForce(store, inventory, authority);
    prepared.push({ namespace, databaseUrl, store });
  }

  const input: WorkerInput = {
    temporalAddress: temporal.address,
    workflowBundlePath,
    authorityFolder,
    credential,
    networks: prepared.map(({ namespace, databaseUrl }) => ({ namespace, databaseUrl })),
    emptyNamespace: EMPTY_NAMESPACE,
  };
  const worker = startPart('worker-process.ts', { WASL_BENCH_WORKER: JSON.stringify(input) });
  parts.add(() => stopProcess(worker));
  await nextMessage(worker);

  return {
    empty: new Client({ connection, namespace: EMPTY_NAMESPACE }),
    networks: networks.flatMap((network, index) => {
      const part = prepared[index];
      if (part === undefined) return [];
      const { namespace, store } = part;
      const report = async () => {
        worker.send(namespace);
        return (await nextMessage(worker)) as WorkerReport;
      };
      return [{ ...network, store, authority, client: new Client({ connection, namespace }), report }];
    }),
  };
}

function startPart(file: string, env: Readonly<Record<string, string>>): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a part ended with ${code}`);
  });
  const late = sleep(READY_TIMEOUT_MS, undefined, { signal }).then(() => {
    throw new Error(`a part said nothing for ${READY_TIMEOUT_MS / 1_000} s`);
  });
  for (const each of [ended, late]) each.catch(() => undefined);
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended, late]);
    return message;
  } finally {
    settled.abort();
  }
}

async function createDatabase(administration: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: administration });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(administration);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
}

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  const day = { seconds: 86_400 as unknown as Long };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const described = connection.workflowService.describeNamespace({ namespace });
    if (await described.then(() => true).catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`the namespace ${namespace} does not appear`);
    await sleep(100);
  }
}
