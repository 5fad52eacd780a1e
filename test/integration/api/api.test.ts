import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InterconnectId, PeName } from '../../../src/domain/names.ts';
import { sealPayloads } from '../../../src/plan/seal-payloads.ts';
import type { Store } from '../../../src/store/store.ts';
import { acceptPolicy } from '../../support/accepted-policy.ts';
import { type ApiUnderTest, createApiUnderTest, DEMO_INVENTORY, MOH_MOF, NOW } from '../../support/api-under-test.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { signedBody } from '../../support/sign-injected.ts';
import { samplePlan } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;
let keys = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => NOW);
  api = await createApiUnderTest(store);
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
});

const clerk = () => api.as('moh-clerk-1', ['portal'], 'MOH');
const signatory = (entity: string) => api.as(`${entity.toLowerCase()}-signatory-1`, ['party-approver'], entity);
const engineer = () => api.as('engineer-1', ['engineer']);
const newKey = () => `key-${String(++keys).padStart(6, '0')}`;

async function submit(body: object = MOH_MOF, key = newKey(), headers?: { authorization: string }) {
  return api.app.inject({
    method: 'POST',
    url: '/v1/interconnects',
    headers: { ...(headers ?? (await clerk())), 'idempotency-key': key },
    payload: body,
  });
}
async function post(url: string, headers: { authorization: string }, payload: object = {}) {
  return api.app.inject({ method: 'POST', url, headers, payload: await signedBody(api, url, headers, payload) });
}
const get = (url: string, headers: { authorization: string }) => api.app.inject({ url, headers });
const codeOf = (answer: { statusCode: number; json: () => { code?: string } }) => [
  answer.statusCode,
  answer.json().code,
];

describe('the inventory', () => {
  it('is needed before a request', async () => {
    expect(codeOf(await submit())).toEqual([400, 'INVENTORY_INVALID']);
  });

  it('is imported by an admin, with a problem that names the JSON path', async () => {
    const headers = await api.as('admin-1', ['admin']);
    const wrong = structuredClone(JSON.parse(JSON.stringify(DEMO_INVENTORY)));
    wrong.routers[0].vrfs[0].vpn = 'MOX';
    wrong.routers[1].vrfs[0].vpn = 'MOX';
    const refused = await api.app.inject({ method: 'PUT', url: '/v1/inventory', headers, payload: wrong });
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(refused.json()).toMatchObject({
      type: 'urn:wasl:error:INVENTORY_INVALID',
      status: 400,
      code: 'INVENTORY_INVALID',
      class: 'permanent',
      path: 'routers[0].vrfs[0].vpn',
      detail: 'MOX is not among the VPNs (and 1 more)',
      remedy: 'Add MOX to vpns, or correct the name.',
      instance: '/v1/inventory',
    });
    const shape = await api.app.inject({ method: 'PUT', url: '/v1/inventory', headers, payload: { version: 2 } });
    expect(shape.json()).toMatchObject({ code: 'INVENTORY_INVALID', path: 'version' });
    const imported = await api.app.inject({ method: 'PUT', url: '/v1/inventory', headers, payload: DEMO_INVENTORY });
    expect(imported.json()).toMatchObject({ version: 1, entities: 4, vpns: 4, routers: 4 });
    await acceptPolicy(store, DEMO_INVENTORY.entities);
  });

  it('shows a party every VPN but canaries, and only its own addresses', async () => {
    const vpns = (await get('/v1/vpns', await clerk())).json();
    expect(vpns.map((vpn: { id: string; prefixes: unknown }) => [vpn.id, vpn.prefixes === null])).toEqual([
      ['MOH', false],
      ['MOF', true],
      ['MOE', true],
    ]);
    expect((await get('/v1/vpns', await engineer())).json()).toHaveLength(4);
  });
});

