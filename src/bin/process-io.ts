import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { CliIo, CliStream } from '../cli/cli-io.ts';
import { decodeUtf8 } from '../domain/decode-utf8.ts';
import { interruption } from './signals.ts';

/** Of a terminal that does not say. */
const COLUMNS_DEFAULT = 100;
/** A file named by a slip of the keyboard is not read whole. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

export interface ProcessIo extends CliIo {
  /** Whoever read the output has gone, as `head` does when it has enough. Nothing more is written, and that is no failure. */
  readonly isReaderGone: () => boolean;
}

/** The world of a real process, for `bin/`. Ctrl-C, a terminal that closes, or a reader that has gone aborts the signal. */
export function createProcessIo(process: NodeJS.Process): ProcessIo {
  const gone = new AbortController();
  const streamOf = (stream: NodeJS.WriteStream): CliStream => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      gone.abort();
    });
    return textStream(stream);
  };
  return {
    isReaderGone: () => gone.signal.aborted,
    out: streamOf(process.stdout),
    err: streamOf(process.stderr),
    env: process.env,
    readFile: async (path) => {
      const content = path === '-' ? await buffer(process.stdin) : await readFile(path);
      if (content.length > FILE_BYTES_MAX) throw new RangeError(`${path} is larger than ${FILE_BYTES_MAX} bytes`);
      return decodeUtf8(content, path);
    },
    writeFile: (path, text) => writeFile(path, text),
    now: () => new Date(),
    signal: AbortSignal.any([interruption(), gone.signal]),
    fetch,
  };
}

function textStream(stream: NodeJS.WriteStream): CliStream {
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? COLUMNS_DEFAULT;
    },
    write(content) {
      if (!stream.destroyed) stream.write(content);
    },
  };
}
