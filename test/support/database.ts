import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

const TEMPLATE = 'wasl_template';
/** Any number that wasl itself does not lock. */
const TEMPLATE_LOCK = 42;

export interface TestDatabase {
  /** Of its owner, who may do everything. */
  readonly databaseUrl: string;
  /** Of the role that serves, as stores are opened. */
  readonly applicationUrl: string;
  /** Opens a store on it; closed by `drop` if the test did not. */
  open(clock?: () => Date): Promise<Store>;
  /** Closes the stores and drops the database; without it the database goes with the server at the end of the run. */
  drop(): Promise<void>;
}

/**
 * A migrated, empty database of its own for a test file, on the one server of this run (project `integration`). The first call of a
 * run starts the server and migrates the template (about 1.5 s); each further one copies it (some 50 ms).
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await startEmbeddedPostgres({
    directory: inject('postgresDirectory'),
    // Nothing in it outlives the run.
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300', shared_buffers: '64MB' },
  });
  const administration = server.databaseUrl;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(administration, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await client.query('select 1 from pg_database where datname = $1', [TEMPLATE]);
    if (found.rowCount === 0) await makeTemplate(client, server);
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  // A copy would go by the name of the one that it was made of.
  await withClient(onDatabase(administration, name), (client) =>
    client.query("update installation set id = left(replace(gen_random_uuid()::text, '-', ''), 12)"),
  );
  const databaseUrl = onDatabase(administration, name);
  const applicationUrl = onDatabase(server.applicationUrl, name);
  const stores: Store[] = [];
  return {
    databaseUrl,
    applicationUrl,
    open: async (clock = () => new Date()) => {
      const store = await openStore({ databaseUrl: applicationUrl, clock });
      stores.push(store);
      return store;
    },
    drop: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await withClient(administration, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** For a test that starts and kills a server of its own; cleared with the run, or by the next one when the run is killed. */
export function makeServerDirectory(): Promise<string> {
  return mkdtemp(`${inject('postgresDirectory')}-own-`);
}

/** Under another name until it is migrated: a run that dies here leaves no half template. */
async function makeTemplate(client: pg.Client, server: EmbeddedPostgres): Promise<void> {
  await client.query(`drop database if exists ${TEMPLATE}_unfinished with (force)`);
  await client.query(`create database ${TEMPLATE}_unfinished`);
  await migrate(onDatabase(server.databaseUrl, `${TEMPLATE}_unfinished`), server.application);
  await client.query(`alter database ${TEMPLATE}_unfinished rename to ${TEMPLATE}`);
}

/** The same server and login, another database. */
export function onDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function withClient<T>(databaseUrl: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
