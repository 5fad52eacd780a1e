/** Webhooks from the fact in the ledger to the receiver: what is queued with it, and what each answer makes of a delivery. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliverWebhook } from '../../../src/activities/deliver-webhook.ts';
import { createDeliveryShares, DELIVERIES_PER_ENTITY } from '../../../src/activities/delivery-shares.ts';
import type { EntityId, PersonId } from '../../../src/domain/names.ts';
import { ENDPOINTS_PER_ENTITY_MAX, RETRY_AFTER_SECONDS, type WebhookEndpoint } from '../../../src/domain/webhook.ts';
import { WaslError } from '../../../src/errors.ts';
import type { Store } from '../../../src/store/store.ts';
import { newWebhookSecret } from '../../../src/webhooks/sign-webhook.ts';
import { DEMO_INVENTORY } from '../../support/api-under-test.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { MOF, MOH, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let now: Date;
/** What the receiver got, and what it answers next: 200 where nothing is said. */
const received: { id: string; body: unknown }[] = [];
let answers: (readonly [status: number, headers?: Record<string, string>])[] = [];
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  received.push({ id: String(request.headers['webhook-id']), body: JSON.parse(Buffer.concat(chunks).toString()) });
  const [status, headers = {}] = answers.shift() ?? [200];
  response.writeHead(status, headers).end();
});

beforeAll(async () => {
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  database = await createTestDatabase();
  store = await database.open(() => now);
});
beforeEach(async () => {
  now = new Date('2026-06-01T00:00:00Z');
  received.length = 0;
  answers = [];
  for (const { id } of await store.listWebhooks(null)) await store.removeWebhook(id, null, BY);
});
afterAll(async () => {
  receiver.close();
  await database.drop();
});

const BY = 'moh-portal-1' as PersonId;
let keys = 0;
const shares = createDeliveryShares();
const submit = async () => (await store.createInterconnect(sampleSubmission(`a-key-${keys++}`))).interconnect;
const register = async (
  entity: EntityId = MOH,
  networks = ['127.0.0.0/8'],
  host = '127.0.0.1',
): Promise<WebhookEndpoint> => {
  const url = `http://${host}:${(receiver.address() as AddressInfo).port}/`;
  const { id } = await store.registerWebhook({ entity, url, scheme: 'v1a', key: newWebhookSecret('v1a'), by: BY });
  return store.changeWebhook(id, null, { networks }, BY);
};
const attempt = (deliveryId: Awaited<ReturnType<Store['listDueDeliveries']>>[number], isDevelopment = true) =>
  deliverWebhook({ store, now: () => now, isDevelopment, shares }, { deliveryId });
const due = async () => {
  const [id] = await store.listDueDeliveries(10);
  if (id === undefined) throw new Error('nothing is due');
  return id;
};
const [only] = [
  async ({ id }: WebhookEndpoint) => (await store.listWebhookDeliveries({ endpointId: id, limit: 10 }))[0],
];

describe('a fact', () => {
  it('is queued with itself for the endpoints of its parties, numbered by interconnect', async () => {
    const [moh, mof, moe] = [await register(MOH), await register(MOF), await register('MOE' as EntityId)];
    const { id, requestDigest: digest } = await submit();
    const other = await submit();
    await store.decide(id, { verb: 'withdraw', person: BY, reason: 'given up' }, null);
    const queued = async ({ id: endpointId }: WebhookEndpoint) =>
      (await store.listWebhookDeliveries({ endpointId, limit: 10 }))
        .map(({ interconnectId, sequence, type, state }) => [interconnectId, sequence, type, state])
        .toSorted();
    const expected = [
      [id, 1, 'interconnect.requested', 'pending'],
      [id, 2, 'interconnect.withdrawal', 'pending'],
      [id, 3, 'interconnect.stepped', 'pending'],
      [other.id, 1, 'interconnect.requested', 'pending'],
    ].toSorted();
    expect(digest).toMatch(/^sha256:/);
    expect([await queued(moh), await queued(mof), await queued(moe)]).toEqual([expected, expected, []]);
  });

  it('that does not come to be is not told', async () => {
    const endpoint = await register();
    const { id } = await submit();
    const told = await store.listWebhookDeliveries({ endpointId: endpoint.id, limit: 10 });
    const decision = {
      verb: 'sign',
      party: MOH,
      person: BY,
      digest: 'sha256:0',
      decision: 'approve',
      reason: null,
    } as const;
    await expect(store.decide(id, decision, null)).rejects.toMatchObject({ code: 'APPROVAL_DIGEST' });
    expect(await store.listWebhookDeliveries({ endpointId: endpoint.id, limit: 10 })).toEqual(told);
  });

  it('is numbered where nobody listens, too: who listens later sees no gap that is none', async () => {
    const { id } = await submit();
    const endpoint = await register();
    await store.decide(id, { verb: 'withdraw', person: BY, reason: 'given up' }, null);
    expect(
      (await store.listWebhookDeliveries({ endpointId: endpoint.id, limit: 10 })).map((each) => each.sequence).sort(),
    ).toEqual([2, 3]);
  });
});

