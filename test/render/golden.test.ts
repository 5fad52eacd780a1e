import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runScenarios } from '../golden/scenarios.ts';

const results = runScenarios();
const GOLDEN = new URL('../golden/', import.meta.url);

describe('golden edits', () => {
  it.each(results)('$file is what the templates write', ({ file, editXml }) => {
    expect(editXml).toBe(readFileSync(new URL(file, GOLDEN), 'utf8'));
  });

  it('has no file that no scenario writes', () => {
    const files = readdirSync(GOLDEN, { recursive: true }).filter((file) => String(file).endsWith('.xml'));
    const written = new Set(results.map(({ file }) => file));
    expect(files.map(String).filter((file) => !file.startsWith('sim/') && !written.has(file))).toEqual([]);
  });
});
