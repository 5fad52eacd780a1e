/** A worker in a process of its own, which a test may kill as power cuts do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerProcessOptions } from './worker-process.ts';

const PROGRAM = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
const WRONG_CLOCK = new URL('./wrong-clock.js', import.meta.url).href;

export interface RunningWorkerProcess {
  readonly pid: number;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM, as supervisors stop a worker. Resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** `clockAheadMs`: its host's clock is off by that. `onStart` is given what ends it, before it is ready. */
export async function startWorkerChild(
  options: WorkerProcessOptions,
  clockAheadMs: number,
  onStart: (kill: () => Promise<void>) => void,
): Promise<RunningWorkerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', WRONG_CLOCK, PROGRAM], {
    env: { ...process.env, WASL_TEST_WORKER: JSON.stringify(options), WASL_TEST_CLOCK_AHEAD: String(clockAheadMs) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  onStart(kill);
  await untilReady(child);
  const terminate = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = await gone;
    return code as number | null;
  };
  return { pid: child.pid ?? 0, kill, terminate };
}

async function untilReady(child: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${said}`)));
    child.stdout?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('worker ready')) resolve();
    });
  });
}
