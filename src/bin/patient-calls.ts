import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/** A call that is tried again waits no longer than this: whoever stops waits as long. */
const DELAY_MAX_MS = 1_000;

/** For a call to begin on its connection, and to fail there. */
const BEGIN_MS = 50;

export interface PatientCalls {
  readonly interceptors: NonNullable<ConnectionOptions['interceptors']>;
  /** To be awaited before the connection is closed: a call that is tried again on a closed one ends the process. */
  end(): Promise<void>;
}

/** Calls to Temporal are tried again while it is away, as its library does, but not beyond the end of their connection. */
export function patientCalls(): PatientCalls {
  const usual = defaultGrpcRetryOptions();
  let ended = false;
  let lastAtMs = 0;
  const retry = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !ended && usual.retryableDecider(attempt, status),
    delayFunction(attempt, status) {
      const delayMs = Math.min(DELAY_MAX_MS, usual.delayFunction(attempt, status));
      lastAtMs = Math.max(lastAtMs, performance.now() + delayMs);
      return delayMs;
    },
  });
  return {
    interceptors: [retry],
    async end() {
      ended = true;
      const leftMs = lastAtMs - performance.now();
      if (leftMs < 0) return;
      // The timers of the calls were set before this one: at the same moment, however late, they come first. Then they need a turn to begin.
      await sleep(leftMs + 1);
      await sleep(BEGIN_MS);
    },
  };
}
