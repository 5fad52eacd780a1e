import { readFileSync } from 'node:fs';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, test } from 'vitest';
import * as entities from '../../src/store/entity-schema.ts';
import * as ledger from '../../src/store/ledger-schema.ts';
import * as personal from '../../src/store/personal-schema.ts';
import * as policies from '../../src/store/policy-schema.ts';
import * as readings from '../../src/store/reading-schema.ts';
import * as schema from '../../src/store/schema.ts';
import * as signatures from '../../src/store/signature-schema.ts';
import * as webhooks from '../../src/store/webhook-schema.ts';

const meta = new URL('../../src/store/migrations/meta/', import.meta.url);
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, meta), 'utf8'));

test('the migrations make the tables that the schema describes', async () => {
  const entries: readonly { readonly idx: number }[] = readJson('_journal.json').entries;
  const last = String(entries.length - 1).padStart(4, '0');
  const migrated = readJson(`${last}_snapshot.json`);
  // When this fails: npx drizzle-kit generate --config src/store/drizzle.config.ts --name <what-changes>
  const tables = {
    ...schema,
    ...entities,
    ...readings,
    ...ledger,
    ...personal,
    ...policies,
    ...signatures,
    ...webhooks,
  };
  expect(await generateMigration(migrated, generateDrizzleJson(tables, migrated.id))).toEqual([]);
});