describe('a request', () => {
  it('is stored and its workflow started; the same key gives the same answer, another body 409', async () => {
    const key = newKey();
    const first = await submit(MOH_MOF, key);
    expect(first.statusCode).toBe(201);
    const { id, parties, awaiting, standing, next } = first.json();
    expect(first.headers.location).toBe(`/v1/interconnects/${id}`);
    expect([parties, standing, awaiting]).toEqual([
      ['MOF', 'MOH'],
      'requested',
      ['signature of MOF', 'signature of MOH'],
    ]);
    expect(next).toBe('waits for signature of MOF and signature of MOH');
    expect(api.driver.looks.at(-1)).toBe(id);
    const again = await submit(MOH_MOF, key);
    expect([again.statusCode, again.json().id]).toEqual([200, id]);
    const other = await submit({ ...MOH_MOF, purpose: 'something else' }, key);
    expect(codeOf(other)).toEqual([409, 'REQUEST_CONFLICT']);
    const list = (await get('/v1/interconnects', await clerk())).json();
    expect(list.map((entry: { id: string }) => entry.id)).toEqual([id]);
  });

  it('is taken while the workflow server is away: the record has it, and asks to be looked at', async () => {
    api.driver.isAway = true;
    const away = await submit(MOH_MOF, newKey());
    expect(away.statusCode).toBe(201);
    const { id, requestDigest: digest } = away.json();
    const signed = await post(`/v1/interconnects/${id}/approvals`, await signatory('MOF'), {
      decision: 'approve',
      digest,
    });
    expect([signed.statusCode, signed.json().awaiting]).toEqual([200, ['signature of MOH']]);
    api.driver.isAway = false;
    expect(await store.listUndriven(new Date(NOW.getTime() + 1))).toContain(id);
  });

  it.each([
    [{ purpose: 'x' }, 400, 'INPUT_INVALID', 'purpose'],
    [{ colour: 'blue' }, 400, 'INPUT_INVALID', 'colour'],
    [
      { flows: [{ from: 'MOH', to: 'MOF', prefixes: ['10.100.10.1/24'] }] },
      400,
      'PREFIX_HOST_BITS',
      'flows[0].prefixes[0]',
    ],
    [{ flows: [{ from: 'MOH', to: 'MOF', prefixes: ['nonsense'] }] }, 400, 'PREFIX_INVALID', 'flows[0].prefixes[0]'],
    [
      { flows: [{ from: 'MOH', to: 'MOF', prefixes: ['0.0.0.0/0'] }] },
      400,
      'PREFIX_DEFAULT_ROUTE',
      'flows[0].prefixes[0]',
    ],
    [
      { flows: [{ from: 'MOH', to: 'MOF', prefixes: ['10.9.0.0/24'] }] },
      422,
      'PREFIX_OUTSIDE_VPN',
      'flows[0].prefixes[0]',
    ],
    [{ flows: [{ from: 'MOH', to: 'MOX', prefixes: 'whole-vpn' }] }, 404, 'VPN_UNKNOWN', 'flows[0].to'],
    [{ flows: [{ from: 'MOH', to: 'CANARY', prefixes: 'whole-vpn' }] }, 404, 'VPN_UNKNOWN', 'flows[0].to'],
    [{ flows: [{ from: 'MOE', to: 'MOF', prefixes: 'whole-vpn' }] }, 403, 'APPROVAL_PARTY', 'flows'],
    [{ validUntil: '2020-01-01T00:00:00Z' }, 422, 'REQUEST_PERIOD', 'validUntil'],
    [{ validUntil: 'tomorrow' }, 400, 'INPUT_INVALID', 'validUntil'],
  ])('with %j is refused before anything is stored', async (change, status, code, path) => {
    const count = (await get('/v1/interconnects', await engineer())).json().length;
    const answer = await submit({ ...MOH_MOF, ...change });
    expect([answer.statusCode, answer.json().code, answer.json().path]).toEqual([status, code, path]);
    expect((await get('/v1/interconnects', await engineer())).json()).toHaveLength(count);
  });

  it('needs an idempotency key, JSON, and a body of bearable size', async () => {
    const headers = await clerk();
    expect((await post('/v1/interconnects', headers, MOH_MOF)).json()).toMatchObject({
      code: 'INPUT_INVALID',
      path: 'idempotency-key',
      detail: 'idempotency-key is missing',
    });
    const broken = await api.app.inject({
      method: 'POST',
      url: '/v1/interconnects',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': newKey() },
      payload: '{"purpose":',
    });
    expect(codeOf(broken)).toEqual([400, 'INPUT_INVALID']);
    const large = await submit({ ...MOH_MOF, purpose: 'x'.repeat(70_000) });
    expect(codeOf(large)).toEqual([413, 'REQUEST_TOO_LARGE']);
  });

  it('is not there for a third entity', async () => {
    const { id } = (await submit()).json();
    const stranger = await signatory('MOE');
    expect((await get('/v1/interconnects', stranger)).json()).toEqual([]);
    expect(codeOf(await get(`/v1/interconnects/${id}`, stranger))).toEqual([404, 'INTERCONNECT_UNKNOWN']);
    expect(codeOf(await get(`/v1/events?interconnect=${id}`, stranger))).toEqual([404, 'INTERCONNECT_UNKNOWN']);
    const withdrawal = await post(`/v1/interconnects/${id}/withdrawal`, stranger, { reason: 'mischief' });
    expect(codeOf(withdrawal)).toEqual([404, 'INTERCONNECT_UNKNOWN']);
  });
});

