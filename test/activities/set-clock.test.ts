/** Somebody sets the clock of the worker's host in the middle of a change. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startStopwatch } from '../../src/activities/stopwatch.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

const HOUR_MS = 3_600_000;

/** As if `byMs` had gone by, and the date had been set by `setMs` meanwhile. */
function letPass(byMs: number, setMs: number): void {
  const [dateMs, nowMs] = [Date.now(), performance.now()];
  vi.spyOn(Date, 'now').mockImplementation(() => dateMs + byMs + setMs);
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs + byMs);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a stopwatch', () => {
  it.each([
    ['back', 5_000, -HOUR_MS, 5_000],
    ['ahead', 5_000, HOUR_MS, HOUR_MS + 5_000],
  ])('tells no less than went by when the date is set %s', (_where, byMs, setMs, told) => {
    letPass(0, 0);
    const elapsedMs = startStopwatch();
    letPass(byMs, setMs);
    expect(Math.round(elapsedMs())).toBe(told);
  });
});

it('asks everything again before a late confirmation, though the date was set back', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  expect(await network.stages.verifyRouters({ changeId, planId })).toMatchObject({ verdict: 'pass' });
  letPass(10_000, -HOUR_MS);
  expect(await network.stages.confirmRouters({ changeId, planId })).toMatchObject({ verdict: 'pass' });
  expect(network.progress.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^the confirmation was late, and all was asked again/),
  );
});

it('confirms nothing after the window, though the date was set back', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  expect(await network.stages.verifyRouters({ changeId, planId })).toMatchObject({ verdict: 'pass' });
  letPass(HOUR_MS, -HOUR_MS);
  expect(await network.stages.confirmRouters({ changeId, planId })).toMatchObject({ code: 'CHANGE_REVERTED' });
});
