/** Finds or obtains a Temporal server and starts it for development: one process, one SQLite file, loopback only. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { WaslError } from '../errors.ts';
import { makeFolder } from '../store/make-folder.ts';
import { freePort, stopProcess } from './child-process.ts';
import { explaining } from './operator-error.ts';

/** The newest release of the module that `go install` takes: later ones have replace directives. */
const GO_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const GO_INSTALL_TIMEOUT_MS = 15 * 60_000;
const DOWNLOAD_TIMEOUT_MS = 3 * 60_000;
const START_TIMEOUT_MS = 30_000;
/** What was acknowledged outlives a killed server, which is what a development server must stand; a lost machine may cost its last moments. */
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];
/** A tenth of its CPU time for some 100 MB of memory. */
const ENVIRONMENT = { GOGC: '300' };

export type Say = (line: string) => void;

export interface TemporalServer {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Path of a `temporal` binary: on PATH, cached, the SDK's own download, or built by Go. Throws CONFIGURATION with what was tried. */
export async function obtainTemporalBinary(cacheDirectory: string, say: Say, stop?: AbortSignal): Promise<string> {
  const directory = join(cacheDirectory, 'temporal');
  const present = (await onPath('temporal')) ?? (await firstExecutable(directory));
  if (present !== null) return present;

  const subject = {
    path: directory,
    what: 'the folder for a Temporal server',
    remedy: 'Name another one in XDG_CACHE_HOME.',
  };
  await explaining(subject, () => makeFolder(directory));
  const tried: string[] = ['no `temporal` on PATH'];
  say('Temporal server: none found; asking the SDK to download one');
  try {
    await downloadBySdk(directory, stop);
    const downloaded = await firstExecutable(directory);
    if (downloaded !== null) return downloaded;
    tried.push('the SDK downloaded nothing');
  } catch {
    stop?.throwIfAborted();
    tried.push("the SDK's download failed");
  }
  if ((await onPath('go')) === null) tried.push('no `go` on PATH to build it with');
  else {
    say(`Temporal server: the download failed; building ${GO_MODULE} with Go (3 to 6 minutes, once)`);
    try {
      await installByGo(directory, say, stop);
      const built = await firstExecutable(directory);
      if (built !== null) return built;
    } catch (error) {
      stop?.throwIfAborted();
      tried.push(`go install failed: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    }
  }
  throw new WaslError('CONFIGURATION', `there is no Temporal server to run: ${tried.join('; ')}`, {
    path: 'TEMPORAL_ADDRESS',
    remedy: 'Set TEMPORAL_ADDRESS to a running server, put `temporal` on PATH, or install Go 1.23 or newer.',
  });
}

/** Starts `temporal server start-dev` and waits until it serves. `port` 0 takes a free one. */
export async function startTemporalServer(
  binary: string,
  options: { readonly databaseFile: string; readonly port?: number },
): Promise<TemporalServer> {
  const port = options.port || (await freePort());
  const args = [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'error',
    ...PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
  ];
  // A group of its own: Ctrl-C reaches wasl, which stops the server after its own parts.
  const child = spawn(binary, [...args, '--db-filename', options.databaseFile], {
    detached: true,
    stdio: 'ignore',
    env: { ...ENVIRONMENT, ...process.env },
  });
  const failed = once(child, 'error').then(([error]) => {
    throw new WaslError('CONFIGURATION', `${binary} does not start`, { cause: error });
  });
  failed.catch(() => undefined);
  const address = `127.0.0.1:${port}`;
  try {
    await Promise.race([untilServing(address, () => child.exitCode !== null), failed]);
    if (child.pid === undefined) throw new WaslError('CONFIGURATION', `${binary} has no process`);
    return { address, pid: child.pid, stop: () => stopProcess(child) };
  } catch (error) {
    if (child.pid !== undefined) await stopProcess(child);
    throw error;
  }
}

async function untilServing(address: string, exited: () => boolean): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 2_000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
      return;
    } catch (error) {
      if (exited() || Date.now() > deadline) {
        throw new WaslError('TEMPORAL_UNAVAILABLE', `the Temporal server at ${address} did not come up`, {
          cause: error,
        });
      }
      await sleep(100);
    }
  }
}

async function downloadBySdk(directory: string, stop: AbortSignal | undefined): Promise<void> {
  const executable = { type: 'cached-download', downloadDir: directory, version: 'default' } as const;
  // Heavy, and for development only: a process that is told where Temporal is never loads it.
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const download = TestWorkflowEnvironment.createLocal({ server: { executable } }).then((server) => server.teardown());
  download.catch(() => undefined);
  await Promise.race([
    download,
    sleep(DOWNLOAD_TIMEOUT_MS, undefined, { ref: false, ...(stop && { signal: stop }) }).then(() =>
      Promise.reject(new Error('timed out')),
    ),
  ]);
}

async function installByGo(directory: string, say: Say, stop: AbortSignal | undefined): Promise<void> {
  const startedAtMs = Date.now();
  const progress = setInterval(() => {
    say(`Temporal server: still building (${Math.round((Date.now() - startedAtMs) / 1_000)} s)`);
  }, 30_000);
  try {
    await promisify(execFile)('go', ['install', GO_MODULE], {
      env: { ...process.env, GOBIN: directory, GOFLAGS: '-mod=mod' },
      timeout: GO_INSTALL_TIMEOUT_MS,
      ...(stop && { signal: stop }),
    });
  } finally {
    clearInterval(progress);
  }
}

async function onPath(name: string): Promise<string | null> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, name);
    if (directory !== '' && (await isExecutable(path))) return path;
  }
  return null;
}

async function firstExecutable(directory: string): Promise<string | null> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('temporal')).sort()) {
    if (await isExecutable(join(directory, name))) return join(directory, name);
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
