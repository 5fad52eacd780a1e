/** Two officers with the same answer before them: the second overwrites nothing that they have not seen. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '../../src/api/authentication.ts';
import type { EntityProfile } from '../../src/domain/entity-profile.ts';
import type { EntityId } from '../../src/domain/names.ts';
import type { WebhookEndpoint, WebhookId } from '../../src/domain/webhook.ts';
import type { RecordedProfile } from '../../src/store/entity-rows.ts';
import type { Store } from '../../src/store/store.ts';
import { newWebhookSecret } from '../../src/webhooks/sign-webhook.ts';
import { absentStore } from '../support/absent-store.ts';
import { type ApiUnderTest, createApiUnderTest, DEMO_INVENTORY, NOW } from '../support/api-under-test.ts';

const MOH = 'MOH' as EntityId;
const ID = `wh_${'0'.repeat(32)}` as WebhookId;
let profile: RecordedProfile = { entity: MOH, contacts: [], obligations: [] };
let endpoint: WebhookEndpoint = {
  ...{ id: ID, entity: MOH, url: 'https://portal.moh.example/', scheme: 'v1a', networks: [], state: 'enabled' },
  ...{ keys: [{ secret: newWebhookSecret('v1a'), since: NOW.toISOString() }], reason: null },
  createdAt: NOW.toISOString(),
};
type Change = Parameters<Store['changeWebhook']>[2];
const store = {
  readInventory: async () => ({ inventory: DEMO_INVENTORY, version: 1 }),
  readProfile: async () => profile,
  recordProfile: async (input: { profile: EntityProfile; requireSeen?: (before: RecordedProfile) => void }) => {
    input.requireSeen?.(profile);
    profile = { ...profile, obligations: input.profile.obligations };
    return profile;
  },
  readWebhook: async () => endpoint,
  changeWebhook: async (...[, , change, , requireSeen]: Parameters<Store['changeWebhook']>) => {
    requireSeen?.(endpoint);
    endpoint = { ...endpoint, ...changed(change) };
    return endpoint;
  },
} as unknown as Partial<Store>;
const changed = (change: Change): Partial<WebhookEndpoint> =>
  'networks' in change
    ? { networks: change.networks }
    : 'addKey' in change
      ? { keys: [...endpoint.keys, { secret: change.addKey, since: NOW.toISOString() }] }
      : {};

let api: ApiUnderTest;
beforeAll(async () => {
  api = await createApiUnderTest(absentStore(store));
});
afterAll(() => api.app.close());

const call = async (
  method: 'GET' | 'PUT' | 'POST',
  [url, role]: readonly [string, Role],
  sent?: object,
  ifMatch?: string,
) => {
  const headers = { ...(await api.as('officer-1', [role], 'MOH')), ...(ifMatch ? { 'if-match': ifMatch } : {}) };
  const answer = await api.app.inject({ method, url, headers, ...(sent ? { payload: sent } : {}) });
  return { status: answer.statusCode, etag: String(answer.headers.etag), code: answer.json().code };
};
const obligations = (en: string) => ({ contacts: [], obligations: [{ en, ar: 'التزام' }] });

it.each<[string, readonly [string, Role], readonly ['PUT' | 'POST', string, Role], object | undefined]>([
  [
    'a profile',
    ['/v1/entities/MOH/profile', 'party-approver'],
    ['PUT', '/v1/entities/MOH/profile', 'party-approver'],
    obligations('Within an hour'),
  ],
  [
    'networks of an endpoint',
    [`/v1/webhooks/${ID}`, 'admin'],
    ['PUT', `/v1/webhooks/${ID}/networks`, 'admin'],
    { networks: ['10.1.0.0/16'] },
  ],
  ['a key of an endpoint', [`/v1/webhooks/${ID}`, 'portal'], ['POST', `/v1/webhooks/${ID}/keys`, 'portal'], undefined],
])('of %s, the second is told', async (_, read, [method, url, role], sent) => {
  const seen = await call('GET', read);
  expect(seen.etag).toMatch(/^"[0-9a-f]{32}"$/);
  const first = await call(method, [url, role], sent, seen.etag);
  expect(first).toMatchObject({ status: 200, etag: (await call('GET', read)).etag });
  expect(first.etag).not.toBe(seen.etag);
  expect(await call(method, [url, role], sent, seen.etag)).toMatchObject({ status: 412, code: 'CHANGED_MEANWHILE' });
  expect((await call('GET', read)).etag).toBe(first.etag);
  expect((await call(method, [url, role], sent, first.etag)).status).toBe(200);
  expect((await call(method, [url, role], sent, '"3"')).status).toBe(400);
});
