import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createTestDatabase, onDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let empty: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const name = `${new URL(database.databaseUrl).pathname.slice(1)}_empty`;
  await query(database.databaseUrl, `create database ${name}`);
  empty = onDatabase(database.databaseUrl, name);
});
afterAll(() => database.drop());

async function query(databaseUrl: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return (await client.query(text).finally(() => client.end())).rows;
}

test('a store on a database without tables says what is missing', async () => {
  const store = await openStore({ databaseUrl: empty, clock: () => new Date() });
  await expect(store.readInventory()).rejects.toMatchObject({
    code: 'CONFIGURATION',
    remedy: expect.stringContaining('migrations'),
  });
  await store.close();
});

test('four that migrate at once migrate once', async () => {
  await Promise.all([1, 2, 3, 4].map(() => migrate(empty)));
  const applied = await query(empty, 'select hash from drizzle.__drizzle_migrations');
  expect(applied.length).toBeGreaterThan(0);
  expect(new Set(applied.map(({ hash }) => hash)).size).toBe(applied.length);
  const store = await openStore({ databaseUrl: empty, clock: () => new Date() });
  expect(await store.readInventory()).toBeNull();
  await store.close();
});

test('without a server, migrating and opening say so', async () => {
  const nowhere = 'postgres://wasl:secret@127.0.0.1:1/wasl';
  const open = () => openStore({ databaseUrl: nowhere, clock: () => new Date() });
  for (const attempt of [() => migrate(nowhere), open]) {
    await expect(attempt()).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: 'the database does not answer (ECONNREFUSED)',
    });
  }
});
