import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { WaslError } from '../errors.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { grantApplication } from './grant-application.ts';
import { toStoreError } from './store-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Another process may be migrating: long enough for a large table to be rewritten. */
const LOCK_WAIT_MS = 120_000;
const MIGRATIONS = new URL('./migrations', import.meta.url);

/**
 * Brings the database to this version's tables, as their owner. API and worker may call it at the same time: one migrates, the other waits.
 * `application`: the role that serves, which gets what it needs of them and no more. Throws CONFIGURATION for a login that owns no table that is there.
 */
export async function migrate(ownerUrl: string, application: string | null = null): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    await client.query(`set lock_timeout = ${LOCK_WAIT_MS}`);
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    await refuseOther(client);
    await applyMigrations(drizzle({ client }), { migrationsFolder: fileURLToPath(MIGRATIONS) });
    if (application !== null) await grantApplication(client, application);
  });
}

/**
 * Tables for a process that has one login only. Whose role owns them, or finds none, migrates; the application's role, which owns nothing, looks
 * whether they are of this release, or a later one. Throws CONFIGURATION where they are older.
 */
export async function migrateOrCheck(databaseUrl: string): Promise<'owner' | 'application'> {
  const owns = await withClient(databaseUrl, ownsTables);
  if (owns !== false) {
    await migrate(databaseUrl);
    return 'owner';
  }
  const journal = JSON.parse(await readFile(new URL('./migrations/meta/_journal.json', import.meta.url), 'utf8')) as {
    readonly entries: readonly { readonly when: number }[];
  };
  const wanted = journal.entries.at(-1)?.when ?? 0;
  const applied = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query('select max(created_at) as last from drizzle.__drizzle_migrations');
    return Number(rows[0]?.last);
  });
  if (applied >= wanted) return 'application';
  throw new WaslError('CONFIGURATION', 'the tables are of an older release', {
    path: 'DATABASE_URL',
    remedy: 'Run `wasl migrate` of this release, with the login of their owner, then start this again.',
  });
}

/** null: there are no tables. */
async function ownsTables(client: pg.Client): Promise<boolean | null> {
  const { rows } = await client.query<{ owns: boolean }>(
    `select pg_has_role(current_user, relowner, 'usage') as owns from pg_class where oid = to_regclass('ledger')`,
  );
  return rows[0]?.owns ?? null;
}

async function refuseOther(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ owner: string; me: string }>(
    `select pg_get_userbyid(relowner) as owner, current_user as me from pg_class
     where oid = to_regclass('ledger') and not pg_has_role(current_user, relowner, 'usage')`,
  );
  const [other] = rows;
  if (other === undefined) return;
  const { owner, me } = other;
  throw new WaslError('CONFIGURATION', `the tables belong to ${owner}, and not to ${me}`, {
    path: 'WASL_DATABASE_OWNER_URL',
    remedy: `Log in as ${owner}; or have a superuser, connected to this very database, run: reassign owned by ${owner} to ${me}`,
  });
}

async function withClient<T>(databaseUrl: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = connectionFor(databaseUrl);
  try {
    await client.connect();
    return await action(client);
  } catch (error) {
    throw error instanceof WaslError ? error : toStoreError(error);
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
