/** `wasl` as people start it: a process, in a group of its own where a terminal's Ctrl-C would reach all of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/bin/wasl.js', import.meta.url));
const LOOK_MS = 50;

export interface WaslProcess {
  readonly child: ChildProcess;
  /** Standard output and error so far. */
  text(): string;
  says(text: string, withinMs?: number): Promise<void>;
  /** To the whole process group. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code when the process has ended and closed its output. */
  readonly ended: Promise<number | null>;
}

export function startWasl(argv: readonly string[], env: Readonly<Record<string, string>>): WaslProcess {
  return startProgram(process.execPath, [PROGRAM, ...argv], env);
}

export function startProgram(
  file: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
) {
  const child = spawn(file, argv, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const running: WaslProcess = {
    child,
    text: () => text,
    ended,
    async says(wanted, withinMs = 120_000) {
      for (const until = Date.now() + withinMs; !text.includes(wanted); await sleep(LOOK_MS)) {
        if (Date.now() > until || child.exitCode !== null) throw new Error(`it did not say ${wanted}:\n${text}`);
      }
    },
    signal(signal) {
      try {
        process.kill(-(child.pid ?? 0), signal);
      } catch {
        // It has ended.
      }
    },
  };
  return running;
}

/** Command lines of living processes that name this folder: what a part that was left behind shows. */
export function processesNaming(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return line.includes(folder) || environment.includes(folder) ? [`${pid} ${line}`] : [];
      } catch {
        return [];
      }
    });
}
