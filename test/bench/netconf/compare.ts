/** One row: every peer in a process of its own, taken in turn, each bounded; the best run of each counts. */
import type { BenchRow, Print } from '../report.ts';
import { type Outcome, PeerProcess, type PeerProgram } from './peer-process.ts';
import type { BenchRowPlan } from './rows.ts';
import type { Target, Task } from './tasks.ts';

/** More runs find a quieter moment; a peer that has taken so long together has shown what it can. */
const RUNS_MAX = 5;
const TOGETHER_MAX_SECONDS = 6;
/** wasl's own number is in every ratio of the row: it gets more runs. */
const OWN_TOGETHER_MAX_SECONDS = 15;
/** A peer that is slower is given up: its ratio is then a lower bound, and called one. */
const LIMIT_MS = 20_000;
/** wasl itself is waited for: without its number the row says nothing. */
const OWN_LIMIT_MS = 120_000;
const OPEN_LIMIT_MS = 30_000;

interface Bounds {
  readonly limitMs: number;
  /** Of all runs of a row. */
  readonly togetherMaxSeconds: number;
}
const PEER_BOUNDS: Bounds = { limitMs: LIMIT_MS, togetherMaxSeconds: TOGETHER_MAX_SECONDS };
const OWN_BOUNDS: Bounds = { limitMs: OWN_LIMIT_MS, togetherMaxSeconds: OWN_TOGETHER_MAX_SECONDS };

/** The times of one peer in one row. */
export interface Measured {
  readonly seconds: readonly number[];
  /** Of the processor, all runs together over their number. */
  readonly processorSeconds: number;
  /** It was given up after this long, now or at a smaller reply in the same framing. */
  readonly givenUpAfter: number | null;
}

export interface RowResult {
  readonly plan: BenchRowPlan;
  readonly measured: ReadonlyMap<string, Measured>;
  readonly rows: readonly BenchRow[];
  /** Peers without a number, with the reason. */
  readonly failures: readonly string[];
}

export class Comparison {
  private readonly wasl: PeerProgram;
  private readonly peers: readonly PeerProgram[];
  private readonly target: Target;
  private readonly print: Print;
  /** True when the suite is late: then one run of each is enough. */
  private readonly inHurry: () => boolean;
  /** Peer and framing -> bytes at which it was given up: more bytes cannot take it less. */
  private readonly givenUpAt = new Map<string, number>();

  constructor(wasl: PeerProgram, peers: readonly PeerProgram[], target: Target, print: Print, inHurry: () => boolean) {
    this.wasl = wasl;
    this.peers = peers;
    this.target = target;
    this.print = print;
    this.inHurry = inHurry;
  }

  async run(plan: BenchRowPlan): Promise<RowResult> {
    const measured = new Map<string, Measured>();
    const failures: string[] = [];
    const wanted = [this.wasl, ...this.peers.filter(({ name }) => !(plan.without ?? []).includes(name))];
    const running: Runner[] = [];
    for (const program of wanted) {
      if (this.isHopeless(program.name, plan.task)) {
        measured.set(program.name, { seconds: [], processorSeconds: Number.NaN, givenUpAfter: LIMIT_MS / 1_000 });
      } else {
        running.push(new Runner(program, plan, this.target, program === this.wasl ? OWN_BOUNDS : PEER_BOUNDS));
      }
    }
    try {
      await Promise.all(running.map((runner) => runner.open()));
      for (let turn = 0; turn < RUNS_MAX && !(turn > 0 && this.inHurry()); turn += 1) {
        for (const runner of running) await runner.takeTurn();
      }
    } finally {
      await Promise.all(running.map((runner) => runner.stop()));
    }
    for (const { name, seconds, processorSeconds, ended } of running) {
      if (ended?.kind === 'failed') failures.push(`${plan.name}: ${name} has no number: ${ended.why}`);
      else
        measured.set(name, { seconds, processorSeconds, givenUpAfter: ended?.kind === 'late' ? ended.seconds : null });
      if (ended?.kind === 'late') this.giveUp(name, plan.task);
    }
    if (measured.get(this.wasl.name)?.seconds.length === 0) {
      failures.push(`${plan.name}: no ratios, wasl itself took more than ${OWN_LIMIT_MS / 1_000} s`);
    }
    const rows = this.ratios(plan, measured);
    this.print(`${plan.name}: ${[...measured].map(([name, each]) => `${name} ${inWords(each)}`).join(', ')}`);
    for (const failure of failures) this.print(failure);
    return { plan, measured, rows, failures };
  }

