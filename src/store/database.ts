import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { KeyEncryption } from '../domain/sealed-text.ts';
import { escapeText } from '../domain/visible-text.ts';
import { isRecordAway, WaslError } from '../errors.ts';
import { isReplyLost, toRunningStoreError, toStoreError } from './store-error.ts';

/** Connections of one process: an API and a few workers stay far below the 100 that a Postgres server allows by default. */
const CONNECTIONS_MAX = 10;
/** A server that is up answers at once; longer means that it is down, and callers retry. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Every query is an indexed look-up; longer means that something is wrong, and a lock must not be held for it. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Beyond the server's own timeout: then the server itself hangs, and the connection is given up. */
const REPLY_TIMEOUT_MS = 20_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
const IDLE_CONNECTION_TIMEOUT_MS = 30_000;

export type StoreTransaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

/** Now; injected so that tests are deterministic. */
export type Clock = () => Date;

export interface Database {
  readonly clock: Clock;
  /** Of this machine, where `clock` is the server's. What time alone ends for good is over by both. */
  readonly ownClock: Clock;
  /** What wraps the keys of personal texts; null: none was given, and such texts are kept in clear. */
  readonly keys: KeyEncryption | null;
  /** One store transaction: all of `action` or nothing. Throws only WaslError; RECORD_OUTCOME_UNKNOWN: one of the two, and not which. */
  transact<T>(action: (transaction: StoreTransaction) => Promise<T>): Promise<T>;
  /** Single statements outside a transaction. Throws only WaslError. */
  read<T>(action: (database: NodePgDatabase) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openDatabase(
  databaseUrl: string,
  clock: Clock,
  keys: KeyEncryption | null = null,
  ownClock: Clock = clock,
): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'wasl',
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: REPLY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('connect', sendOnlyStorable);
  // At start a refused login is a setting to correct; later it is an outage, as rotated passwords and failovers make them.
  let meaningOf = toStoreError;
  pool.on('connect', () => {
    meaningOf = toRunningStoreError;
  });
  // An idle connection that breaks is dropped by the pool; the next call opens a new one or says that the server is away.
  pool.on('error', () => undefined);

  async function use<T>(action: (database: NodePgDatabase) => Promise<T>): Promise<T> {
    try {
      const client = await pool.connect();
      let broken = true;
      // A connection may break while it is checked out and idle between two statements; the next statement then fails.
      const ignore = () => undefined;
      client.on('error', ignore);
      try {
        const result = await action(drizzle({ client }));
        broken = false;
        return result;
      } catch (error) {
        broken = isRecordAway(meaningOf(error).code);
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    } catch (error) {
      throw meaningOf(error);
    }
  }

  return {
    clock,
    ownClock,
    keys,
    read: use,
    transact: (action) => use((database) => transactOn(database, action)),
    close: async () => {
      if (!pool.ended) await pool.end();
    },
  };
}

/** What is written between two statements would look altered to whoever holds them against each other. */
export function atOneMoment<T>(
  database: Pick<Database, 'transact'>,
  read: (tx: StoreTransaction) => Promise<T>,
): Promise<T> {
  return database.transact(async (tx) => {
    await tx.execute(sql`set transaction isolation level repeatable read, read only`);
    return read(tx);
  });
}

/** Until it commits nothing is kept; from there only an answer tells. */
export async function transactOn<T>(
  database: Pick<NodePgDatabase, 'transaction'>,
  action: (transaction: StoreTransaction) => Promise<T>,
): Promise<T> {
  let isCommitting = false;
  try {
    return await database.transaction(async (transaction) => {
      const result = await action(transaction);
      isCommitting = true;
      return result;
    });
  } catch (error) {
    if (!isCommitting || !isReplyLost(error)) throw error;
    throw new WaslError('RECORD_OUTCOME_UNKNOWN', 'the database did not answer whether it kept this', { cause: error });
  }
}

/** Postgres holds no NUL (22021), and half a character would be replaced silently. */
const UNSTORABLE = /[\0\p{Cs}]/gu;

/** The last line of defence of every statement: no text, wherever it came from, makes a step of the record fail. */
function sendOnlyStorable(client: pg.PoolClient): void {
  const send = client.query.bind(client) as (...given: unknown[]) => unknown;
  const query = (config: unknown, values?: unknown, ...rest: unknown[]) =>
    Array.isArray(values) ? send(config, values.map(storable), ...rest) : send(config, values, ...rest);
  client.query = query as typeof client.query;
}

function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable);
  return typeof value === 'string' ? value.replace(UNSTORABLE, escapeText) : value;
}
