import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Role } from '../../src/api/authentication.ts';
import {
  CALLS_OF_PARTIES_MAX,
  CALLS_PER_ENTITY_MAX,
  CALLS_PER_PERSON_MAX,
  READS_PER_PERSON_MAX,
} from '../../src/api/limit-calls.ts';
import { absentStore } from '../support/absent-store.ts';
import { type ApiUnderTest, createApiUnderTest } from '../support/api-under-test.ts';

let api: ApiUnderTest;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T08:00:00Z') });
  api = await createApiUnderTest(absentStore());
});
afterEach(async () => {
  await api.app.close();
  vi.useRealTimers();
});

const APPROVALS = '/v1/plans/IC-0001-C1-P1/approvals';

async function call(person: string, role: Role, entity?: string, times = 1) {
  const headers = await api.as(person, [role], entity);
  const url = role === 'engineer' ? APPROVALS : '/v1/request-checks';
  const codes: string[] = [];
  let last = await api.app.inject({ method: 'POST', url, headers, payload: {} });
  for (codes.push(last.json().code); codes.length < times; codes.push(last.json().code)) {
    last = await api.app.inject({ method: 'POST', url, headers, payload: {} });
  }
  return { codes, retryAfter: last.headers['retry-after'], detail: last.json().detail, remedy: last.json().remedy };
}
const taken = (count: number) => Array(count).fill('INPUT_INVALID');

it('G7: one person is refused until the own minute is over, and nobody else is', async () => {
  const mine = await call('moh-clerk-1', 'portal', 'MOH', CALLS_PER_PERSON_MAX + 1);
  expect(mine).toEqual({
    codes: [...taken(CALLS_PER_PERSON_MAX), 'RATE_LIMITED'],
    retryAfter: '60',
    detail: `${CALLS_PER_PERSON_MAX} calls of moh-clerk-1 were taken within a minute`,
    // The header is not shown to people.
    remedy: 'Wait 60 s, then call again.',
  });
  vi.advanceTimersByTime(20_500);
  expect(await call('MOH-Clerk-1', 'portal', 'MOH')).toMatchObject({ codes: ['RATE_LIMITED'], retryAfter: '40' });
  expect((await call('moh-clerk-2', 'portal', 'MOH')).codes).toEqual(taken(1));
  expect((await call('engineer-1', 'engineer')).codes).toEqual(taken(1));
  vi.advanceTimersByTime(39_500);
  expect((await call('moh-clerk-1', 'portal', 'MOH')).codes).toEqual(taken(1));
});

it('G7: one entity is refused with all its persons, and what one of them tried in vain is not counted', async () => {
  await call('moh-clerk-0', 'portal', 'MOH', CALLS_PER_PERSON_MAX + 50);
  const persons = CALLS_PER_ENTITY_MAX / CALLS_PER_PERSON_MAX - 1;
  for (let index = 1; index <= persons; index++) {
    const { codes } = await call(`moh-clerk-${index}`, 'portal', 'MOH', CALLS_PER_PERSON_MAX);
    expect(codes).toEqual(taken(CALLS_PER_PERSON_MAX));
  }
  expect(await call('moh-clerk-99', 'portal', 'MOH')).toMatchObject({
    codes: ['RATE_LIMITED'],
    detail: `${CALLS_PER_ENTITY_MAX} calls of MOH were taken within a minute`,
  });
  expect((await call('mof-clerk-1', 'portal', 'MOF')).codes).toEqual(taken(1));
});

it('G7: what all the parties ask leaves the network side its share', async () => {
  const persons = CALLS_OF_PARTIES_MAX / CALLS_PER_PERSON_MAX;
  for (let index = 0; index < persons; index++) {
    await call(`clerk-${index}`, 'portal', `E${index}`, CALLS_PER_PERSON_MAX);
  }
  expect(await call('moh-clerk-1', 'portal', 'MOH')).toMatchObject({
    codes: ['RATE_LIMITED'],
    detail: `${CALLS_OF_PARTIES_MAX} calls of the parties together were taken within a minute`,
  });
  expect((await call('engineer-1', 'engineer')).codes).toEqual(taken(1));
});

it('one person who reads without end is refused for the rest of the minute, and nobody else is', async () => {
  const read = async (person: string) => {
    const headers = await api.as(person, ['portal'], 'MOH');
    return () => api.app.inject({ url: '/v1/interconnects', headers });
  };
  const mine = await read('moh-clerk-1');
  for (let count = 0; count < READS_PER_PERSON_MAX; count++) expect((await mine()).statusCode).toBe(503);
  const refused = await mine();
  expect([refused.statusCode, refused.json().code, refused.headers['retry-after']]).toEqual([
    429,
    'RATE_LIMITED',
    '60',
  ]);
  expect((await (await read('moh-clerk-2'))()).statusCode).toBe(503);
  expect((await call('moh-clerk-1', 'portal', 'MOH')).codes).toEqual(taken(1));
  vi.advanceTimersByTime(60_000);
  expect((await mine()).statusCode).toBe(503);
});

it('reading is not counted among decisions, and neither is who has no token or no right', async () => {
  const headers = await api.as('moh-clerk-1', ['portal'], 'MOH');
  for (let count = 0; count <= CALLS_PER_PERSON_MAX; count++) {
    expect((await api.app.inject({ url: '/v1/interconnects', headers })).statusCode).toBe(503);
    const refused = await api.app.inject({ method: 'POST', url: APPROVALS, headers, payload: {} });
    expect(refused.statusCode).toBe(403);
  }
  expect((await call('moh-clerk-1', 'portal', 'MOH')).codes).toEqual(taken(1));
});

it('an inventory that is sent counts as a decision, not as a read', async () => {
  const headers = await api.as('admin-1', ['admin']);
  const put = () => api.app.inject({ method: 'PUT', url: '/v1/inventory', headers, payload: {} });
  const codes: string[] = [];
  while (codes.length <= CALLS_PER_PERSON_MAX) codes.push((await put()).json().code);
  expect(codes.at(-2)).toBe('INVENTORY_INVALID');
  expect(codes.at(-1)).toBe('RATE_LIMITED');
});
