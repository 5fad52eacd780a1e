/** One peer in a process of its own: what it costs, in time and memory, is its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { stopAtEnd } from '../ending.ts';
import type { Answer, Target, Task } from './tasks.ts';

export interface PeerProgram {
  /** As it stands in the rows. */
  readonly name: string;
  /** With versions, for people. */
  readonly title: string;
  /** Called with the target as its last argument. */
  readonly command: readonly string[];
}

export type Outcome =
  | { readonly kind: 'done'; readonly seconds: number }
  /** It was given up after so many seconds, and its process was ended. */
  | { readonly kind: 'late'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly why: string };

/** USER_HZ, which is 100 on every Linux that programs see. */
const CLOCK_TICKS_PER_SECOND = 100;
const LAST_WORDS_BYTES = 1_000;

export class PeerProcess {
  readonly name: string;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly answers: AsyncIterator<string>;
  private readonly unregister: () => Promise<void>;
  private lastWords = '';

  constructor({ name, command }: PeerProgram, target: Target) {
    const [file = '', ...args] = command;
    this.name = name;
    this.child = spawn(file, [...args, JSON.stringify(target)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stderr.on('data', (piece: Buffer) => {
      this.lastWords = (this.lastWords + String(piece)).slice(-LAST_WORDS_BYTES);
    });
    this.child.on('error', (error) => {
      this.lastWords = error.message;
    });
    // A write to a process that has died is told by the missing answer.
    this.child.stdin.on('error', () => undefined);
    this.unregister = stopAtEnd(() => this.end());
  }

  /** Ends the process when it is late: it could do nothing else before it is done. */
  async run(task: Task, limitMs: number): Promise<Outcome> {
    const outcome = await this.runToMeasure(task, limitMs);
    if (outcome.kind === 'late') await this.stop();
    return outcome;
  }

  /** The same, but one that is late goes on, and can still be asked for its memory. */
  async runToMeasure(task: Task, limitMs: number): Promise<Outcome> {
    this.child.stdin.write(`${JSON.stringify(task)}\n`);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs);
    try {
      const line = await Promise.race([this.answers.next(), once(late.signal, 'abort')]);
      if (Array.isArray(line)) return { kind: 'late', seconds: limitMs / 1_000 };
      if (line.done === true) return { kind: 'failed', why: `its process ended: ${this.lastWords.trim()}` };
      const { seconds, error } = JSON.parse(line.value) as Answer;
      return error === undefined ? { kind: 'done', seconds } : { kind: 'failed', why: error };
    } finally {
      clearTimeout(timer);
    }
  }

  get residentBytes(): number {
    return this.status('VmRSS');
  }

  /** The largest `residentBytes` since the start, or since `forgetPeak`. */
  get peakBytes(): number {
    return this.status('VmHWM');
  }

  /** What it has used of the processor since its start, in user and kernel; busy neighbours stretch time, but hardly this. */
  get processorSeconds(): number {
    const text = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    // After the name, which may hold spaces: utime and stime are the 14th and 15th of proc(5).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** See clear_refs in proc(5). */
  forgetPeak(): void {
    writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
  }

  stop(): Promise<void> {
    return this.unregister();
  }

  private async end(): Promise<void> {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  private status(field: string): number {
    const text = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1_024;
  }
}
