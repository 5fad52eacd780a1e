/** The NETCONF client against other clients, on a server that only writes bytes and on netconfd. */
import { best, Comparison, type RowResult } from './netconf/compare.ts';
import { measureReplyMemory, measureSessions, measureStreamMemory } from './netconf/memory.ts';
import { type Programs, preparePrograms } from './netconf/programs.ts';
import { everydayRows, largeReplyRows, netconfdReplyRow } from './netconf/rows.ts';
import { startByteServer, startFilledNetconfd } from './netconf/servers.ts';
import { showGoals, showProcessor, showTimes } from './netconf/summary.ts';
import type { BenchRow, Print, SuiteResult } from './report.ts';

const BYTES = 'bytes only';
/** After so long the machine is busy or slow, and each peer has one run in what is left: the suite must end within its time. */
const HURRY_AFTER_MS = 7 * 60_000;

export async function benchNetconf(printLine: Print): Promise<SuiteResult> {
  const from = performance.now();
  const print: Print = (line) => printLine(`${((performance.now() - from) / 1_000).toFixed(0).padStart(4)} s  ${line}`);
  const programs = await preparePrograms(print);
  const prepared = performance.now();
  const inHurry = () => performance.now() - prepared > HURRY_AFTER_MS;
  const results: RowResult[] = [];
  const memory: BenchRow[] = [];
  const failures: string[] = [];
  for (const base of ['1.1', '1.0'] as const) {
    const server = await startByteServer(programs.byteServer, base);
    try {
      const { wasl, peers } = programs;
      const comparison = new Comparison(wasl, peers, server.target, print, inHurry);
      const plans = [...(base === '1.1' ? everydayRows(BYTES, 10) : []), ...largeReplyRows(base)];
      for (const plan of plans) results.push(await comparison.run(plan));
      const framing = base === '1.1' ? { framing: '4 KiB chunks', chunk: 4_096 } : { framing: 'EOM', chunk: 0 };
      memory.push(...(await measureReplyMemory(wasl, peers, server.target, framing, print)));
      if (base === '1.1') {
        const bare = peers.find(({ name }) => name === 'bare ssh2');
        memory.push(...(await measureStreamMemory(wasl, bare, server.target, print)));
        memory.push(...(await measureSessions(wasl, peers, server.target, print)));
      }
    } finally {
      await server.stop();
    }
  }
  try {
    results.push(...(await compareOnNetconfd(programs, print, inHurry)));
  } catch (error) {
    failures.push(`WITHOUT netconfd: ${error instanceof Error ? error.message : error}`);
  }
  failures.push(...results.flatMap((result) => result.failures));
  const rows = [...results.flatMap((result) => result.rows), ...linearity(results), ...memory];
  showTimes(printLine, [programs.wasl, ...programs.peers], results);
  showProcessor(printLine, [programs.wasl, ...programs.peers], results);
  showGoals(printLine, rows);
  for (const failure of failures) printLine(failure);
  return { rows };
}

async function compareOnNetconfd(
  { wasl, peers }: Programs,
  print: Print,
  inHurry: () => boolean,
): Promise<RowResult[]> {
  const server = await startFilledNetconfd(print);
  try {
    const comparison = new Comparison(wasl, peers, server.target, print, inHurry);
    const results: RowResult[] = [];
    for (const plan of [...everydayRows('netconfd', 3), netconfdReplyRow()]) results.push(await comparison.run(plan));
    return results;
  } finally {
    await server.stop();
  }
}

/** Four times 16 MiB over 64 MiB, both our own: below 1 the client grows faster than the reply. */
function linearity(results: readonly RowResult[]): BenchRow[] {
  const own = (size: number, form: string) => {
    const result = results.find(({ plan }) => plan.name === `get-config ${size} MiB, ${form}`);
    const measured = result?.measured.get('wasl');
    return measured === undefined ? Number.NaN : best(measured);
  };
  return ['one chunk, as text', '4 KiB chunks, as text', 'EOM, as text', 'one chunk, as tree'].map((form) => ({
    name: `linear to 64 MiB, ${form}`,
    peer: 'four times 16 MiB',
    ratio: (4 * own(16, form)) / own(64, form),
  }));
}
