/** What every peer is asked to do, in its own process: one JSON task a line on standard input, one JSON answer a line on standard output. */

/** The server, as every peer gets it on its command line. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly keyFile: string;
  /** For clients that check host keys. */
  readonly knownHosts: string;
  /** What this server needs between hello and first rpc; 0 for most. */
  readonly pauseAfterHelloMs: number;
}

export type Task =
  /** Opens the session that later tasks use; not timed. */
  | { readonly kind: 'open' }
  /** Connects one after the other; only the time until a session can be used counts, not its end. */
  | { readonly kind: 'connect'; readonly count: number }
  /** All at once, one rpc in each; until the last is answered. `keep` leaves them open. */
  | { readonly kind: 'sessions'; readonly count: number; readonly keep: boolean }
  /** discard-changes, one after the other. */
  | { readonly kind: 'rpcs'; readonly count: number }
  /** The same, `width` of them under way on one session. */
  | { readonly kind: 'concurrent'; readonly count: number; readonly width: number }
  /** get-config of so many bytes, in chunks of so many (0: one chunk); of all that the server has where `bytes` is 0. */
  | { readonly kind: 'get'; readonly bytes: number; readonly chunk: number; readonly as: 'text' | 'tree' }
  /** The same as a stream of bytes, which only wasl has. */
  | { readonly kind: 'stream'; readonly bytes: number; readonly chunk: number }
  /** The same; the answer is the peak of heap and buffers above what they were before. */
  | { readonly kind: 'held-by-stream'; readonly bytes: number; readonly chunk: number };

export interface Answer {
  /** Bytes for a task that asks for bytes. */
  readonly seconds: number;
  readonly error?: string;
}

/** The filter that tells the byte server how much to send. */
export const sizeFilter = (bytes: number, chunk: number): string => `<size xmlns="urn:bench">${bytes} ${chunk}</size>`;
