/** Keys that go missing, processes that disagree which one is newest, and what a table's owner makes of rows. */
import { createCipheriv } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOfBytes } from '../../../src/domain/canonical-json.ts';
import type { EntityId, InterconnectId, PersonId } from '../../../src/domain/names.ts';
import type { RetentionSchedule } from '../../../src/domain/retention.ts';
import { type KeyEncryption, referredIds, unwrapKey } from '../../../src/domain/sealed-text.ts';
import { signatureDigest } from '../../../src/domain/signature-digest.ts';
import { verifyChain } from '../../../src/ledger/verify-chain.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { newWebhookSecret } from '../../../src/webhooks/sign-webhook.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { ringInMemory } from '../../support/key-ring-in-memory.ts';
import { MOF, MOH, sampleInventory, sampleRequest, sampleSubmission } from '../../support/store-samples.ts';

const ring = ringInMemory('kek-1');
const [ADMIN, OFFICER, SIGNATORY, REJECTER] = [
  'admin-1',
  'officer-1',
  'moh-signatory',
  'mof-signatory',
] as PersonId[] as [PersonId, PersonId, PersonId, PersonId];
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
let [first, second] = ['', ''] as [InterconnectId, InterconnectId];

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ databaseUrl: database.applicationUrl, clock: () => now, keys: ring });
  await bringIntoForce(store, sampleInventory());
  first = await rejected('key-of-the-first');
  second = await rejected('key-of-the-second');
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const documentOf = (revocation: string) => ({
  payload: 'eyJmb3JtYXQiOiIuLi4ifQ',
  signatures: [{ protected: 'eyJhbGciOiJFUzI1NiJ9', signature: 'c2lnbmF0dXJl', header: { revocation } }],
});
const SIGNED = { text: JSON.stringify(documentOf('at receipt')), signature: signatureDigest(documentOf('')) };

