import type { ActivityOptions } from '@temporalio/workflow';

/** The record: short store transactions. Retried until the database is back, whatever it says meanwhile. */
export const RECORD_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
};

/** One try: what it met is in the record then, and the next one is a move of its own. */
export const PLAN_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { maximumAttempts: 1 },
};

/** How long a stage may wait for the worker that holds the sessions: longer means that the worker is gone. */
const WORKER_ANSWERS_SECONDS = 10;
/** The stage's fan-out heartbeats each second; the worker is given up after this. */
const HEARTBEAT_TIMEOUT_SECONDS = 6;

/** One attempt: a stage is never repeated blindly. What it did is in the journal, and recovery reads that. */
export function stageOptions(taskQueue: string, confirmTimeoutSeconds: number): ActivityOptions {
  return {
    taskQueue,
    scheduleToStartTimeout: `${WORKER_ANSWERS_SECONDS} seconds`,
    startToCloseTimeout: `${Math.max(120, confirmTimeoutSeconds + 60)} seconds`,
    heartbeatTimeout: `${HEARTBEAT_TIMEOUT_SECONDS} seconds`,
    retry: { maximumAttempts: 1 },
  };
}

/** Recovery may wait for a router's own timer, and is tried until it has an answer. */
export function recoveryOptions(confirmTimeoutSeconds: number): ActivityOptions {
  return {
    startToCloseTimeout: `${confirmTimeoutSeconds + 300} seconds`,
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '2 seconds', maximumInterval: '30 seconds' },
  };
}
