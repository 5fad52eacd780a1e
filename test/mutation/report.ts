/** docs/mutation.md, made of test/mutation/results.json; `tsx test/mutation/report.ts FILE.json ...` makes both of Stryker's reports. */
import { readFile, writeFile } from 'node:fs/promises';

export const RESULTS_FILE = new URL('./results.json', import.meta.url);
export const PAGE_PATH = 'docs/mutation.md';
/** Of a hundred mutants that a test could notice, how many one shall. */
export const SCORE_AIM = 90;

/** What Stryker's report says of a mutant, and how many there are; see mutation-testing-report-schema. */
const STATUSES = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored'] as const;
export type Counts = Readonly<Record<(typeof STATUSES)[number], number>>;
/** By path of the file that was altered. */
export type Results = Readonly<Record<string, Counts>>;

interface StrykerReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** Files of which a later report says nothing keep what they had. Throws on a status that is no verdict: such a run is to be repeated. */
export function withReport(results: Results, { files }: StrykerReport): Results {
  const more = Object.entries(files).map(([path, { mutants }]) => {
    const other = mutants.find(({ status }) => !STATUSES.some((known) => known === status));
    if (other !== undefined) throw new Error(`${path}: a mutant is ${other.status}; run it again`);
    const counts = STATUSES.map((each) => [each, mutants.filter(({ status }) => status === each).length] as const);
    return [path, Object.fromEntries(counts) as Counts] as const;
  });
  return Object.fromEntries([...Object.entries(results), ...more].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Per cent; 100 where nothing could be altered. A mutant that never ends is noticed: the suite does not end. */
export function scoreOf({ Killed, Timeout, Survived, NoCoverage }: Counts): number {
  const all = Killed + Timeout + Survived + NoCoverage;
  return all === 0 ? 100 : (100 * (Killed + Timeout)) / all;
}

export const sumOf = (list: readonly Counts[]): Counts =>
  Object.fromEntries(STATUSES.map((each) => [each, list.reduce((sum, counts) => sum + counts[each], 0)])) as Counts;

/** What judges, and what reads what is judged. `scoreMin`: what was reached; it only rises. */
export const PARTS = [
  { title: 'The proof', begins: 'src/proof/', scoreMin: 94 },
  { title: 'What the readers share', begins: 'src/platforms/reading/', scoreMin: 95 },
  { title: 'The reader of FRR', begins: 'src/platforms/frr/', scoreMin: 93 },
  { title: 'The reader of IOS XR', begins: 'src/platforms/iosxr-um2/', scoreMin: 95 },
  { title: 'The reader of Junos', begins: 'src/platforms/junos-yang/', scoreMin: 92 },
] as const;

export function renderResults(results: Results): string {
  const parts = PARTS.flatMap(({ title, begins }) => {
    const rows = Object.entries(results).filter(([path]) => path.startsWith(begins));
    const sum = sumOf(rows.map(([, counts]) => counts));
    return [
      `## ${title}: ${scoreOf(sum).toFixed(1)} %`,
      '',
      '| file | score | killed | never ended | survived | not covered | not run |',
      '|---|---|---|---|---|---|---|',
      ...rows.map(([path, counts]) => row(`[${path.slice(begins.length)}](../${path})`, counts)),
      row('all', sum),
      '',
    ];
  });
  return [
    '# Do the tests notice?',
    '',
    'Made of `test/mutation/results.json`; `npm run docs` writes it.',
    '',
    'Stryker alters the code in one place at a time, and the tests are run: where none fails, the code says something that no test asks for. The score is the',
    `number of mutants that made a test fail, or never end, of a hundred. It shall be at least ${SCORE_AIM} for the proof and for the readers of the platforms.`,
    '',
    '- *never ended* is a loop without end, known by how often the altered place was passed, or after 12 s and three times what the tests take.',
    '- *not covered* is a place that no test passes; it counts as survived.',
    '- *not run* is what a line of the code exempts, with its reason; and, in files that were not measured since it is done, a value that is made once when a file',
    '  is loaded (the tables of what a reader understands, most of all). Now the tests that pass any place of the file are loaded anew for it.',
    '- A mutant is judged by the pure tests in `test/proof`, `test/plan`, `test/router`, `test/render` and `test/platforms` that pass the altered place and take less',
    '  than 150 ms, in one process. The properties over random worlds take longer and were left out: with them more is noticed, never less.',
    '',
    ...parts,
    '## To repeat it',
    '',
    '    npm run mutation -- --mutate src/proof/FILE.ts',
    '    npx tsx test/mutation/report.ts node_modules/.cache/mutation.json',
    '',
    'The first keeps what it found in `node_modules/.cache` and asks again only what has changed; with `MUTATION_QUICK_MS=150` tests that take longer are left out,',
    'and a second run without it asks them about the survivors alone. The second writes this page and its results.',
    '',
  ].join('\n');
}

const row = (name: string, counts: Counts): string =>
  `| ${name} | ${scoreOf(counts).toFixed(1)} | ${STATUSES.map((each) => counts[each]).join(' | ')} |`;

export const readResults = async (): Promise<Results> => JSON.parse(await readFile(RESULTS_FILE, 'utf8'));

if (process.argv[1] === import.meta.filename) {
  const reports = await Promise.all(process.argv.slice(2).map((path) => readFile(path, 'utf8')));
  const results = reports.reduce((sum, text) => withReport(sum, JSON.parse(text)), await readResults());
  await writeFile(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(new URL(`../../${PAGE_PATH}`, import.meta.url), renderResults(results));
}
