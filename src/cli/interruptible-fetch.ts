import { decides } from '../api/client.ts';
import { type CliIo, READER_GONE } from './cli-io.ts';

/**
 * Ctrl-C between two calls of a command: the next is not sent. Within one that reads: it is cut. Within one that decides something the server may
 * have it already, so its answer is waited for and told; another Ctrl-C ends the process without it.
 */
export function interruptibleFetch(io: CliIo, onAwaited: () => void): typeof fetch {
  return async (input, init = {}) => {
    if (!decides(String(input), init.method)) {
      const signals = [io.signal, ...(init.signal ? [init.signal] : [])];
      return io.fetch(input, { ...init, signal: AbortSignal.any(signals) });
    }
    if (io.signal.aborted && io.signal.reason !== READER_GONE) throw io.signal.reason;
    if (io.signal.aborted) onAwaited();
    io.signal.addEventListener('abort', onAwaited);
    try {
      return await io.fetch(input, init);
    } finally {
      io.signal.removeEventListener('abort', onAwaited);
    }
  };
}

/** Thrown because of the signal, and no answer of a server. */
export function isCutBy(signal: AbortSignal, error: unknown): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && isCutBy(signal, error.cause));
}
