/** What whoever owns the tables does to the record, and who notices. Rows of G5. */
import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../../src/domain/canonical-json.ts';
import { hashLedgerEntry } from '../../../src/domain/ledger-entry.ts';
import type { PersonId } from '../../../src/domain/names.ts';
import { openCheckpoint, originOf } from '../../../src/ledger/checkpoint.ts';
import { reviewLedger, reviewRecord } from '../../../src/ledger/review-ledger.ts';
import { signNextCheckpoint } from '../../../src/ledger/sign-next-checkpoint.ts';
import { readSigner, type Signer } from '../../../src/ledger/signed-note.ts';
import { judgeOffer } from '../../../src/ledger/witness.ts';
import type { Store } from '../../../src/store/store.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { onServer } from '../../support/installation.ts';
import { UNREAD } from '../../support/signing.ts';
import { MOF, MOH, sampleInventory, sampleSubmission } from '../../support/store-samples.ts';

/** Rows of each world, at least; the last checkpoints cover these many. */
const CHECKPOINTS = [10, 30, 40];
const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });

let database: TestDatabase;
let store: Store;
let signer: Signer;
/** What a witness remembers. */
let seen: string;

beforeEach(async () => {
  database = await createTestDatabase();
  store = await database.open();
  signer = readSigner(pem, 'log', originOf(await store.readInstallation()), 'key.pem');
  await bringIntoForce(store, sampleInventory());
  const { id, requestDigest: digest } = (await store.createInterconnect(sampleSubmission('a request'))).interconnect;
  for (const party of [MOH, MOF]) {
    const person = `${party.toLowerCase()}-signatory` as PersonId;
    await store.decide(
      id,
      { verb: 'sign', person, party, digest, decision: 'approve', reason: null, signed: UNREAD },
      null,
    );
  }
  for (const size of CHECKPOINTS) {
    while ((await store.countLedger()) < size) {
      await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: { at: size } });
    }
    expect(await signNextCheckpoint(store, signer)).toBe(size);
  }
  seen = (await store.readLastCheckpoint())?.note ?? '';
  return () => database.drop();
});

const asOwner = (...statements: string[]) =>
  onServer(
    database.databaseUrl,
    ...['ledger', 'ledger_checkpoints', 'ledger_nodes'].map((table) => `alter table ${table} disable trigger user`),
    ...statements,
  );
const findings = async () => (await reviewRecord(store, signer.verifier)).findings;

/** The chain made to fit from a row on, as whoever knows wasl can. */
async function rewriteFrom(sequence: number): Promise<void> {
  const rows = await store.readLedger({ afterSequence: sequence - 1, limit: 1_000 });
  let previousHash = rows[0]?.previousHash as Digest;
  const updates = rows.map((row) => {
    const actor = row.sequence === sequence ? 'ghost' : row.actor;
    const hash = hashLedgerEntry(row.sequence, previousHash, { ...row, actor });
    const update = `update ledger set actor = '${actor}', previous_hash = '${previousHash}', hash = '${hash}'
      where sequence = ${row.sequence}`;
    previousHash = hash;
    return update;
  });
  await asOwner(...updates);
}

test('a record that nobody touched is as recorded', async () => {
  expect(await reviewRecord(store, signer.verifier)).toEqual({
    ...{ verdict: 'pass', entries: 40, checkpoints: 3, signedEntries: 40, interconnects: 1, findings: [] },
  });
  await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: {} });
  expect(await findings()).toEqual([]);
});

describe('G5a: the last 20 rows deleted', () => {
  test('is named by the checkpoints, and nothing more is signed', async () => {
    await asOwner('delete from ledger where sequence > 20');
    expect(await findings()).toEqual([
      { path: 'checkpoint 30', fact: 'rows 21 to 30, which it covers, are missing' },
      { path: 'checkpoint 40', fact: 'rows 21 to 40, which it covers, are missing' },
    ]);
    await expect(signNextCheckpoint(store, signer)).rejects.toThrow(
      'row 21 is missing: checkpoint 40 was signed over it',
    );
  });

  test('with the checkpoints, and grown again, is named by who kept one elsewhere', async () => {
    await asOwner('delete from ledger where sequence > 20', 'delete from ledger_checkpoints where size > 20');
    for (let row = 0; row < 25; row++) {
      await store.appendLedger({ actor: 'ghost', action: 'test.recorded', subject: 'row', body: {} });
    }
    await signNextCheckpoint(store, signer);
    expect(await findings()).toEqual([]);
    const known = [openCheckpoint(seen, signer.verifier)].filter((each) => each !== null);
    expect((await reviewLedger(store, { log: signer.verifier, known })).findings).toEqual([
      {
        path: 'checkpoint 40, kept elsewhere',
        fact: 'it is of other rows: one of rows 11 to 40 was altered since it was signed',
      },
    ]);
    const offered = (await store.readLastCheckpoint())?.note ?? '';
    await expect(judgeOffer({ offered, remembered: seen }, signer.verifier, async () => [])).rejects.toThrow(
      'the ledger was rewritten: its first 40 rows are not those that were vouched for',
    );
  });

  test('with the checkpoints is refused by a witness as shrunk', async () => {
    await asOwner('delete from ledger where sequence > 20', 'delete from ledger_checkpoints where size > 20');
    await signNextCheckpoint(store, signer);
    const offered = (await store.readLastCheckpoint())?.note ?? '';
    await expect(judgeOffer({ offered, remembered: seen }, signer.verifier, async () => [])).rejects.toThrow(
      'the ledger shrank: 40 rows had been vouched for, and there are 20 now',
    );
  });
});

