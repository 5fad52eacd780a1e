import { type ErrorCode, WaslError } from '../errors.ts';
import {
  lockHolderSessionId,
  NetconfError,
  type NetconfErrorCode,
  printable,
  RpcError,
  type RpcErrorInfo,
} from '../netconf/index.ts';

const CODES: Readonly<Record<NetconfErrorCode, ErrorCode>> = {
  TRANSPORT: 'SESSION_LOST',
  CHANNEL_REFUSED: 'ROUTER_CHANNEL_REFUSED',
  AUTH_FAILED: 'ROUTER_AUTH_FAILED',
  HOST_KEY_UNKNOWN: 'ROUTER_HOST_KEY',
  HOST_KEY_MISMATCH: 'ROUTER_HOST_KEY',
  CONNECT_TIMEOUT: 'ROUTER_UNREACHABLE',
  HELLO_TIMEOUT: 'ROUTER_TIMEOUT',
  RPC_TIMEOUT: 'ROUTER_TIMEOUT',
  IDLE_TIMEOUT: 'ROUTER_TIMEOUT',
  ABORTED: 'SESSION_LOST',
  SESSION_CLOSED: 'SESSION_LOST',
  FRAMING: 'ROUTER_PROTOCOL',
  PROTOCOL: 'ROUTER_PROTOCOL',
  LIMIT_EXCEEDED: 'ROUTER_PROTOCOL',
  CAPABILITY_MISSING: 'ROUTER_CAPABILITY',
  INVALID_REQUEST: 'INTERNAL',
  RPC_ERROR: 'ROUTER_REFUSED',
  COMMIT_OUTCOME_UNKNOWN: 'COMMIT_OUTCOME_UNKNOWN',
};

/** RFC 6241 appendix A: tags that say that somebody else is at work, not that the request is wrong. */
const LOCKED_TAGS: ReadonlySet<string> = new Set(['lock-denied', 'in-use']);

/** Every error of the NETCONF client becomes a WaslError with the PE, the operation and what the server said, once, here. */
export function translateError(error: unknown, pe: string, stage: 'connect' | 'session'): unknown {
  if (!(error instanceof NetconfError)) return error;
  const facts = { path: pe, cause: error };
  const message = error.peer === pe ? error.message : `${pe}: ${error.message}`;
  if (error instanceof RpcError) {
    const locked = error.errors.some(({ severity, tag }) => severity === 'error' && LOCKED_TAGS.has(tag));
    const details = { operation: error.operation, rpcErrors: error.errors.map(describeRpcError) };
    return new WaslError(locked ? 'ROUTER_LOCKED' : 'ROUTER_REFUSED', message, { ...facts, details });
  }
  // Before there is a session, a broken transport is a router that cannot be reached.
  const code = stage === 'connect' && error.code === 'TRANSPORT' ? 'ROUTER_UNREACHABLE' : CODES[error.code];
  return new WaslError(code, message, { ...facts, details: { operation: error.operation } });
}

/** As JSON: the whole rpc-error without the parsed trees. */
function describeRpcError({ type, tag, severity, appTag, path, message, infoXml }: RpcErrorInfo) {
  return { type, tag, severity, appTag, path, message, infoXml };
}

/** Warnings as sentences. */
export function describeWarnings(warnings: readonly RpcErrorInfo[]): string[] {
  return warnings.map(({ message, path, tag }) =>
    [message ?? tag, path].flatMap((part) => (part ? [printable(part)] : [])).join(' at '),
  );
}

/** Who holds a lock, from the error of a refused one; null when nobody is named: then it may be a dirty candidate. */
export function lockHolder(error: RpcError): string | null {
  for (const info of error.errors) {
    const session = lockHolderSessionId(info);
    if (session === null || session === 0) continue;
    return info.message === null ? `session ${session}` : `session ${session} (${printable(info.message)})`;
  }
  return null;
}
