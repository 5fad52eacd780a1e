import type { ClientChannel } from 'ssh2';
import { NetconfError, toNetconfError } from '../errors.ts';
import { DEFAULT_TIMEOUTS } from '../limits.ts';
import type { SshConnection } from './connection.ts';

export interface ExecOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** More is an error, not a truncation. Default 16 MiB: a full VPN table of a PE as text. */
  readonly stdoutBytesMax?: number | undefined;
}

export interface ExecResult {
  /** The exit status; null where the server ended it by a signal or did not say. */
  readonly code: number | null;
  readonly stdout: string;
  /** The first 64 KiB. */
  readonly stderr: string;
}

const STDOUT_BYTES_MAX = 16 * 1024 * 1024;
const STDERR_BYTES_KEPT = 64 * 1024;

/** Runs a command on the server (RFC 4254 §6.5), on a channel of its own beside the NETCONF sessions. */
export function execCommand(
  connection: SshConnection,
  command: string,
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { timeoutMs = DEFAULT_TIMEOUTS.rpcTimeoutMs, signal } = options;
  const deadline = performance.now() + timeoutMs;
  return connection.openExec(command, { timeoutMs, signal }, (channel) =>
    collect(channel, connection, deadline, { ...options, timeoutMs }),
  );
}

function collect(
  channel: ClientChannel,
  connection: SshConnection,
  deadline: number,
  { timeoutMs, signal, stdoutBytesMax = STDOUT_BYTES_MAX }: ExecOptions,
): Promise<ExecResult> {
  const context = { peer: connection.name, operation: 'exec' };
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let stdoutBytes = 0;
    let stderrBytes = 0;
    const fail = (error: NetconfError) => {
      release();
      channel.close();
      reject(new NetconfError(error.code, error.fact, { ...context, cause: error.cause }));
    };
    const onAbort = () => fail(new NetconfError('ABORTED', 'given up by the caller'));
    const timer = setTimeout(
      () => fail(new NetconfError('RPC_TIMEOUT', `the command did not end in ${timeoutMs} ms`)),
      Math.max(0, deadline - performance.now()),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    const release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    channel.on('data', (piece: Buffer) => {
      stdoutBytes += piece.length;
      if (stdoutBytes > stdoutBytesMax)
        fail(new NetconfError('LIMIT_EXCEEDED', `more than ${stdoutBytesMax} bytes of output`));
      else stdout.push(piece);
    });
    channel.stderr.on('data', (piece: Buffer) => {
      if (stderrBytes < STDERR_BYTES_KEPT) stderr.push(piece.subarray(0, STDERR_BYTES_KEPT - stderrBytes));
      stderrBytes += piece.length;
    });
    channel.on('error', (error: Error) => fail(toNetconfError(error)));
    // Carries what `exit` told, whenever that was: undefined where nothing was told, null for a signal (ssh2's Channel).
    channel.on('close', (status?: number | null) => {
      release();
      const lost = status === undefined ? connection.reason : null;
      if (lost !== null) return fail(lost);
      const [out, err] = [stdout, stderr].map((pieces) => Buffer.concat(pieces).toString('utf8'));
      resolve({ code: status ?? null, stdout: out ?? '', stderr: err ?? '' });
    });
  });
}
