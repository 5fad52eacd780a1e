/** The tasks by src/netconf, as any program would use it. */
import { readFileSync } from 'node:fs';
import { type ConnectOptions, connect, type NetconfSession } from '../../../src/netconf/index.ts';
import { atOnce, readTarget, serveTasks, timed } from './serve-tasks.ts';
import { sizeFilter, type Task } from './tasks.ts';

const { host, port, username, keyFile, knownHosts, pauseAfterHelloMs } = readTarget();
/** The bench has its own time limits. */
const PATIENCE_MS = 600_000;
const options: ConnectOptions = {
  host,
  port,
  username,
  auth: { privateKey: readFileSync(keyFile) },
  hostKey: { knownHosts },
  pauseAfterHelloMs,
  rpcTimeoutMs: PATIENCE_MS,
  connectTimeoutMs: PATIENCE_MS,
  helloTimeoutMs: PATIENCE_MS,
};
let kept: NetconfSession | null = null;
const held: NetconfSession[] = [];

await serveTasks((task) => run(task));

async function run(task: Task): Promise<number> {
  if (task.kind === 'open') {
    kept = await connect(options);
    return 0;
  }
  if (task.kind === 'connect') return connectInTurn(task.count);
  if (task.kind === 'sessions') return openAtOnce(task.count, task.keep);
  const session = kept;
  if (session === null) throw new Error('no session is open');
  if (task.kind === 'rpcs') return timed(() => atOnce(task.count, 1, () => session.discardChanges()));
  if (task.kind === 'concurrent') return timed(() => atOnce(task.count, task.width, () => session.discardChanges()));
  if (task.kind === 'stream') return timed(() => readStream(session, task));
  if (task.kind === 'held-by-stream') return heldByStream(session, task);
  return timed(() => getConfig(session, task));
}

async function connectInTurn(count: number): Promise<number> {
  let total = 0;
  for (let done = 0; done < count; done += 1) {
    const from = performance.now();
    const session = await connect(options);
    total += performance.now() - from;
    await session.close();
  }
  return total / 1_000;
}

async function openAtOnce(count: number, keep: boolean): Promise<number> {
  const opened: NetconfSession[] = [];
  const seconds = await timed(() =>
    atOnce(count, count, async () => {
      const session = await connect(options);
      opened.push(session);
      await session.discardChanges();
    }),
  );
  if (keep) held.push(...opened);
  else await Promise.all(opened.map((session) => session.close()));
  return seconds;
}

async function getConfig(session: NetconfSession, task: Extract<Task, { kind: 'get' }>): Promise<void> {
  const { bytes, chunk, as } = task;
  const filter = bytes === 0 ? {} : { filter: { subtree: sizeFilter(bytes, chunk) } };
  const reply = await session.getConfig({ source: 'running', ...filter });
  if (as === 'tree') {
    if ((reply.data?.children.length ?? 0) === 0) throw new Error('an empty tree');
  } else if (reply.dataXml.length < bytes) throw new Error(`${reply.dataXml.length} of ${bytes} bytes`);
}

async function heldByStream(session: NetconfSession, task: StreamTask): Promise<number> {
  const held = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  let peak = before;
  await readStream(session, task, () => {
    peak = Math.max(peak, held());
  });
  return peak - before;
}

type StreamTask = Extract<Task, { kind: 'stream' | 'held-by-stream' }>;

async function readStream(
  session: NetconfSession,
  { bytes, chunk }: StreamTask,
  onPiece: () => void = () => undefined,
): Promise<void> {
  const stream = await session.getConfigStream({ source: 'running', filter: { subtree: sizeFilter(bytes, chunk) } });
  let read = 0;
  for await (const piece of stream.bytes()) {
    read += piece.length;
    onPiece();
  }
  if (read < bytes) throw new Error(`${read} of ${bytes} bytes`);
}
