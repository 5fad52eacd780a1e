import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Digest } from '../../../src/domain/canonical-json.ts';
import { GENESIS_HASH } from '../../../src/domain/ledger-entry.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await createTestDatabase();
  store = await database.open();
});
afterEach(() => database.drop());

const fact = (subject: string, body: Readonly<Record<string, unknown>> = {}) => ({
  ...{ actor: 'wasl', action: 'test.recorded', subject, body },
});
const readAll = () => store.readLedger({ afterSequence: 0, limit: 5_000 });

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

test('the first row follows the genesis hash, each further one the row before', async () => {
  const first = await store.appendLedger(fact('a'));
  const second = await store.appendLedger(fact('b'));
  expect(first).toMatchObject({ sequence: 1, previousHash: GENESIS_HASH });
  expect(second).toMatchObject({ sequence: 2, previousHash: first.hash });
  expect(await readAll()).toEqual([first, second]);
  expect(await store.readLedger({ afterSequence: 1 })).toEqual([second]);
  expect(await store.readLedger({ afterSequence: 0, limit: 1 })).toEqual([first]);
});

test('fifty appends at once, over two stores and among other work, keep one chain without gaps', async () => {
  const other = await database.open();
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => [
      (index % 2 === 0 ? store : other).appendLedger(fact(`row-${index}`)),
      index % 5 === 0 ? store.createInterconnect(sampleSubmission(`key-${index}`)) : null,
    ]).flat(),
  );
  const entries = await readAll();
  expect(entries).toHaveLength(60);
  expect(verifyChain(entries)).toEqual({ intact: true, head: { sequence: 60, hash: entries.at(-1)?.hash } });
});

test('a body reads back as it was hashed, whatever is in it', async () => {
  const body = {
    ...{ z: 1, a: [null, true, 1e21, -0, 0.1], text: 'وصل "quoted" \u2028 \\u0000 \u0000', nested: { b: 2, a: 1 } },
    ...{ left: undefined, when: new Date('2026-11-22T08:00:00Z') },
  };
  await store.appendLedger(fact('odd', body));
  const entries = await readAll();
  expect(verifyChain(entries)).toMatchObject({ intact: true });
  expect(entries[0]?.body).toEqual({ ...JSON.parse(JSON.stringify(body)) });
});

test.each([
  `update ledger set actor = 'nobody'`,
  `update ledger set actor = 'nobody' where false`,
  'delete from ledger',
  'truncate ledger',
  `insert into ledger values (3, 'a', 'b', 'c', '{}', 'now', '${GENESIS_HASH}', 'h')`,
])('the database refuses: %s', async (statement) => {
  await store.appendLedger(fact('a'));
  await store.appendLedger(fact('b'));
  const before = await readAll();
  await expect(query(statement)).rejects.toThrow(/append-only|ledger_previous_hash/);
  expect(await readAll()).toEqual(before);
});

test('who gets around the trigger is found by the chain', async () => {
  for (const subject of ['a', 'b', 'c']) await store.appendLedger(fact(subject, { amount: 1 }));
  await query(`
    alter table ledger disable trigger ledger_append_only;
    update ledger set body = '{"amount":2}' where sequence = 2;
    alter table ledger enable trigger ledger_append_only;
  `);
  expect(verifyChain(await readAll())).toEqual({
    intact: false,
    sequence: 2,
    reason: 'row 2 was altered: its content does not have its hash',
  });
});

test('what is refused is not recorded', async () => {
  const { interconnect } = await store.createInterconnect(sampleSubmission('a'));
  const before = await readAll();
  const step = { stepKey: 's', actor: 'wasl', reason: null };
  await expect(store.stepLifecycle(interconnect.id, 'complete', step)).rejects.toMatchObject({
    code: 'LIFECYCLE_STEP',
  });
  const approval = { subject: 'request', party: 'MOE', person: 'p', decision: 'approve', reason: null } as const;
  const wrong = { ...approval, digest: interconnect.requestDigest as Digest, decidedAt: '2026-11-22T08:00:00Z' };
  await expect(store.recordApproval(interconnect.id, wrong as never)).rejects.toMatchObject({ code: 'APPROVAL_PARTY' });
  expect(await readAll()).toEqual(before);
});
