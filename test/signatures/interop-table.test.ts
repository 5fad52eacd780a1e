import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { disagreement, recordedOpinions, renderSignatureTable, TABLE_PATH } from './interop/table.ts';
import { VECTORS } from './vectors.ts';

it('the table of both validators is that of the vectors', () => {
  expect(readFileSync(new URL(`../../${TABLE_PATH}`, import.meta.url), 'utf8')).toBe(renderSignatureTable());
});

it('has an opinion on every vector, and none against wasl', () => {
  const opinions = recordedOpinions();
  expect([...opinions.keys()].sort()).toEqual(VECTORS.map(({ name }) => name).sort());
  expect(VECTORS.flatMap((vector) => disagreement(vector, opinions.get(vector.name) ?? []) ?? [])).toEqual([]);
});
