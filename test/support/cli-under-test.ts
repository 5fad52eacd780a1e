import { readFile, writeFile } from 'node:fs/promises';
import type { CliStream } from '../../src/cli/cli-io.ts';
import type { ZoneOffset } from '../../src/cli/local-time.ts';
import { type CliHooks, runCli } from '../../src/cli/main.ts';

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliSettings {
  readonly isTerminal?: boolean;
  readonly fetch?: typeof fetch;
  readonly hooks?: CliHooks;
  readonly signal?: AbortSignal;
  readonly offsetOf?: ZoneOffset;
  /** What commands leave each other; without it they leave nothing. */
  readonly kept?: Map<string, string>;
  readonly now?: () => Date;
}

/** One run of the CLI with its output in strings. */
export async function runForTest(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  settings: CliSettings = {},
): Promise<CliRun> {
  const text = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): CliStream => ({
    isTerminal: settings.isTerminal === true,
    columns: 120,
    write: (chunk) => {
      text[name] += chunk;
    },
  });
  const kept = settings.kept ?? new Map<string, string>();
  const io = {
    out: stream('out'),
    err: stream('err'),
    env,
    readFile: (path: string) => readFile(path, 'utf8'),
    readBytes: (path: string) => readFile(path),
    writeFile: (path: string, content: string | Uint8Array) => writeFile(path, content),
    keep: {
      read: async (name: string) => kept.get(name) ?? null,
      put: async (name: string, content: string) => void kept.set(name, content),
      remove: async (name: string) => void kept.delete(name),
    },
    now: settings.now ?? (() => new Date()),
    offsetOf: settings.offsetOf ?? (() => 0),
    signal: settings.signal ?? new AbortController().signal,
    fetch: settings.fetch ?? fetch,
  };
  const code = await runCli(argv, io, settings.hooks);
  return { code, ...text };
}
