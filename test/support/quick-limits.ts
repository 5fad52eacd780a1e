import type { ActivityLimits } from '../../src/activities/dependencies.ts';

/** Seconds where production has minutes, so that timers run out while a test waits. */
export const QUICK: Partial<ActivityLimits> = {
  lockWaitMs: 1_500,
  convergenceMs: 5_000,
  pollIntervalMs: 150,
  confirmMarginMs: 1_000,
  stageGapMs: 6_000,
  checkAnswerMs: 6_000,
  recoveryGraceMs: 8_000,
};
