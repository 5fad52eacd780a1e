import { type ErrorCode, WaslError } from '../errors.ts';

/**
 * What an SQLSTATE means here. `away`: the same call may succeed later. `refused`: the server will not have us as we are set up.
 * `structure`: its tables or rights are not as this release needs them. `defect`: of wasl, which sent what it should not.
 */
interface Meaning {
  readonly is: 'away' | 'refused' | 'structure' | 'defect';
  readonly fact?: string;
  readonly remedy?: string;
}

const DEFECT: Meaning = { is: 'defect' };
const AWAY: Meaning = { is: 'away' };
const LOG = 'Look into the log of the database server and at its disk; then it goes on by itself.';
const LOGIN: Meaning = {
  is: 'refused',
  fact: 'the database does not let wasl in',
  remedy: 'Correct the user or the password in DATABASE_URL, or what the server asks of this user (pg_hba.conf).',
};
const STRUCTURE: Meaning = {
  is: 'structure',
  remedy:
    'Run `wasl migrate` of this release with the login of their owner: it runs the migrations and gives the user of DATABASE_URL what it needs.',
};
const FULL: Meaning = {
  is: 'away',
  fact: 'the disk of the database is full',
  remedy: 'Free space on the disk of the database server; then it goes on by itself.',
};

/** Every class of Postgres (its manual, appendix A: 17), and what single codes mean otherwise. The longest that fits counts. */
export const SQLSTATES: Readonly<Record<string, Meaning>> = {
  ...defects(
    '00',
    '01',
    '02',
    '03',
    '09',
    '0A',
    '0B',
    '0F',
    '0L',
    '0P',
    '0Z',
    '10',
    '20',
    '21',
    '22',
    '23',
    '24',
    '25',
    '26',
  ),
  ...defects('27', '2B', '2D', '2F', '34', '38', '39', '3B', '42', '44', 'HV', 'P0'),
  '08': AWAY,
  '25006': {
    is: 'away',
    fact: 'the database takes no writes',
    remedy: 'It is a standby, or was set to read only: let it take writes, or name the primary in DATABASE_URL.',
  },
  '25P03': AWAY,
  '25P04': AWAY,
  '28': LOGIN,
  '28P01': {
    is: 'refused',
    fact: 'the database does not take the password',
    remedy: 'Correct the password in DATABASE_URL, or set that one for the user in the database.',
  },
  '3D': {
    is: 'refused',
    fact: 'there is no such database',
    remedy: 'Correct the name of the database in DATABASE_URL, or create it.',
  },
  '3F': STRUCTURE,
  '40': AWAY,
  '42501': STRUCTURE,
  '42703': STRUCTURE,
  '42883': STRUCTURE,
  '42P01': STRUCTURE,
  '53': {
    is: 'away',
    remedy: 'Give the database server more of what it lacks (its log says what); then it goes on by itself.',
  },
  '53100': FULL,
  '53200': { is: 'away', fact: 'the database is out of memory', remedy: LOG },
  '53300': {
    is: 'away',
    fact: 'the database takes no more connections',
    remedy: 'Close what others hold open, or raise max_connections; then it goes on by itself.',
  },
  // 54000: it protects itself from running out of transaction numbers.
  '54': { is: 'away', remedy: LOG },
  '55': AWAY,
  '57': AWAY,
  '58': { is: 'away', fact: 'the database has trouble with its disk', remedy: LOG },
  '72': AWAY,
  F0: { is: 'away', fact: 'the database cannot read its configuration', remedy: LOG },
  XX: { is: 'away', fact: 'the database has trouble inside, or damaged data', remedy: LOG },
};

function defects(...classes: readonly string[]): Record<string, Meaning> {
  return Object.fromEntries(classes.map((one) => [one, DEFECT]));
}

/** undefined: no SQLSTATE. */
export function meaningOf(code: string | null): Meaning | undefined {
  return code !== null && SQLSTATE.test(code) ? (SQLSTATES[code] ?? SQLSTATES[code.slice(0, 2)] ?? DEFECT) : undefined;
}

/** Codes of the system (`EPIPE`) have no digit. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

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

/** After the server has let us in once: what it says of the login or of TLS now is an outage to wait for, no fault of a setting. */
export function toRunningStoreError(error: unknown): WaslError {
  const mapped = toStoreError(error);
  if (mapped.code !== 'CONFIGURATION' || error instanceof WaslError) return mapped;
  if (meaningOf(stateOf(error))?.is === 'structure') return mapped;
  return new WaslError('DATABASE_UNAVAILABLE', `${mapped.message}; before, it let wasl in`, { remedy: mapped.remedy });
}

/** Every failure of the driver as a WaslError. Neither SQL, nor parameters, nor credentials get into it. */
export function toStoreError(error: unknown): WaslError {
  if (error instanceof WaslError) return error;
  const origin = originOf(error);
  const code = textMember(origin, 'code');
  const message = origin instanceof Error ? origin.message : '';
  const meaning = meaningOf(code);
  if (meaning !== undefined && meaning.is !== 'defect') return toldError(meaning, code ?? '');
  const setting = settingFault(origin, code, message);
  if (setting !== null) {
    const remedy = 'Correct the part of DATABASE_URL that says so, after the question mark or before the @.';
    return new WaslError('CONFIGURATION', setting, { path: 'DATABASE_URL', remedy });
  }
  if ((code !== null && CONNECTION_CODES.test(code)) || CONNECTION_MESSAGES.test(message)) {
    return new WaslError('DATABASE_UNAVAILABLE', `the database does not answer${code === null ? '' : ` (${code})`}`);
  }
  const constraint = textMember(origin, 'constraint');
  for (const [pattern, fault, fact] of CONSTRAINTS) {
    if (constraint !== null && pattern.test(constraint)) return new WaslError(fault, fact);
  }
  if (code === null)
    return new WaslError('INTERNAL', 'the store failed before the database had a say', { cause: origin });
  return new WaslError('INTERNAL', `the database refused a statement (${code})`, {
    details: { sqlState: code, constraint },
  });
}

function toldError({ is, fact, remedy }: Meaning, code: string): WaslError {
  const facts = remedy === undefined ? {} : { remedy };
  if (is === 'away')
    return new WaslError('DATABASE_UNAVAILABLE', `${fact ?? 'the database cannot serve this now'} (${code})`, facts);
  return new WaslError('CONFIGURATION', `${fact ?? 'the database refuses wasl'} (${code})`, {
    path: 'DATABASE_URL',
    ...facts,
  });
}

/** Whether whoever sent a commit does not know what became of it: no answer, or one that says so (08007, 40003), or the server went away. */
export function isReplyLost(error: unknown): boolean {
  const code = stateOf(error);
  if (meaningOf(code) !== undefined) return /^(08|40003|57P)/.test(code ?? '');
  return toStoreError(error).code === 'DATABASE_UNAVAILABLE';
}

export function saysState(error: unknown, pattern: RegExp): boolean {
  const code = stateOf(error);
  return code !== null && pattern.test(code);
}

const stateOf = (error: unknown): string | null => textMember(originOf(error), 'code');

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
