import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { NetconfError, printable, toNetconfError } from '../errors.ts';
import { DEFAULT_TIMEOUTS } from '../limits.ts';
import { checkConnectOptions } from '../options.ts';
import { chooseAlgorithms, type LegacyAlgorithm } from './algorithms.ts';
import { authMethods, createLogin, type SshAuth } from './authentication.ts';
import { createHostKeyCheck, type HostKeyPolicy } from './host-key.ts';

export interface SshTarget {
  readonly host: string;
  /** 830 for NETCONF (RFC 6242 §7), 22 for a jump host. */
  readonly port?: number | undefined;
  readonly username: string;
  /** One method, or several in the order to try. */
  readonly auth: SshAuth | readonly SshAuth[];
  readonly hostKey: HostKeyPolicy;
  /** Algorithms that are no longer safe, by name, for routers that have nothing else. */
  readonly legacyAlgorithms?: readonly LegacyAlgorithm[] | undefined;
}

export interface SshConnectOptions extends SshTarget {
  /** Its name in every message; default `host`. */
  readonly name?: string | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hosts to go through, first hop first; each with its own host key and login. */
  readonly jumpHosts?: readonly SshTarget[] | undefined;
  /** A stream to use in place of a TCP connection (call home, tests). */
  readonly stream?: Duplex | undefined;
}

export const NETCONF_SSH_PORT = 830;
const JUMP_PORT = 22;
/** TCP's own keepalive finds a dead peer without a byte for the SSH or NETCONF server to answer. */
const TCP_KEEPALIVE_DELAY_MS = 30_000;

/** One authenticated SSH connection: channels for NETCONF sessions and for commands. */
export class SshConnection {
  readonly name: string;
  /** The methods by which it logged in, by RFC 4252's names. */
  readonly login: readonly string[];
  /** Resolves when the connection is gone, with the reason where it was not ended by us. */
  readonly closed: Promise<NetconfError | null>;
  private readonly client: Client;
  private failure: NetconfError | null = null;
  private ending = false;
  private gone = false;
  private users = 0;

  private constructor(name: string, client: Client, under: SshConnection | null, login: readonly string[]) {
    this.name = name;
    this.login = login;
    this.client = client;
    client.on('error', (error: Error) => {
      this.failure ??= toNetconfError(error, { peer: name });
    });
    this.closed = new Promise((resolve) => {
      client.on('close', () => {
        this.gone = true;
        under?.end();
        resolve(this.ending ? null : this.whyGone());
      });
    });
  }

  /**
   * TCP, key exchange, host key and login within `connectTimeoutMs`, hop by hop.
   *
   * @throws NetconfError `TRANSPORT`, `CONNECT_TIMEOUT`, `ABORTED`, `HOST_KEY_*`, `AUTH_FAILED`, `INVALID_REQUEST`
   */
  static async connect(options: SshConnectOptions): Promise<SshConnection> {
    checkConnectOptions(options);
    const { connectTimeoutMs = DEFAULT_TIMEOUTS.connectTimeoutMs, signal } = options;
    const name = options.name ?? options.host;
    const deadline = performance.now() + connectTimeoutMs;
    let under: SshConnection | null = null;
    try {
      const hops = [...(options.jumpHosts ?? []), options];
      for (const [index, hop] of hops.entries()) {
        const last = index === hops.length - 1;
        const port = hop.port ?? (last ? NETCONF_SSH_PORT : JUMP_PORT);
        const hopName = last ? name : `${name} (jump host ${hop.host})`;
        const timing = { totalMs: connectTimeoutMs, deadline, signal };
        under = await SshConnection.openHop(hopName, { ...hop, port }, options.stream, under, timing);
      }
    } catch (error) {
      under?.destroy();
      throw error;
    }
    // The loop ran at least once: the target itself is a hop.
    return under as SshConnection;
  }

  get isOpen(): boolean {
    return !this.gone && !this.ending && this.failure === null;
  }

  /** Why the connection is gone, or null while it is there. */
  get reason(): NetconfError | null {
    return this.failure ?? (this.gone ? this.whyGone() : null);
  }

