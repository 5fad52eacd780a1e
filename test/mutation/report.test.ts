import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Counts, PAGE_PATH, PARTS, readResults, renderResults, scoreOf, sumOf, withReport } from './report.ts';

const root = (path: string) => new URL(`../../${path}`, import.meta.url);
const counts = (more: Partial<Counts>): Counts => ({
  Killed: 0,
  Timeout: 0,
  Survived: 0,
  NoCoverage: 0,
  Ignored: 0,
  ...more,
});
const report = (path: string, ...statuses: string[]) => ({
  files: { [path]: { mutants: statuses.map((status) => ({ status })) } },
});

describe('the report of mutants', () => {
  it('is of files that are there, and its page is made of it (npm run docs writes it)', async () => {
    const results = await readResults();
    expect(Object.keys(results).filter((path) => !existsSync(root(path)))).toEqual([]);
    expect(readFileSync(root(PAGE_PATH), 'utf8')).toBe(renderResults(results));
  });

  it.each(PARTS)('$title: no fewer of them are noticed than once', async ({ begins, scoreMin }) => {
    const of = Object.entries(await readResults()).filter(([path]) => path.startsWith(begins));
    expect(of.length).toBeGreaterThan(5);
    expect(scoreOf(sumOf(of.map(([, each]) => each)))).toBeGreaterThanOrEqual(scoreMin);
  });

  it('counts as noticed what makes a test fail or run for ever, of all that a test could notice', () => {
    expect(scoreOf(counts({ Killed: 8, Timeout: 1, Survived: 1 }))).toBe(90);
    expect(scoreOf(counts({ Killed: 1, NoCoverage: 1, Ignored: 7 }))).toBe(50);
    expect(scoreOf(counts({ Ignored: 3 }))).toBe(100);
  });

  it('takes what a later one says of a file, and keeps the rest', () => {
    const first = withReport({ 'src/b.ts': counts({ Killed: 1 }) }, report('src/a.ts', 'Survived', 'Killed'));
    const second = withReport(first, report('src/a.ts', 'Killed', 'Killed', 'Ignored'));
    expect(Object.entries(second)).toEqual([
      ['src/a.ts', counts({ Killed: 2, Ignored: 1 })],
      ['src/b.ts', counts({ Killed: 1 })],
    ]);
  });

  it('is not of a run in which a mutant has no verdict', () => {
    expect(() => withReport({}, report('src/a.ts', 'Killed', 'RuntimeError'))).toThrow(
      'src/a.ts: a mutant is RuntimeError; run it again',
    );
  });
});
