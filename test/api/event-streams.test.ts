/** An open stream of events shows what its caller may see now, not what they might when it was opened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ProgressEvent } from '../../src/domain/change.ts';
import type { EntityId, InterconnectId } from '../../src/domain/names.ts';
import { partyMarks } from '../../src/domain/party-marks.ts';
import type { InterconnectRecord } from '../../src/store/store.ts';
import { absentStore } from '../support/absent-store.ts';
import { createApiUnderTest } from '../support/api-under-test.ts';

const SECRET = new Uint8Array(32).fill(7);
const MARKS = partyMarks(SECRET, 'MTCIT');
/** The line by which the party of these streams knows an event. */
const line = (sequence: number) => new RegExp(`^id: ${MARKS.markOf(sequence)}$`, 'm');

const event = (sequence: number, id: string): ProgressEvent => ({
  ...{ sequence, interconnectId: id as InterconnectId, changeId: null, pe: null, stage: 'lifecycle' },
  ...{ status: 'info', message: 'requested', elapsedMs: null, at: '2026-03-01T08:00:00.000Z' },
});

/** IC-0001 of MOF and MOH, of which MTCIT owns a VPN; IC-0002 of MTCIT itself. */
async function start() {
  const events: ProgressEvent[] = [event(1, 'IC-0001')];
  const known = { owners: ['MOF', 'MTCIT'], wake: () => {} };
  const parties: Readonly<Record<string, readonly string[]>> = {
    'IC-0001': ['MOF', 'MOH'],
    'IC-0002': ['MOE', 'MTCIT'],
    'IC-0003': ['MOE', 'MOF'],
  };
  const store = absentStore({
    readMarkSecret: async () => SECRET,
    readInterconnect: async (id) => ({ id, parties: parties[id], request: { id } }) as unknown as InterconnectRecord,
    readOwners: async (request) =>
      ((request as unknown as { id: string }).id === 'IC-0001'
        ? known.owners
        : parties[(request as unknown as { id: string }).id]) as EntityId[],
    readProgress: async ({ afterSequence, interconnectId }) =>
      events.filter(
        (one) => one.sequence > afterSequence && (interconnectId ?? one.interconnectId) === one.interconnectId,
      ),
    onProgress: async (wake) => {
      known.wake = () => wake();
      return async () => undefined;
    },
  });
  const api = await createApiUnderTest(store);
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const headers = await api.as('mtcit-portal', ['portal'], 'MTCIT');
  const open = async (query: string) => {
    const response = await fetch(`${address}/v1/events${query}`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    /** false: the stream ended before it said so. */
    const until = async (said: RegExp) => {
      while (!said.test(text)) {
        const { done, value } = await reader.read();
        if (done) return false;
        text += new TextDecoder().decode(value);
      }
      return true;
    };
    return { until, text: () => text, close: () => reader.cancel() };
  };
  const loseAndGoOn = () => {
    known.owners = ['MOF', 'MOH'];
    events.push(event(2, 'IC-0001'), event(3, 'IC-0002'));
    known.wake();
  };
  const happens = (sequence: number, id: string) => {
    events.push(event(sequence, id));
    known.wake();
  };
  return { api, open, loseAndGoOn, happens };
}

it('of one interconnect ends when the caller has no part in it any more', async () => {
  const { api, open, loseAndGoOn } = await start();
  const stream = await open('?interconnect=IC-0001');
  expect(await stream.until(line(1))).toBe(true);
  loseAndGoOn();
  expect(await stream.until(line(2))).toBe(false);
  await api.app.close();
});

it('says nothing when something happens to others', async () => {
  const { api, open, happens } = await start();
  // Signs of life have a time of their own, which does not come.
  const time = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  onTestFinished(() => time.mockRestore());
  const stream = await open('');
  expect(await stream.until(line(1))).toBe(true);
  for (const sequence of [2, 3, 4]) {
    happens(sequence, 'IC-0003');
    await sleep(100);
  }
  happens(5, 'IC-0002');
  expect(await stream.until(line(5))).toBe(true);
  expect(stream.text()).not.toMatch(/alive/);
  for (const sequence of [2, 3, 4]) expect(stream.text()).not.toMatch(line(sequence));
  await stream.close();
  await api.app.close();
});

it('of all that is theirs goes on without it', async () => {
  const { api, open, loseAndGoOn } = await start();
  const stream = await open('');
  expect(await stream.until(line(1))).toBe(true);
  loseAndGoOn();
  expect(await stream.until(line(3))).toBe(true);
  expect(stream.text()).not.toMatch(line(2));
  await stream.close();
  await api.app.close();
});

it('G6f: tells a party nothing of how much happens for others, and goes on where it was', async () => {
  const { api, open, happens } = await start();
  for (let sequence = 2; sequence < 50; sequence++) happens(sequence, 'IC-0003');
  happens(50, 'IC-0002');
  const whole = await open('');
  expect(await whole.until(line(50))).toBe(true);
  expect(whole.text()).not.toMatch(/"sequence":\s*(1|50)\b|^id: (1|50)$/m);
  await whole.close();
  const rest = await open(`?after=${MARKS.markOf(1)}`);
  expect(await rest.until(line(50))).toBe(true);
  expect(rest.text()).not.toMatch(line(1));
  await rest.close();
  await api.app.close();
});
