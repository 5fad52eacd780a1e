import { type ErrorCode, WaslError } from '../errors.ts';

/** SQLSTATE classes and codes after which the same call may succeed: the server is away, starting, full, takes no writes since a failover, or gave up on a lock. */
const TRANSIENT_STATES = /^(08|40|53|55P03|57014|57P0[1-5]|25006|25P0[34])/;
/** The server is there but will not have us: wrong password, no such database, no right. */
const CONFIGURATION_STATES = /^(28|3D000|42501|42P01|3F000)/;
const CONNECTION_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/;
/** pg says these without a code. */
const CONNECTION_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|timeout expired|after calling end on the pool|Client was closed/i;

/** Foreign keys and checks by name: what their violation means to the caller. */
const CONSTRAINTS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/^(journal|router_turns)_change$|_change_id_changes_id_fk$/, 'CHANGE_UNKNOWN', 'there is no such change'],
  [/^progress_interconnect$|_interconnect_id_interconnects_id_fk$/, 'INTERCONNECT_UNKNOWN', 'no such interconnect'],
  [/^interconnects_parties_ordered$/, 'REQUEST_PARTIES', 'both parties are the same entity'],
];

/** What more it refuses once it has let us in: rights and tables. Those no waiting brings. */
const STRUCTURE_STATES = /^(42501|42P01|3F000)/;

/** After the server has let us in once: what it says of the login or of TLS now is an outage to wait for, no fault of a setting. */
export function toRunningStoreError(error: unknown): WaslError {
  const mapped = toStoreError(error);
  const code = textMember(originOf(error), 'code') ?? '';
  if (mapped.code !== 'CONFIGURATION' || error instanceof WaslError || STRUCTURE_STATES.test(code)) return mapped;
  return new WaslError('DATABASE_UNAVAILABLE', `${mapped.message}; before, it let wasl in`);
}

/** Every failure of the driver as a WaslError. Neither SQL, nor parameters, nor credentials get into it. */
export function toStoreError(error: unknown): WaslError {
  if (error instanceof WaslError) return error;
  const origin = originOf(error);
  const code = textMember(origin, 'code');
  const message = origin instanceof Error ? origin.message : '';
  if (code !== null && TRANSIENT_STATES.test(code)) {
    return new WaslError('DATABASE_UNAVAILABLE', `the database cannot serve this now (${code})`);
  }
  const setting = settingFault(origin, code, message);
  if (setting !== null) {
    const remedy = 'Correct the part of DATABASE_URL that says so, after the question mark or before the @.';
    return new WaslError('CONFIGURATION', setting, { path: 'DATABASE_URL', remedy });
  }
  if ((code !== null && CONNECTION_CODES.test(code)) || CONNECTION_MESSAGES.test(message)) {
    return new WaslError('DATABASE_UNAVAILABLE', `the database does not answer${code === null ? '' : ` (${code})`}`);
  }
  if (code !== null && CONFIGURATION_STATES.test(code)) {
    return new WaslError('CONFIGURATION', `the database refuses wasl (${code})`, {
      path: 'DATABASE_URL',
      remedy: 'Check the user, password and database name, and that the migrations have run.',
    });
  }
  const constraint = textMember(origin, 'constraint');
  for (const [pattern, meaning, fact] of CONSTRAINTS) {
    if (constraint !== null && pattern.test(constraint)) return new WaslError(meaning, fact);
  }
  if (code === null)
    return new WaslError('INTERNAL', 'the store failed before the database had a say', { cause: origin });
  return new WaslError('INTERNAL', `the database refused a statement (${code})`, {
    details: { sqlState: code, constraint },
  });
}

/** What the driver finds before the server has a say: TLS that one side does not have, a file that is not there, no password. */
function settingFault(origin: unknown, code: string | null, message: string): string | null {
  if (/does not support SSL connections/.test(message)) return 'the database offers no TLS, which sslmode asks for';
  if (code !== null && /^(ERR_(TLS|SSL|OSSL)|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH)/.test(code)) {
    return `the certificate of the database is not accepted (${code})`;
  }
  if (code === 'ENOENT' && textMember(origin, 'syscall') === 'open') {
    return 'a certificate or key that the address of the database names is not there';
  }
  if (/client password must be a (non-empty )?string/.test(message))
    return 'the database asks for a password, and none is set';
  return null;
}

/** Drizzle wraps the driver's error in one whose message holds SQL and parameters; a refused connect to several addresses is an AggregateError. */
function originOf(error: unknown): unknown {
  let origin = error;
  for (let depth = 0; depth < 8; depth++) {
    if (origin instanceof AggregateError && origin.errors.length > 0) origin = origin.errors[0];
    else if (origin instanceof Error && origin.cause instanceof Error && textMember(origin, 'code') === null) {
      origin = origin.cause;
    } else break;
  }
  return origin;
}

function textMember(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null || !(name in value)) return null;
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' ? member : null;
}