test('G5b: the chain rewritten from a row on, with another approver, is named by the checkpoints', async () => {
  await rewriteFrom(15);
  expect(await findings()).toEqual([
    { path: 'checkpoint 30', fact: 'it is of other rows: one of rows 11 to 30 was altered since it was signed' },
    { path: 'checkpoint 40', fact: 'it is of other rows: one of rows 11 to 40 was altered since it was signed' },
  ]);
  await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: {} });
  await expect(signNextCheckpoint(store, signer)).rejects.toThrow(
    'the rows of the ledger are not those of checkpoint 40',
  );
});

test('G5c: another person in the register is named', async () => {
  await asOwner(`update approvals set person = 'ghost' where party = 'MOF'`);
  expect(await findings()).toEqual([
    {
      path: 'IC-0001 approvals',
      fact: 'the approval of the request by ghost for MOF has no entry in the ledger',
    },
    {
      path: 'IC-0001 approvals',
      fact: expect.stringMatching(/^the decision of mof-signatory in entry \d+ of the ledger is not in the register$/),
    },
  ]);
});

test('another person in an acceptance of the policy is named once, with or without an interconnect', async () => {
  await asOwner(`update policy_acceptances set person = 'ghost' where entity = 'MOF'`);
  const found = await findings();
  expect(found.map(({ path }) => path)).toEqual(found.map(() => 'policy'));
  expect(found.map(({ fact }) => fact)).toContainEqual(expect.stringMatching(/by ghost for MOF is not in the ledger$/));
});

test('a request that is gone from the register, and an inventory that nobody imported, are named', async () => {
  await asOwner(
    'delete from approvals',
    'delete from agreements',
    'delete from progress',
    'delete from interconnects',
    `update inventories set inventory = jsonb_set(inventory::jsonb, '{entities,0,name}', '"Ghost"')::json`,
  );
  expect((await findings()).map(({ path }) => path)).toEqual(['IC-0001 agreement', 'inventory/1']);
});

describe('G5d: a row in the middle', () => {
  test('altered is named exactly', async () => {
    await asOwner(`update ledger set actor = 'ghost' where sequence = 15`);
    expect(await findings()).toContainEqual({
      path: 'row 15',
      fact: 'row 15 was altered: its content does not have its hash',
    });
  });

  test('deleted is named exactly', async () => {
    await asOwner('delete from ledger where sequence = 15');
    expect(await findings()).toContainEqual({
      path: 'row 15',
      fact: 'row 15 is missing: row 16 stands in its place',
    });
  });
});

test('a checkpoint that another key signed is named', async () => {
  const other = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  const forger = readSigner(other, 'log', signer.verifier.name, 'key.pem');
  await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: {} });
  await signNextCheckpoint(store, forger);
  expect(await findings()).toEqual([
    { path: 'checkpoint 41', fact: `it is not signed with the key ${signer.verifier.text}` },
  ]);
});

test('nobody alters the ledger without being its owner, and two signers sign one after the other', async () => {
  await expect(onServer(database.databaseUrl, 'delete from ledger_checkpoints')).rejects.toThrow('append-only');
  await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: {} });
  const both = await Promise.all([signNextCheckpoint(store, signer), signNextCheckpoint(store, signer)]);
  expect(both).toEqual([41, 41]);
  expect((await store.listCheckpoints({ afterSize: 40 })).map(({ size }) => size)).toEqual([41]);
});

test('the first timestamp over a checkpoint stays', async () => {
  await store.saveTimestamp({ size: 40, token: 'first' });
  await store.saveTimestamp({ size: 40, token: 'second' });
  expect(await store.readLastTimestamp()).toMatchObject({ size: 40 });
  expect(await store.listCheckpoints({ afterSize: 39 })).toMatchObject([{ size: 40, timestamp: 'first' }]);
  await expect(onServer(database.databaseUrl, 'delete from ledger_timestamps')).rejects.toThrow('append-only');
});
