import { rm } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ChangeId, InterconnectId } from '../../../src/domain/names.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, makeServerDirectory, type TestDatabase } from '../../support/database.ts';
import { sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let writer: Store;
let reader: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  [writer, reader] = [await database.open(), await database.open()];
});
afterAll(() => database.drop());

const answerOf = (store: Store): Promise<string> =>
  store.ping().then(
    () => 'here',
    (error: { readonly code: string }) => error.code,
  );
const submit = async (store: Store, key: string) =>
  (await store.createInterconnect(sampleSubmission(key))).interconnect.id;
const event = (interconnectId: InterconnectId, message: string) =>
  ({ interconnectId, changeId: null, pe: null, stage: 'prepare', status: 'info', message, elapsedMs: 12 }) as const;

test('events are read in order, from where one stopped, of one interconnect or of all', async () => {
  const [a, b] = [await submit(writer, 'a'), await submit(writer, 'b')];
  await writer.appendProgress([]);
  await writer.appendProgress([event(a, 'one'), event(b, 'two')]);
  await writer.appendProgress([event(a, 'three')]);
  const all = await reader.readProgress({ afterSequence: 0 });
  expect(all.map(({ message }) => message)).toEqual(['one', 'two', 'three']);
  expect(all[0]).toEqual({ ...event(a, 'one'), sequence: expect.any(Number), at: expect.stringMatching(/Z$/) });
  const messages = async (filter: Parameters<Store['readProgress']>[0]) =>
    (await reader.readProgress(filter)).map(({ message }) => message);
  expect(await messages({ afterSequence: 0, interconnectId: a })).toEqual(['one', 'three']);
  expect(await messages({ afterSequence: all[0]?.sequence ?? 0, limit: 1 })).toEqual(['two']);
});

test('a worker that another one has taken the journal from tells nothing of it any more', async () => {
  const id = await submit(writer, 'stopped');
  await writer.openChange(id, 'provision', 'wasl');
  const changeId = (await writer.listChanges(id)).at(-1)?.id as ChangeId;
  const stopped = { changeId, epoch: (await writer.claimJournal(changeId)).epoch };
  await writer.appendProgress([event(id, 'commits')], stopped);
  const next = { changeId, epoch: (await reader.claimJournal(changeId)).epoch };
  await reader.appendProgress([event(id, 'recovered')], next);
  await writer.appendProgress([event(id, 'outcome unknown')], stopped);
  const messages = (await reader.readProgress({ afterSequence: 0, interconnectId: id })).map(({ message }) => message);
  expect(messages.filter((message) => /commits|recovered|unknown/.test(message))).toEqual(['commits', 'recovered']);
});

test('old events are forgotten, and nothing else: a reader goes on from where it stopped', async () => {
  let now = new Date('2026-01-01T00:00:00Z');
  const own = await createTestDatabase();
  try {
    const store = await own.open(() => now);
    const id = await submit(store, 'old');
    await store.appendProgress(Array.from({ length: 5_001 }, (_, index) => event(id, `old ${index}`)));
    const [first] = await store.readProgress({ afterSequence: 0, limit: 1 });
    now = new Date('2026-04-01T00:00:00Z');
    await store.appendProgress([event(id, 'new')]);
    const before = new Date('2026-03-01T00:00:00Z');
    expect([await store.forgetProgress(before), await store.forgetProgress(before)]).toEqual([5_000, 1]);
    expect(await store.forgetProgress(before)).toBe(0);
    const left = await store.readProgress({ afterSequence: first?.sequence ?? 0 });
    expect(left.map(({ message }) => message)).toEqual(['new']);
    expect((await store.readInterconnect(id)).lifecycle).toBe('requested');
  } finally {
    await own.drop();
  }
});

test('a reader that goes on from the last number misses nothing while many write', async () => {
  const id = await submit(writer, 'many');
  const start = (await reader.readProgress({ afterSequence: 0 })).at(-1)?.sequence ?? 0;
  const seen: number[] = [];
  let done = false;
  const writing = Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      (index % 2 === 0 ? writer : reader).appendProgress([event(id, `${index}`)]),
    ),
  ).finally(() => {
    done = true;
  });
  for (let last = false; !last; ) {
    last = done;
    for (const { sequence } of await reader.readProgress({ afterSequence: seen.at(-1) ?? start })) seen.push(sequence);
  }
  await writing;
  expect(seen).toHaveLength(60);
});

