/** What persons wrote and signed: sealed in the record, opened for whoever may read it, and gone once it is erased. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LEDGER_FACTS } from '../../../src/bin/personal-data.ts';
import { membersOf } from '../../../src/bin/render-personal-data.ts';
import type { InterconnectId, PersonId } from '../../../src/domain/names.ts';
import type { RetentionSchedule } from '../../../src/domain/retention.ts';
import { openText, referredId, referredIds, unwrapKey } from '../../../src/domain/sealed-text.ts';
import { signatureDigest } from '../../../src/domain/signature-digest.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { personalKeys } from '../../../src/store/personal-schema.ts';
import type { Store } from '../../../src/store/store.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { ringInMemory } from '../../support/key-ring-in-memory.ts';
import { MOF, MOH, sampleInventory, sampleRequest, sampleSubmission } from '../../support/store-samples.ts';

const KEYS_OF_BACKUP = 'select *, record_kind as "recordKind", record_id as "recordId" from personal_keys';
const CANARY = 'Salim-al-Canary';
const ring = ringInMemory('kek-1');
const [ADMIN, OFFICER] = ['admin-1', 'officer-1'] as PersonId[] as [PersonId, PersonId];
const SIGNATORY = 'moh-signatory' as PersonId;
const REJECTER = 'mof-signatory' as PersonId;
const SCHEDULE: RetentionSchedule = {
  authority: 'disposition authorisation 2026/17',
  rules: [
    { record: 'interconnect', begins: 'ended', days: 30, reference: 'class 4.2' },
    { record: 'policy-acceptance', begins: 'superseded', days: 30, reference: 'class 4.3' },
  ],
};

let database: TestDatabase;
let store: Store;
let now = new Date('2026-11-28T08:00:00Z');
/** Rejected in time, and not ended. */
let [ended, living] = ['', ''] as [InterconnectId, InterconnectId];

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ databaseUrl: database.applicationUrl, clock: () => now, keys: ring });
  await bringIntoForce(store, sampleInventory());
  ended = await signedByOne('key-of-the-first');
  living = await signedByOne('key-of-the-second');
  const { requestDigest: digest } = await store.readInterconnect(ended);
  const rejection = { verb: 'sign', person: REJECTER, party: MOF, digest, decision: 'reject' } as const;
  await store.decide(ended, { ...rejection, reason: `asked by ${CANARY}` }, 'key-of-the-rejection');
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const documentOf = (revocation: string) => ({
  payload: 'eyJmb3JtYXQiOiIuLi4ifQ',
  signatures: [{ protected: 'eyJhbGciOiJFUzI1NiJ9', signature: 'c2lnbmF0dXJl', header: { name: CANARY, revocation } }],
});
const TEXT = JSON.stringify(documentOf('at receipt'));
const SIGNED = { text: TEXT, signature: signatureDigest(documentOf('')) };

async function signedByOne(key: string): Promise<InterconnectId> {
  const { id, requestDigest: digest } = (await store.createInterconnect(sampleSubmission(key, sampleRequest())))
    .interconnect;
  const signature = { verb: 'sign', person: SIGNATORY, party: MOH, digest, decision: 'approve', reason: null } as const;
  await store.decide(id, { ...signature, signed: SIGNED }, null);
  return id;
}

