import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { toStoreError } from './store-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Another process may be migrating: long enough for a large table to be rewritten. */
const LOCK_WAIT_MS = 120_000;

/** Brings the database to this version's tables. API and worker may call it at the same time: one migrates, the other waits. */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = connectionFor(databaseUrl);
  try {
    await client.connect();
    await client.query(`set lock_timeout = ${LOCK_WAIT_MS}`);
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    await applyMigrations(drizzle({ client }), {
      migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)),
    });
  } catch (error) {
    throw toStoreError(error);
  } finally {
    // The lock belongs to the session and ends with it.
    await client.end().catch(() => undefined);
  }
}

function connectionFor(databaseUrl: string): pg.Client {
  try {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'wasl-migrate',
    });
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    // The driver reads the files that the address names.
    throw toStoreError(error);
  }
}