  /** A channel with the SSH subsystem `netconf` (RFC 6242 §3.1). */
  openNetconf<T>(timing: ChannelTiming, listen: ChannelListener<T>): Promise<T> {
    return this.openChannel('netconf subsystem', timing, (done) => this.client.subsys('netconf', done), listen);
  }

  openExec<T>(command: string, timing: ChannelTiming, listen: ChannelListener<T>): Promise<T> {
    return this.openChannel('exec', timing, (done) => this.client.exec(command, done), listen);
  }

  /** Counts a user of the connection; the returned function gives it back, and the last one ends the connection. */
  use(): () => void {
    this.users += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.users -= 1;
      if (this.users === 0) this.end();
    };
  }

  end(): void {
    this.ending = true;
    this.client.end();
  }

  destroy(): void {
    this.ending = true;
    this.client.destroy();
  }

  private forward<T>(host: string, port: number, timing: ChannelTiming, listen: ChannelListener<T>): Promise<T> {
    const open = (done: ChannelCallback) => void this.client.forwardOut('127.0.0.1', 0, host, port, done);
    return this.openChannel(`forward to ${host}`, timing, open, listen);
  }

  private openChannel<T>(
    operation: string,
    timing: ChannelTiming,
    open: (done: ChannelCallback) => void,
    listen: ChannelListener<T>,
  ): Promise<T> {
    const context = { peer: this.name, operation };
    return new Promise((resolve, reject) => {
      let settled = false;
      const fail = (error: NetconfError) => {
        if (settled) return;
        settled = true;
        release();
        reject(new NetconfError(error.code, error.fact, { ...context, cause: error.cause }));
      };
      const onClose = () => fail(this.whyGone());
      const release = watch(timing, this.client, onClose, (code, fact) => fail(new NetconfError(code, fact)));
      if (!this.isOpen) return fail(this.reason ?? new NetconfError('SESSION_CLOSED', 'the connection was ended'));
      try {
        open((error, channel) => {
          if (error !== undefined) {
            const code = isOpenFailure(error) ? 'CHANNEL_REFUSED' : 'TRANSPORT';
            return fail(new NetconfError(code, `the server refused it: ${printable(error.message)}`));
          }
          if (settled) return void channel.close();
          settled = true;
          release();
          try {
            resolve(listen(channel));
          } catch (thrown) {
            channel.close();
            reject(thrown);
          }
        });
      } catch (cause) {
        // ssh2 throws where the socket has ended and its close is still to come.
        fail(this.whyGone(cause));
      }
    });
  }

  private whyGone(cause?: unknown): NetconfError {
    return (
      this.failure ?? new NetconfError('TRANSPORT', 'the server closed the connection', { peer: this.name, cause })
    );
  }

  /** Directly, or through the hop before. */
  private static openHop(
    name: string,
    target: SshTarget & { readonly port: number },
    stream: Duplex | undefined,
    under: SshConnection | null,
    timing: LoginTiming,
  ): Promise<SshConnection> {
    if (under === null) return SshConnection.open(name, target, stream, null, timing);
    const forwarding = { timeoutMs: timing.deadline - performance.now(), signal: timing.signal };
    return under.forward(target.host, target.port, forwarding, (forwarded) =>
      SshConnection.open(name, target, forwarded, under, timing),
    );
  }

  private static open(
    name: string,
    target: SshTarget & { readonly port: number },
    stream: Duplex | undefined,
    under: SshConnection | null,
    timing: LoginTiming,
  ): Promise<SshConnection> {
    const context = { peer: name, operation: 'connect' };
    const check = createHostKeyCheck(target.hostKey, target.host, target.port);
    const login = createLogin(authMethods(target.username, target.auth));
    const algorithms = chooseAlgorithms(check.acceptableTypes, target.legacyAlgorithms);
    const client = new ssh2.Client();
    return new Promise((resolve, reject) => {
      let hostKeyError: NetconfError | null = null;
      const fail = (error: NetconfError) => {
        release();
        client.on('error', () => undefined);
        client.destroy();
        reject(new NetconfError(error.code, error.fact, { ...context, cause: error.cause }));
      };
      const onClose = () =>
        fail(new NetconfError('TRANSPORT', 'the server closed the connection before the login was done'));
      const setbacks: string[] = [];
      const onError = (error: Ssh2Error) => {
        // ssh2 goes on with the next method after these.
        if (isSetback(error)) setbacks.push(printable(error.message, 200));
        else fail(hostKeyError ?? fromSsh2(error, target, setbacks));
      };
      const onReady = () => {
        release();
        resolve(new SshConnection(name, client, under, login.taken()));
      };
      const waiting: ChannelTiming = { timeoutMs: timing.deadline - performance.now(), signal: timing.signal };
      const unwatch = watch(waiting, client, onClose, (code, fact) => {
        const late = code === 'ABORTED' ? fact : `no login within ${timing.totalMs} ms`;
        fail(new NetconfError(code === 'ABORTED' ? code : 'CONNECT_TIMEOUT', late));
      });
      const release = () => {
        unwatch();
        client.off('error', onError);
        client.off('ready', onReady);
      };
      client.on('error', onError);
      client.on('ready', onReady);
      client.on('connect', () => setTcpOptions(client));
      if (timing.signal?.aborted === true) return;
      // Its end was told before we listened: a caller that hung up while it was being identified.
      if (stream?.destroyed === true) return onClose();
      client.connect({
        host: target.host,
        port: target.port,
        username: target.username,
        authHandler: login.handler,
        hostVerifier: (key: Buffer) => {
          try {
            check.verify(key);
            return true;
          } catch (error) {
            hostKeyError = toNetconfError(error);
            return false;
          }
        },
        algorithms,
        readyTimeout: 0,
        ...(stream === undefined ? {} : { sock: stream }),
      });
    });
  }
}

