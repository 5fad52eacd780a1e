import { z } from 'zod';
import {
  DELIVERY_STATES,
  NETWORKS_PER_ENDPOINT_MAX,
  WEBHOOK_EVENTS,
  WEBHOOK_SCHEMES,
  WEBHOOK_STATES,
} from '../domain/webhook.ts';
import { instantSchema } from './wire.ts';

/** As browsers and servers bound addresses; what is longer is no receiver's. */
const URL_LENGTH_MAX = 512;

export const newWebhookSchema = z.strictObject({
  url: z.string().min(1).max(URL_LENGTH_MAX).describe('https, port 443 or 8443, without a name or password'),
  scheme: z
    .enum(WEBHOOK_SCHEMES)
    .default('v1a')
    .describe('Standard Webhooks: v1a is Ed25519, verified with a public key; v1 is HMAC-SHA256 over a shared secret'),
});
export const webhookNetworksSchema = z.strictObject({
  networks: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .max(NETWORKS_PER_ENDPOINT_MAX)
    .describe('CIDR. An endpoint is called in these and nowhere else; none: not at all'),
});

export const webhookSchema = z
  .object({
    id: z.string(),
    entity: z.string(),
    url: z.string(),
    scheme: z.enum(WEBHOOK_SCHEMES),
    state: z.enum(WEBHOOK_STATES),
    reason: z.string().nullable().describe('Why it is disabled'),
    networks: z.array(z.string()).describe('Where an admin lets it be; none yet: nothing is sent'),
    keys: z
      .array(
        z.object({
          key: z.string().nullable().describe('whpk_ and the public key; null: a shared secret, which is shown once'),
          since: instantSchema,
        }),
      )
      .describe('Every message is signed with each, the newest last: two while the receiver changes over'),
    events: z.array(z.string()).describe(`What is told: ${WEBHOOK_EVENTS.join(', ')}`),
    createdAt: instantSchema,
  })
  .meta({ id: 'Webhook' });
export type WebhookAnswer = z.infer<typeof webhookSchema>;

export const webhookWithKeySchema = webhookSchema
  .extend({ secret: z.string().nullable().describe('v1: whsec_ and the shared secret, shown this once; v1a: null') })
  .meta({ id: 'WebhookWithKey' });
export type WebhookWithKeyAnswer = z.infer<typeof webhookWithKeySchema>;

export const webhookDeliverySchema = z
  .object({
    id: z.string().describe('The webhook-id of the message: the same over all tries'),
    type: z.string(),
    interconnect: z.string(),
    sequence: z.int(),
    state: z.enum(DELIVERY_STATES).describe('dead: it is not tried again unless it is replayed'),
    tries: z.int(),
    outcome: z.string().nullable().describe('Of the last try'),
    queuedAt: instantSchema,
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryAnswer = z.infer<typeof webhookDeliverySchema>;
