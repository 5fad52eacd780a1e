import type { ZoneOffset } from './local-time.ts';

/** Where text goes: a terminal or a pipe. */
export interface CliStream {
  readonly isTerminal: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** Everything that the commands touch of the world. `bin/` makes it from the process, tests from strings. */
export interface CliIo {
  readonly out: CliStream;
  readonly err: CliStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `-` is standard input. Throws INPUT_INVALID beyond `bytesMax`, which is that of a document that a person writes where none is given. */
  readFile(path: string, bytesMax?: number): Promise<string>;
  /** The same, byte for byte. */
  readBytes(path: string, bytesMax: number): Promise<Buffer>;
  /** Replaces what is there, as a whole or not at all; `-` is standard output. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Small secrets that one user's commands leave each other, by file name; nobody else may read them. */
  readonly keep: {
    /** Null: there is none. */
    read(name: string): Promise<string | null>;
    put(name: string, text: string): Promise<void>;
    remove(name: string): Promise<void>;
  };
  readonly now: () => Date;
  /** Of the reader's zone (TZ). */
  readonly offsetOf: ZoneOffset;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}

/** Why `signal` is aborted where nobody reads the output any more: no wish to stop, so what decides something is still sent. */
export const READER_GONE = new DOMException('nobody reads the output any more', 'AbortError');
