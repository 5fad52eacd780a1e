/** What a client's process holds: of a large reply, of a stream, and of many sessions. Linux only: it asks /proc. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow, Print } from '../report.ts';
import { PeerProcess, type PeerProgram } from './peer-process.ts';
import { MIB } from './rows.ts';
import type { Target, Task } from './tasks.ts';

const RUNS = 3;
const SIZE = 64 * MIB;
const SESSIONS = 500;
const STREAMED_ALLOWED = 32 * MIB;
const SESSIONS_ALLOWED = 1e9;
const LIMIT_MS = 30_000;
const SESSIONS_LIMIT_MS = 60_000;
/** After the hello a process still allocates: its idle is what it has then. */
const SETTLE_MS = 300;

interface Held {
  /** Above what it had with its session open and idle. */
  readonly aboveIdle: number;
  readonly total: number;
  readonly late: boolean;
}

/** Peak of one 64 MiB reply as text, each peer's above its own idle. */
export async function measureReplyMemory(
  wasl: PeerProgram,
  peers: readonly PeerProgram[],
  target: Target,
  { framing, chunk }: { readonly framing: string; readonly chunk: number },
  print: Print,
): Promise<BenchRow[]> {
  const name = `peak memory of a 64 MiB reply as text, ${framing}`;
  const task: Task = { kind: 'get', bytes: SIZE, chunk, as: 'text' };
  const own = await smallest(wasl, target, task);
  const rows: BenchRow[] = [];
  const said = [`wasl ${inMib(own)}`];
  for (const program of peers) {
    const held = await heldOnce(program, target, task, LIMIT_MS).catch((error: unknown) => String(error));
    said.push(`${program.name} ${typeof held === 'string' ? held : inMib(held)}`);
    // A peer that was given up has not read the reply: what it held by then is no bound that says anything.
    if (typeof held === 'string' || held.late) continue;
    rows.push({ name, peer: program.name, ratio: held.aboveIdle / own.aboveIdle });
  }
  print(`${name}, above idle: ${said.join(', ')}`);
  return rows;
}

/**
 * Peak while 64 MiB are read as a stream, against the 32 MiB that are allowed: of what the client holds, and of the whole process, whose
 * young generation grows with whatever passes through it.
 */
export async function measureStreamMemory(
  wasl: PeerProgram,
  bare: PeerProgram | undefined,
  target: Target,
  print: Print,
): Promise<BenchRow[]> {
  const name = 'memory while 64 MiB are streamed, above idle';
  const resident = await smallest(wasl, target, { kind: 'stream', bytes: SIZE, chunk: 0 });
  const held = await heldByClient(wasl, target);
  const said = [`wasl ${inMib(resident)} resident, ${(held / MIB).toFixed(1)} MiB of heap and buffers`];
  const rows = [
    { name: `${name}, heap and buffers`, peer: '32 MiB allowed', ratio: STREAMED_ALLOWED / held },
    { name: `${name}, resident`, peer: '32 MiB allowed', ratio: STREAMED_ALLOWED / resident.aboveIdle },
  ];
  if (bare !== undefined) {
    // It keeps no byte, so that its growth is the floor of any client in this runtime.
    const floor = await smallest(bare, target, { kind: 'get', bytes: SIZE, chunk: 0, as: 'text' });
    said.push(`${bare.name} ${inMib(floor)} resident`);
    rows.push({ name: `${name}, resident`, peer: bare.name, ratio: floor.aboveIdle / resident.aboveIdle });
  }
  print(`${name}: ${said.join(', ')}`);
  return rows;
}

async function heldByClient(wasl: PeerProgram, target: Target): Promise<number> {
  const peer = new PeerProcess(wasl, target);
  try {
    await peer.run({ kind: 'open' }, LIMIT_MS);
    const outcome = await peer.run({ kind: 'held-by-stream', bytes: SIZE, chunk: 0 }, LIMIT_MS);
    if (outcome.kind === 'done') return outcome.seconds;
    throw new Error(`no stream: ${outcome.kind === 'failed' ? outcome.why : 'late'}`);
  } finally {
    await peer.stop();
  }
}

/** All that a process with 500 open sessions has, and what peers have with as many. */
export async function measureSessions(
  wasl: PeerProgram,
  peers: readonly PeerProgram[],
  target: Target,
  print: Print,
): Promise<BenchRow[]> {
  const name = `${SESSIONS} sessions in one process, peak memory`;
  const task: Task = { kind: 'sessions', count: SESSIONS, keep: true };
  const own = await heldOnce(wasl, target, task, SESSIONS_LIMIT_MS);
  const rows: BenchRow[] = [{ name, peer: '1 GB allowed', ratio: SESSIONS_ALLOWED / own.total }];
  const said = [`wasl ${inMib({ ...own, aboveIdle: own.total })}`];
  for (const program of peers) {
    const held = await heldOnce(program, target, task, SESSIONS_LIMIT_MS).catch((error: unknown) => String(error));
    said.push(`${program.name} ${typeof held === 'string' ? held : inMib({ ...held, aboveIdle: held.total })}`);
    if (typeof held === 'string') continue;
    const bound = held.late ? ` (given up after ${SESSIONS_LIMIT_MS / 1_000} s: at least)` : '';
    rows.push({ name: name + bound, peer: program.name, ratio: held.total / own.total });
  }
  print(`${name}: ${said.join(', ')}`);
  return rows;
}

async function smallest(program: PeerProgram, target: Target, task: Task): Promise<Held> {
  const all: Held[] = [];
  for (let run = 0; run < RUNS; run += 1) all.push(await heldOnce(program, target, task, LIMIT_MS));
  return all.reduce((least, each) => (each.aboveIdle < least.aboveIdle ? each : least));
}

async function heldOnce(program: PeerProgram, target: Target, task: Task, limitMs: number): Promise<Held> {
  const peer = new PeerProcess(program, target);
  try {
    const opened = await peer.run({ kind: 'open' }, limitMs);
    if (opened.kind !== 'done') throw new Error(`no session: ${opened.kind === 'failed' ? opened.why : 'late'}`);
    await sleep(SETTLE_MS);
    const idle = peer.residentBytes;
    peer.forgetPeak();
    const outcome = await peer.runToMeasure(task, limitMs);
    if (outcome.kind === 'failed') throw new Error(outcome.why);
    const total = peer.peakBytes;
    return { total, aboveIdle: Math.max(total - idle, 1), late: outcome.kind === 'late' };
  } finally {
    await peer.stop();
  }
}

const inMib = ({ aboveIdle, late }: Held): string => `${late ? 'more than ' : ''}${(aboveIdle / MIB).toFixed(1)} MiB`;
