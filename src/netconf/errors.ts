import type { RpcErrorInfo } from './message/rpc-error.ts';

/**
 * Every failure of this library is a `NetconfError` with one of these codes; nothing else is thrown.
 *
 * | code | what happened | worth another try |
 * |---|---|---|
 * | `TRANSPORT` | TCP, SSH or the channel broke | yes |
 * | `CHANNEL_REFUSED` | the server opens no further channel on this connection (RFC 4254 §5.1), OpenSSH's MaxSessions for one; nothing was sent | when another channel has ended |
 * | `AUTH_FAILED` | the server refused every method | no |
 * | `HOST_KEY_UNKNOWN` / `HOST_KEY_MISMATCH` | the server's key is not known / is not the known one, or revoked | no |
 * | `CONNECT_TIMEOUT`, `HELLO_TIMEOUT`, `RPC_TIMEOUT`, `IDLE_TIMEOUT` | a bound of time | yes |
 * | `ABORTED` | the caller's `AbortSignal` | the caller knows |
 * | `SESSION_CLOSED` | called on a session that has ended | on a new session |
 * | `FRAMING` | bytes that RFC 6242 does not allow | no |
 * | `PROTOCOL` | a message that RFC 6241 does not allow | no |
 * | `LIMIT_EXCEEDED` | one of `NetconfLimits` | no |
 * | `CAPABILITY_MISSING` | the server does not offer what the call needs; nothing was sent | no |
 * | `INVALID_REQUEST` | the caller's XML or options; nothing was sent | no |
 * | `RPC_ERROR` | the server refused: `RpcError.errors` | by the error's tag |
 * | `COMMIT_OUTCOME_UNKNOWN` | a request that changes running was sent, its answer never came or said neither yes nor no | never blindly: look first |
 */
export type NetconfErrorCode =
  | 'TRANSPORT'
  | 'CHANNEL_REFUSED'
  | 'AUTH_FAILED'
  | 'HOST_KEY_UNKNOWN'
  | 'HOST_KEY_MISMATCH'
  | 'CONNECT_TIMEOUT'
  | 'HELLO_TIMEOUT'
  | 'RPC_TIMEOUT'
  | 'IDLE_TIMEOUT'
  | 'ABORTED'
  | 'SESSION_CLOSED'
  | 'FRAMING'
  | 'PROTOCOL'
  | 'LIMIT_EXCEEDED'
  | 'CAPABILITY_MISSING'
  | 'INVALID_REQUEST'
  | 'RPC_ERROR'
  | 'COMMIT_OUTCOME_UNKNOWN';

/** Where an error belongs: known parts only. */
export interface ErrorContext {
  /** The PE's name as given to `connect`. */
  readonly peer?: string | undefined;
  /** `commit`, `edit-config`, `connect`, `hello` ... */
  readonly operation?: string | undefined;
  readonly messageId?: string | undefined;
  readonly cause?: unknown;
}

export class NetconfError extends Error {
  override readonly name: string = 'NetconfError';
  readonly code: NetconfErrorCode;
  readonly peer: string | undefined;
  readonly operation: string | undefined;
  readonly messageId: string | undefined;
  /** The fact alone, without the peer and operation that `message` starts with. */
  readonly fact: string;

  constructor(code: NetconfErrorCode, fact: string, context: ErrorContext = {}) {
    super(prefixOf(context) + fact, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.fact = fact;
    this.peer = context.peer;
    this.operation = context.operation;
    this.messageId = context.messageId;
  }
}

/** The server answered with at least one `<rpc-error>` of severity error. */
export class RpcError extends NetconfError {
  override readonly name = 'RpcError';
  /** Every rpc-error of the reply in order, warnings too. */
  readonly errors: readonly RpcErrorInfo[];
  /** The whole reply, as the server sent it. */
  readonly replyXml: string;

  constructor(errors: readonly RpcErrorInfo[], replyXml: string, context: ErrorContext = {}) {
    super('RPC_ERROR', `the server refused: ${describeErrors(errors)}`, context);
    this.errors = errors;
    this.replyXml = replyXml;
  }

  /** The first rpc-error of severity error: what a person should read first. */
  get first(): RpcErrorInfo | undefined {
    return this.errors.find((error) => error.severity === 'error');
  }
}

/**
 * A request that changes running (commit, cancel-commit, edit or copy to running) may have reached the server and its
 * answer is lost: done and refused are both possible. `cause` says how it was lost. Never send it again blindly:
 * reconnect, read running, decide.
 */
export class CommitOutcomeUnknownError extends NetconfError {
  override readonly name = 'CommitOutcomeUnknownError';

  constructor(cause: NetconfError, context: ErrorContext = {}) {
    super(
      'COMMIT_OUTCOME_UNKNOWN',
      `sent, and the answer is lost (${cause.fact}): it may or may not have taken effect`,
      {
        ...context,
        cause,
      },
    );
  }
}

/** Node's socket errors and the like become `TRANSPORT` once, here. */
export function toNetconfError(
  error: unknown,
  context: ErrorContext = {},
  code: NetconfErrorCode = 'TRANSPORT',
): NetconfError {
  if (error instanceof NetconfError) return error;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return new NetconfError(code, printable(text), { ...context, cause: error });
}

/** What a server says goes into messages and terminals: one line, no control characters, bounded. */
export function printable(text: string, lengthMax = 500): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the purpose
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '')}…`;
}

function prefixOf({ peer, operation, messageId }: ErrorContext): string {
  const where = [peer, operation].filter((part) => part !== undefined).join(': ');
  if (where === '') return '';
  return messageId === undefined ? `${where}: ` : `${where} (message-id ${messageId}): `;
}

/** The texts of the first errors, so that a message stays readable; all are in `errors`. */
const ERRORS_IN_MESSAGE = 3;

function describeErrors(errors: readonly RpcErrorInfo[]): string {
  const severe = errors.filter((error) => error.severity === 'error');
  const said = severe.slice(0, ERRORS_IN_MESSAGE).map((error) => {
    const words = printable(error.message ?? 'no message', 200);
    const path = error.path === null ? '' : ` at ${printable(error.path, 200)}`;
    return `${printable(error.tag, 60) || 'no tag'}: ${words}${path}`;
  });
  const rest = severe.length - said.length;
  return rest > 0 ? `${said.join('; ')}; and ${rest} more` : said.join('; ');
}
