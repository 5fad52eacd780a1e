/** The role that serves: it owns nothing, and can only add to the ledger. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, migrateOrCheck } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createTestDatabase, onDatabase, type TestDatabase } from '../../support/database.ts';
import { onServer } from '../../support/installation.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const store = await database.open();
  await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: {} });
  await store.saveTreeNodes([{ level: 8, index: 0, hash: 'aa' }]);
  await store.saveCheckpoint({ size: 1, note: 'a note', after: 0 });
  await store.saveTimestamp({ size: 1, token: 'a token' });
  await store.saveCosignature({ size: 1, witness: 'a witness', line: 'a line', from: 'witness-1' as never });
});
afterAll(() => database.drop());

const asApplication = (text: string) => onServer(database.applicationUrl, text);
const VOUCHING = ['ledger', 'ledger_nodes', 'ledger_checkpoints', 'ledger_cosignatures', 'ledger_timestamps'] as const;

describe.each(VOUCHING)('%s', (table) => {
  const column = {
    ledger: 'actor',
    ledger_nodes: 'hash',
    ledger_checkpoints: 'note',
    ledger_cosignatures: 'line',
    ledger_timestamps: 'token',
  }[table];
  const key =
    { ledger: 'sequence', ledger_nodes: 'level, index', ledger_checkpoints: 'size', ledger_timestamps: 'size' }[
      String(table)
    ] ?? 'size, witness';
  test.each([
    ['update', `update ${table} set ${column} = 'ghost'`, 'permission denied'],
    ['delete', `delete from ${table}`, 'permission denied'],
    ['truncate', `truncate ${table} cascade`, 'permission denied'],
    ['merge', `merge into ${table} t using (select 1) s on true when matched then delete`, 'permission denied'],
    [
      'upsert',
      `insert into ${table} select * from ${table} on conflict (${key}) do update set ${column} = ''`,
      'permission denied',
    ],
    ['alter', `alter table ${table} add column ghost text`, 'must be owner'],
    ['disabled trigger', `alter table ${table} disable trigger user`, 'must be owner'],
    ['dropped trigger', `drop trigger ${table}_append_only on ${table}`, 'must be owner'],
    [
      'another trigger',
      `create trigger ghost before insert on ${table} execute function refuse_ledger_rewrite()`,
      'permission denied',
    ],
    ['rule', `create rule ghost as on insert to ${table} do instead nothing`, 'must be owner'],
    ['drop', `drop table ${table} cascade`, 'must be owner'],
  ])('takes no %s', async (_what, statement, why) => {
    await expect(asApplication(statement)).rejects.toThrow(why);
    const { rows } = await query(`select count(*)::int as rows from ${table}`);
    expect(rows).toEqual([{ rows: 1 }]);
  });
});

async function query(text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  return client.query(text).finally(() => client.end());
}

describe('the application', () => {
  test('gives itself nothing', async () => {
    for (const table of VOUCHING) {
      await asApplication(`grant all on ${table} to wasl_application`);
      await expect(asApplication(`delete from ${table}`)).rejects.toThrow('permission denied');
    }
  });

  test('gets around no trigger, replaces no function, and makes nothing of its own', async () => {
    for (const statement of [
      `set session_replication_role = replica`,
      `create or replace function refuse_ledger_rewrite() returns trigger language plpgsql as 'begin return null; end'`,
      `create table ghost (row text)`,
      `create schema ghost`,
      `set role wasl`,
      `alter role wasl_application superuser`,
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('ghost', 9999999999999)`,
    ]) {
      await expect(asApplication(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    }
    const { rows } = await query(`
      select relname from pg_class where pg_get_userbyid(relowner) = 'wasl_application'
      union all select proname from pg_proc where pg_get_userbyid(proowner) = 'wasl_application'`);
    expect(rows).toEqual([]);
  });

  test('looks whether the tables are of its release, and its owner migrates', async () => {
    expect(await migrateOrCheck(database.applicationUrl)).toBe('application');
    expect(await migrateOrCheck(database.databaseUrl)).toBe('owner');
    await onServer(database.databaseUrl, 'update drizzle.__drizzle_migrations set created_at = created_at - 1');
    await expect(migrateOrCheck(database.applicationUrl)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'the tables are of an older release',
    });
    await onServer(database.databaseUrl, 'update drizzle.__drizzle_migrations set created_at = created_at + 1');
  });

  test('is a role that is there, and not the owner in other clothes', async () => {
    await expect(migrate(database.databaseUrl, 'nobody')).rejects.toThrow('there is no role nobody');
    await expect(migrate(database.databaseUrl, 'wasl')).rejects.toThrow('can act as the owner of the tables');
    await expect(migrate(database.applicationUrl, 'wasl_application')).rejects.toMatchObject({
      ...{ code: 'CONFIGURATION', path: 'WASL_DATABASE_OWNER_URL' },
      message: 'the tables belong to wasl, and not to wasl_application',
      remedy: expect.stringContaining(
        'connected to this very database, run: reassign owned by wasl to wasl_application',
      ),
    });
  });

  test('is given its rights by `wasl migrate`, which alone logs in as the owner', async () => {
    const { databaseUrl, applicationUrl } = database;
    const program = new URL('../../../src/bin/wasl.js', import.meta.url).pathname;
    const run = (env: Readonly<Record<string, string>>) =>
      promisify(execFile)(process.execPath, [program, 'migrate'], { env: { PATH: process.env.PATH, ...env } }).then(
        ({ stdout, stderr }) => ({ code: 0, says: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code, says: String(stdout) + String(stderr) }),
      );
    await onServer(databaseUrl, 'revoke all on all tables in schema public from wasl_application');
    await expect(asApplication('select from ledger')).rejects.toThrow('permission denied');
    expect(await run({ WASL_DATABASE_OWNER_URL: databaseUrl, DATABASE_URL: applicationUrl })).toEqual({
      code: 0,
      says: expect.stringContaining('the tables are of this release, and wasl_application serves on them'),
    });
    await asApplication('select from ledger');
    await expect(asApplication('delete from ledger')).rejects.toThrow('permission denied');
    expect(await run({ WASL_DATABASE_OWNER_URL: databaseUrl, DATABASE_URL: databaseUrl })).toEqual({
      code: 2,
      says: expect.stringContaining('the role wasl can act as the owner of the tables'),
    });
    expect(await run({ DATABASE_URL: applicationUrl })).toMatchObject({ code: 2 });
  });

  test('of any name serves beside an owner that is no superuser', async () => {
    const tag = randomBytes(4).toString('hex');
    const [owner, application, name] = [`owner_${tag}`, `App "${tag}"`, `two_roles_${tag}`];
    await onServer(
      database.databaseUrl,
      `create role ${owner} login password 'o'`,
      `create role ${pg.escapeIdentifier(application)} login password 'a'`,
      `create database ${name} owner ${owner}`,
    );
    const urlOf = (user: string, password: string) => {
      const url = new URL(onDatabase(database.databaseUrl, name));
      [url.username, url.password] = [encodeURIComponent(user), password];
      return url.href;
    };
    try {
      await migrate(urlOf(owner, 'o'), application);
      const store = await openStore({ databaseUrl: urlOf(application, 'a'), clock: () => new Date() });
      await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: {} });
      expect([await store.countLedger(), await store.isWritable()]).toEqual([1, true]);
      await store.close();
      await expect(onServer(urlOf(application, 'a'), 'delete from ledger')).rejects.toThrow('permission denied');
    } finally {
      await onServer(
        database.databaseUrl,
        `drop database ${name} with (force)`,
        `drop role ${pg.escapeIdentifier(application)}`,
        `drop role ${owner}`,
      );
    }
  });
});
