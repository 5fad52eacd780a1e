import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { PROPERTY_TIMEOUT_MS } from './networks.ts';
import { loadSearch } from './plant-fault.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('a fault planted in the proof', () => {
  it.each([
    'routes of IPv6 are not looked at',
    'what nobody approved passes',
    'a PE is forgotten',
    'a canary may take',
    'a way back of the other family is enough',
  ])(
    '%s: it is noticed within few worlds',
    async (name) => {
      const fault = FAULTS.find((one) => one.name === name);
      const search = await loadSearch(fault ?? null);
      const { sentences } = search({ seed: 1, runs: 400, shrinks: false });
      expect(sentences).not.toEqual([]);
    },
    PROPERTY_TIMEOUT_MS,
  );

  it.each(FAULTS)('$name: has its place in the code', ({ file, is, becomes }) => {
    expect(read(`src/${file}`).split(is)).toHaveLength(2);
    expect(becomes).not.toBe(is);
  });

  it('is told on the page of them', () => {
    const page = read('docs/planted-faults.md');
    expect(FAULTS.filter(({ name }) => !page.includes(`| ${name} |`))).toEqual([]);
  });
});
