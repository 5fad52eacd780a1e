import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../golden/scenarios.ts';

const GOLDEN = new URL('../golden/', import.meta.url);

describe('golden edits', () => {
  it.each(SCENARIOS)('of $name are what the templates write', ({ files, run }) => {
    const results = run();
    expect(results.map(({ file }) => file)).toEqual(files);
    for (const { file, editXml } of results) expect(editXml, file).toBe(readFileSync(new URL(file, GOLDEN), 'utf8'));
  });

  it('have no file that no scenario writes', () => {
    const files = readdirSync(GOLDEN, { recursive: true }).filter((file) => String(file).endsWith('.xml'));
    const written = new Set(SCENARIOS.flatMap(({ files }) => files));
    expect(files.map(String).filter((file) => !file.startsWith('sim/') && !written.has(file))).toEqual([]);
  });
});
