/** The results as people read them: times by row and peer, and the goals with what was measured. */
import { type BenchRow, type Print, printTable } from '../report.ts';
import { best, type RowResult } from './compare.ts';
import type { PeerProgram } from './peer-process.ts';

export function showTimes(print: Print, programs: readonly PeerProgram[], results: readonly RowResult[]): void {
  print("\nmilliseconds, best run of each, and in brackets the peer's time over ours; > is a lower bound");
  const names = programs.map(({ name }) => name);
  const body = results.map(({ plan, measured }) => {
    const own = measured.get(names[0] ?? '');
    const cells = names.map((name, column) => {
      const each = measured.get(name);
      if (each === undefined) return '–';
      const bound = each.seconds.length === 0 ? '> ' : '';
      const ratio = column === 0 || own === undefined ? '' : ` (${short(best(each) / best(own))})`;
      return `${bound}${short(best(each) * 1_000)}${ratio}`;
    });
    return [plan.name, ...cells];
  });
  printTable(print, ['', ...names], body);
}

/** The same in time of the processor, for a machine that others use too. */
export function showProcessor(print: Print, programs: readonly PeerProgram[], results: readonly RowResult[]): void {
  print("\nmilliseconds of the processor in the client's process, mean of its runs");
  const names = programs.map(({ name }) => name);
  const cell = (seconds: number | undefined) =>
    seconds === undefined || Number.isNaN(seconds) ? '–' : short(seconds * 1_000);
  const body = results.map(({ plan, measured }) => [
    plan.name,
    ...names.map((name) => cell(measured.get(name)?.processorSeconds)),
  ]);
  printTable(print, ['', ...names], body);
}

interface Goal {
  readonly text: string;
  readonly applies: (row: BenchRow) => boolean;
  readonly ratioMin: number;
}

const CLIENTS = ['nemith', 'scrapli-netconf', 'ncclient'];
const GOALS: readonly Goal[] = [
  { text: 'faster than every other client on every row', applies: isClientRow, ratioMin: 1 },
  {
    text: 'at least 3 × ncclient on small rpcs',
    applies: ({ name, peer }) => peer === 'ncclient' && name.startsWith('1,000 small rpcs'),
    ratioMin: 3,
  },
  {
    text: 'at least 10 × ncclient on 16 MiB as text',
    applies: ({ name, peer }) => peer === 'ncclient' && /^get-config 16 MiB.*as text/.test(name),
    ratioMin: 10,
  },
  {
    text: 'within 1.15 × of bare ssh2 reading the same bytes',
    applies: ({ name, peer }) => peer === 'bare ssh2' && name.startsWith('get-config'),
    ratioMin: 1 / 1.15,
  },
  { text: 'linear to 64 MiB', applies: ({ name }) => name.startsWith('linear'), ratioMin: 1 / 1.15 },
  { text: 'at most 32 MiB above idle while streaming', applies: ({ peer }) => peer === '32 MiB allowed', ratioMin: 1 },
  { text: '500 sessions in less than 1 GB', applies: ({ peer }) => peer === '1 GB allowed', ratioMin: 1 },
];

function isClientRow({ peer }: BenchRow): boolean {
  return CLIENTS.includes(peer);
}

export function showGoals(print: Print, rows: readonly BenchRow[]): void {
  print('\ngoals');
  for (const { text, applies, ratioMin } of GOALS) {
    const counted = rows.filter(applies);
    const below = counted.filter(({ ratio }) => !(ratio >= ratioMin));
    // A lower bound below the goal decides nothing.
    const missed = below.filter(({ name }) => !name.includes('at least'));
    const verdict =
      counted.length === 0 ? 'not measured' : missed.length > 0 ? 'MISSED' : below.length > 0 ? 'undecided' : 'met';
    const least = Math.min(...counted.map(({ ratio }) => ratio));
    print(
      `  ${verdict.padEnd(12)} ${text}: ${counted.length} rows, the smallest ratio ${short(least)} of ${short(ratioMin)}`,
    );
    for (const { name, peer, ratio } of below) print(`               ${short(ratio)} ${name}, ${peer}`);
  }
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
