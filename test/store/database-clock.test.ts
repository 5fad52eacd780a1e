import { afterEach, expect, it, vi } from 'vitest';
import { followDatabaseClock } from '../../src/store/database-clock.ts';

afterEach(() => vi.useRealTimers());

const AT = Date.parse('2026-03-01T08:00:00.000Z');

it('goes by the database whatever the host is set to, and follows it to another one', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval', 'clearInterval'] });
  let ahead = 0;
  let isAway = false;
  const ask = async () => {
    if (isAway) throw new Error('away');
    return new Date(AT + performance.now() + ahead);
  };
  const started = performance.now();
  const since = () => performance.now() - started;
  const clock = await followDatabaseClock(ask);
  expect(clock.now().getTime()).toBe(Math.round(AT + performance.now()));

  vi.setSystemTime(AT + 86_400_000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(since()).toBe(5_000);
  expect(clock.now().getTime()).toBe(Math.round(AT + performance.now()));

  isAway = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(clock.now().getTime()).toBe(Math.round(AT + performance.now()));

  isAway = false;
  ahead = 60_000;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(clock.now().getTime()).toBe(Math.round(AT + performance.now() + ahead));
  clock.stop();
  ahead = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(clock.now().getTime()).toBe(Math.round(AT + performance.now() + 60_000));
});

it('says at its start that the database is away', async () => {
  await expect(followDatabaseClock(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
});
