import { connect } from '../../src/netconf/index.ts';
import { startByteServer } from './netconf/byte-server.ts';
import { bareSsh2, ncclient, ourClient, type Peer, type Task } from './netconf/peers.ts';

/** `ratio` = the peer's time over ours (above 1: we are faster), or for memory its own unit in the name. */
export interface BenchRow {
  readonly name: string;
  readonly peer: string;
  readonly ratio: number;
}

const MIB = 1024 * 1024;
const RUNS = 3;

/** NETCONF against ncclient and bare ssh2, on one loopback server that only writes bytes. Best of three, taken in turn. */
export async function benchNetconf(log: (line: string) => void = () => undefined): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const base of ['1.1', '1.0'] as const) {
    const server = await startByteServer(base);
    const { auth } = server.options;
    const privateKey = 'privateKey' in auth ? String(auth.privateKey) : '';
    const ours = ourClient(server);
    const peers = [ncclient(server), ...(base === '1.1' ? [bareSsh2(server, privateKey)] : [])];
    try {
      for (const task of tasksFor(base)) rows.push(...(await compare(task, ours, peers, log)));
      if (base === '1.1') rows.push(...(await streamedMemory(server.options, log)));
    } finally {
      for (const peer of peers) peer.stop();
      server.stop();
    }
  }
  return rows;
}

interface BenchTask {
  readonly name: string;
  readonly task: Task;
  /** ncclient waits 0.1 s in every rpc (its select tick), which needs no second look. */
  readonly runs?: number;
  /** Peers that are too slow for it to be waited for. */
  readonly slow?: readonly string[];
}

function tasksFor(base: '1.0' | '1.1'): BenchTask[] {
  const get = (mebibytes: number, chunk: number, slow: readonly string[] = []): BenchTask => ({
    name: `get-config ${mebibytes} MiB, ${base === '1.0' ? 'EOM' : chunk === 0 ? 'one chunk' : `chunks of ${chunk}`}`,
    task: { kind: 'get', size: mebibytes * MIB, chunk },
    slow,
  });
  if (base === '1.0') return [get(1, 0), get(16, 0)];
  return [
    { name: 'connect and hello', task: { kind: 'connect' } },
    { name: '1,000 small rpcs', task: { kind: 'rpcs', count: 1_000 }, runs: 1 },
    { name: '1,000 small rpcs, 8 at once', task: { kind: 'concurrent', count: 1_000 }, runs: 1 },
    { name: '50 sessions at once', task: { kind: 'sessions', count: 50 } },
    get(1, 0),
    get(1, 4_096),
    // ncclient decodes its whole buffer on every read of a chunked reply: 16 MiB take it minutes.
    get(16, 0, ['ncclient']),
    get(16, 4_096, ['ncclient']),
    get(64, 0, ['ncclient']),
  ];
}

async function compare(
  { name, task, runs = RUNS, slow = [] }: BenchTask,
  ours: Peer,
  peers: readonly Peer[],
  log: (line: string) => void,
): Promise<BenchRow[]> {
  const best = new Map<string, number>();
  const asked = [ours, ...peers.filter((peer) => !slow.includes(peer.name))];
  for (let run = 0; run < runs; run += 1) {
    for (const peer of asked) {
      const seconds = await peer.run(task);
      if (seconds !== null) best.set(peer.name, Math.min(seconds, best.get(peer.name) ?? Number.POSITIVE_INFINITY));
    }
  }
  const own = best.get(ours.name) ?? Number.NaN;
  log(`${name}: ${[...best].map(([peer, seconds]) => `${peer} ${(seconds * 1_000).toFixed(1)} ms`).join(', ')}`);
  return [...best]
    .filter(([peer]) => peer !== ours.name)
    .map(([peer, seconds]) => ({ name, peer, ratio: seconds / own }));
}

/** Peak memory above idle while 64 MiB are streamed, over the 32 MiB that are allowed. */
async function streamedMemory(
  options: Parameters<typeof connect>[0],
  log: (line: string) => void,
): Promise<BenchRow[]> {
  const session = await connect(options);
  globalThis.gc?.();
  const idle = process.memoryUsage();
  let peak = 0;
  const stream = await session.getConfigStream({
    source: 'running',
    filter: { subtree: `<size xmlns="urn:bench">${64 * MIB} 0</size>` },
  });
  let bytes = 0;
  for await (const piece of stream.bytes()) {
    bytes += piece.length;
    const now = process.memoryUsage();
    peak = Math.max(peak, now.heapUsed + now.external - idle.heapUsed - idle.external);
  }
  await session.close();
  log(`streamed ${bytes} bytes, peak ${(peak / MIB).toFixed(1)} MiB above idle`);
  return [
    {
      name: 'stream 64 MiB: memory allowed over peak above idle',
      peer: '32 MiB',
      ratio: (32 * MIB) / Math.max(peak, 1),
    },
  ];
}
