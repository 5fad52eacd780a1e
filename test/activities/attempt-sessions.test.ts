import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AttemptSessions } from '../../src/activities/attempt-sessions.ts';
import type { Router } from '../../src/router/router.ts';

/** A router whose session takes its time to open; says whether it was closed. */
function slowRouter(openMs: number): { readonly opening: () => Promise<Router>; readonly closed: () => number } {
  let closed = 0;
  const close = async () => {
    closed += 1;
  };
  const router = { close } as unknown as Router;
  return { opening: async () => sleep(openMs, router), closed: () => closed };
}

const lost = expect.objectContaining({ code: 'SESSION_LOST' });

test('what was opened ends with its attempt, once', async () => {
  const [attempt, router] = [new AttemptSessions(), slowRouter(0)];
  await attempt.open(router.opening);
  expect(router.closed()).toBe(0);
  await attempt.end();
  await attempt.end();
  expect(router.closed()).toBe(1);
});

test('a session that is opened after the end is closed, and nobody gets it', async () => {
  const [attempt, late] = [new AttemptSessions(), slowRouter(50)];
  const opening = expect(attempt.open(late.opening)).rejects.toEqual(lost);
  await attempt.end();
  await opening;
  expect(late.closed()).toBe(1);
});

test('after the end nothing is opened', async () => {
  const attempt = new AttemptSessions();
  await attempt.end();
  let asked = false;
  const opening = attempt.open(async () => {
    asked = true;
    return slowRouter(0).opening();
  });
  await expect(opening).rejects.toEqual(lost);
  expect(asked).toBe(false);
  expect(() => attempt.requireAlive()).toThrow('given up');
});

test('one that fails to open leaves the others to be closed', async () => {
  const [attempt, good, late] = [new AttemptSessions(), slowRouter(0), slowRouter(60)];
  const openings = [
    attempt.open(good.opening),
    attempt.open(() => Promise.reject(new Error('refused'))),
    attempt.open(late.opening),
  ];
  // As a preparation does: the first failure ends it, the third is still on its way.
  await expect(Promise.all(openings)).rejects.toThrow('refused');
  await attempt.end();
  await Promise.allSettled(openings);
  expect([good.closed(), late.closed()]).toEqual([1, 1]);
});
