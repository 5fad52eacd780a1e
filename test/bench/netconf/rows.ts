/** The rows of the benchmark: what is asked, and what a peer does instead where it cannot do the same. */
import type { Task } from './tasks.ts';

export const MIB = 1_024 * 1_024;
const BOTH_FORMS = ['text', 'tree'] as const;

export interface BenchRowPlan {
  readonly name: string;
  readonly task: Task;
  /** Peers that have nothing to compare. */
  readonly without?: readonly string[];
  /** A smaller task, and how often it goes into the row's: for peers whose every rpc waits. */
  readonly part?: Readonly<Record<string, { readonly task: Task; readonly times: number }>>;
  /** What must be known to read a peer's number; it becomes part of the row's name. */
  readonly remarks?: Readonly<Record<string, string>>;
}

/** ncclient's sender sleeps in select for 0.1 s before each request: a hundred show it as well as a thousand. */
const NCCLIENT = 'ncclient';
const NO_CONCURRENCY = { 'scrapli-netconf': 'one after the other, it knows no other way' };

/** `connects`: fewer for a server that itself takes most of the time. */
export function everydayRows(server: string, connects: number): BenchRowPlan[] {
  const rpcs = (count: number): Task => ({ kind: 'rpcs', count });
  const concurrent = (count: number): Task => ({ kind: 'concurrent', count, width: 8 });
  return [
    { name: `connect and hello, ${server}`, task: { kind: 'connect', count: connects } },
    {
      name: `1,000 small rpcs, ${server}`,
      task: rpcs(1_000),
      part: { [NCCLIENT]: { task: rpcs(50), times: 20 } },
      remarks: { [NCCLIENT]: '50 of them, times 20' },
    },
    {
      name: `1,000 small rpcs, 8 at once on one session, ${server}`,
      task: concurrent(1_000),
      part: { [NCCLIENT]: { task: concurrent(200), times: 5 } },
      remarks: { ...NO_CONCURRENCY, [NCCLIENT]: '200 of them, times 5' },
    },
    {
      name: `100 sessions at once, ${server}`,
      task: { kind: 'sessions', count: 100, keep: false },
    },
  ];
}

const READS_AS_TEXT = {
  nemith: 'it reads every token with encoding/xml too',
  'scrapli-netconf': 'it parses with lxml too',
  [NCCLIENT]: 'it parses with lxml too',
};
const READS_AS_TREE = {
  nemith: "a tree by Go's encoding/xml",
  'scrapli-netconf': 'a tree by lxml',
  [NCCLIENT]: 'a tree by lxml',
};

/** get-config of the byte server. A peer's text costs it at least one pass of its parser; the rows say so. */
export function largeReplyRows(base: '1.0' | '1.1'): BenchRowPlan[] {
  const get = (size: number, chunk: number, as: 'text' | 'tree'): BenchRowPlan => ({
    name: `get-config ${size} MiB, ${base === '1.0' ? 'EOM' : chunksInWords(chunk)}, as ${as}`,
    task: { kind: 'get', bytes: size * MIB, chunk, as },
    remarks: as === 'text' ? READS_AS_TEXT : READS_AS_TREE,
    ...(as === 'tree' ? { without: ['bare ssh2'] } : {}),
  });
  const sizes = (chunk: number) => BOTH_FORMS.flatMap((as) => [1, 16, 64].map((size) => get(size, chunk, as)));
  return base === '1.0' ? sizes(0) : [...sizes(0), ...sizes(4_096), get(1, 1, 'text')];
}

export function netconfdReplyRow(): BenchRowPlan {
  return {
    name: 'get-config of 2,000 VRFs, netconfd, as text',
    task: { kind: 'get', bytes: 0, chunk: 0, as: 'text' },
    remarks: READS_AS_TEXT,
  };
}

function chunksInWords(chunk: number): string {
  if (chunk === 0) return 'one chunk';
  return chunk === 1 ? '1-byte chunks' : `${chunk / 1_024} KiB chunks`;
}
