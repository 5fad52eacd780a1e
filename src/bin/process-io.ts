import { createReadStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type CliIo, type CliStream, READER_GONE } from '../cli/cli-io.ts';
import { decodeUtf8 } from '../domain/decode-utf8.ts';
import { WaslError } from '../errors.ts';
import { makeFolder } from '../store/make-folder.ts';
import { stateDirectory } from './configuration.ts';
import { explaining } from './operator-error.ts';
import { replaceFile } from './replace-file.ts';
import { interruption } from './signals.ts';

/** Of a terminal that does not say. */
const COLUMNS_DEFAULT = 100;
/** A file named by a slip of the keyboard is not read whole. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

export interface ProcessIo extends CliIo {
  /** Whoever read the output has gone, as `head` does when it has enough. Nothing more is written, and that is no failure. */
  readonly isReaderGone: () => boolean;
  /** What the system says of standard output where the answer could not be written; null: nothing was lost. */
  readonly lostOutput: () => Error | null;
}

/** The world of a real process, for `bin/`. Ctrl-C, a terminal that closes, or a reader that has gone aborts the signal. */
export function createProcessIo(process: NodeJS.Process): ProcessIo {
  const gone = new AbortController();
  let lost: Error | null = null;
  const streamOf = (stream: NodeJS.WriteStream): CliStream => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') gone.abort(READER_GONE);
      else if (stream === process.stdout) lost ??= error;
    });
    return textStream(stream);
  };
  // A standard input that cannot be read (a folder) fails when Node looks at it.
  const readBytes = (path: string, bytesMax: number) =>
    readBounded(path === '-' ? process.stdin : createReadStream(path), path, bytesMax);
  return {
    isReaderGone: () => gone.signal.aborted,
    lostOutput: () => lost,
    out: streamOf(process.stdout),
    err: streamOf(process.stderr),
    env: process.env,
    readFile: async (path, bytesMax = FILE_BYTES_MAX) => decodeUtf8(await readBytes(path, bytesMax), path),
    readBytes,
    writeFile: async (path, content) => {
      if (path !== '-') return replaceFile(path, content);
      if (!process.stdout.destroyed) process.stdout.write(content);
    },
    keep: keepIn(stateDirectory(process.env)),
    now: () => new Date(),
    offsetOf: (at) => -at.getTimezoneOffset(),
    signal: AbortSignal.any([interruption(), gone.signal]),
    fetch,
  };
}

/** Replaced as a whole: another command reads the old or the new. */
function keepIn(folder: string): CliIo['keep'] {
  const subject = (name: string) => ({
    path: join(folder, name),
    what: 'the login',
    remedy: 'Name a folder of your own in WASL_STATE_DIR.',
  });
  return {
    read: (name) =>
      explaining(subject(name), () =>
        readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return null;
          throw error;
        }),
      ),
    put: (name, text) =>
      explaining(subject(name), async () => {
        await makeFolder(folder, 0o700);
        const next = join(folder, `${name}.${process.pid}`);
        await rm(next, { force: true });
        await writeFile(next, text, { mode: 0o600, flag: 'wx' });
        await rename(next, join(folder, name));
      }),
    remove: (name) => explaining(subject(name), () => rm(join(folder, name), { force: true })),
  };
}

/** Devices and pipes have no size and may have no end: what is too much is noticed on the way. */
export async function readBounded(source: Readable, path: string, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of source as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bytesMax) {
      const remedy = 'Name a file of text.';
      throw new WaslError('INPUT_INVALID', `it is larger than ${bytesMax} bytes`, { path, remedy });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
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
