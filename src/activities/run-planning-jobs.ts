/** The inside of a planning thread: one job after the other, each answered. */
import { parentPort } from 'node:worker_threads';
import { type ErrorCode, WaslError } from '../errors.ts';
import { PLANNING_JOBS, type PlanningJob } from './planning-jobs.ts';

export interface JobMessage {
  readonly id: number;
  readonly job: PlanningJob;
  readonly input: unknown;
}

/** An error as values: its class does not survive the way between threads. */
export type JobError =
  | {
      readonly code: ErrorCode;
      readonly fact: string;
      readonly path: string | undefined;
      readonly remedy: string;
      readonly details: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly code: null; readonly defect: string };

export type JobAnswer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: JobError });

parentPort?.on('message', ({ id, job, input }: JobMessage) => {
  parentPort?.postMessage(answer(id, () => (PLANNING_JOBS[job] as (given: unknown) => unknown)(input)));
});

function answer(id: number, work: () => unknown): JobAnswer {
  try {
    return { id, result: work() };
  } catch (error) {
    if (error instanceof WaslError) {
      const { code, message: fact, path, remedy, details } = error;
      return { id, error: { code, fact, path, remedy, details } };
    }
    return {
      id,
      error: { code: null, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    };
  }
}
