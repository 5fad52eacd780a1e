/** docs/signature-interop.md, made of the vectors and of what the second validator says of them: the integration suite holds that it is so. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { VECTORS, type Vector } from '../vectors.ts';
import { DSS_VERSION, type Opinion } from './second-validator.ts';

export const TABLE_PATH = 'docs/signature-interop.md';

/** As `npm run interop:signatures` wrote it: opinions of one document stand behind each other. */
const OPINIONS_PATH = new URL('opinions.json', import.meta.url);
const BETWEEN = ', ';

export function recordedOpinions(): ReadonlyMap<string, readonly Opinion[]> {
  const recorded = JSON.parse(readFileSync(OPINIONS_PATH, 'utf8')) as Record<string, string>;
  return new Map(Object.entries(recorded).map(([name, text]) => [name, text.split(BETWEEN)]));
}

export async function recordOpinions(opinions: ReadonlyMap<string, readonly Opinion[]>): Promise<void> {
  const texts = Object.fromEntries([...opinions].map(([name, list]) => [name, list.join(BETWEEN)]));
  await writeFile(OPINIONS_PATH, `${JSON.stringify(texts, null, 2)}\n`);
}

/** Whether the second validator is against wasl where it has a rule for what is wrong. null: it is not. */
export function disagreement({ name, verdict, second }: Vector, opinions: readonly Opinion[]): string | null {
  const passes = opinions.length > 0 && opinions.every((opinion) => opinion === 'TOTAL_PASSED');
  const isSo = verdict === 'pass' ? passes : !passes || second === 'wasl alone';
  return isSo ? null : `${name}: wasl says ${verdict}, DSS says ${opinions.join(', ') || 'nothing'}`;
}

export function renderSignatureTable(): string {
  const opinions = recordedOpinions();
  const rows = VECTORS.map(({ name, verdict, subIndication, second }) => {
    const cell = (opinions.get(name) ?? ['not asked']).map(inWords).join(', ');
    const passesThere = verdict !== 'pass' && second === 'wasl alone';
    return `| ${name} | ${inWords(`${verdict} ${subIndication ?? ''}`)} | ${cell}${passesThere ? ' (a rule of wasl alone)' : ''} |`;
  });
  return [
    '# Signatures and a second validator',
    '',
    `Every signed document of the tests, good and bad, is given to EU DSS ${DSS_VERSION} too, offline and with a strict policy; \`npm run interop:signatures\``,
    'asks it and writes what it says, `npm run docs` writes this. What passes in wasl passes there. What does not pass in wasl does not pass there,',
    'but for rules that only wasl has: who signs for whom, at which installation, by which clock, and what is carried along.',
    '',
    'Words of EN 319 102-1: `pass` is TOTAL_PASSED, `fail` TOTAL_FAILED, `unknown` INDETERMINATE. Unknown never passes a gate.',
    '',
    '| document | wasl | DSS, for each signature |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const inWords = (text: string): string => text.trim().replaceAll('_', '\\_');

if (process.argv[1] === import.meta.filename) {
  const file = new URL(`../../../${TABLE_PATH}`, import.meta.url);
  const text = renderSignatureTable();
  const stale = (await readFile(file, 'utf8').catch(() => null)) !== text;
  if (stale) await writeFile(file, text);
  process.stdout.write(stale ? `written: ${TABLE_PATH}\n` : `${TABLE_PATH} is not stale\n`);
}