async function query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  return client
    .query<Row>(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

const shutOf = async (id: InterconnectId) =>
  (await store.listSignedDecisions(id)).filter(({ subject }) => subject === 'request').map(({ shut }) => shut);
const documentsOf = async (id: InterconnectId) =>
  (await store.listSignedDecisions(id)).filter(({ subject }) => subject === 'request').map(({ signed }) => signed);

test('the record holds references, and whoever has the keys reads the texts', async () => {
  const { reason } = await store.readInterconnect(ended);
  const [id = ''] = referredIds(reason ?? '');
  expect((await store.openPersonalTexts([id])).get(id)).toMatchObject({ state: 'open', text: `asked by ${CANARY}` });
  expect(await documentsOf(ended)).toEqual([TEXT]);
  const [approval] = await query<{ signed: string }>('select signed from approvals order by sequence limit 1');
  expect(referredId(approval?.signed ?? '')).not.toBeNull();
  expect((await store.readDecisionFacts(ended)).altered).toEqual([]);
});

test('what is renewed stays sealed', async () => {
  const [decision] = (await store.listSignedDecisions(living)).filter(({ subject }) => subject === 'request');
  const renewed = JSON.stringify(documentOf('at the gate'));
  if (decision !== undefined) await store.renewSigned(living, decision, renewed);
  expect(await documentsOf(living)).toEqual([renewed]);
});

test('a repeated call with another reason is known, and no digest of the reason is kept', async () => {
  const { requestDigest: digest } = await store.readInterconnect(ended);
  const rejection = { verb: 'sign', person: REJECTER, party: MOF, digest, decision: 'reject' } as const;
  const again = (reason: string) => store.decide(ended, { ...rejection, reason }, 'key-of-the-rejection');
  expect((await again(`asked by ${CANARY}`)).lifecycle).toBe('rejected');
  await expect(again('asked by nobody')).rejects.toMatchObject({ code: 'REQUEST_CONFLICT' });
});

test('what was moved to another row opens there no more', async () => {
  const rows = await query<{ id: string }>(
    `select t.id from personal_texts t join personal_keys k on k.id = t.key_id
     where t.kind = 'signed-document' and k.subject = '${SIGNATORY}' order by t.written_at, t.id`,
  );
  const [one, other] = rows.map(({ id }) => id) as [string, string];
  const swap = (a: string, b: string) =>
    query(
      `update personal_texts t set sealed = s.sealed from personal_texts s where (t.id = '${a}' and s.id = '${b}') or (t.id = '${b}' and s.id = '${a}')`,
    );
  await swap(one, other);
  expect(await shutOf(living)).toEqual(['altered']);
  await swap(one, other);
  expect(await documentsOf(ended)).toEqual([TEXT]);
  // Whoever puts the id of a document where a reason stands has it opened by no answer.
  expect((await store.openPersonalTexts([one, other])).size).toBe(0);
});

test('without the ring nothing is opened, and no signature is taken for missing', async () => {
  const other = await openStore({
    databaseUrl: database.applicationUrl,
    clock: () => now,
    keys: ringInMemory('kek-9'),
  });
  expect((await other.listSignedDecisions(living)).at(-1)).toMatchObject({ signed: null, shut: 'locked' });
  await expect(other.rotatePersonalKeys({ by: OFFICER })).rejects.toMatchObject({ code: 'PERSONAL_KEY_MISSING' });
  await other.close();
});

test('nothing is proposed before its time, and what lives is kept', async () => {
  await expect(store.proposeErasure({ schedule: SCHEDULE, by: ADMIN })).rejects.toMatchObject({
    code: 'RETENTION_NOTHING',
  });
  now = new Date('2026-12-29T08:00:00Z');
  const { due, keptBack } = await store.judgeKept(SCHEDULE);
  expect(due.map(({ subject, id }) => `${subject} ${id}`)).toEqual([`${REJECTER} ${ended}`, `${SIGNATORY} ${ended}`]);
  expect(keptBack).toEqual([
    ...(['MOF', 'MOH'] as const).map((entity) => ({
      subject: `${entity.toLowerCase()}-officer`,
      kind: 'policy-acceptance',
      id: `2026-1/${entity}`,
      why: `${living} names the policy 2026-1, and has not ended`,
    })),
    {
      subject: SIGNATORY,
      kind: 'interconnect',
      id: living,
      why: `${living} is requested: its signatures are verified`,
    },
  ]);
});

test('a list is erased once another person authorised it, whole or not at all', async () => {
  const proposal = await store.proposeErasure({ schedule: SCHEDULE, by: ADMIN });
  const { id, digest } = proposal;
  expect(await store.proposeErasure({ schedule: SCHEDULE, by: 'admin-2' as PersonId })).toEqual(proposal);
  const erase = (schedule = SCHEDULE) => store.eraseProposed({ id, schedule, by: ADMIN });
  const decide = (by: PersonId, of = digest) => store.decideErasure({ id, digest: of, decision: 'authorise', by });
  await expect(erase()).rejects.toMatchObject({ code: 'RETENTION_PROPOSAL' });
  await expect(decide(ADMIN)).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
  await expect(decide(SIGNATORY)).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
  await expect(decide(OFFICER, 'sha256:0')).rejects.toMatchObject({ code: 'APPROVAL_DIGEST' });
  expect((await decide(OFFICER)).state).toBe('authorised');

  const hold = await store.placeHold({ on: { subject: REJECTER }, reference: 'case 12/2026', by: OFFICER });
  await expect(erase()).rejects.toMatchObject({
    code: 'RETENTION_PROPOSAL',
    message: `interconnect ${ended} of ${REJECTER} is not erased: a legal hold stands on it: case 12/2026`,
  });
  await store.liftHold({ id: hold.id, by: OFFICER });
  await expect(erase({ ...SCHEDULE, authority: 'another one' })).rejects.toMatchObject({ code: 'RETENTION_PROPOSAL' });
  const [kept] = proposal.records;
  await query(`update retention_proposals set records = '[${JSON.stringify(kept)}]' where id = ${id}`);
  await expect(erase()).rejects.toMatchObject({ code: 'RECORD_ALTERED' });
  await query(`update retention_proposals set records = '${JSON.stringify(proposal.records)}' where id = ${id}`);
  expect(await documentsOf(ended)).toEqual([TEXT]);
});

test('after it, what was kept is nowhere: not in files, nor in a backup once the ring was rotated', async () => {
  const backup = (await query<typeof personalKeys.$inferSelect>(KEYS_OF_BACKUP)).map(
    ({ recordKind, recordId, ...row }) => ({
      ...{ id: row.id, subject: row.subject, record: { kind: recordKind, id: recordId } },
      wrapped: row.wrapped ?? Buffer.alloc(0),
    }),
  );
  const sealedBefore = await query<{ id: string; key_id: string; sealed: Buffer }>(
    `select t.* from personal_texts t join personal_keys k on k.id = t.key_id where k.subject = '${SIGNATORY}' order by t.written_at, t.id`,
  );
  const [{ id = 0 } = {}] = await store.listRetentionProposals();
  expect((await store.eraseProposed({ id, schedule: SCHEDULE, by: ADMIN })).state).toBe('erased');

  expect(await documentsOf(ended)).toEqual([null]);
  expect(await shutOf(ended)).toEqual(['erased']);
  expect(await documentsOf(living)).toHaveLength(1);
  const [reason = ''] = referredIds((await store.readInterconnect(ended)).reason ?? '');
  expect((await store.openPersonalTexts([reason])).get(reason)).toMatchObject({ state: 'erased' });

  ring.add('kek-2');
  expect(await store.rotatePersonalKeys({ by: OFFICER })).toEqual({
    ...{ kek: 'kek-2', rewrapped: 3, sealed: 0, secrets: 0, lost: [], retired: ['kek-1'], isVacuumed: true },
  });
  const old = await ring.find('kek-1');
  const withOld = () => backup.map(({ wrapped, ...of }) => (old === null ? null : unwrapKey(wrapped, old, of)));
  expect(withOld()).toHaveLength(5);
  const [first] = sealedBefore;
  const key = withOld()[backup.findIndex((each) => each.id === first?.key_id)];
  // It held the texts: what follows shows that it does no more.
  if (first !== undefined && key != null)
    expect(openText(first.sealed, key, `personal_texts/${first.key_id}/${first.id}`)).toContain(CANARY);
  ring.destroy('kek-1');
  const left = [await ring.newest()];
  expect(await ring.listOlder()).toEqual([]);
  for (const { wrapped, ...of } of backup)
    for (const each of left) expect(() => unwrapKey(wrapped, each, of)).toThrow();

  await query('checkpoint');
  const files = await filesOfDatabase();
  expect(files.length).toBeGreaterThan(100_000);
  for (const { wrapped } of backup) expect(files.includes(wrapped)).toBe(false);
  for (const { wrapped } of await query<{ wrapped: Buffer | null }>('select wrapped from personal_keys'))
    if (wrapped !== null) expect(files.includes(wrapped)).toBe(true);
  expect(await findInServer(CANARY)).toEqual([]);
  expect(await findInServer(reason)).not.toEqual([]);
  expect(await documentsOf(living)).toHaveLength(1);
});

test('the chain verifies, and says who proposed, authorised and erased', async () => {
  const entries = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  expect(verifyChain(entries)).toMatchObject({ intact: true });
  const undeclared = entries.flatMap(({ action, body }) =>
    Object.keys(body)
      .filter((member) => !membersOf(LEDGER_FACTS[action] ?? {}).includes(member))
      .map((each) => `${action} ${each}`),
  );
  expect(undeclared).toEqual([]);
  const facts = entries.filter(({ action }) => /^(retention|hold|personal)/.test(action));
  expect(facts.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    ...[`${ADMIN} retention.proposed`, `${OFFICER} retention.decided`, `${OFFICER} hold.placed`],
    ...[`${OFFICER} hold.lifted`, `${ADMIN} retention.erased`, `${OFFICER} personal-keys.rotated`],
  ]);
  for (const id of [ended, living]) expect((await store.readDecisionFacts(id)).altered).toEqual([]);
  expect((await store.reviewRegister()).findings).toEqual([]);
});