describe("a party's decision", () => {
  it('stands once; the same call again answers the same, and so does another one under the same key', async () => {
    const { id, requestDigest: digest } = (await submit()).json();
    const url = `/v1/interconnects/${id}/approvals`;
    const headers = { ...(await signatory('MOF')), 'idempotency-key': newKey() };
    const first = await post(url, headers, { decision: 'approve', digest });
    expect(first.statusCode).toBe(200);
    expect(first.json().approvals).toMatchObject([{ party: 'MOF', person: 'mof-signatory-1', decision: 'approve' }]);
    for (const again of [headers, await signatory('MOF')]) {
      const answer = await post(url, again, { decision: 'approve', digest });
      expect([answer.statusCode, answer.json().approvals.length]).toEqual([200, 1]);
    }
    const other = await post(url, headers, { decision: 'reject', digest, reason: 'changed my mind' });
    expect(codeOf(other)).toEqual([409, 'REQUEST_CONFLICT']);
    expect(api.driver.looks.at(-1)).toBe(id);
  });

  it('is refused to strangers, to the requester, twice, on another digest, and without a reason against', async () => {
    const { id, requestDigest: digest } = (await submit()).json();
    const url = `/v1/interconnects/${id}/approvals`;
    const approval = { decision: 'approve', digest };
    expect(codeOf(await post(url, await signatory('MOE'), approval))).toEqual([404, 'INTERCONNECT_UNKNOWN']);
    const requester = await api.as('moh-clerk-1', ['party-approver'], 'MOH');
    expect(codeOf(await post(url, requester, approval))).toEqual([403, 'APPROVAL_SELF']);
    const otherDigest = { ...approval, digest: `sha256:${'0'.repeat(64)}` };
    expect(codeOf(await post(url, await signatory('MOH'), otherDigest))).toEqual([409, 'APPROVAL_DIGEST']);
    const reasonless = await post(url, await signatory('MOH'), { decision: 'reject', digest });
    expect(reasonless.json()).toMatchObject({ code: 'INPUT_INVALID', path: 'reason' });
    await post(url, await signatory('MOH'), approval);
    const rejection = { decision: 'reject', digest, reason: 'changed my mind' };
    expect(codeOf(await post(url, await signatory('MOH'), rejection))).toEqual([409, 'APPROVAL_TWICE']);
    const bothSides = await api.as('moh-signatory-1', ['party-approver'], 'MOF');
    expect(codeOf(await post(url, bothSides, approval))).toEqual([409, 'APPROVAL_TWICE']);
  });

  it('T3c: is one person’s, in whatever case or normal form the token has the name', async () => {
    const { id, requestDigest: digest } = (await submit()).json();
    const url = `/v1/interconnects/${id}/approvals`;
    const approval = { decision: 'approve', digest };
    const requester = await api.as('MOH-Clerk-1', ['party-approver'], 'MOH');
    expect(codeOf(await post(url, requester, approval))).toEqual([403, 'APPROVAL_SELF']);
    const first = await post(url, await api.as('ren\u00e9-1', ['party-approver'], 'MOH'), approval);
    expect([first.statusCode, first.json().approvals[0].person]).toEqual([200, 'ren\u00e9-1']);
    for (const person of ['RENE\u0301-1', 'Ren\u00e9-\uff11']) {
      const second = await post(url, await api.as(person, ['party-approver'], 'MOF'), approval);
      expect(codeOf(second)).toEqual([409, 'APPROVAL_TWICE']);
    }
    const key = newKey();
    const { id: one } = (await submit(MOH_MOF, key)).json();
    const again = await submit(MOH_MOF, key, await api.as('Moh-Clerk-1', ['portal'], 'MOH'));
    expect([again.statusCode, again.json().id]).toEqual([200, one]);
  });
});

