import { z } from 'zod';
import {
  type newWebhookSchema,
  type WebhookAnswer,
  type WebhookDeliveryAnswer,
  type WebhookWithKeyAnswer,
  webhookDeliverySchema,
  webhookSchema,
  webhookWithKeySchema,
} from './webhook-wire.ts';

/** Of the API client: where a party is told of its interconnects. */
export interface WebhookClient {
  register(endpoint: z.input<typeof newWebhookSchema>): Promise<WebhookWithKeyAnswer>;
  list(): Promise<WebhookAnswer[]>;
  read(id: string): Promise<WebhookAnswer>;
  allow(id: string, networks: readonly string[]): Promise<WebhookAnswer>;
  addKey(id: string): Promise<WebhookWithKeyAnswer>;
  enable(id: string): Promise<WebhookAnswer>;
  remove(id: string): Promise<WebhookAnswer>;
  listDeliveries(id: string, state?: string): Promise<WebhookDeliveryAnswer[]>;
  replay(id: string, delivery: string): Promise<WebhookDeliveryAnswer>;
}

type Call = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) => Promise<T>;

export function webhookClient(call: Call): WebhookClient {
  const at = (id: string, rest = '') => `/v1/webhooks/${encodeURIComponent(id)}${rest}`;
  return {
    register: (endpoint) => call('POST', '/v1/webhooks', webhookWithKeySchema, endpoint),
    list: () => call('GET', '/v1/webhooks', z.array(webhookSchema)),
    read: (id) => call('GET', at(id), webhookSchema),
    allow: (id, networks) => call('PUT', at(id, '/networks'), webhookSchema, { networks }),
    addKey: (id) => call('POST', at(id, '/keys'), webhookWithKeySchema),
    enable: (id) => call('POST', at(id, '/enablement'), webhookSchema),
    remove: (id) => call('DELETE', at(id), webhookSchema),
    listDeliveries: (id, state) =>
      call('GET', at(id, `/deliveries${state === undefined ? '' : `?state=${state}`}`), z.array(webhookDeliverySchema)),
    replay: (id, delivery) =>
      call('POST', at(id, `/deliveries/${encodeURIComponent(delivery)}/replay`), webhookDeliverySchema),
  };
}