test('a document of before there were keys is sealed by the next rotation', async () => {
  const id = await signedByOne('key-of-the-third');
  await query(`update approvals set signed = '{"of":"before"}' where interconnect_id = '${id}'`);
  expect(await documentsOf(id)).toEqual(['{"of":"before"}']);
  const exported = await store.exportSubject({ subject: SIGNATORY, purpose: 'subject-request', by: OFFICER });
  expect(exported.texts.filter(({ id: of }) => of === id).map(({ text }) => text)).toContain('{"of":"before"}');
  expect(await store.rotatePersonalKeys({ by: OFFICER })).toMatchObject({ rewrapped: 0, sealed: 1 });
  const rows = await query<{ signed: string }>(`select signed from approvals where interconnect_id = '${id}'`);
  expect(rows.map(({ signed }) => referredId(signed))).not.toContain(null);
  expect(await documentsOf(id)).toEqual(['{"of":"before"}']);
});

test('a process without the ring writes nothing in clear where another one seals', async () => {
  const plain = await openStore({ databaseUrl: database.applicationUrl, clock: () => now });
  const { requestDigest: digest } = await store.readInterconnect(living);
  const rejection = { verb: 'sign', person: REJECTER, party: MOF, digest, decision: 'reject' } as const;
  const reject = (reason: string | null) => plain.decide(living, { ...rejection, reason }, null);
  await expect(reject(CANARY)).rejects.toMatchObject({ code: 'PERSONAL_KEY_MISSING' });
  expect((await store.readInterconnect(living)).lifecycle).toBe('requested');
  // What ends something waits for no key: its words are not kept then.
  await plain.decide(
    living,
    { verb: 'withdraw', person: SIGNATORY, reason: CANARY, signed: SIGNED },
    'without-the-ring',
  );
  const { lifecycle, withdrawal } = await store.readInterconnect(living);
  expect([lifecycle, withdrawal?.reason, withdrawal?.signature]).toEqual([
    'rejected',
    expect.stringMatching(/^not kept/),
    null,
  ]);
  await plain.close();
});

