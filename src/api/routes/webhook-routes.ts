/** Where a party is told of its interconnects: endpoints, their keys and networks, and what became of each message. */
import { z } from 'zod';
import type { EntityId } from '../../domain/names.ts';
import {
  DELIVERY_STATES,
  deliveryIdSchema,
  WEBHOOK_EVENTS,
  type WebhookEndpoint,
  webhookIdSchema,
} from '../../domain/webhook.ts';
import type { WebhookDelivery } from '../../store/webhook-store.ts';
import { ANY_NETWORK, requireReachable, requireWebhookUrl } from '../../webhooks/guard-address.ts';
import { newWebhookSecret, verificationKey } from '../../webhooks/sign-webhook.ts';
import { confinedTo } from '../authorisation.ts';
import { ifMatchHeaders, requireMatch, tagged } from '../etag.ts';
import { linkNextPage } from '../link-next-page.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import {
  newWebhookSchema,
  type WebhookAnswer,
  type WebhookDeliveryAnswer,
  type WebhookWithKeyAnswer,
  webhookDeliverySchema,
  webhookNetworksSchema,
  webhookSchema,
  webhookWithKeySchema,
} from '../webhook-wire.ts';
import { entityOf } from './action-routes.ts';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;
const params = z.object({ id: webhookIdSchema });
const tags = ['webhooks'];

export function registerWebhookRoutes(app: ApiServer, deps: ApiDependencies): void {
  registerEndpoints(app, deps);
  registerChanges(app, deps);
  registerDeliveries(app, deps);
}

function registerEndpoints(app: ApiServer, { store, auth }: ApiDependencies): void {
  app.post(
    '/v1/webhooks',
    {
      schema: {
        summary: 'Have your entity told of its interconnects at an address',
        description: 'Nothing is sent before an admin has said in which networks it may be.',
        tags,
        body: newWebhookSchema,
        response: { 201: webhookWithKeySchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const entity = entityOf(caller);
      const { scheme } = request.body;
      const isDevelopment = auth.loopbackOnly === true;
      const url = requireWebhookUrl(request.body.url, isDevelopment);
      requireReachable(url, { networks: ANY_NETWORK, forbidden: [], isDevelopment });
      const key = newWebhookSecret(scheme);
      const endpoint = await store.registerWebhook({ entity, url: url.href, scheme, key, by: caller.person });
      void reply.code(201).header('location', `/v1/webhooks/${endpoint.id}`);
      return presentWithKey(endpoint);
    },
  );

  app.get(
    '/v1/webhooks',
    { schema: { summary: 'The endpoints; a party reads its own', tags, response: answers(z.array(webhookSchema)) } },
    async (request) => (await store.listWebhooks(confinedTo(callerOf(request)))).map(present),
  );

  app.get(
    '/v1/webhooks/:id',
    { schema: { summary: 'One endpoint', tags, params, response: answers(webhookSchema) } },
    async (request, reply) =>
      tagged(reply, present(await store.readWebhook(request.params.id, confinedTo(callerOf(request))))),
  );

  app.delete(
    '/v1/webhooks/:id',
    {
      schema: {
        summary: 'Remove an endpoint, with what was still to be sent to it; answers what it was',
        tags,
        params,
        response: answers(webhookSchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const own = confinedTo(caller);
      const endpoint = await store.readWebhook(request.params.id, own);
      await store.removeWebhook(endpoint.id, own, caller.person);
      return present(endpoint);
    },
  );
}

function registerChanges(app: ApiServer, { store }: ApiDependencies): void {
  app.put(
    '/v1/webhooks/:id/networks',
    {
      schema: {
        summary: 'Say in which networks an endpoint may be',
        tags,
        params,
        headers: ifMatchHeaders,
        body: webhookNetworksSchema,
        response: answers(webhookSchema),
      },
    },
    async (request, reply) => {
      const { person } = callerOf(request);
      const { networks } = request.body;
      const changed = await store.changeWebhook(request.params.id, null, { networks }, person, requireSeen(request));
      return tagged(reply, present(changed));
    },
  );

  app.post(
    '/v1/webhooks/:id/keys',
    {
      schema: {
        summary: 'Give an endpoint a new key; the one before signs beside it until the next',
        description: 'With If-Match nobody takes away, by a second new key, the one that the receiver still knows.',
        tags,
        params,
        headers: ifMatchHeaders,
        response: answers(webhookWithKeySchema),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const own = confinedTo(caller);
      const { id, scheme } = await store.readWebhook(request.params.id, own);
      const key = { addKey: newWebhookSecret(scheme) };
      const changed = await store.changeWebhook(id, own, key, caller.person, requireSeen(request));
      tagged(reply, present(changed));
      return presentWithKey(changed);
    },
  );

  app.post(
    '/v1/webhooks/:id/enablement',
    { schema: { summary: 'Enable an endpoint that was disabled', tags, params, response: answers(webhookSchema) } },
    async (request) => {
      const caller = callerOf(request);
      return present(await store.changeWebhook(request.params.id, confinedTo(caller), { enable: true }, caller.person));
    },
  );
}

const requireSeen =
  ({ headers }: { readonly headers: { readonly 'if-match'?: string | undefined } }) =>
  (before: WebhookEndpoint) =>
    requireMatch(headers['if-match'], present(before));

function registerDeliveries(app: ApiServer, { store }: ApiDependencies): void {
  const visible = (id: z.infer<typeof webhookIdSchema>, of: EntityId | null) => store.readWebhook(id, of);

  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      schema: {
        summary: 'What became of the messages to an endpoint, newest first',
        tags,
        params,
        querystring: z.object({
          state: z.enum(DELIVERY_STATES).optional(),
          before: deliveryIdSchema.optional(),
          limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
        }),
        response: answers(z.array(webhookDeliverySchema)),
      },
    },
    async (request, reply) => {
      const { state, before, limit } = request.query;
      const { id } = await visible(request.params.id, confinedTo(callerOf(request)));
      const deliveries = await store.listWebhookDeliveries({ endpointId: id, state, before, limit });
      linkNextPage(request, reply, { length: deliveries.length, limit, cursor: ['before', deliveries.at(-1)?.id] });
      return deliveries.map(presentDelivery);
    },
  );

  app.post(
    '/v1/webhooks/:id/deliveries/:delivery/replay',
    {
      schema: {
        summary: 'Send a message once more, under its own id',
        tags,
        params: params.extend({ delivery: deliveryIdSchema }),
        response: answers(webhookDeliverySchema),
      },
    },
    async (request) => {
      const { id } = await visible(request.params.id, confinedTo(callerOf(request)));
      return presentDelivery(await store.replayWebhook(id, request.params.delivery));
    },
  );
}

function present({
  id,
  entity,
  url,
  scheme,
  state,
  reason,
  networks,
  keys,
  createdAt,
}: WebhookEndpoint): WebhookAnswer {
  return {
    ...{ id, entity, url, scheme, state, reason, createdAt, networks: [...networks], events: [...WEBHOOK_EVENTS] },
    keys: keys.map(({ secret, since }) => {
      return { key: scheme === 'v1a' && secret !== null ? verificationKey(secret) : null, since };
    }),
  };
}

function presentWithKey(endpoint: WebhookEndpoint): WebhookWithKeyAnswer {
  const newest = endpoint.keys.at(-1)?.secret ?? null;
  return { ...present(endpoint), secret: endpoint.scheme === 'v1' ? newest : null };
}

function presentDelivery({ interconnectId: interconnect, ...delivery }: WebhookDelivery): WebhookDeliveryAnswer {
  return { ...delivery, interconnect };
}
