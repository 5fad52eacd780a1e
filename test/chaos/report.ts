/** docs/chaos.md, made of test/chaos/report.json; `tsx test/chaos/report.ts FILE.jsonl ...` makes both of what `--report` wrote. */
import { readFile, writeFile } from 'node:fs/promises';
import { INVARIANTS } from './invariants.ts';
import type { RunReport } from './run.ts';
import { EVENTS } from './storm.ts';

export const REPORT_FILE = new URL('./report.json', import.meta.url);
export const TABLE_PATH = 'docs/chaos.md';
const LONG_MS = 10_000;

export interface ReportLine extends RunReport {
  readonly commit: string;
  readonly at: string;
}

export interface Campaign {
  /** Per commit, in the order in which they were run. */
  readonly commits: readonly {
    readonly commit: string;
    readonly held: readonly number[];
    readonly broke: readonly Break[];
  }[];
  readonly struck: Readonly<
    Record<string, { readonly times: number; readonly long: number; readonly longestMs: number }>
  >;
  readonly stories: Readonly<Record<string, number>>;
  readonly hours: number;
}

interface Break {
  readonly seed: number;
  readonly breaches: readonly string[];
}

export function summarise(lines: readonly ReportLine[]): Campaign {
  const commits = [...new Set(lines.map(({ commit }) => commit))].map((commit) => {
    const runs = lines.filter((line) => line.commit === commit);
    const held = runs.filter(({ breaches }) => breaches.length === 0).map(({ seed }) => seed);
    const broke = runs.filter(({ breaches }) => breaches.length > 0).map(({ seed, breaches }) => ({ seed, breaches }));
    return { commit, held: held.sort((a, b) => a - b), broke };
  });
  const strikes = lines.flatMap(({ events }) => events);
  const struck = EVENTS.map(({ name }) => {
    const lasted = strikes.filter((strike) => strike.name === name).map(({ lastMs }) => lastMs);
    const long = lasted.filter((ms) => ms >= LONG_MS).length;
    return [name, { times: lasted.length, long, longestMs: Math.max(0, ...lasted) }] as const;
  });
  const stories: Record<string, number> = {};
  for (const wish of lines.flatMap((line) => line.stories)) stories[wish] = (stories[wish] ?? 0) + 1;
  const seconds = lines.reduce((sum, line) => sum + line.seconds, 0);
  return { commits, struck: Object.fromEntries(struck), stories, hours: Math.round(seconds / 360) / 10 };
}

export function renderCampaign({ commits, struck, stories, hours }: Campaign): string {
  const runs = commits.flatMap(({ held, broke }) => [...held, ...broke.map(({ seed }) => seed)]);
  const held = commits.reduce((sum, each) => sum + each.held.length, 0);
  const strikes = Object.entries(struck);
  const total = strikes.reduce((sum, [, { times }]) => sum + times, 0);
  return [
    '# The chaos campaign',
    '',
    'Made of `test/chaos/report.json` and `test/chaos/invariants.ts`; `npm run docs` writes it.',
    '',
    'Each run is a storm over a whole installation (HTTP API, two workers, Postgres, Temporal, a simulated backbone of twelve PEs of two vendors) while',
    'four agreements come and go. Five events strike at random instants; then everything is up again, people go on, and when all is settled routers and',
    'database are held against what must hold; at last everything is withdrawn and held against it again.',
    '',
    `${runs.length} runs of ${new Set(runs).size} seeds (${hours} hours of running): ${held} held, ${runs.length - held} broke. The whole campaign has 300 seeds.`,
    '',
    '## What must hold',
    '',
    ...INVARIANTS.map(({ name }) => `- ${name}`),
    '',
    'That each of them can fail is tested in `test/chaos/invariants.test.ts`.',
    '',
    '## What struck',
    '',
    `${total} events. What is away is away for 1 to 60 seconds (a reboot for at most 25), half of them for less than 2.4. A router's fault strikes when the`,
    'operation that it names comes by.',
    '',
    '| event | times | 10 s and longer | longest |',
    '|---|---|---|---|',
    ...strikes.map(
      ([name, each]) => `| ${name} | ${each.times} | ${each.long} | ${(each.longestMs / 1_000).toFixed(1)} s |`,
    ),
    '',
    '| agreement | how many |',
    '|---|---|',
    ...Object.entries(stories).map(([wish, count]) => `| ${wish} | ${count} |`),
    '',
    'Those that end on their date were given 15 to 30 seconds from the request: the date comes while the storm is on, or while everything is away.',
    '',
    '## The runs',
    '',
    'The commit is that of the sources that ran. Not every run was of the latest.',
    '',
    '| commit | held | broke |',
    '|---|---|---|',
    ...commits.map(
      (each) => `| \`${each.commit}\` | ${ranges(each.held)} | ${ranges(each.broke.map(({ seed }) => seed))} |`,
    ),
    '',
    ...renderBreaks(commits),
    '## To repeat one',
    '',
    '    npm run chaos -- --seed 17 --runs 1',
    '',
    'draws the same agreements and the same events at the same instants as run 17; what the processes do in between is theirs. `--worlds 3` shares the seeds out',
    'among three installations side by side, `--report FILE.jsonl` appends a line per run, and `tsx test/chaos/report.ts FILE.jsonl` makes this page of it. Of a run that',
    'broke, the logs of every part, the record and the running of every router are kept; its line says where.',
    '',
  ].join('\n');
}

function renderBreaks(commits: Campaign['commits']): string[] {
  const all = commits.flatMap(({ commit, broke }) => broke.map((each) => ({ commit, ...each })));
  if (all.length === 0) return [];
  return [
    '| seed | at | what broke | since then |',
    '|---|---|---|---|',
    ...all.map(({ seed, commit, breaches }) => {
      const later = commits.slice(commits.findIndex((each) => each.commit === commit));
      const since = later.find(({ held }) => held.includes(seed));
      const words = breaches.map((each) => each.replaceAll('|', '\\|').replaceAll('\n', ' ')).join('; ');
      return `| ${seed} | \`${commit}\` | ${words} | ${since === undefined ? '' : `held at \`${since.commit}\``} |`;
    }),
    '',
  ];
}

/** `1–4, 7`; each seed once. */
export function ranges(seeds: readonly number[]): string {
  const sorted = [...new Set(seeds)].sort((a, b) => a - b);
  const starts = sorted.filter((seed) => !sorted.includes(seed - 1));
  const ends = sorted.filter((seed) => !sorted.includes(seed + 1));
  if (sorted.length === 0) return 'none';
  return starts.map((start, index) => (start === ends[index] ? `${start}` : `${start}–${ends[index]}`)).join(', ');
}

if (process.argv[1] === import.meta.filename) {
  const files = process.argv.slice(2);
  if (files.length > 0) {
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
    const campaign = summarise(lines.map((line) => JSON.parse(line) as ReportLine));
    await writeFile(REPORT_FILE, `${JSON.stringify(campaign)}\n`);
  }
  const campaign = JSON.parse(await readFile(REPORT_FILE, 'utf8')) as Campaign;
  await writeFile(new URL(`../../${TABLE_PATH}`, import.meta.url), renderCampaign(campaign));
  process.stdout.write(`written: ${TABLE_PATH}\n`);
}
