/** What the policy asks of entities, over a real record: contacts, which stand in one table alone, and acceptances signed by hand. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Role } from '../../../src/api/authentication.ts';
import { digestOfBytes } from '../../../src/domain/canonical-json.ts';
import type { EntityId, PersonId } from '../../../src/domain/names.ts';
import { WaslError } from '../../../src/errors.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ApiUnderTest, createApiUnderTest, DEMO_INVENTORY, MOH_MOF, NOW } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const sample = new URL('../../../docs/samples/moh-profile.yaml', import.meta.url);
const PROFILE = parse(readFileSync(sample, 'utf8'));
const NOTE = 'TCP 443 from 10.200.20.0/24 to 10.100.10.0/24';
const subjects = ({ contacts }: { contacts: { subject: string }[] }) => contacts.map(({ subject }) => subject);

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => NOW);
  api = await createApiUnderTest(store);
  await bringIntoForce(store, DEMO_INVENTORY);
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
});

async function call(method: 'GET' | 'PUT' | 'POST', url: string, role: Role, entity?: string, payload?: object) {
  const who = `${entity ?? 'network'}-${role}`.toLowerCase();
  const headers = { ...(await api.as(who, [role], entity)), 'idempotency-key': 'key-000001' };
  const answer = await api.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.json() };
}
const profile = (entity: string) => `/v1/entities/${entity}/profile`;

it('keeps what an entity says of itself, in place of what it said before', async () => {
  const empty = { entity: 'MOH', contacts: [], obligations: [] };
  expect((await call('GET', profile('MOH'), 'party-approver', 'MOH')).body).toEqual(empty);
  const first = await call('PUT', profile('MOH'), 'party-approver', 'MOH', PROFILE);
  expect(first).toMatchObject({ status: 200, body: { entity: 'MOH', ...PROFILE } });
  const rows = (await store.listLedgerOf(['entity/MOH'])).length;
  expect((await call('PUT', profile('MOH'), 'party-approver', 'MOH', PROFILE)).body).toEqual(first.body);
  expect((await store.listLedgerOf(['entity/MOH'])).length).toBe(rows);

  const [liaison, security] = PROFILE.contacts;
  const contacts = [{ ...security, telephone: '+968 2400 0200' }, liaison];
  const second = await call('PUT', profile('MOH'), 'admin', undefined, { ...PROFILE, contacts });
  expect(subjects(second.body)).toEqual(subjects(first.body).toReversed());
  await call('PUT', profile('MOH'), 'party-approver', 'MOH', PROFILE);

  const requireSeen = () => {
    throw new WaslError('CHANGED_MEANWHILE', 'it has other contacts');
  };
  const unseen = { entity: 'MOH' as EntityId, profile: { contacts: [], obligations: [] }, by: 'moh-1' as PersonId };
  await expect(store.recordProfile({ ...unseen, requireSeen })).rejects.toMatchObject({ code: 'CHANGED_MEANWHILE' });
  expect((await store.readProfile(unseen.entity)).contacts).toHaveLength(PROFILE.contacts.length);
});

it('leaves nothing of a person in the ledger but a subject', async () => {
  const entries = (await store.listLedgerOf(['entity/MOH'])).filter(
    ({ action }) => action === 'entity.profile-recorded',
  );
  expect(entries.length).toBe(3);
  const said = JSON.stringify(entries);
  expect(said).toContain('subj_');
  for (const { name, telephone, email } of PROFILE.contacts)
    for (const datum of [name, telephone, email]) if (datum !== undefined) expect(said).not.toContain(datum);
});

it('tells the contacts to the parties of an interconnect and to nobody else beside the network side', async () => {
  const request = { ...MOH_MOF, firewallNote: NOTE };
  const submitted = await call('POST', '/v1/interconnects', 'portal', 'MOH', request);
  expect(submitted.body.request.firewallNote).toBe(NOTE);
  const liaison = `/v1/interconnects/${submitted.body.id}/liaison`;
  const seen = await call('GET', liaison, 'party-approver', 'MOF');
  expect(seen.body).toMatchObject({
    ...{ interconnect: submitted.body.id, firewallNote: NOTE },
    parties: [
      { entity: 'MOF', contacts: [] },
      { entity: 'MOH', ...PROFILE },
    ],
  });
  // Whoever asks everybody for an interconnect learns nobody's contacts by it.
  await call('PUT', profile('MOF'), 'admin', undefined, PROFILE);
  const asker = await call('GET', liaison, 'portal', 'MOH');
  expect(asker.body.parties).toMatchObject([
    { entity: 'MOF', contacts: [], obligations: PROFILE.obligations },
    { entity: 'MOH', ...PROFILE },
  ]);
  expect((await call('GET', liaison, 'engineer')).status).toBe(200);
  expect((await call('GET', liaison, 'auditor')).status).toBe(403);
  expect((await call('GET', liaison, 'portal', 'MOE')).body).toMatchObject({ code: 'INTERCONNECT_UNKNOWN' });
});

it('is as no entity at all to others', async () => {
  for (const method of ['GET', 'PUT'] as const) {
    const body = method === 'PUT' ? { contacts: [], obligations: [] } : undefined;
    const foreign = await call(method, profile('MOF'), 'party-approver', 'MOH', body);
    const none = await call(method, profile('NONE'), 'party-approver', 'MOH', body);
    expect(foreign).toMatchObject({ status: 404, body: { code: 'ENTITY_UNKNOWN' } });
    expect(JSON.stringify(foreign.body).replaceAll('MOF', 'NONE')).toBe(JSON.stringify(none.body));
  }
});

it('gives out the reasons for a suspension', async () => {
  const { body } = await call('GET', '/v1/prohibited-conduct', 'portal', 'MOH');
  expect(body).toContainEqual(expect.objectContaining({ reason: 'forged-routing', en: expect.any(String) }));
});

const SCAN = Buffer.from('%PDF-1.7\nscan of the paper');
const FORM = digestOfBytes(SCAN);

it('takes a scan signed by hand as an acceptance when a second officer has seen it, and tells it as the weaker kind', async () => {
  const texts = (['ar', 'en'] as const).map((language) => {
    return {
      language,
      mediaType: 'text/plain',
      content: Buffer.from(`the next policy (${language})`).toString('base64'),
    };
  });
  const terms = { version: '2026-2', inForceFrom: new Date(NOW.getTime() + 1_000).toISOString(), graceDays: 30 };
  const { digest } = (await call('POST', '/v1/policies', 'admin', undefined, { ...terms, renditions: texts })).body;
  const forms = '/v1/policies/2026-2/hand-signed';
  const scan = (content: Buffer, entity = 'MOH') => ({ digest, entity, content: content.toString('base64') });
  expect((await call('POST', forms, 'admin', undefined, scan(SCAN))).body.code).toBe('POLICY_UNKNOWN');
  expect((await call('POST', '/v1/policies/2026-2/publication', 'security', undefined, { digest })).status).toBe(200);

  expect((await call('POST', forms, 'admin', undefined, scan(Buffer.from('MZ no scan')))).body.code).toBe(
    'INPUT_INVALID',
  );
  expect((await call('POST', forms, 'admin', undefined, scan(SCAN, 'NONE'))).body.code).toBe('ENTITY_UNKNOWN');
  expect((await call('POST', forms, 'party-approver', 'MOH', scan(SCAN))).status).toBe(403);
  await call('POST', forms, 'admin', undefined, scan(Buffer.from('%PDF-1.7\nthe wrong paper')));
  const attached = await call('POST', forms, 'admin', undefined, scan(SCAN));
  expect(attached.body).toMatchObject({ entity: 'MOH', sha256: FORM, mediaType: 'application/pdf', confirmedBy: null });
  const standing = async () =>
    (await call('GET', '/v1/policy-standings', 'auditor')).body.find(
      (each: { entity: string }) => each.entity === 'MOH',
    );
  expect(await standing()).toMatchObject({ version: '2026-1', by: 'signature' });

  const confirm = (role: Role, form: string) => call('POST', `${forms}/MOH/confirmation`, role, undefined, { form });
  expect((await confirm('admin', FORM)).body.code).toBe('APPROVAL_SELF');
  expect((await confirm('security', digestOfBytes(Buffer.from('unseen')))).body.code).toBe('APPROVAL_DIGEST');
  expect((await confirm('security', FORM)).body).toMatchObject({ confirmedBy: 'network-security' });
  expect((await confirm('security', FORM)).status).toBe(200);
  expect(await standing()).toMatchObject({ version: '2026-2', by: 'hand' });
  expect((await call('POST', forms, 'admin', undefined, scan(SCAN))).body.code).toBe('APPROVAL_TWICE');

  const bytes = await api.app.inject({ url: `${forms}/MOH/content`, headers: await api.as('a-1', ['auditor']) });
  expect([bytes.headers['content-type'], digestOfBytes(bytes.rawPayload)]).toEqual(['application/pdf', FORM]);
  // As the ledger has it: the same officer confirms for another entity, too, and the register is as recorded.
  expect((await call('POST', forms, 'admin', undefined, scan(SCAN, 'MOF'))).status).toBe(200);
  const other = await call('POST', `${forms}/MOF/confirmation`, 'security', undefined, { form: FORM });
  expect(other.status).toBe(200);
  const said = (await store.listLedgerOf(['policy/2026-2'])).map(({ action, body }) => [action, body.form]);
  expect(said.filter(([action]) => action === 'policy.accepted')).toEqual(Array(2).fill(['policy.accepted', FORM]));
  expect((await call('POST', '/v1/ledger/reviews', 'auditor')).body.findings ?? []).toEqual([]);
});
