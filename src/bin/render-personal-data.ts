/** docs/personal-data.md: what is kept, of whom, why, who sees it, how long. */
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { inventorySchema } from '../domain/inventory.ts';
import { interconnectRequestSchema } from '../domain/request.ts';
import * as entities from '../store/entity-schema.ts';
import * as ledger from '../store/ledger-schema.ts';
import * as personal from '../store/personal-schema.ts';
import * as policies from '../store/policy-schema.ts';
import * as readings from '../store/reading-schema.ts';
import * as schema from '../store/schema.ts';
import * as signatures from '../store/signature-schema.ts';
import * as webhooks from '../store/webhook-schema.ts';
import {
  COLUMNS,
  DATA_CLASSES,
  type DataClassName,
  type Declared,
  DOCUMENTS,
  LEDGER_FACTS,
  WRITTEN,
} from './personal-data.ts';

/** Table -> its columns, as the schema has them. */
export function columnsOfSchema(): ReadonlyMap<string, readonly string[]> {
  const tables = Object.values({
    ...schema,
    ...readings,
    ...ledger,
    ...policies,
    ...signatures,
    ...webhooks,
    ...personal,
    ...entities,
  });
  return new Map(
    tables
      .filter((each) => each instanceof PgTable)
      .map(getTableConfig)
      .map(({ name, columns }) => [name, columns.map((column) => column.name)]),
  );
}

/** The names of members at any depth. */
export function membersOfSchema(of: keyof typeof WRITTEN): string[] {
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties } = node as { readonly properties?: object };
    for (const name of Object.keys(properties ?? {})) names.add(name);
    for (const each of Object.values(node)) walk(each);
  };
  walk(z.toJSONSchema(of === 'request' ? interconnectRequestSchema : inventorySchema, { io: 'input' }));
  return [...names].sort();
}

export const membersOf = (declared: Declared): string[] =>
  Object.values(declared).flatMap((names) => names.split(' ').filter(Boolean));

/** Throws for what is kept and not declared, and for what is declared and not kept: the page would not be true. */
function requireDeclared(): void {
  const faults = [...columnsOfSchema()].flatMap(([table, columns]) => differences(table, columns, COLUMNS[table]));
  for (const of of ['request', 'inventory'] as const) faults.push(...differences(of, membersOfSchema(of), WRITTEN[of]));
  if (faults.length > 0) throw new Error(`src/bin/personal-data.ts: ${faults.join('; ')}`);
}

/** In words; empty: none. */
export function differences(of: string, kept: readonly string[], declared: Declared = {}): string[] {
  const said = membersOf(declared);
  return [
    ...kept.filter((each) => !said.includes(each)).map((each) => `${of}.${each} is not declared`),
    ...said.filter((each) => !kept.includes(each)).map((each) => `${of}.${each} is not kept`),
  ];
}

export function renderPersonalData(): string {
  requireDeclared();
  const classes = Object.entries(DATA_CLASSES).map(([name, { is, whose, why, seenBy, howLong }]) =>
    row([`\`${name}\``, is, whose, why, seenBy, howLong]),
  );
  return [
    '# Personal data: the inventory',
    '',
    'Made of the schema and of `src/bin/personal-data.ts`; `npm run docs` writes it. A column, a member of a document or a fact of the ledger that is',
    'not declared there fails the tests. How it is sealed, kept and erased: [privacy.md](privacy.md).',
    '',
    '| class | what it is | of whom | why | who sees it | how long |',
    '|---|---|---|---|---|---|',
    ...classes,
    '',
    '## Tables',
    '',
    ...tableOf('table', Object.entries(COLUMNS).sort(byName)),
    '',
    '## Documents that people write',
    '',
    ...tableOf('document', Object.entries(WRITTEN)),
    '',
    '## Documents in columns, messages, bodies and logs',
    '',
    ...tableOf(
      'where',
      Object.entries(DOCUMENTS).map(([name, members]) => [name, grouped(members)] as const),
    ),
    '',
    '## Facts of the ledger',
    '',
    'The actor of each is a `user`, or `wasl`. A fact is never changed: so it holds no personal text, only references to some.',
    '',
    ...tableOf('fact', Object.entries(LEDGER_FACTS)),
    '',
  ].join('\n');
}

const NAMES = Object.keys(DATA_CLASSES) as DataClassName[];
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const byName = ([a]: readonly [string, Declared], [b]: readonly [string, Declared]): number => (a < b ? -1 : 1);

/** Of the classes that occur. */
function tableOf(head: string, entries: readonly (readonly [string, Declared])[]): string[] {
  const used = NAMES.filter((name) => entries.some(([, declared]) => declared[name] !== undefined));
  const cell = (names = '') => names.replace(/\S+/g, '`$&`').replaceAll('` `', '`, `') || '·';
  return [
    row([head, ...used.map((name) => `\`${name}\``)]),
    `|${'---|'.repeat(used.length + 1)}`,
    ...entries.map(([name, declared]) => row([`\`${name}\``, ...used.map((each) => cell(declared[each]))])),
  ];
}

function grouped(members: Readonly<Record<string, DataClassName>>): Declared {
  const entries = Object.entries(members);
  const namesOf = (of: DataClassName) => entries.filter(([, name]) => name === of).map(([member]) => member);
  return Object.fromEntries(
    NAMES.map((name) => [name, namesOf(name).join(' ')] as const).filter(([, names]) => names !== ''),
  );
}