describe('a delivery', () => {
  it('is over when the receiver took it, and says no more than which, what and the how-manieth', async () => {
    const endpoint = await register();
    const { id } = await submit();
    const delivery = await due();
    await attempt(delivery);
    expect(received).toEqual([
      {
        id: delivery,
        body: {
          type: 'interconnect.requested',
          timestamp: '2026-06-01T00:00:00.000Z',
          data: { interconnect: id, sequence: 1, lifecycle: 'requested' },
        },
      },
    ]);
    expect(await only(endpoint)).toMatchObject({ state: 'delivered', tries: 1, outcome: 'answered 200' });
    // Twice at once, or begun again: it is sent once.
    await attempt(delivery);
    expect(received).toHaveLength(1);
  });

  it.each([
    ['by the schedule', [500], RETRY_AFTER_SECONDS[0]],
    ['when the receiver says', [429, { 'retry-after': '90' }], 90],
    [
      'no sooner than by the schedule, whatever the receiver says',
      [503, { 'retry-after': '1' }],
      RETRY_AFTER_SECONDS[0],
    ],
    ['when the receiver says, within a day', [503, { 'retry-after': '999999' }], 86_400],
    ['by the schedule, for a redirect', [302, { location: '/elsewhere' }], RETRY_AFTER_SECONDS[0]],
  ] as const)('is tried again %s', async (_, answer, seconds) => {
    const endpoint = await register();
    await submit();
    answers = [answer];
    await expect(attempt(await due())).rejects.toMatchObject({
      nextRetryDelay: (seconds ?? 0) * 1_000,
      nonRetryable: false,
    });
    expect(await only(endpoint)).toMatchObject({
      state: 'pending',
      tries: 1,
      outcome: expect.stringContaining(String(answer[0])),
    });
    // Its workflow has it in hand.
    expect(await store.listDueDeliveries(10)).toEqual([]);
    // And where that is lost, it is due again.
    now = new Date(now.getTime() + ((seconds ?? 0) + 3_600) * 1_000);
    expect(await store.listDueDeliveries(10)).toHaveLength(1);
  });

  it('ends with its endpoint disabled after the last try, is told so, and is sent again when somebody asks', async () => {
    const endpoint = await register();
    await submit();
    const delivery = await due();
    answers = Array.from({ length: RETRY_AFTER_SECONDS.length + 1 }, () => [500] as const);
    for (const seconds of RETRY_AFTER_SECONDS) {
      await expect(attempt(delivery)).rejects.toMatchObject({ nextRetryDelay: seconds * 1_000 });
    }
    await attempt(delivery);
    expect(await only(endpoint)).toMatchObject({ state: 'dead', tries: 10 });
    const [disabled] = await store.listWebhooks(MOH);
    expect(disabled).toMatchObject({ state: 'disabled', reason: 'nothing was taken in 10 tries: answered 500' });
    const [fact] = await store.listLedgerOf([`webhook/${endpoint.id}`]).then((facts) => facts.slice(-1));
    expect(fact).toMatchObject({ actor: 'wasl', action: 'webhook.disabled' });

    await store.changeWebhook(endpoint.id, MOH, { enable: true }, BY);
    await store.replayWebhook(endpoint.id, delivery);
    received.length = 0;
    await attempt(await due());
    expect(received.map(({ id }) => id)).toEqual([delivery]);
    expect(await only(endpoint)).toMatchObject({ id: delivery, state: 'delivered', tries: 1 });
  });

  it('waits for room, untried, while as many are on their way to its entity as may be', async () => {
    const endpoint = await register();
    await submit();
    const delivery = await due();
    const taken = Array.from({ length: DELIVERIES_PER_ENTITY }, () => shares.take(MOH));
    await expect(attempt(delivery)).rejects.toMatchObject({ type: 'WEBHOOK_UNDELIVERED' });
    expect([received, (await only(endpoint))?.tries]).toEqual([[], 0]);
    expect(shares.take(MOF)).not.toBeNull();
    for (const release of taken) release?.();
    await attempt(delivery);
    expect(await only(endpoint)).toMatchObject({ state: 'delivered', tries: 1 });
  });

  it('of an endpoint that is gone disables it at once, and what waits for it is not sent', async () => {
    const endpoint = await register();
    await submit();
    await submit();
    const waiting = await store.listDueDeliveries(10);
    answers = [[410]];
    for (const id of waiting) await attempt(id);
    expect(received).toHaveLength(1);
    expect((await store.listWebhooks(null))[0]).toMatchObject({ id: endpoint.id, state: 'disabled' });
    expect(
      (await store.listWebhookDeliveries({ endpointId: endpoint.id, limit: 10 })).map(({ state }) => state),
    ).toEqual(['dead', 'dead']);
  });

  it('reaches no host through which a router is reached', async () => {
    const [router, ...others] = DEMO_INVENTORY.routers;
    if (router === undefined) throw new Error('the sample has no router');
    const { hostKeys, credential } = router.management;
    const jumpHosts = [{ host: 'localhost', port: 22, hostKeys, credential }];
    const routers = [{ ...router, management: { ...router.management, jumpHosts } }, ...others];
    await store.importInventory({ inventory: { ...DEMO_INVENTORY, routers }, by: BY, expectedVersion: null });
    const endpoint = await register(MOH, ['127.0.0.0/8', '::1/128'], 'localhost');
    await submit();
    await expect(attempt(await due())).rejects.toMatchObject({ type: 'WEBHOOK_UNDELIVERED' });
    expect([received, (await only(endpoint))?.state]).toEqual([[], 'pending']);
  });

  it.each([
    ['nobody allowed anything', [], true],
    ['it is in no network allowed', ['10.0.0.0/8'], true],
    ['it is this machine, and no development', ['127.0.0.0/8'], false],
  ])('reaches nobody where %s', async (_, networks, isDevelopment) => {
    const endpoint = await register(MOH, networks);
    await submit();
    await expect(attempt(await due(), isDevelopment)).rejects.toMatchObject({ type: 'WEBHOOK_UNDELIVERED' });
    expect([received, (await only(endpoint))?.state]).toEqual([[], 'pending']);
  });
});

