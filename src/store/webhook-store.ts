import type { EntityId, InterconnectId } from '../domain/names.ts';
import type { DeliveryId, DeliveryState, WebhookEndpoint, WebhookId, WebhookMessage } from '../domain/webhook.ts';

export interface WebhookDelivery {
  readonly id: DeliveryId;
  readonly interconnectId: InterconnectId;
  readonly sequence: number;
  readonly type: string;
  readonly state: DeliveryState;
  readonly tries: number;
  /** What the last try came to; null: none yet. */
  readonly outcome: string | null;
  readonly queuedAt: string;
  readonly endedAt: string | null;
}

/** What a try came to. */
export interface WebhookTry {
  readonly id: DeliveryId;
  readonly state: DeliveryState;
  readonly outcome: string;
  /** Of the next one. */
  readonly dueAt: Date;
  /** Why the endpoint is disabled by it; null: it is not. */
  readonly disables: string | null;
}

export interface PendingDelivery {
  readonly endpoint: WebhookEndpoint;
  readonly message: WebhookMessage;
  /** So far. */
  readonly tries: number;
}

/** `of`: the entity whose it must be; null: anybody's. What is another's is WEBHOOK_UNKNOWN, as what is not there. */
export interface WebhookStore {
  /** WEBHOOK_LIMIT. */
  registerWebhook(
    input: Pick<WebhookEndpoint, 'entity' | 'url' | 'scheme'> & { readonly key: string; readonly by: string },
  ): Promise<WebhookEndpoint>;
  listWebhooks(of: EntityId | null): Promise<WebhookEndpoint[]>;
  readWebhook(id: WebhookId, of: EntityId | null): Promise<WebhookEndpoint>;
  /** Its networks, its keys, or its state. `requireSeen`: throws where it is not what the caller has seen. */
  changeWebhook(
    id: WebhookId,
    of: EntityId | null,
    change: { readonly networks: readonly string[] } | { readonly addKey: string } | { readonly enable: true },
    by: string,
    requireSeen?: (before: WebhookEndpoint) => void,
  ): Promise<WebhookEndpoint>;
  /** With all that was to be sent to it. */
  removeWebhook(id: WebhookId, of: EntityId | null, by: string): Promise<void>;
  /** Newest first. */
  listWebhookDeliveries(filter: {
    readonly endpointId: WebhookId;
    readonly state?: DeliveryState | undefined;
    readonly before?: DeliveryId | undefined;
    readonly limit: number;
  }): Promise<WebhookDelivery[]>;
  /** Has it sent once more under its own id, whatever became of it. WEBHOOK_UNKNOWN. */
  replayWebhook(endpointId: WebhookId, id: DeliveryId): Promise<WebhookDelivery>;

  /** Those that nobody has in hand, the oldest first. */
  listDueDeliveries(limit: number): Promise<DeliveryId[]>;
  /** Somebody has it in hand now, for this long. */
  noteDeliveryBegun(id: DeliveryId, forMs: number): Promise<void>;
  /** null: it is over, or gone. */
  readPendingDelivery(id: DeliveryId): Promise<PendingDelivery | null>;
  noteWebhookTry(done: WebhookTry): Promise<void>;
  /** What ended before; says how many. */
  forgetDeliveries(olderThan: Date): Promise<number>;
}