interface LoginTiming {
  /** Granted to all hops together, for the message. */
  readonly totalMs: number;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

export interface ChannelTiming {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts its listeners on a channel before anything can arrive on it: it is called while the packet that opened the channel is
 * handled, and the server's output, exit status and close may stand in the same read. A promise would be too late for them.
 */
export type ChannelListener<T> = (channel: ClientChannel) => T | Promise<T>;

type ChannelCallback = (error: Error | undefined, channel: ClientChannel) => void;

/** Calls back once for a timeout, an abort or the end of the connection; the returned function stops watching. */
function watch(
  { timeoutMs, signal }: ChannelTiming,
  client: Client,
  onClose: () => void,
  onEnd: (code: 'CONNECT_TIMEOUT' | 'ABORTED', fact: string) => void,
): () => void {
  const timer = setTimeout(
    () => onEnd('CONNECT_TIMEOUT', `no answer within ${Math.ceil(timeoutMs)} ms`),
    Math.max(0, timeoutMs),
  );
  const onAbort = () => onEnd('ABORTED', 'given up by the caller');
  signal?.addEventListener('abort', onAbort, { once: true });
  client.on('close', onClose);
  if (signal?.aborted === true) queueMicrotask(onAbort);
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    client.off('close', onClose);
  };
}

type Ssh2Error = Error & { readonly level?: string };

/** ssh2 gives the reason code of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 §5.1); a refused request on an open channel has none. */
const isOpenFailure = (error: Error): boolean => 'reason' in error && typeof error.reason === 'number';

const NO_METHOD_LEFT = /methods failed/;

/** An agent that is not there, a key that does not sign: one method less, and not the end. */
function isSetback(error: Ssh2Error): boolean {
  return error.level === 'agent' || (error.level === 'client-authentication' && !NO_METHOD_LEFT.test(error.message));
}

function fromSsh2(error: Ssh2Error, target: SshTarget, setbacks: readonly string[]): NetconfError {
  if (error.level !== 'client-authentication') return toNetconfError(error);
  const why = setbacks.length === 0 ? '' : ` (${setbacks.join('; ')})`;
  const user = JSON.stringify(target.username);
  return new NetconfError('AUTH_FAILED', `the server refused every login method for user ${user}${why}`, {
    cause: error,
  });
}

/** No Nagle: an rpc is one write and must leave at once. */
function setTcpOptions(client: Client): void {
  client.setNoDelay(true);
  const socket: unknown = Reflect.get(client, '_sock');
  if (
    typeof socket === 'object' &&
    socket !== null &&
    'setKeepAlive' in socket &&
    typeof socket.setKeepAlive === 'function'
  ) {
    socket.setKeepAlive(true, TCP_KEEPALIVE_DELAY_MS);
  }
}
