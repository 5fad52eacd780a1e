/** Webhooks: what a party is told of its interconnects, where, and when it is tried again. Pure. */
import { z } from 'zod';
import type { Brand } from './brand.ts';
import type { LedgerFact } from './ledger-entry.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { EntityId, InterconnectId } from './names.ts';

export type WebhookId = Brand<'WebhookId'>;
/** Of one message to one endpoint: the same over all tries, so that a receiver knows it again. */
export type DeliveryId = Brand<'DeliveryId'>;
export const webhookIdSchema = z
  .string()
  .regex(/^wh_[0-9a-f]{32}$/, 'must be wh_ and 32 hex digits')
  .transform((text) => text as WebhookId);
export const deliveryIdSchema = z
  .string()
  .regex(/^msg_[0-9a-f]{32}$/, 'must be msg_ and 32 hex digits')
  .transform((text) => text as DeliveryId);

/** Standard Webhooks: v1a is Ed25519, verified with a public key; v1 is HMAC-SHA256 over a shared secret. */
export const WEBHOOK_SCHEMES = ['v1a', 'v1'] as const;
export type WebhookScheme = (typeof WEBHOOK_SCHEMES)[number];

export const WEBHOOK_STATES = ['enabled', 'disabled'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];
export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** `whsk_` and `whsec_` in the words of Standard Webhooks. */
export interface WebhookKey {
  /** null: it lies sealed, and its key is not here. */
  readonly secret: string | null;
  /** ISO 8601 with zone. */
  readonly since: string;
}

export interface WebhookEndpoint {
  readonly id: WebhookId;
  readonly entity: EntityId;
  readonly url: string;
  readonly scheme: WebhookScheme;
  /** Every message is signed with each: while a receiver changes from one to the other there are two. The newest comes last. */
  readonly keys: readonly WebhookKey[];
  /** CIDR: what the operator lets it be at. None: nothing is sent. */
  readonly networks: readonly string[];
  readonly state: WebhookState;
  /** Why it is disabled. */
  readonly reason: string | null;
  readonly createdAt: string;
}
export const KEYS_PER_ENDPOINT_MAX = 2;
export const ENDPOINTS_PER_ENTITY_MAX = 10;
export const NETWORKS_PER_ENDPOINT_MAX = 16;

/** What became of an interconnect, by the fact in the ledger. Steps of the network side alone are not among them. */
const EVENT_OF_FACT: Readonly<Record<string, string>> = {
  'request.submitted': 'interconnect.requested',
  'approval.recorded': 'interconnect.signed',
  'withdrawal.requested': 'interconnect.withdrawal',
  'agreement.stepped': 'interconnect.stepped',
  'change.ended': 'interconnect.change-ended',
};
export const WEBHOOK_EVENTS: readonly string[] = Object.values(EVENT_OF_FACT);

/** The event that a fact is to the parties; null: none of theirs. */
export function webhookEventOf(
  fact: Pick<LedgerFact, 'action' | 'subject' | 'body'>,
): { readonly type: string; readonly interconnectId: InterconnectId } | null {
  const type = Object.hasOwn(EVENT_OF_FACT, fact.action) ? EVENT_OF_FACT[fact.action] : undefined;
  const id = /^(IC-\d{4,9})(?:-C\d{1,6})?$/.exec(fact.subject)?.[1];
  const isOfPlan = fact.action === 'approval.recorded' && fact.body.subject !== 'request';
  if (type === undefined || id === undefined || isOfPlan) return null;
  return { type, interconnectId: id as InterconnectId };
}

/** What is sent: which, how far, the how-manieth. Whoever wants more asks the API, as itself. */
export interface WebhookMessage {
  readonly type: string;
  /** When it happened, ISO 8601 with zone. */
  readonly timestamp: string;
  readonly data: {
    readonly interconnect: InterconnectId;
    /** From 1 without gaps, of this interconnect: messages may come twice and in any order. */
    readonly sequence: number;
    readonly lifecycle: Lifecycle;
  };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Before the second try, the third and so on: the schedule that Standard Webhooks proposes. */
export const RETRY_AFTER_SECONDS: readonly number[] = [
  ...[5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR],
  ...[10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
];
/** A receiver that asks for longer is asked again then. */
const WAIT_SECONDS_MAX = 24 * HOUR;

/** Seconds until the next try after so many; null: that was the last. A receiver may ask for more time, never for less: its tries would be over in seconds. */
export function nextTryAfter(tries: number, askedSeconds: number | null): number | null {
  const scheduled = RETRY_AFTER_SECONDS[tries - 1];
  if (scheduled === undefined) return null;
  return Math.max(scheduled, Math.min(askedSeconds ?? 0, WAIT_SECONDS_MAX));
}
