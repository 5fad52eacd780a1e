/**
 * `npm run differential -- [--runs N] [--seed N] [--minutes N]`: small worlds against the slow model; ends with 1 where they disagree.
 * `npm run differential -- --faults [--runs N] [--seed N] [--only TEXT]`: with each fault of faults.ts planted in turn, after how many worlds it is
 * noticed; docs/planted-faults.md is written of it.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { search } from './differential-search.ts';
import { FAULTS } from './faults.ts';
import { renderFaults, type Seen } from './faults-page.ts';
import { loadSearch } from './plant-fault.ts';

const PAGE = new URL('../../docs/planted-faults.md', import.meta.url);

const { values } = parseArgs({
  options: {
    ...{ runs: { type: 'string' }, seed: { type: 'string' }, minutes: { type: 'string' } },
    ...{ faults: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
  },
});

if (values.faults) await plantEach(Number(values.runs ?? 10_000));
else compare(Number(values.runs ?? 100_000));

function compare(runs: number): void {
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  const limit = values.minutes === undefined ? {} : { milliseconds: Number(values.minutes) * 60_000 };
  const from = performance.now();
  const { worlds, sentences, report } = search({ seed, runs, shrinks: true, ...limit });
  const seconds = Math.round((performance.now() - from) / 1_000);
  const said = sentences.length > 0 ? 'they disagree' : 'no disagreement';
  process.stdout.write(`${worlds} worlds in ${seconds} s, seed ${seed}: ${said}\n`);
  if (sentences.length > 0) process.stdout.write(`${sentences.join('\n')}\n${report}\n`);
  process.exitCode = sentences.length > 0 ? 1 : 0;
}

async function plantEach(runs: number): Promise<void> {
  const seen: Seen[] = [];
  for (const fault of FAULTS.filter(({ name }) => name.includes(values.only))) {
    const planted = await loadSearch(fault);
    const { worlds, sentences } = planted({ seed: Number(values.seed ?? 1), runs, shrinks: false });
    const after = sentences.length > 0 ? worlds : null;
    seen.push({ fault, after });
    process.stdout.write(`${fault.name}: ${after ?? `not in ${runs}`}\n`);
  }
  if (values.only === '') await writeFile(PAGE, renderFaults(seen, runs));
}