test('an event that is held up holds up the later ones: none becomes visible before a lower number', async () => {
  const [slow, quick] = [await submit(writer, 'slow'), await submit(writer, 'quick')];
  const last = async (afterSequence: number) => reader.readProgress({ afterSequence });
  const start = (await last(0)).at(-1)?.sequence ?? 0;
  // Holds up the check that the interconnect exists, which comes after the number was taken.
  const blocker = new pg.Client({ connectionString: database.databaseUrl });
  await blocker.connect();
  await blocker.query('begin');
  await blocker.query('select from interconnects where id = $1 for update', [slow]);
  const held = async () => {
    const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    return (await blocker.query(waiting)).rowCount;
  };
  const first = writer.appendProgress([event(slow, 'first')]);
  await expect.poll(held).toBe(1);
  let isWritten = false;
  const second = writer.appendProgress([event(quick, 'second')]).then(() => {
    isWritten = true;
  });
  await expect.poll(async () => isWritten || (await held()) === 2).toBe(true);
  const seen = await last(start);
  await blocker.query('commit');
  await blocker.end();
  await Promise.all([first, second]);
  const later = await last(seen.at(-1)?.sequence ?? start);
  expect([...seen, ...later].map(({ message }) => message)).toEqual(['first', 'second']);
});

test('a listener in another process is called, until it unsubscribes', async () => {
  const id = await submit(writer, 'notify');
  const [first, second] = [vi.fn(), vi.fn()];
  const stopFirst = await reader.onProgress(first);
  const stopSecond = await reader.onProgress(second);
  await writer.appendProgress([event(id, 'x')]);
  await expect.poll(() => [first, second].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  await stopFirst();
  await writer.appendProgress([event(id, 'y')]);
  await expect.poll(() => second.mock.calls.length).toBe(2);
  expect(first).toHaveBeenCalledTimes(1);
  await stopSecond();
  const again = vi.fn();
  const stopAgain = await reader.onProgress(again);
  await writer.appendProgress([event(id, 'z')]);
  await expect.poll(() => again.mock.calls.length).toBe(1);
  await stopAgain();
});

test('while the server is away, unsubscribing and closing do not wait for it', async () => {
  const directory = await makeServerDirectory();
  const server = await startEmbeddedPostgres({ directory });
  try {
    const store = await openStore({ databaseUrl: server.databaseUrl, clock: () => new Date() });
    const stop = await store.onProgress(() => undefined);
    await server.stop();
    await expect.poll(() => answerOf(store)).toBe('DATABASE_UNAVAILABLE');
    const before = performance.now();
    await stop();
    await expect(store.onProgress(() => undefined)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await store.close();
    await expect(store.ping()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(performance.now() - before).toBeLessThan(20_000);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

test('after the server was killed and is back, calls work and listeners hear again, having been told that they may have missed something', async () => {
  const directory = await makeServerDirectory();
  const server = await startEmbeddedPostgres({ directory });
  await migrate(server.databaseUrl);
  const store = await openStore({ databaseUrl: server.databaseUrl, clock: () => new Date() });
  try {
    const id = await submit(store, 'restart');
    const listener = vi.fn();
    await store.onProgress(listener);
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => answerOf(store)).toBe('DATABASE_UNAVAILABLE');
    await startEmbeddedPostgres({ directory, port: Number(new URL(server.databaseUrl).port) });
    await store.ping();
    await expect.poll(() => listener.mock.calls.length, { timeout: 60_000 }).toBeGreaterThan(0);
    listener.mockClear();
    await store.appendProgress([event(id, 'after')]);
    await expect.poll(() => listener.mock.calls.length).toBeGreaterThan(0);
    expect((await store.readProgress({ afterSequence: 0 })).map(({ message }) => message)).toEqual(['after']);
  } finally {
    await store.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