async function rejected(key: string): Promise<InterconnectId> {
  const { id, requestDigest: digest } = (await store.createInterconnect(sampleSubmission(key, sampleRequest())))
    .interconnect;
  const signature = { verb: 'sign', person: SIGNATORY, party: MOH, digest, decision: 'approve', reason: null } as const;
  await store.decide(id, { ...signature, signed: SIGNED }, null);
  const rejection = { verb: 'sign', person: REJECTER, party: MOF, digest, decision: 'reject' } as const;
  await store.decide(id, { ...rejection, reason: `because of ${key}` }, null);
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

const rotate = () => store.rotatePersonalKeys({ by: OFFICER });
const countsOfKeys = async () =>
  Object.fromEntries(
    (await query<{ kek: string; n: string }>('select kek, count(*) as n from personal_keys group by kek')).map(
      (row) => [row.kek, Number(row.n)],
    ),
  );

test('a key that is given to another person or record opens there no more, and holds the rotation up until it is given up', async () => {
  const of = `subject = '${SIGNATORY}' and record_id = '${first}'`;
  const [own] = await query<{ id: string }>(`select id from personal_keys where ${of}`);
  await query(`update personal_keys set subject = 'a-stranger' where id = '${own?.id}'`);
  const input = { subject: 'a-stranger' as PersonId, purpose: 'subject-request', by: OFFICER } as const;
  expect((await store.exportSubject(input)).texts).toMatchObject([{ state: 'altered', text: null }]);
  expect((await store.listSignedDecisions(first)).at(-1)).toMatchObject({ signed: null, shut: 'altered' });
  ring.add('kek-2');
  await expect(rotate()).rejects.toMatchObject({ code: 'RECORD_ALTERED', message: expect.stringContaining(first) });
  await query(`update personal_keys set subject = '${SIGNATORY}' where id = '${own?.id}'`);
  expect(await rotate()).toMatchObject({ rewrapped: 6, lost: [], retired: ['kek-1'] });
});

test('a key of before keys had owners is given its own by the next rotation', async () => {
  const record = { kind: 'interconnect', id: first } as const;
  const of = `subject = '${SIGNATORY}' and record_id = '${first}'`;
  const [own] = await query<{ id: string; wrapped: Buffer }>(`select id, wrapped from personal_keys where ${of}`);
  const kek = await ring.newest();
  const dataKey = unwrapKey(own?.wrapped ?? Buffer.alloc(0), kek, { id: own?.id ?? '', subject: SIGNATORY, record });
  const cipher = createCipheriv('id-aes256-wrap', kek.bytes, Buffer.from('a6a6a6a6a6a6a6a6', 'hex'));
  const before = Buffer.concat([cipher.update(dataKey), cipher.final()]);
  await query(`update personal_keys set wrapped = '\\x${before.toString('hex')}' where ${of}`);
  expect((await store.listSignedDecisions(first)).at(-1)?.signed).toBe(SIGNED.text);
  expect(await rotate()).toMatchObject({ kek: 'kek-2', rewrapped: 1 });
  const [after] = await query<{ wrapped: Buffer }>(`select wrapped from personal_keys where ${of}`);
  expect([before.length, after?.wrapped.length]).toEqual([40, 60]);
  expect((await store.listSignedDecisions(first)).at(-1)?.signed).toBe(SIGNED.text);
});

test('a process whose clock is behind takes nothing back under the key of before', async () => {
  const lagging: KeyEncryption = {
    newest: async () => (await ring.find('kek-1')) ?? { id: 'none', bytes: Buffer.alloc(32) },
    find: ring.find,
    listOlder: async () => [],
  };
  const other = await openStore({ databaseUrl: database.applicationUrl, clock: () => now, keys: lagging });
  expect(await other.rotatePersonalKeys({ by: OFFICER })).toMatchObject({ rewrapped: 0, retired: [] });
  await other.close();
  expect(await countsOfKeys()).toEqual({ 'kek-2': 6 });
});

test('two at once come one after the other', async () => {
  ring.add('kek-3');
  const both = await Promise.all([rotate(), rotate()]);
  expect(both.map(({ rewrapped }) => rewrapped).sort()).toEqual([0, 6]);
  expect(await countsOfKeys()).toEqual({ 'kek-3': 6 });
});

test('the period of a policy that is not in the register does not begin', async () => {
  await query("update personal_keys set record_id = '2020-9/MOH' where record_id = '2026-1/MOH'");
  now = new Date('2036-11-28T08:00:00Z');
  const { due, keptBack } = await store.judgeKept(SCHEDULE);
  expect(due.map(({ kind }) => kind)).not.toContain('policy-acceptance');
  expect(keptBack.map(({ why }) => why)).toContain('the policy 2020-9 is not in the register');
  await query("update personal_keys set record_id = '2026-1/MOH' where record_id = '2020-9/MOH'");
  now = new Date('2026-11-28T08:00:00Z');
});

test('a clock of the database that runs ahead makes nothing due', async () => {
  const ahead = await openStore({
    ...{ databaseUrl: database.applicationUrl, keys: ring },
    ...{ clock: () => new Date('2036-11-28T08:00:00Z'), ownClock: () => now },
  });
  expect((await ahead.judgeKept(SCHEDULE)).due).toEqual([]);
  await ahead.close();
});

test('secrets of webhooks lie sealed, turn with the ring, and open for whoever signs with them', async () => {
  const key = newWebhookSecret('v1');
  const { id } = await store.registerWebhook({
    entity: MOH,
    url: 'https://moh.example/',
    scheme: 'v1',
    key,
    by: ADMIN,
  });
  const kept = async () => JSON.stringify(await query(`select keys from webhook_endpoints where id = '${id}'`));
  expect(await kept()).toContain('sealed:kek-3:');
  expect(await kept()).not.toContain(key);
  const next = newWebhookSecret('v1');
  await store.changeWebhook(id, MOH, { addKey: next }, ADMIN);
  ring.add('kek-4');
  expect(await rotate()).toMatchObject({ secrets: 1, retired: ['kek-1', 'kek-2', 'kek-3'] });
  expect(await kept()).not.toContain('sealed:kek-3:');
  expect((await store.readWebhook(id, MOH)).keys.map(({ secret }) => secret)).toEqual([key, next]);
  const plain = await openStore({ databaseUrl: database.applicationUrl, clock: () => now });
  expect((await plain.readWebhook(id, MOH)).keys.map(({ secret }) => secret)).toEqual([null, null]);
  await expect(plain.changeWebhook(id, MOH, { addKey: key }, ADMIN)).rejects.toMatchObject({
    code: 'PERSONAL_KEY_MISSING',
  });
  await plain.close();
  // Of before there was a ring.
  await query(`update webhook_endpoints set keys = '[{"secret":"${key}","since":"2026-11-28T08:00:00.000Z"}]'`);
  expect(await rotate()).toMatchObject({ secrets: 1 });
  expect(await kept()).not.toContain(key);
});

test('a scan lies sealed, and another one leaves nothing of it', async () => {
  const { digest } = (await store.listPolicies())[0] ?? { digest: '' };
  const MOE = 'MOE' as EntityId;
  const attach = (content: Buffer) =>
    store.attachForm({ version: '2026-1', digest, entity: MOE, mediaType: 'application/pdf', content, by: ADMIN });
  const [wrong, right] = [Buffer.from('%PDF-1.7 by Salim'), Buffer.from('%PDF-1.7 by Fatma')];
  await attach(wrong);
  await attach(right);
  const texts = await query<{ id: string }>("select id from personal_texts where kind = 'hand-signed-form'");
  expect(texts).toHaveLength(1);
  const [row] = await query<{ content: Buffer }>('select content from hand_signed_forms');
  expect(row?.content.toString()).toBe(`[text:${texts[0]?.id}]`);
  expect((await store.readForm('2026-1', MOE)).content).toEqual(right);
  // Nobody is shown one for a reason, nor is it what the officer who attached it said.
  expect((await store.openPersonalTexts(texts.map(({ id }) => id))).size).toBe(0);
  const input = { subject: ADMIN, purpose: 'subject-request', by: OFFICER } as const;
  expect(await store.exportSubject(input)).toMatchObject({ isWhole: true, texts: [] });
  await query(`update hand_signed_forms set content = '\\x${right.toString('hex')}'`);
  expect(await rotate()).toMatchObject({ sealed: 1 });
  const form = await store.readForm('2026-1', MOE);
  expect([digestOfBytes(form.content), form.sha256]).toEqual([form.sha256, digestOfBytes(right)]);
  await store.placeHold({
    on: { record: { kind: 'policy-acceptance', id: '2026-1/MOE' } },
    reference: '1/26',
    by: OFFICER,
  });
  await query("update legal_holds set lifted_at = now(), lifted_by = 'officer-1'");
});

test('a key that is lost holds nothing else up once an officer gave it up', async () => {
  const third = await rejected('key-of-the-third');
  ring.destroy('kek-4');
  ring.add('kek-5');
  await rejected('key-of-the-fourth');
  const records = expect.arrayContaining(['2026-1/MOF', '2026-1/MOH', first, second, third]);
  const remedy = expect.stringContaining('wasl privacy give-up kek-4');
  await expect(rotate()).rejects.toMatchObject({ code: 'PERSONAL_KEY_MISSING', remedy });
  expect(await store.listLostKeys()).toEqual([{ key: 'kek-4', records, givenUpBy: null }]);
  await expect(store.giveUpKey({ key: 'kek-5', by: OFFICER })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(await store.giveUpKey({ key: 'kek-4', by: OFFICER })).toMatchObject([{ key: 'kek-4', givenUpBy: OFFICER }]);
  expect(await store.giveUpKey({ key: 'kek-4', by: ADMIN })).toMatchObject([{ givenUpBy: OFFICER }]);
  ring.add('kek-6');
  const lost = [{ key: 'kek-4', records, givenUpBy: OFFICER }];
  expect(await rotate()).toMatchObject({ kek: 'kek-6', rewrapped: 2, lost });
  const entries = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  expect(verifyChain(entries)).toMatchObject({ intact: true });
  expect(entries.filter(({ action }) => action === 'personal-keys.lost')).toMatchObject([
    { actor: OFFICER, body: { records } },
  ]);
});

test('what is erased while a document is renewed stays erased', async () => {
  now = new Date('2027-02-28T08:00:00Z');
  const fifth = await rejected('key-of-the-fifth');
  now = new Date('2027-04-28T08:00:00Z');
  const proposal = await store.proposeErasure({ schedule: SCHEDULE, by: 'admin-2' as PersonId });
  await store.decideErasure({ id: proposal.id, digest: proposal.digest, decision: 'authorise', by: OFFICER });
  const decision = (await store.listSignedDecisions(fifth)).find(({ subject }) => subject === 'request');
  const blocker = new pg.Client({ connectionString: database.databaseUrl });
  await blocker.connect();
  await blocker.query('begin');
  // The ledger's, which the erasure takes last.
  await blocker.query('select pg_advisory_xact_lock(7745002)');
  const erasing = store.eraseProposed({ id: proposal.id, schedule: SCHEDULE, by: 'admin-2' as PersonId });
  await untilWaiting(1);
  const renewing = store.renewSigned(
    fifth,
    decision as NonNullable<typeof decision>,
    JSON.stringify(documentOf('later')),
  );
  await untilWaiting(2);
  await blocker.query('commit');
  await blocker.end();
  await Promise.all([erasing, renewing]);
  const left = await query(`select 1 from personal_texts t join personal_keys k on k.id = t.key_id
    where k.erased_at is not null and t.sealed is not null`);
  expect(left).toEqual([]);
  const [reason = ''] = referredIds((await store.readInterconnect(fifth)).reason ?? '');
  expect((await store.openPersonalTexts([reason])).get(reason)).toMatchObject({ state: 'erased' });
});

async function untilWaiting(count: number): Promise<void> {
  const waiting = async () =>
    (await query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))
      .length;
  await expect.poll(waiting).toBe(count);
}