describe('an endpoint', () => {
  it('of another entity is not there', async () => {
    const { id } = await register(MOH);
    await submit();
    const [delivery] = await store.listWebhookDeliveries({ endpointId: id, limit: 1 });
    const foreign = { code: 'WEBHOOK_UNKNOWN', message: `there is no webhook ${id}` };
    await expect(store.readWebhook(id, MOF)).rejects.toMatchObject(foreign);
    await expect(store.changeWebhook(id, MOF, { enable: true }, BY)).rejects.toMatchObject(foreign);
    await expect(store.removeWebhook(id, MOF, BY)).rejects.toMatchObject(foreign);
    expect([await store.listWebhooks(MOF), delivery?.state]).toEqual([[], 'pending']);
  });

  it('has two keys while one follows the other, and an entity ten endpoints', async () => {
    const { id, keys: before } = await register();
    const add = (addKey: string) => store.changeWebhook(id, MOH, { addKey }, BY);
    const secrets = ({ keys: each }: WebhookEndpoint) => each.map(({ secret }) => secret);
    expect(secrets(await add('whsk_2'))).toEqual([before[0]?.secret, 'whsk_2']);
    expect(secrets(await add('whsk_3'))).toEqual(['whsk_2', 'whsk_3']);
    // Who has seen another state of it takes no key away.
    const requireSeen = ({ keys: each }: WebhookEndpoint) => {
      if (each[0]?.secret !== before[0]?.secret) throw new WaslError('CHANGED_MEANWHILE', 'it has other keys');
    };
    const unseen = store.changeWebhook(id, MOH, { addKey: 'whsk_4' }, BY, requireSeen);
    await expect(unseen).rejects.toMatchObject({ code: 'CHANGED_MEANWHILE' });
    expect(secrets(await store.readWebhook(id, MOH))).toEqual(['whsk_2', 'whsk_3']);
    for (let count = 1; count < ENDPOINTS_PER_ENTITY_MAX; count++) await register();
    await expect(register()).rejects.toMatchObject({ code: 'WEBHOOK_LIMIT' });
    await expect(register(MOF)).resolves.toMatchObject({ entity: MOF });
  });

  it('goes with what was to be sent to it', async () => {
    const { id } = await register();
    await submit();
    await store.removeWebhook(id, MOH, BY);
    expect([await store.listDueDeliveries(10), await store.listWebhooks(null)]).toEqual([[], []]);
  });
});