test('the document of a withdrawal opens with the ring alone', async () => {
  const id = await signedByOne('key-of-the-third');
  expect(await store.readSignedWithdrawal(id)).toBeNull();
  await store.decide(id, { verb: 'withdraw', person: SIGNATORY, reason: 'not needed', signed: SIGNED }, null);
  expect(await store.readSignedWithdrawal(id)).toEqual({ signed: TEXT });
  const plain = await openStore({ databaseUrl: database.applicationUrl, clock: () => now });
  expect(await plain.readSignedWithdrawal(id)).toEqual({ signed: null, shut: 'locked' });
  await plain.close();
});

/** All that lies in the folder of this one database. */
async function filesOfDatabase(): Promise<Buffer> {
  const [row] = await query<{ oid: number; data: string }>(
    "select oid, current_setting('data_directory') as data from pg_database where datname = current_database()",
  );
  const folder = join(row?.data ?? '', 'base', String(row?.oid));
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

/** Tables, write-ahead log, statistics and log of the whole server. */
async function findInServer(text: string): Promise<string[]> {
  const folder = inject('postgresDirectory');
  // 1: it found nothing; files come and go meanwhile.
  const { stdout } = await promisify(execFile)('grep', ['-rlaFs', text, folder]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout.split('\n').filter(Boolean);
}