describe('a plan', () => {
  async function planned(requestedBy = 'wasl') {
    const { id } = (await submit()).json() as { id: InterconnectId };
    await store.openChange(id, 'provision', requestedBy);
    const [change] = await store.listChanges(id);
    if (change === undefined) throw new Error('a change was opened');
    const bare = samplePlan(await store.nextPlanId(change.id));
    const payloads = bare.routers.map(({ pe }) => ({ pe, xml: '<config/>\n' }));
    const plan = sealPayloads(bare, payloads);
    await store.savePlan(plan, payloads);
    return { id, plan, change };
  }

  it('is shown with its payloads to the network side', async () => {
    const { plan } = await planned();
    const shown = (await get(`/v1/plans/${plan.id}`, await engineer())).json();
    expect(shown).toMatchObject({ id: plan.id, digest: plan.digest, approvals: [] });
    expect((await get(`/v1/plans/${plan.id}/payloads`, await engineer())).json()).toEqual(
      plan.routers.map(({ pe }) => ({ pe, xml: '<config/>\n' })),
    );
    expect(codeOf(await get('/v1/plans/IC-9999-C1-P1', await engineer()))).toEqual([404, 'PLAN_UNKNOWN']);
  });

  it('is approved by an engineer on its digest, and by nobody who asked for it, planned it or signed', async () => {
    const { id, plan } = await planned('engineer-2');
    const url = `/v1/plans/${plan.id}/approvals`;
    const approval = { decision: 'approve', digest: plan.digest };
    const asEngineer = (person: string) => api.as(person, ['engineer']);
    expect(codeOf(await post(url, await asEngineer('moh-clerk-1'), approval))).toEqual([403, 'APPROVAL_SELF']);
    expect(codeOf(await post(url, await asEngineer('engineer-2'), approval))).toEqual([403, 'APPROVAL_SELF']);
    expect(codeOf(await post(url, await asEngineer(plan.createdBy), approval))).toEqual([403, 'APPROVAL_SELF']);
    const { requestDigest: digest } = (await get(`/v1/interconnects/${id}`, await engineer())).json();
    await post(`/v1/interconnects/${id}/approvals`, await signatory('MOF'), { decision: 'approve', digest });
    expect(codeOf(await post(url, await asEngineer('mof-signatory-1'), approval))).toEqual([403, 'APPROVAL_SELF']);
    const other = { ...approval, digest: `sha256:${'0'.repeat(64)}` };
    expect(codeOf(await post(url, await asEngineer('engineer-3'), other))).toEqual([409, 'APPROVAL_DIGEST']);
    // One party has signed nothing: the push would be refused.
    expect(codeOf(await post(url, await asEngineer('engineer-3'), approval))).toEqual([422, 'SIGNATURE_MISSING']);
    await post(`/v1/interconnects/${id}/approvals`, await signatory('MOH'), { decision: 'approve', digest });
    const done = await post(url, await asEngineer('engineer-3'), approval);
    expect([done.statusCode, done.json().approvals]).toMatchObject([200, [{ party: 'network', person: 'engineer-3' }]]);
  });

  it('leaves a journal without persist ids', async () => {
    const { change } = await planned();
    const { epoch } = await store.claimJournal(change.id);
    const entry = { changeId: change.id, pe: 'pe1' as PeName, state: 'commit-sent', detail: null } as const;
    const secret = { procedure: 'confirmed-commit-persist', persistId: 'persist-secret' } as const;
    await store.appendJournal([{ ...entry, ...secret }], epoch);
    const answer = await get(`/v1/changes/${change.id}`, await engineer());
    expect(answer.json().journal).toMatchObject([{ pe: 'pe1', state: 'commit-sent' }]);
    expect(answer.body).not.toContain('persist-secret');
    expect(answer.body).not.toContain('persistId');
  });
});
