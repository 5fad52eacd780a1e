/** What is kept of persons, by the API and the CLI: who is shown what, and who ends it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../../src/api/authentication.ts';
import type { InterconnectId, PersonId } from '../../../src/domain/names.ts';
import type { RetentionSchedule } from '../../../src/domain/retention.ts';
import { referredIds } from '../../../src/domain/sealed-text.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ApiUnderTest, CANNED_READS, createApiUnderTest, NOW } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { runForTest } from '../../support/cli-under-test.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { ringInMemory } from '../../support/key-ring-in-memory.ts';
import { MOF, MOH, sampleInventory, sampleSubmission } from '../../support/store-samples.ts';

const SCHEDULE: RetentionSchedule = {
  authority: 'disposition authorisation 2026/17',
  rules: [{ record: 'interconnect', begins: 'ended', days: 30, reference: 'class 4.2' }],
};
const ring = ringInMemory('kek-1');
const DAY_MS = 86_400_000;

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;
let server: string;
let now = NOW;
let id: InterconnectId;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ databaseUrl: database.applicationUrl, clock: () => now, keys: ring });
  api = await createApiUnderTest(store, CANNED_READS, SCHEDULE);
  server = await api.app.listen({ host: '127.0.0.1', port: 0 });
  await bringIntoForce(store, sampleInventory(), api.authority);
  const { interconnect } = await store.createInterconnect(sampleSubmission('key-of-the-request'));
  id = interconnect.id;
  const rejection = { verb: 'sign', party: MOF, digest: interconnect.requestDigest, decision: 'reject' } as const;
  const person = 'mof-signatory' as PersonId;
  await store.decide(id, { ...rejection, person, reason: 'Ask "Salim" first' }, null);
});
afterAll(async () => {
  await api.app.close();
  await store.close();
  await database.drop();
});

async function call(person: string, roles: readonly Role[], method: 'GET' | 'POST', url: string, body?: object) {
  const headers = await api.as(person, roles, roles.includes('portal') ? MOH : undefined);
  const answer = await api.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
  return { status: answer.statusCode, body: answer.json() };
}
async function wasl(person: string, role: Role, line: string) {
  const token = await api.issuer.mintToken({ person, roles: [role] });
  return runForTest(line.split(' '), { WASL_SERVER: server, WASL_TOKEN: token });
}
const ledger = () => store.readLedger({ afterSequence: 0, limit: 1_000 });

test('a reason is read by whoever sees the interconnect, and stands in no row, fact or event', async () => {
  const { body } = await call('moh-portal-1', ['portal'], 'GET', `/v1/interconnects/${id}`);
  expect(body.reason).toBe('Ask "Salim" first');
  expect(JSON.stringify(await ledger())).not.toContain('Salim');
  expect(JSON.stringify(await store.readProgress({ afterSequence: 0 }))).not.toContain('Salim');
  const shown = await call('auditor-1', ['auditor'], 'GET', '/v1/ledger');
  expect(referredIds(JSON.stringify(shown.body))).toHaveLength(1);
});

test('an auditor sees who signed for whom; certificates only for a purpose, and then it is recorded', async () => {
  const listed = await call('auditor-1', ['auditor'], 'GET', `/v1/interconnects/${id}/signatures`);
  expect(listed.body).toHaveLength(2);
  expect(listed.body).toMatchObject([
    { subject: 'policy', document: 'kept' },
    { subject: 'policy', document: 'kept' },
  ]);
  expect(JSON.stringify(listed.body)).not.toContain('payload');
  const url = `/v1/interconnects/${id}/signatures/disclosures`;
  expect((await call('auditor-1', ['auditor'], 'POST', url, {})).status).toBe(400);
  expect((await call('auditor-1', ['auditor'], 'POST', url, { purpose: 'curiosity' })).status).toBe(400);
  expect((await call('engineer-1', ['engineer'], 'POST', url, { purpose: 'audit' })).status).toBe(403);
  const disclosed = await call('auditor-1', ['auditor'], 'POST', url, { purpose: 'audit' });
  expect(JSON.parse(disclosed.body[0].signed)).toHaveProperty('signatures');
  expect((await ledger()).at(-1)).toMatchObject({
    ...{ actor: 'auditor-1', action: 'personal-data.disclosed', subject: id },
    body: { purpose: 'audit', documents: 2 },
  });
});

test('a person is exported all that is kept of them, and it is recorded', async () => {
  const run = await wasl('officer-1', 'security', 'privacy export mof-signatory --purpose subject-request');
  expect(run.code, run.err).toBe(0);
  const exported = JSON.parse(run.out);
  expect(exported.texts).toMatchObject([{ kind: 'interconnect', id, what: 'reason', text: 'Ask "Salim" first' }]);
  expect(exported.deeds.map(({ action }: { action: string }) => action)).toContain('approval.recorded');
  expect((await ledger()).at(-1)).toMatchObject({
    ...{ action: 'personal-data.exported', subject: 'person/mof-signatory' },
    body: { purpose: 'subject-request', texts: 1 },
  });
});

test('from what is due to what is gone: proposed, authorised by another, erased, and the ring rotated', async () => {
  expect((await wasl('admin-1', 'admin', 'retention propose')).err).toContain('RETENTION_NOTHING');
  expect((await wasl('auditor-1', 'auditor', 'retention due')).out).toContain('its period ends at 2026-03-31');
  now = new Date(NOW.getTime() + 31 * DAY_MS);
  const proposed = await wasl('admin-1', 'admin', 'retention propose');
  expect(proposed.out).toContain('Proposal 1 of admin-1, by disposition authorisation 2026/17: proposed');
  expect(proposed.out).toMatch(new RegExp(`interconnect +${id} +mof-signatory .*class 4\\.2`));
  expect((await wasl('admin-1', 'admin', 'retention authorise 1')).err).toContain('FORBIDDEN');
  expect((await wasl('admin-1', 'security', 'retention authorise 1')).err).toContain('APPROVAL_SELF');
  expect((await wasl('admin-1', 'admin', 'retention erase 1')).err).toContain('RETENTION_PROPOSAL');
  expect((await wasl('officer-1', 'security', 'retention authorise 1')).out).toContain('authorised');

  expect((await wasl('officer-1', 'security', `hold place --record ${id} --reference 12/2026`)).out).toContain(
    'stands',
  );
  expect((await wasl('admin-1', 'admin', 'retention erase 1')).err).toContain('a legal hold stands on it: 12/2026');
  expect((await wasl('officer-1', 'security', 'hold list')).out).toMatch(/1 +IC-0001 +12\/2026 +officer-1 +stands/);
  await wasl('officer-1', 'security', 'hold lift 1');
  expect((await wasl('admin-1', 'admin', 'retention erase 1')).out).toContain('erased');
  ring.add('kek-2');
  const rotated = await wasl('officer-1', 'security', 'privacy rotate');
  expect(rotated.out).toContain('2 keys wrapped anew under kek-2');
  expect(rotated.out).toContain('destroy them: kek-1');
  ring.destroy('kek-1');
  expect((await call('moh-portal-1', ['portal'], 'GET', `/v1/interconnects/${id}`)).body.reason).toBe('[erased]');
  expect((await wasl('auditor-1', 'auditor', 'retention list')).out).toMatch(/1 +erased +1 +admin-1 +officer-1/);
});

test('an officer sees which records a lost key shuts, and gives it up', async () => {
  ring.destroy('kek-2');
  ring.add('kek-3');
  const refused = await wasl('officer-1', 'security', 'privacy rotate');
  expect(refused.err).toContain('wasl privacy give-up kek-2');
  const shut = 'shut for want of it: 2026-1/MOF, 2026-1/MOH';
  expect((await wasl('officer-1', 'security', 'privacy lost')).out).toContain(`(not given up); ${shut}`);
  expect((await wasl('admin-1', 'admin', 'privacy give-up kek-2')).err).toContain('FORBIDDEN');
  expect((await wasl('officer-1', 'security', 'privacy give-up kek-1')).err).toContain('INPUT_INVALID');
  const given = await wasl('officer-1', 'security', 'privacy give-up kek-2');
  expect(given.out).toContain(`given up by officer-1); ${shut}`);
  expect((await wasl('officer-1', 'security', 'privacy rotate')).out).toContain(`given up by officer-1); ${shut}`);
});

test('without a schedule nothing is proposed; what is on nothing is no hold', async () => {
  const bare = await createApiUnderTest(store);
  const headers = await bare.as('admin-1', ['admin']);
  const answer = await bare.app.inject({ method: 'POST', url: '/v1/retention/proposals', headers });
  expect(answer.json()).toMatchObject({ code: 'RETENTION_SCHEDULE', status: 409 });
  await bare.app.close();
  const absent = ['the record', 'IC-9999', '2026-1/MOX'].map((record) => ({ record }));
  for (const on of [{}, { subject: 'a', record: 'IC-0001' }, ...absent])
    expect(
      await call('officer-1', ['security'], 'POST', '/v1/legal-holds', { ...on, reference: '12/2026' }),
    ).toMatchObject({ status: 400 });
});
