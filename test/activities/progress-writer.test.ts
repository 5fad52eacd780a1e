import { expect, test } from 'vitest';
import { type NewProgress, ProgressWriter } from '../../src/activities/progress-writer.ts';
import type { ChangeId, InterconnectId, PeName } from '../../src/domain/names.ts';
import { WaslError } from '../../src/errors.ts';

const event = (pe: string): NewProgress => ({
  interconnectId: 'IC-0001' as InterconnectId,
  changeId: 'IC-0001-C1' as ChangeId,
  pe: pe as PeName,
  stage: 'prepare',
  status: 'done',
  message: 'prepared',
  elapsedMs: 1,
});

/** A store whose writes end when the test says so. */
function slowStore() {
  const writes: { readonly pes: readonly (string | null)[]; readonly end: (error?: Error) => void }[] = [];
  const appendProgress = (events: readonly NewProgress[]) =>
    new Promise<void>((resolve, reject) => {
      writes.push({ pes: events.map(({ pe }) => pe), end: (error) => (error ? reject(error) : resolve()) });
    });
  return { writes, appendProgress };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const away = () => new WaslError('DATABASE_UNAVAILABLE', 'the server is away');

test('what comes while a write is under way goes together in the next one, in order', async () => {
  const store = slowStore();
  const writer = new ProgressWriter(store);
  writer.push([event('pe1')]);
  await turn();
  for (const pe of ['pe2', 'pe3', 'pe4']) writer.push([event(pe)]);
  await turn();
  expect(store.writes.map(({ pes }) => pes)).toEqual([['pe1']]);
  const settled = writer.settled();
  store.writes[0]?.end();
  await turn();
  store.writes[1]?.end();
  await settled;
  expect(store.writes.map(({ pes }) => pes)).toEqual([['pe1'], ['pe2', 'pe3', 'pe4']]);
});

test('settled waits for what was pushed at the very end of a write', async () => {
  const store = slowStore();
  const writer = new ProgressWriter({
    appendProgress: (events) => store.appendProgress(events).then(() => void writer.push(events.slice(1))),
  });
  writer.push([event('pe1'), event('pe2')]);
  let isSettled = false;
  const settled = writer.settled().then(() => {
    isSettled = true;
  });
  await turn();
  store.writes[0]?.end();
  await turn();
  expect(isSettled).toBe(false);
  store.writes[1]?.end();
  await settled;
  expect(store.writes.map(({ pes }) => pes)).toEqual([['pe1', 'pe2'], ['pe2']]);
});

test('an outage of the store stops nothing, and its events are written after it, first', async () => {
  const store = slowStore();
  const writer = new ProgressWriter(store);
  writer.push([event('pe1')]);
  await turn();
  store.writes[0]?.end(away());
  await writer.settled().catch(() => expect.unreachable('an outage is not told'));
  writer.push([event('pe2')]);
  await turn();
  store.writes.at(-1)?.end();
  await writer.settled();
  expect(store.writes.at(-1)?.pes).toEqual(['pe1', 'pe2']);
});

test('what else goes wrong is told to whoever waits', async () => {
  const store = slowStore();
  const writer = new ProgressWriter(store);
  writer.push([event('pe1')]);
  const settled = writer.settled();
  await turn();
  store.writes[0]?.end(new WaslError('INTERCONNECT_UNKNOWN', 'no such interconnect'));
  await expect(settled).rejects.toMatchObject({ code: 'INTERCONNECT_UNKNOWN' });
});
