import type { JobInput, JobResult, PlanningJob } from './planning-jobs.ts';
import { PlanningThread, type PlanningThreadOptions } from './planning-thread.ts';

/**
 * Planning and proving, outside of the thread that holds sessions: neither a heartbeat nor a reply waits for them. Every call throws
 * what the job throws; PLANNING_INTERRUPTED when the thread died or the caller gave up, PLANNING_MEMORY when it needed too much.
 */
export interface Planner {
  plan(input: JobInput<'plan'>, signal?: AbortSignal): Promise<JobResult<'plan'>>;
  record(input: JobInput<'record'>, signal?: AbortSignal): Promise<JobResult<'record'>>;
  /** Somebody waits for it under locks: it does not stand behind a plan. */
  reprove(input: JobInput<'reprove'>, signal?: AbortSignal): Promise<JobResult<'reprove'>>;
  matrix(input: JobInput<'matrix'>, signal?: AbortSignal): Promise<JobResult<'matrix'>>;
  explain(input: JobInput<'explain'>, signal?: AbortSignal): Promise<JobResult<'explain'>>;
  audit(input: JobInput<'audit'>, signal?: AbortSignal): Promise<JobResult<'audit'>>;
  close(): Promise<void>;
}

/** Two threads: what is waited for under router locks has its own. Each starts when it is first needed. */
export function createPlanner(options: PlanningThreadOptions = {}): Planner {
  const [planning, underLock] = [new PlanningThread(options), new PlanningThread(options)];
  const on =
    <Job extends PlanningJob>(thread: PlanningThread, job: Job) =>
    (input: JobInput<Job>, signal?: AbortSignal): Promise<JobResult<Job>> =>
      thread.run(job, input, signal);
  return {
    plan: on(planning, 'plan'),
    record: on(planning, 'record'),
    matrix: on(planning, 'matrix'),
    audit: on(planning, 'audit'),
    explain: on(planning, 'explain'),
    reprove: on(underLock, 'reprove'),
    close: async () => {
      await Promise.all([planning.close(), underLock.close()]);
    },
  };
}
