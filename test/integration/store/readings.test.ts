import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangeId, PeName } from '../../../src/domain/names.ts';
import type { NewReading } from '../../../src/domain/reading.ts';
import { takesWork } from '../../../src/domain/worker.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
  admin = new pg.Client({ connectionString: database.databaseUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const READ_AT = '2026-03-01T08:00:00.000Z';
const reading = (pe: string | null, text: string, more: Partial<NewReading> = {}): NewReading => ({
  ...{ kind: 'running', pe: pe as PeName | null, reader: 'planning', changeId: null, readAt: READ_AT, text },
  ...more,
});
const count = async (table: string) => Number((await admin.query(`select count(*) from ${table}`)).rows[0].count);

it('keeps what was read, with its digest, and says of each who read it when', async () => {
  const text = 'vrf MOH\u0000 وصل\n'.repeat(1_000);
  const [id] = await store.saveReadings([reading('pe1', text, { changeId: 'IC-0001-C1' as ChangeId })]);
  const found = await store.readReading(id ?? 0);
  expect(found.text).toBe(text);
  expect(found.digest).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
  expect(found).toMatchObject({
    id,
    kind: 'running',
    pe: 'pe1',
    reader: 'planning',
    changeId: 'IC-0001-C1',
    readAt: READ_AT,
  });
  const { text: _text, ...listed } = found;
  expect(await store.listReadings({ changeId: 'IC-0001-C1' as ChangeId })).toEqual([listed]);
  await expect(store.readReading(999_999)).rejects.toMatchObject({ code: 'READING_UNKNOWN' });
});

it('keeps one text once, and the newest readings of each PE; what a change stands on stays', async () => {
  const [standing] = await store.saveReadings([reading('pe2', 'base', { changeId: 'IC-0002-C1' as ChangeId })]);
  for (let round = 0; round < 25; round++)
    await store.saveReadings([reading('pe2', `round ${round}`), reading('pe3', 'same')]);
  const pe2 = await store.listReadings({ kind: 'running', pe: 'pe2' as PeName });
  expect(pe2.map(({ changeId }) => changeId)).toEqual([...Array(10).fill(null), 'IC-0002-C1']);
  expect((await store.readReading(pe2[0]?.id ?? 0)).text).toBe('round 24');
  expect((await store.readReading(standing ?? 0)).text).toBe('base');
  const before = await count('reading_texts');
  await Promise.all(
    Array.from({ length: 8 }, () => store.saveReadings([reading('pe3', 'same'), reading('pe3', 'other')])),
  );
  expect(await count('reading_texts')).toBe(before + 1);
  expect(await store.listReadings({ pe: 'pe3' as PeName })).toHaveLength(10);
  expect(await count('readings')).toBe(1 + 11 + 10);
});

it('finds young readings by the clock of the database, and those of the whole network', async () => {
  const [id] = await store.saveReadings([reading(null, '{}', { kind: 'matrix', reader: 'matrix' })]);
  const young = () => store.listReadings({ kind: 'matrix', pe: null, savedWithinMs: 600_000 });
  expect((await young()).map((each) => each.id)).toEqual([id]);
  await admin.query(`update readings set saved_at = now() - interval '601 seconds' where id = $1`, [id]);
  expect(await young()).toEqual([]);
  expect(await store.listReadings({ kind: 'matrix', pe: 'pe1' as PeName })).toEqual([]);
});

it('saves a backbone of 2 000 PEs at once', async () => {
  const all = Array.from({ length: 2_000 }, (_, place) => reading(`big-${place}`, `text ${place}`));
  const ids = await store.saveReadings(all);
  expect(new Set(ids).size).toBe(2_000);
  expect((await store.readReading(ids[1_999] ?? 0)).text).toBe('text 1999');
});

it('keeps of each agreement how it was last found, and no older finding over a younger one', async () => {
  const { interconnect } = await store.createInterconnect(sampleSubmission('key-sighting'));
  const { id: interconnectId } = interconnect;
  expect(await store.readSighting(interconnectId)).toBeNull();
  const young = {
    interconnectId,
    seenAt: '2026-03-01T09:00:00.000Z',
    alignment: 'drifted',
    says: 'it is gone',
  } as const;
  await store.saveSightings([young]);
  await store.saveSightings([{ ...young, seenAt: '2026-03-01T08:00:00.000Z', alignment: 'in-sync', says: null }]);
  expect(await store.readSighting(interconnectId)).toEqual(young);
  const next = { ...young, seenAt: '2026-03-01T10:00:00.000Z', alignment: 'in-sync', says: null } as const;
  await store.saveSightings([next]);
  expect(await store.readSighting(interconnectId)).toEqual(next);
});

it('keeps the record of the plan of a whole nation', async () => {
  const text = 'x'.repeat(80 * 1024 * 1024);
  const [id] = await store.saveReadings([reading(null, text, { kind: 'plan' })]);
  expect((await store.readReading(id ?? 0)).text.length).toBe(text.length);
});

it('knows which workers live', async () => {
  const worker = { id: 'w1', taskQueue: 'wasl/worker/w1', host: 'h', pid: 7, version: '1', draining: false };
  const at = () => new Date().toISOString();
  // Lost after seconds: who stands still between the two says it again.
  const beatsAndWorks = async () => {
    await store.beatWorker({ ...worker, at: at() });
    return (await store.listWorkers()).some(takesWork);
  };
  expect([await store.listWorkers(), (await store.listWorkers()).some(takesWork)]).toEqual([[], false]);
  await expect.poll(beatsAndWorks).toBe(true);
  // Some clocks begin in 1970.
  await store.beatWorker({ ...worker, at: new Date(0).toISOString() });
  expect((await store.listWorkers())[0]?.clockAheadMs).toBeLessThan(-50 * 365 * 86_400_000);
  await store.beatWorker({ ...worker, draining: true, at: at() });
  expect(Math.abs((await store.listWorkers())[0]?.clockAheadMs ?? 1e9)).toBeLessThan(60_000);
  expect([
    (await store.listWorkers()).map(({ draining }) => draining),
    (await store.listWorkers()).some(takesWork),
  ]).toEqual([[true], false]);
  await store.beatWorker({ ...worker, at: at() });
  await admin.query(`update workers set last_seen_at = now() - interval '5 seconds'`);
  expect((await store.listWorkers()).some(takesWork)).toBe(false);
  expect((await store.listWorkers())[0]?.ageMs).toBeGreaterThanOrEqual(5_000);
  await admin.query(`update workers set last_seen_at = now() - interval '2 days'`);
  await store.beatWorker({ ...worker, id: 'w2', at: at() });
  expect((await store.listWorkers()).map(({ id }) => id)).toEqual(['w2']);
  await store.endWorker('w2');
  expect(await store.listWorkers()).toEqual([]);
});

it('knows that the disk has no room, and when it has again', async () => {
  const soon = { now: new Date() };
  const looking = await database.open(() => soon.now);
  expect(await looking.isWritable()).toBe(true);
  // What the server says when it cannot make a file longer.
  await admin.query(`create function disk_full() returns trigger language plpgsql as
    $$ begin raise exception using errcode = '53100', message = 'could not extend file'; end $$`);
  await admin.query('create trigger disk_full before insert on write_probe execute function disk_full()');
  soon.now = new Date(soon.now.getTime() + 60_000);
  expect([await looking.isWritable(), await looking.isWritable()]).toEqual([false, false]);
  await admin.query('drop trigger disk_full on write_probe');
  expect(await looking.isWritable()).toBe(true);
  expect((await admin.query('select count(*)::int as rows from write_probe')).rows).toEqual([{ rows: 0 }]);
});

it('knows that the database takes no writes', async () => {
  expect(await store.isWritable()).toBe(true);
  await admin.query(`alter database ${admin.database} set default_transaction_read_only = on`);
  const late = await database.open();
  expect(await late.isWritable()).toBe(false);
  await admin.query('begin read write');
  await admin.query(`alter database ${admin.database} reset default_transaction_read_only`);
  await admin.query('commit');
});
