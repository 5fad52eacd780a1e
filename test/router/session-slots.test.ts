import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SessionSlots } from '../../src/router/session-slots.ts';

it('lets no more run at once than it may, in order, and goes on after a failure', async () => {
  const slots = new SessionSlots(2);
  const begun: number[] = [];
  let running = 0;
  let runningMax = 0;
  const work = (n: number) => async () => {
    begun.push(n);
    running += 1;
    runningMax = Math.max(runningMax, running);
    await turnOfLoop();
    running -= 1;
    if (n === 1) throw new Error('the second one');
    return n;
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => slots.take(work(n))));
  expect(runningMax).toBe(2);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
});
