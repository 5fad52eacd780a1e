/** How long a process takes to simulate a national backbone, and how much memory. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, type Print, printTable, type SuiteResult, spread } from './report.ts';
import type { StartCosts } from './sim/start-process.ts';

const PROGRAM = fileURLToPath(new URL('./sim/start-process.ts', import.meta.url));
const SIZES = [100, 200] as const;
const RUNS = 3;

export async function benchSim(print: Print): Promise<SuiteResult> {
  const costs = new Map<number, StartCosts[]>(SIZES.map((size) => [size, []]));
  for (let run = 0; run < RUNS; run += 1) {
    for (const size of SIZES) costs.get(size)?.push(await startOnce(size));
  }
  const of = (size: number, pick: (cost: StartCosts) => number) => (costs.get(size) ?? []).map(pick);
  print(`sim: a process of its own each, median (min–max) of ${RUNS} runs taken in turn`);
  printTable(
    print,
    ['routers', 'start, ms', 'processor, ms', 'memory above idle, MiB', 'heap per router, KiB'],
    SIZES.map((size) => [
      String(size),
      spread(of(size, ({ startMs }) => startMs)),
      spread(of(size, ({ cpuMs }) => cpuMs)),
      spread(of(size, ({ residentBytes }) => residentBytes / 2 ** 20)),
      spread(of(size, ({ heapBytes }) => heapBytes / size / 1_024)),
    ]),
  );
  const [half, whole] = SIZES;
  const ratio = (pick: (cost: StartCosts) => number) => median(of(half, pick)) / median(of(whole, pick));
  return {
    rows: [
      { name: `start of ${whole} routers`, peer: `of ${half}`, ratio: ratio(({ cpuMs }) => cpuMs) },
      { name: `heap of ${whole} routers`, peer: `of ${half}`, ratio: ratio(({ heapBytes }) => heapBytes) },
    ],
  };
}

async function startOnce(routers: number): Promise<StartCosts> {
  const child = fork(PROGRAM, [String(routers)], { execArgv: ['--expose-gc', '--import', 'tsx'] });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => {
    throw new Error(`the simulation ended with ${code}`);
  });
  ended.catch(() => undefined);
  const [costs] = (await Promise.race([once(child, 'message'), ended])) as [StartCosts];
  child.disconnect();
  await exited;
  return costs;
}
