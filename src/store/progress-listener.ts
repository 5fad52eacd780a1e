import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PROGRESS_CHANNEL } from './progress-rows.ts';
import { toRunningStoreError } from './store-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** After the server went away: first soon, then not so often that a restarting server is kept busy. */
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;

export interface ProgressListener {
  /** Throws DATABASE_UNAVAILABLE when the first listener finds no server. */
  subscribe(listener: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** From the first subscriber to the last; its client is replaced when the connection breaks. */
interface Session {
  readonly ending: AbortController;
  client: Promise<pg.Client | null>;
}

/**
 * One connection that listens for all subscribers of this process, open while there are any; it cannot come from the pool, which
 * gives connections to anyone. When it breaks it is opened again, and every subscriber is called: something may have been missed.
 */
export function openProgressListener(databaseUrl: string): ProgressListener {
  const listeners = new Set<() => void>();
  let session: Session | null = null;

  const callAll = () => {
    for (const listener of listeners) listener();
  };

  async function connect(own: Session): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'wasl-listen',
      keepAlive: true,
    });
    // Until the server listens for us, a failure is the caller's; afterwards it is a loss.
    client.on('error', () => undefined);
    try {
      await client.connect();
      client.on('notification', callAll);
      await client.query(`listen ${PROGRESS_CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw toRunningStoreError(error);
    }
    client.once('end', () => {
      if (!own.ending.signal.aborted) own.client = reconnect(own);
    });
    return client;
  }

  /** null when the session was ended meanwhile. */
  async function reconnect(own: Session): Promise<pg.Client | null> {
    const { signal } = own.ending;
    for (let waitMs = RECONNECT_MIN_MS; ; waitMs = Math.min(waitMs * 2, RECONNECT_MAX_MS)) {
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return null;
      const client = await connect(own).catch(() => null);
      if (client === null) continue;
      callAll();
      return client;
    }
  }

  async function end(own: Session): Promise<void> {
    if (session === own) session = null;
    own.ending.abort();
    const client = await own.client.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  function begin(): Session {
    const own: Session = { ending: new AbortController(), client: Promise.resolve(null) };
    own.client = connect(own);
    return own;
  }

  return {
    async subscribe(listener) {
      const called = () => listener();
      listeners.add(called);
      session ??= begin();
      const own = session;
      try {
        await own.client;
      } catch (error) {
        listeners.delete(called);
        await end(own);
        throw error;
      }
      return async () => {
        listeners.delete(called);
        if (listeners.size === 0 && session !== null) await end(session);
      };
    },

    async close() {
      listeners.clear();
      if (session !== null) await end(session);
    },
  };
}
