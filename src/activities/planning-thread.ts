import { Worker } from 'node:worker_threads';
import { WaslError } from '../errors.ts';
import type { JobInput, JobResult, PlanningJob } from './planning-jobs.ts';
import type { JobAnswer, JobError, JobMessage } from './run-planning-jobs.ts';

/** Planning 20,000 interconnects on 500 PEs with a million prefixes took 1.7 GB; beyond this the machine would suffer with it. */
export const PLANNING_MEMORY_MB = 4_096;
/** The largest network takes a minute on a busy processor. What takes this long will not end. */
const JOB_TIMEOUT_MS = 10 * 60_000;
/** Jobs that wait. Each holds a copy of the network. */
const QUEUED_MAX = 64;

export interface PlanningThreadOptions {
  readonly memoryMb?: number | undefined;
  readonly jobTimeoutMs?: number;
  /** Replaced where a thread must misbehave. */
  readonly program?: URL;
}

interface Queued {
  readonly message: JobMessage;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One thread, one job at a time, in order. It starts with its first job, and anew after it died. */
export class PlanningThread {
  readonly #options: PlanningThreadOptions;
  readonly #queue: Queued[] = [];
  #worker: Worker | null = null;
  #current: (Queued & { readonly timer: NodeJS.Timeout }) | null = null;
  #lastId = 0;
  #closed = false;

  constructor(options: PlanningThreadOptions) {
    this.#options = options;
  }

  async run<Job extends PlanningJob>(job: Job, input: JobInput<Job>, signal?: AbortSignal): Promise<JobResult<Job>> {
    if (this.#closed || signal?.aborted) throw interrupted(`${job} was given up before it began`);
    if (this.#queue.length >= QUEUED_MAX) throw interrupted(`${QUEUED_MAX} jobs of planning wait already`);
    const id = ++this.#lastId;
    const giveUp = () => this.#giveUp(id, interrupted(`${job} was given up by its caller`));
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        this.#queue.push({ message: { id, job, input }, resolve, reject });
        this.#next();
      });
      return result as JobResult<Job>;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(interrupted('the worker stops'));
    await this.#end(interrupted('the worker stops'));
  }

  #next(): void {
    if (this.#current !== null) return;
    const next = this.#queue.shift();
    if (next === undefined) {
      this.#worker?.unref();
      return;
    }
    const timeoutMs = this.#options.jobTimeoutMs ?? JOB_TIMEOUT_MS;
    const { id, job } = next.message;
    const late = () => this.#giveUp(id, interrupted(`${job} was not done in ${timeoutMs / 1_000} s`));
    this.#current = { ...next, timer: setTimeout(late, timeoutMs) };
    try {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#worker.postMessage(next.message);
    } catch (error) {
      // Values that cannot be sent, or no thread to be had.
      this.#settle(({ reject }) => reject(error instanceof Error ? error : new Error(String(error))));
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#options.program ?? new URL('./start-planning-thread.js', import.meta.url), {
      name: 'wasl planning',
      // Flags of the process (a debugger's port, a loader) are not the thread's.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#options.memoryMb ?? PLANNING_MEMORY_MB },
    });
    let why: unknown = null;
    worker.on('message', (answer: JobAnswer) => this.#onAnswer(answer));
    worker.on('error', (error) => {
      why = error;
    });
    worker.on('exit', (code) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#settle(({ reject }) => reject(this.#describeDeath(why, code)));
    });
    return worker;
  }

  #onAnswer(answer: JobAnswer): void {
    if (answer.id !== this.#current?.message.id) return;
    this.#settle(({ resolve, reject }) => {
      if ('result' in answer) resolve(answer.result);
      else reject(toError(answer.error));
    });
  }

  /** Only a thread's end stops what it computes. */
  #giveUp(id: number, error: WaslError): void {
    if (this.#current?.message.id === id) {
      void this.#end(error);
      return;
    }
    const index = this.#queue.findIndex(({ message }) => message.id === id);
    this.#queue.splice(index, index < 0 ? 0 : 1)[0]?.reject(error);
  }

  async #end(error: WaslError): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    const ended = worker?.terminate();
    this.#settle(({ reject }) => reject(error));
    await ended;
  }

  #settle(tell: (job: Queued) => void): void {
    const current = this.#current;
    if (current === null) return;
    clearTimeout(current.timer);
    this.#current = null;
    tell(current);
    if (!this.#closed) this.#next();
  }

  #describeDeath(why: unknown, code: number): WaslError {
    const { memoryMb = PLANNING_MEMORY_MB } = this.#options;
    if (why instanceof Error && 'code' in why && why.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return new WaslError('PLANNING_MEMORY', `planning needed more than ${memoryMb} MB`, { cause: why });
    }
    return new WaslError('PLANNING_INTERRUPTED', `the planning thread ended by itself (${code})`, { cause: why });
  }
}

function interrupted(fact: string): WaslError {
  return new WaslError('PLANNING_INTERRUPTED', fact);
}

function toError(error: JobError): Error {
  if (error.code === null) return new Error(`in the planning thread: ${error.defect}`);
  const { code, fact, path, remedy, details } = error;
  return new WaslError(code, fact, { ...(path === undefined ? {} : { path }), remedy, details });
}
