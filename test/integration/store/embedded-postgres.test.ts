import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepPostgres } from '../../../src/bin/keep-postgres.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { isAlive, nameProcess } from '../../../src/store/process-state.ts';
import { makeServerDirectory } from '../../support/database.ts';

let directory: string;
beforeEach(async () => {
  directory = await makeServerDirectory();
});
afterEach(async () => {
  await stopEmbeddedPostgres(directory);
  await rm(directory, { recursive: true, force: true });
});

const clock = () => new Date();

async function setting(databaseUrl: string, name: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const answer = await client.query(`show ${name}`).finally(() => client.end());
  return answer.rows[0][name];
}

test('kill -9 of the server in the middle of writing loses no acknowledged row', async () => {
  const first = await startEmbeddedPostgres({ directory });
  await migrate(first.databaseUrl);
  const store = await openStore({ databaseUrl: first.databaseUrl, clock });
  const acknowledged: string[] = [];
  const write = async (writer: number) => {
    for (let row = 0; ; row++) {
      const subject = `w${writer}-${row}`;
      await store.appendLedger({ actor: 'wasl', action: 'test.written', subject, body: {} });
      acknowledged.push(subject);
    }
  };
  const writers = Promise.allSettled([0, 1, 2, 3].map(write));
  await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(40);
  process.kill(first.pid, 'SIGKILL');
  for (const outcome of await writers) {
    // Of a commit whose answer was lost nothing is claimed.
    const code = expect.stringMatching(/^(DATABASE_UNAVAILABLE|RECORD_OUTCOME_UNKNOWN)$/);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code } });
  }
  await store.close();

  const second = await startEmbeddedPostgres({ directory });
  expect(second.pid).not.toBe(first.pid);
  const reopened = await openStore({ databaseUrl: second.databaseUrl, clock });
  const entries = await reopened.readLedger({ afterSequence: 0, limit: 5_000 });
  await reopened.close();
  const present = new Set(entries.map(({ subject }) => subject));
  expect(acknowledged.filter((subject) => !present.has(subject))).toEqual([]);
  expect(verifyChain(entries).intact).toBe(true);
});

test('it is durable, asks for its random password, and listens on loopback only', async () => {
  const { databaseUrl } = await startEmbeddedPostgres({ directory });
  expect(await setting(databaseUrl, 'fsync')).toBe('on');
  expect(await setting(databaseUrl, 'synchronous_commit')).toBe('on');
  expect(await setting(databaseUrl, 'data_checksums')).toBe('on');
  const password = join(directory, 'password');
  expect((await stat(password)).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect(new URL(databaseUrl).password).toBe((await readFile(password, 'utf8')).trim());

  const wrong = new URL(databaseUrl);
  wrong.password = 'guess';
  const refused = openStore({ databaseUrl: wrong.href, clock });
  await expect(refused).rejects.toMatchObject({ code: 'CONFIGURATION', path: 'DATABASE_URL' });
  await expect(refused).rejects.not.toThrow(/guess/);

  expect(await setting(databaseUrl, 'listen_addresses')).toBe('127.0.0.1');
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  if (outside !== undefined) expect(await canConnect(outside, Number(new URL(databaseUrl).port))).toBe(false);
});

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.unref();
  });
}

test('several that start at once share one server; where it ends by itself it is started again for all of them', async () => {
  const servers = await Promise.all([1, 2, 3].map(() => startEmbeddedPostgres({ directory })));
  expect(new Set(servers.map(({ pid, databaseUrl }) => `${pid} ${databaseUrl}`)).size).toBe(1);
  const [server] = servers;
  if (server === undefined) throw new Error('started');
  const said: string[] = [];
  const kept = keepPostgres({ directory, server }, (text) => said.push(text));
  process.kill(server.pid, 'SIGKILL');
  await expect.poll(() => said.length, { timeout: 60_000 }).toBe(2);
  expect(said).toEqual([expect.stringContaining('has ended'), expect.stringContaining('is there again')]);
  expect(await setting(server.databaseUrl, 'port')).toBe(new URL(server.databaseUrl).port);
  await kept.stop();
});

test('a stop and a start keep the data; stop leaves no process', async () => {
  const first = await startEmbeddedPostgres({ directory });
  await migrate(first.databaseUrl);
  const store = await openStore({ databaseUrl: first.databaseUrl, clock });
  const entry = await store.appendLedger({ actor: 'wasl', action: 'a', subject: 's', body: {} });
  // With the store still open: its connections do not hold the server up.
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  await expect(store.ping()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await store.close();
  const second = await startEmbeddedPostgres({ directory });
  const reopened = await openStore({ databaseUrl: second.databaseUrl, clock });
  expect(await reopened.readLedger({ afterSequence: 0 })).toEqual([entry]);
  await reopened.close();
});

test('a stale postmaster.pid whose number now belongs to another program is no obstacle', async () => {
  const first = await startEmbeddedPostgres({ directory });
  const pidFile = join(directory, 'data', 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await first.stop();
  await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));
  const second = await startEmbeddedPostgres({ directory });
  expect(await setting(second.databaseUrl, 'port')).toBe(new URL(second.databaseUrl).port);
});

