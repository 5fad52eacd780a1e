import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PROGRESS_CHANNEL } from './progress-rows.ts';
import { toStoreError } from './store-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** After the server went away: first soon, then not so often that a restarting server is kept busy. */
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;

export interface ProgressListener {
  /** Throws DATABASE_UNAVAILABLE when the first listener finds no server. */
  subscribe(listener: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * One connection that listens for all subscribers of this process, open while there are any; it cannot come from the pool, which
 * gives connections to anyone. When it breaks it is opened again, and every subscriber is called: something may have been missed.
 */
export function openProgressListener(databaseUrl: string): ProgressListener {
  const listeners = new Set<() => void>();
  let connection: Promise<pg.Client> | null = null;
  const closing = new AbortController();

  const callAll = () => {
    for (const listener of listeners) listener();
  };

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'wasl-listen',
      keepAlive: true,
    });
    let lost = false;
    const onLost = () => {
      if (lost) return;
      lost = true;
      client.end().catch(() => undefined);
      if (connection !== null && listeners.size > 0 && !closing.signal.aborted) connection = reconnect();
    };
    // Until the server has answered, a failure is the caller's; afterwards it is a loss.
    client.on('error', () => undefined);
    try {
      await client.connect();
      client.on('notification', callAll);
      await client.query(`listen ${PROGRESS_CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw toStoreError(error);
    }
    client.on('error', onLost);
    client.on('end', onLost);
    return client;
  }

  async function reconnect(): Promise<pg.Client> {
    for (let waitMs = RECONNECT_MIN_MS; ; waitMs = Math.min(waitMs * 2, RECONNECT_MAX_MS)) {
      await sleep(waitMs, undefined, { signal: closing.signal, ref: false });
      try {
        const client = await connect();
        callAll();
        return client;
      } catch {
        // The server is still away: wait longer.
      }
    }
  }

  async function disconnect(): Promise<void> {
    const open = connection;
    connection = null;
    const client = await open?.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  return {
    async subscribe(listener) {
      const own = () => listener();
      listeners.add(own);
      connection ??= connect();
      try {
        await connection;
      } catch (error) {
        listeners.delete(own);
        connection = null;
        throw error;
      }
      return async () => {
        listeners.delete(own);
        if (listeners.size === 0) await disconnect();
      };
    },

    async close() {
      closing.abort();
      listeners.clear();
      await disconnect();
    },
  };
}
