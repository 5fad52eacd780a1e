/** The demonstration's processes: what a real installation runs on several machines, here on one, in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Role } from '../api/authentication.ts';
import { createDevelopmentIssuer } from '../api/development-issuer.ts';
import { type ControlClient, controlClient } from '../sim/control/client.ts';
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import { freePort, stopProcess } from './child-process.ts';
import { cacheDirectory } from './configuration.ts';
import { obtainTemporalBinary, type Say, startTemporalServer } from './temporal-server.ts';

/** A part that is not ready by then has failed; its log says why. */
const READY_TIMEOUT_MS = 40_000;
const LOOK_INTERVAL_MS = 100;
/** Long enough for the simulated routes to arrive, short enough for a story about a site that never answers. */
const CONVERGENCE_SECONDS = 4;

const PROGRAM = fileURLToPath(new URL('./wasl.js', import.meta.url));
export const SAMPLES = fileURLToPath(new URL('../../docs/samples/', import.meta.url));

export interface Person {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly entity?: string;
}

export interface DemoStage {
  readonly apiUrl: string;
  readonly directory: string;
  readonly inventoryFile: string;
  readonly control: ControlClient;
  /** Addresses of everything that runs, for people. */
  readonly addresses: readonly (readonly [string, string])[];
  tokenOf(person: Person): Promise<string>;
  /** `kill -9`: nothing is said to anybody. */
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

export async function openDemoStage(say: Say): Promise<DemoStage> {
  const directory = await mkdtemp(join(tmpdir(), 'wasl-demo-'));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each().catch((error: unknown) => say(`while stopping: ${error}`));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    return await openParts(directory, stops, stop, say);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openParts(
  directory: string,
  stops: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
  say: Say,
): Promise<DemoStage> {
  const at = (name: string) => join(directory, name);
  const run = (name: string, args: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = startPart(at(`${name}.log`), args, env);
    stops.push(() => stopProcess(child));
    return child;
  };

  const simulation = ['sim', join(SAMPLES, 'demo-backbone.yaml'), '--write-inventory', at('inventory.yaml')];
  run('sim', [...simulation, '--write-credentials', at('credentials.yaml'), '--write-control', at('control.json')], {});
  const binary = await obtainTemporalBinary(cacheDirectory(), say);
  const [postgres, temporal, apiPort] = await Promise.all([
    startEmbeddedPostgres({ directory: at('postgres') }).then(async (server) => {
      stops.push(() => server.stop());
      await migrate(server.databaseUrl);
      return server;
    }),
    startTemporalServer(binary, { databaseFile: at('temporal.db') }).then((server) => {
      stops.push(() => server.stop());
      return server;
    }),
    freePort(),
    untilFile(at('control.json')),
  ]);
  const listen = `127.0.0.1:${apiPort}`;
  const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock: () => new Date() });
  await writeFile(at('development-issuer.json'), JSON.stringify(issuer.privateJwk), { mode: 0o600 });
  const env = {
    DATABASE_URL: postgres.databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    WASL_STATE_DIR: directory,
    WASL_LISTEN: listen,
    WASL_CREDENTIALS: at('credentials.yaml'),
    WASL_CONVERGENCE_SECONDS: String(CONVERGENCE_SECONDS),
  };
  run('api', ['serve', '--development-issuer'], env);
  let worker: ChildProcess;
  let workers = 0;
  const startWorker = async (): Promise<void> => {
    workers += 1;
    worker = run(`worker-${workers}`, ['worker'], env);
    await untilText(at(`worker-${workers}.log`), 'worker ready');
  };
  await Promise.all([untilText(at('api.log'), `API: http://${listen}`), startWorker()]);

  const { url, token } = JSON.parse(await readFile(at('control.json'), 'utf8')) as { url: string; token: string };
  const { routers } = parse(await readFile(at('inventory.yaml'), 'utf8')) as { routers: readonly RouterAddress[] };
  return {
    apiUrl: `http://${listen}`,
    directory,
    inventoryFile: at('inventory.yaml'),
    control: controlClient(url, token),
    addresses: [
      ['API', `http://${listen}`],
      ['Temporal', temporal.address],
      ...routers.map(({ name, platform, management }) => {
        return [name, `${management.host}:${management.port} (NETCONF over SSH, ${platform})`] as const;
      }),
      ['logs and inventory', directory],
    ],
    tokenOf: ({ id, roles, entity }) =>
      issuer.mintToken({ person: id, roles, ...(entity === undefined ? {} : { entity }) }),
    async killWorker() {
      const gone = new Promise((resolve) => worker.once('exit', resolve));
      worker.kill('SIGKILL');
      await gone;
    },
    startWorker,
    stop,
  };
}

interface RouterAddress {
  readonly name: string;
  readonly platform: string;
  readonly management: { readonly host: string; readonly port: number };
}

/** A process of its own group: Ctrl-C is for the demonstration, which stops its parts in order; they also end when it is gone. */
function startPart(logFile: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  return spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...env, WASL_STOP_WITH_PARENT: '1' },
    stdio: ['pipe', log, log],
    detached: true,
  });
}

function untilFile(path: string): Promise<void> {
  return untilText(path, '');
}

async function untilText(path: string, text: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const content = await readFile(path, 'utf8').catch(() => null);
    if (content?.includes(text)) return;
    if (Date.now() > deadline)
      throw new Error(`${path} does not say "${text}" after ${READY_TIMEOUT_MS / 1_000} s:\n${content?.slice(-2_000)}`);
    await sleep(LOOK_INTERVAL_MS);
  }
}
