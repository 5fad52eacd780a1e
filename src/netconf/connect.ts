import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import type { Capture } from './capture.ts';
import { NetconfError, printable } from './errors.ts';
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type NetconfLimits } from './limits.ts';
import type { BaseVersion } from './message/hello.ts';
import { checkConnectOptions, checkSessionOptions } from './options.ts';
import { keepAlive } from './session/keepalive.ts';
import { MessageLayer } from './session/message-layer.ts';
import { NetconfSession } from './session/session.ts';
import { SshConnection, type SshConnectOptions } from './ssh/connection.ts';

/** What a server needs that is not in its hello: data, not code. */
export interface SessionProfile {
  /** Sent beside the base versions: Huawei wants its own, SR OS `urn:nokia.com:nc:pc` for a private candidate. */
  readonly clientCapabilities?: readonly string[] | undefined;
  /** Default both; `['1.0']` for a server that offers chunked framing and gets it wrong. */
  readonly baseVersions?: readonly BaseVersion[] | undefined;
  /** Wait before the first rpc: yuma's netconfd (2.13) loses one that arrives in one read with our hello. Default 0. */
  readonly pauseAfterHelloMs?: number | undefined;
  /** Huawei VRP pads messages with NUL bytes. Default false: NUL is malformed XML. */
  readonly dropNulBytes?: boolean | undefined;
  /** False for a server that offers less than it can do (default true: what is not offered is not sent). */
  readonly checkCapabilities?: boolean | undefined;
}

export interface SessionOptions extends SessionProfile {
  readonly helloTimeoutMs?: number | undefined;
  /** Default for every call of the session. */
  readonly rpcTimeoutMs?: number | undefined;
  readonly closeTimeoutMs?: number | undefined;
  /** A silent session is probed this often, never while an rpc runs. Default off: TCP's keepalive is on anyway. */
  readonly keepaliveIntervalMs?: number | undefined;
  readonly limits?: Partial<NetconfLimits> | undefined;
  /** Sees every message, in clear: give it `createCapture().record`, which masks. */
  readonly capture?: Capture | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConnectOptions extends SshConnectOptions, SessionOptions {}

/**
 * Connects and opens one NETCONF session. The SSH connection ends with its last session.
 *
 * @throws NetconfError as `SshConnection.connect`, and `HELLO_TIMEOUT`, `FRAMING`, `PROTOCOL`, `LIMIT_EXCEEDED`
 */
export async function connect(options: ConnectOptions): Promise<NetconfSession> {
  checkConnectOptions(options);
  const connection = await SshConnection.connect(options);
  try {
    return await openSession(connection, options);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** One more session on a connection that is there. */
export async function openSession(connection: SshConnection, options: SessionOptions = {}): Promise<NetconfSession> {
  checkSessionOptions(options);
  const { helloTimeoutMs = DEFAULT_TIMEOUTS.helloTimeoutMs, signal } = options;
  const started = performance.now();
  return connection.openNetconf({ timeoutMs: helloTimeoutMs, signal }, (channel) => {
    const lastWords = collectLastWords(channel);
    const left = Math.max(1, helloTimeoutMs - (performance.now() - started));
    return establish(channel, { ...options, helloTimeoutMs: left }, connection.name, connection, () => {
      return connection.reason ?? lastWords();
    });
  });
}

/** A session over a byte stream that is there already: a replay, or another secure transport. */
export function openSessionOverStream(
  stream: Duplex,
  options: SessionOptions & { readonly name?: string } = {},
): Promise<NetconfSession> {
  return establish(stream, options, options.name ?? 'stream', null, () => null);
}

/** Up to its first `await` it stands on the stream with all listeners. */
async function establish(
  stream: Duplex,
  options: SessionOptions,
  peer: string,
  connection: SshConnection | null,
  reasonOfEnd: () => NetconfError | null,
): Promise<NetconfSession> {
  checkSessionOptions(options);
  const { signal, pauseAfterHelloMs = 0, keepaliveIntervalMs } = options;
  const release = connection?.use();
  const messages = new MessageLayer(stream, {
    peer,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    baseVersions: options.baseVersions ?? ['1.0', '1.1'],
    clientCapabilities: options.clientCapabilities ?? [],
    helloTimeoutMs: options.helloTimeoutMs ?? DEFAULT_TIMEOUTS.helloTimeoutMs,
    dropNulBytes: options.dropNulBytes ?? false,
    capture: options.capture,
    reasonOfEnd,
  });
  void messages.ended.then(release);
  const onAbort = () => messages.fail(new NetconfError('ABORTED', 'given up by the caller', { cause: signal?.reason }));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    const { sessionId, capabilities } = await messages.hello;
    if (pauseAfterHelloMs > 0) await sleep(pauseAfterHelloMs);
    if (keepaliveIntervalMs !== undefined) {
      keepAlive(messages, { intervalMs: keepaliveIntervalMs, answerWithinMs: KEEPALIVE_ANSWER_MS });
    }
    return new NetconfSession({
      peer,
      sessionId,
      capabilities,
      messages,
      connection,
      rpcTimeoutMs: options.rpcTimeoutMs ?? DEFAULT_TIMEOUTS.rpcTimeoutMs,
      closeTimeoutMs: options.closeTimeoutMs ?? DEFAULT_TIMEOUTS.closeTimeoutMs,
      checkCapabilities: options.checkCapabilities ?? true,
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** How long a probe of an idle session may take; generous, as a control plane that converges answers late. */
const KEEPALIVE_ANSWER_MS = 15_000;
const LAST_WORDS_BYTES = 1_024;

/** What the subsystem wrote to stderr and its exit status: often the only trace of why a server ended a session. */
function collectLastWords(channel: ClientChannel): () => NetconfError | null {
  let stderr = '';
  let status = '';
  channel.stderr.on('data', (piece: Buffer) => {
    stderr = (stderr + piece.toString('latin1')).slice(-LAST_WORDS_BYTES);
  });
  channel.on('exit', (code: number | null, signal?: string) => {
    status = code === null ? ` (signal ${printable(signal ?? '', 20)})` : ` (exit status ${code})`;
  });
  return () => {
    if (stderr === '' && status === '') return null;
    const said = printable(stderr);
    return new NetconfError(
      'TRANSPORT',
      `the server closed the channel${status}${said === '' ? '' : `, saying: ${said}`}`,
    );
  };
}
