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
export async function execCommand(
  connection: SshConnection,
  command: string,
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { timeoutMs = DEFAULT_TIMEOUTS.rpcTimeoutMs, signal, stdoutBytesMax = STDOUT_BYTES_MAX } = options;
  const started = performance.now();
  const channel = await connection.openExec(command, { timeoutMs, signal });
  const context = { peer: connection.name, operation: 'exec' };
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let stdoutBytes = 0;
    let stderrBytes = 0;
    let code: number | null = null;
    let exited = false;
    const fail = (error: NetconfError) => {
      release();
      channel.close();
      reject(new NetconfError(error.code, error.fact, { ...context, cause: error.cause }));
    };
    const onAbort = () => fail(new NetconfError('ABORTED', 'given up by the caller'));
    const left = Math.max(0, timeoutMs - (performance.now() - started));
    const timer = setTimeout(
      () => fail(new NetconfError('RPC_TIMEOUT', `the command did not end in ${timeoutMs} ms`)),
      left,
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
    channel.on('exit', (status: number | null) => {
      exited = true;
      code = status;
    });
    channel.on('error', (error: Error) => fail(toNetconfError(error)));
    channel.on('close', () => {
      release();
      const lost = exited ? null : connection.reason;
      if (lost !== null) return fail(lost);
      resolve({ code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
}
