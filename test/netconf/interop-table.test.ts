import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BASE_CASES } from '../integration/netconf/interop/base-cases.ts';
import { CONFIRMED_COMMIT_CASES } from '../integration/netconf/interop/confirmed-commit-cases.ts';
import { SERVERS } from '../integration/netconf/interop/servers.ts';
import { renderInteropTable, TABLE_PATH } from '../integration/netconf/interop/table.ts';

it('the interop table is what the cases make of it (else: npm run docs)', () => {
  expect(readFileSync(new URL(`../../${TABLE_PATH}`, import.meta.url), 'utf8')).toBe(renderInteropTable());
});

it('every deviation is of a case that there is', () => {
  const names = [...BASE_CASES, ...CONFIRMED_COMMIT_CASES].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(SERVERS.flatMap(({ deviations }) => Object.keys(deviations)).filter((name) => !names.includes(name))).toEqual(
    [],
  );
});
