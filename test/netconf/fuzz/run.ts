/** `npm run fuzz -- TARGET|all [--seconds N] [--seed N] [--keep]`: README.md of this folder. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildInstrumented } from './build.ts';
import { digestOf } from './corpus.ts';
import { TARGETS } from './targets/index.ts';
import type { WorkerReport, WorkerTask } from './worker.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CORPUS = join(import.meta.dirname, 'corpus');
const FOUND = join(ROOT, '.wasl', 'fuzz');
/** One input takes a millisecond or so. Processor time, for a machine that others use is no hang; and time, for one that waits for ever. */
const HANG_CPU_MS = 10_000;
const HANG_MS = 120_000;
const LOOK_EVERY_MS = 1_000;
/** A server must not be able to make us hold more than a few messages of the sizes that the targets allow. */
const HEAP_MEBIBYTES_MAX = 512;

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly keep: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const chosen = args[0] === 'all' ? TARGETS : TARGETS.filter(({ name }) => name === args[0]);
  const number = (name: string, otherwise: number) =>
    args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise;
  const options = { seconds: number('--seconds', 60), seed: number('--seed', 1), keep: args.includes('--keep') };
  if (chosen.length === 0 || !(options.seconds > 0) || !Number.isInteger(options.seed)) {
    say(`usage: npm run fuzz -- all|${TARGETS.map(({ name }) => name).join('|')} [--seconds N] [--seed N] [--keep]`);
    return 2;
  }
  const built = join(FOUND, `build-${process.pid}.mjs`);
  await buildInstrumented(ROOT, join(import.meta.dirname, 'worker.ts'), built);
  let found = 0;
  for (const { name } of chosen)
    found += await fuzz(name, built, { ...options, seconds: options.seconds / chosen.length });
  rmSync(built);
  return found === 0 ? 0 : 1;
}

/** One target in a thread of its own: what hangs or runs out of memory there is found as much as what throws. */
async function fuzz(target: string, built: string, { seconds, seed, keep }: Options): Promise<number> {
  const shared = new SharedArrayBuffer(8 + 65_536);
  const task: WorkerTask = { target, seconds, seed, keep, corpusFolder: CORPUS, shared };
  const worker = new Worker(built, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES_MAX },
  });
  const report = await Promise.race([outcomeOf(worker), hangOf(shared)]);
  await worker.terminate();
  if (typeof report !== 'string' && report.failure === null) {
    const { runs, reached, places, corpus } = report;
    say(`${target}: ${runs} runs, ${reached} features of ${places} places, corpus ${corpus}, nothing found`);
    return 0;
  }
  const numbers = new Int32Array(shared, 0, 2);
  const input = Buffer.from(shared.slice(8, 8 + (numbers[1] ?? 0)));
  mkdirSync(FOUND, { recursive: true });
  const path = join(FOUND, `${target}-${digestOf(input)}`);
  writeFileSync(path, input);
  say(
    `${target}: FOUND after ${numbers[0]} runs (seed ${seed}): ${typeof report === 'string' ? report : report.failure}`,
  );
  say(
    `  input ${JSON.stringify(input.toString('latin1'))}\n  in ${path}; once it is mended, keep it as corpus/${target}/found-NAME`,
  );
  return 1;
}

function outcomeOf(worker: Worker): Promise<WorkerReport | string> {
  return new Promise((resolve) => {
    worker.once('message', (report: WorkerReport) => resolve(report));
    worker.once('error', (error: Error) => resolve(error.stack ?? error.message));
    worker.once('exit', (code) => resolve(`the thread ended with ${code}`));
  });
}

/** Resolves when one input runs longer than any may. */
function hangOf(shared: SharedArrayBuffer): Promise<string> {
  const numbers = new Int32Array(shared, 0, 2);
  return new Promise((resolve) => {
    let runs = -1;
    let since = { ms: 0, cpuMs: 0 };
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage();
      const now = { ms: performance.now(), cpuMs: (user + system) / 1_000 };
      const current = Atomics.load(numbers, 0);
      if (current !== runs) since = now;
      runs = current;
      const cpuMs = Math.round(now.cpuMs - since.cpuMs);
      if (cpuMs > HANG_CPU_MS || now.ms - since.ms > HANG_MS)
        resolve(`one input ran for ${cpuMs} ms of processor time`);
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