test('an initialisation that died half-way is done anew', async () => {
  await mkdir(join(directory, 'data.unfinished'));
  await writeFile(join(directory, 'data.unfinished', 'PG_VERSION'), 'half');
  const { databaseUrl } = await startEmbeddedPostgres({ directory });
  expect(await setting(databaseUrl, 'fsync')).toBe('on');
});

test('the server outlives its starter, is joined by the next process, and then belongs to that one', async () => {
  const script = `
    import { startEmbeddedPostgres } from './src/store/embedded-postgres.ts';
    const server = await startEmbeddedPostgres({ directory: process.argv[1] });
    process.stdout.write(server.pid + '\\n');
    setInterval(() => {}, 1000);
  `;
  const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const pid = await new Promise<number>((resolve, reject) => {
      starter.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
      starter.once('exit', () => reject(new Error('the starter ended before it said the process id')));
    });
    const joined = await startEmbeddedPostgres({ directory });
    expect(joined).toMatchObject({ pid, owned: false });
    await joined.stop();
    expect(isAlive(pid)).toBe(true);

    const ended = new Promise((resolve) => starter.once('exit', resolve));
    starter.kill('SIGINT');
    await ended;
    expect(isAlive(pid)).toBe(true);
    const heir = await startEmbeddedPostgres({ directory });
    expect(heir).toMatchObject({ pid, owned: true });
    await heir.stop();
    expect(isAlive(pid)).toBe(false);
  } finally {
    starter.kill('SIGKILL');
  }
});

/** From proc(5): as whom a process runs, and every set of capabilities that it holds or hands on. */
async function rightsOf(pid: number): Promise<unknown> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const held = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].map((set) => new RegExp(`^${set}:\\s*0+$`, 'm').test(status));
  return { isRoot: (await stat(`/proc/${pid}`)).uid === 0, holdsNothing: held };
}
const NO_RIGHTS = { isRoot: false, holdsNothing: [true, true, true, true] };

test('the server runs with no more rights than its own user has', async () => {
  const { pid } = await startEmbeddedPostgres({ directory });
  expect(await rightsOf(pid)).toEqual(NO_RIGHTS);
});

test('so it does below a folder that is closed to that user, and the folder stays as closed as it was', async () => {
  const closed = join(directory, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const inside = join(closed, "it's here", 'postgres');
  const server = await startEmbeddedPostgres({ directory: inside });
  try {
    expect(await setting(server.databaseUrl, 'fsync')).toBe('on');
    expect(await rightsOf(server.pid)).toEqual(NO_RIGHTS);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
    expect(await startEmbeddedPostgres({ directory: inside })).toMatchObject({ pid: server.pid });
  } finally {
    await server.stop();
  }
  expect(isAlive(server.pid)).toBe(false);
});

test('what a failover and a rotated password make of a server that let wasl in is an outage, and ends', async () => {
  const { databaseUrl } = await startEmbeddedPostgres({ directory });
  await migrate(databaseUrl);
  const store = await openStore({ databaseUrl, clock });
  const operator = new pg.Client({ connectionString: databaseUrl });
  await operator.connect();
  const away = expect.objectContaining({ code: 'DATABASE_UNAVAILABLE', class: 'transient' });
  const write = () => store.endWorker('00000000-0000-4000-8000-000000000000');
  try {
    await write();
    await operator.query('alter system set default_transaction_read_only = on');
    await operator.query('select pg_reload_conf()');
    await expect.poll(() => write().then(() => 'written', String)).not.toBe('written');
    await expect(write()).rejects.toEqual(away);
    await operator.query('set default_transaction_read_only = off');
    await operator.query('alter system reset default_transaction_read_only');
    await operator.query('select pg_reload_conf()');
    await expect.poll(() => write().then(() => 'written', String)).toBe('written');

    await operator.query("alter role wasl password 'rotated'");
    await operator.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    );
    await expect.poll(() => write().catch((error: unknown) => String(error))).toMatch(/28P01/);
    await expect(write()).rejects.toEqual(away);
    await operator.query(`alter role wasl password '${new URL(databaseUrl).password}'`);
    await expect.poll(() => write().then(() => 'written', String)).toBe('written');
  } finally {
    await operator.end();
    await store.close();
  }
});

test('one that does not let wasl in is not left behind by whoever started it', async () => {
  const first = await startEmbeddedPostgres({ directory });
  await first.stop();
  const password = join(directory, 'password');
  const right = await readFile(password, 'utf8');
  await writeFile(password, 'guess');
  await expect(startEmbeddedPostgres({ directory })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(
    isAlive(Number((await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])),
  ).toBe(false);

  // Who joins it leaves it to the one that has it.
  await writeFile(password, right);
  const owner = await startEmbeddedPostgres({ directory });
  await writeFile(password, 'guess');
  await expect(startEmbeddedPostgres({ directory })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(isAlive(owner.pid)).toBe(true);
  await owner.stop();
});

test('whoever has the number of an owner that is gone is not the owner', async () => {
  const first = await startEmbeddedPostgres({ directory });
  await first.stop();
  // This machine's first process lives, and began at another time.
  await writeFile(join(directory, 'owner'), '1 999999999999');
  const second = await startEmbeddedPostgres({ directory });
  expect(second.owned).toBe(true);
  await second.stop();
  await writeFile(join(directory, 'owner'), nameProcess(1));
  const third = await startEmbeddedPostgres({ directory });
  expect(third.owned).toBe(false);
});
