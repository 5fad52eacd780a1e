/** What must not outlive the benchmark, however it ends: servers, workers, directories. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Print } from './report.ts';

type Stop = () => Promise<unknown>;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_INTERVAL_MS = 500;
const registered = new Set<Stop>();

/** Registers what a signal must stop. The returned function stops it in the ordinary way; both together stop it once. */
export function stopAtEnd(stop: Stop): () => Promise<void> {
  registered.add(stop);
  return async () => {
    if (registered.delete(stop)) await stop();
  };
}

/** The first signal stops everything in the reverse order of its start; a second one of the same kind ends the process at once. */
export function endOnSignals(print: Print): void {
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      print(`${signal}: stopping what was started; once more ends at once`);
      // What still uses the parts fails now, as it must.
      process.on('uncaughtException', () => undefined);
      void stopEverything(print).finally(() => process.exit(128 + constants.signals[signal]));
    });
  }
}

/**
 * npm hands a signal to its shell alone, and that ends without a word to this process. So where npm started it, this process looks
 * whether the shell is still there. Linux only.
 */
export function endWithNpm(print: Print): void {
  if (process.env.npm_command === undefined || process.platform !== 'linux') return;
  const shell = parentOf(process.ppid);
  const watch = setInterval(() => {
    if (parentOf(process.ppid) === shell) return;
    clearInterval(watch);
    print('npm has ended: stopping what was started');
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_INTERVAL_MS);
  watch.unref();
}

/** The parent of a process; null when it has ended. */
function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return null;
  }
}

async function stopEverything(print: Print): Promise<void> {
  for (const stop of [...registered].reverse()) {
    registered.delete(stop);
    await stop().catch((error: unknown) => print(`did not stop: ${error instanceof Error ? error.message : error}`));
  }
}
