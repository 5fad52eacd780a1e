/** Nothing is kept that the inventory of personal data does not tell of. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COLUMNS, LEDGER_FACTS, WRITTEN } from '../../src/bin/personal-data.ts';
import { columnsOfSchema, differences, membersOf, membersOfSchema } from '../../src/bin/render-personal-data.ts';

test('every column of every table is declared, once', () => {
  const schema = columnsOfSchema();
  expect([...schema].flatMap(([table, columns]) => differences(table, columns, COLUMNS[table]))).toEqual([]);
  expect([...schema.keys()].sort()).toEqual(Object.keys(COLUMNS).sort());
  const twice = Object.values(COLUMNS).filter((each) => new Set(membersOf(each)).size !== membersOf(each).length);
  expect(twice).toEqual([]);
});

test('every member of what people write is declared', () => {
  for (const of of ['request', 'inventory'] as const)
    expect(differences(of, membersOfSchema(of), WRITTEN[of])).toEqual([]);
});

test('what is new, or gone, is told', () => {
  expect(differences('approvals', ['person', 'telephone'], { user: 'person', no: 'fax' })).toEqual([
    'approvals.telephone is not declared',
    'approvals.fax is not kept',
  ]);
});

test('every fact that anything writes into the ledger is declared', () => {
  const root = new URL('../../src/', import.meta.url);
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(store|api|domain|activities)\/.*\.ts$/.test(name))
    .map((name) => readFileSync(new URL(name, root), 'utf8'));
  const written = sources.flatMap((text) => [...text.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, name = '']) => name));
  const subjects = new Set(Object.keys(LEDGER_FACTS).map((name) => name.split('.')[0]));
  const facts = [...new Set(written)].filter((name) => subjects.has(name.split('.')[0]));
  expect(facts.length).toBeGreaterThan(30);
  expect(facts.filter((name) => LEDGER_FACTS[name] === undefined)).toEqual([]);
  expect(Object.keys(LEDGER_FACTS).filter((name) => !facts.includes(name))).toEqual([]);
});
