import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus, writeCorpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { Engine } from './engine.ts';
import { TARGETS } from './targets/index.ts';

/** What the thread is told, and where it says what it does. */
export interface WorkerTask {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  readonly corpusFolder: string;
  readonly keep: boolean;
  /** Two 32-bit numbers, runs so far and the length of the current input, and then the input. */
  readonly shared: SharedArrayBuffer;
}

export interface WorkerReport {
  readonly runs: number;
  readonly reached: number;
  readonly places: number;
  readonly corpus: number;
  readonly failure: string | null;
}

// Most inputs end in an error, and half of the time went into traces that nobody reads.
Error.stackTraceLimit = 6;

const task = workerData as WorkerTask;
const numbers = new Int32Array(task.shared, 0, 2);
const current = new Uint8Array(task.shared, 8);
const target = TARGETS.find(({ name }) => name === task.target);
if (target === undefined) throw new Error(`no target ${task.target}`);

const coverage = new Coverage();
const engine = new Engine(target, coverage, task.seed, (input) => {
  current.set(input.subarray(0, current.length));
  numbers[1] = Math.min(input.length, current.length);
  Atomics.add(numbers, 0, 1);
});
const until = performance.now() + task.seconds * 1_000;
let failure: string | null = null;
try {
  await engine.begin(readCorpus(task.corpusFolder, target.name));
  await engine.search(() => performance.now() > until);
  if (task.keep) writeCorpus(task.corpusFolder, target.name, engine.smallCorpus());
} catch (error) {
  failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
}
const report: WorkerReport = {
  runs: engine.runs,
  reached: engine.reached,
  places: coverage.places,
  corpus: engine.smallCorpus().length,
  failure,
};
parentPort?.postMessage(report);