  private ratios(plan: BenchRowPlan, measured: ReadonlyMap<string, Measured>): BenchRow[] {
    const own = measured.get(this.wasl.name);
    if (own === undefined || own.seconds.length === 0) return [];
    return [...measured].flatMap(([peer, each]) => {
      if (peer === this.wasl.name) return [];
      const remark = plan.remarks?.[peer];
      const notes = [
        ...(remark === undefined ? [] : [remark]),
        ...(each.seconds.length === 0 ? [`given up after ${each.givenUpAfter} s: at least`] : []),
      ];
      const name = notes.length === 0 ? plan.name : `${plan.name} (${notes.join('; ')})`;
      return [{ name, peer, ratio: best(each) / best(own) }];
    });
  }

  private giveUp(peer: string, task: Task): void {
    if (task.kind === 'get') this.givenUpAt.set(`${peer} ${task.chunk}`, task.bytes);
  }

  private isHopeless(peer: string, task: Task): boolean {
    if (task.kind !== 'get') return false;
    return task.bytes >= (this.givenUpAt.get(`${peer} ${task.chunk}`) ?? Number.POSITIVE_INFINITY);
  }
}

/** A peer's part in one row. */
class Runner {
  readonly name: string;
  readonly seconds: number[] = [];
  ended: Outcome | null = null;
  private processor = 0;
  private readonly process: PeerProcess;
  private readonly task: Task;
  private readonly times: number;
  private readonly bounds: Bounds;

  constructor(program: PeerProgram, { task, part }: BenchRowPlan, target: Target, bounds: Bounds) {
    this.bounds = bounds;
    this.name = program.name;
    const instead = part?.[program.name];
    this.task = instead?.task ?? task;
    this.times = instead?.times ?? 1;
    this.process = new PeerProcess(program, target);
  }

  get processorSeconds(): number {
    return this.processor / this.seconds.length;
  }

  async open(): Promise<void> {
    const outcome = await this.process.run({ kind: 'open' }, OPEN_LIMIT_MS);
    if (outcome.kind === 'late') this.ended = { kind: 'failed', why: `no session in ${outcome.seconds} s` };
    if (outcome.kind === 'failed') this.ended = outcome;
  }

  async takeTurn(): Promise<void> {
    const together = this.seconds.reduce((sum, each) => sum + each / this.times, 0);
    if (this.ended !== null || together > this.bounds.togetherMaxSeconds) return;
    const before = this.process.processorSeconds;
    const outcome = await this.process.run(this.task, this.bounds.limitMs);
    if (outcome.kind === 'done') {
      this.seconds.push(outcome.seconds * this.times);
      this.processor += (this.process.processorSeconds - before) * this.times;
    } else if (outcome.kind === 'late' && this.seconds.length > 0) {
      // It has other runs that count.
      this.ended = { kind: 'done', seconds: Math.min(...this.seconds) };
    } else this.ended = outcome;
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}

/** The best run, or the bound where there was none. */
export function best({ seconds, givenUpAfter }: Measured): number {
  return seconds.length > 0 ? Math.min(...seconds) : (givenUpAfter ?? Number.NaN);
}

/** `41 ms (41–55)`: the best, and how far the others were from it. */
export function inWords(measured: Measured): string {
  const { seconds, givenUpAfter } = measured;
  if (seconds.length === 0) return `more than ${givenUpAfter} s`;
  const worst = Math.max(...seconds);
  const digits = worst < 1 ? 1 : 0;
  const [low, high] = [best(measured), worst].map((each) => (each * 1_000).toFixed(digits));
  return seconds.length === 1 ? `${low} ms` : `${low} ms (to ${high})`;
}
