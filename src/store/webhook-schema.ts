/** Who is told what of its interconnects: endpoints, what happened, and what was sent of it. */
import { sql } from 'drizzle-orm';
import { check, index, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Lifecycle } from '../domain/lifecycle.ts';
import type { EntityId, InterconnectId } from '../domain/names.ts';
import type {
  DeliveryId,
  DeliveryState,
  WebhookId,
  WebhookKey,
  WebhookScheme,
  WebhookState,
} from '../domain/webhook.ts';
import { sentence, time } from './column-types.ts';

export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: text('id').$type<WebhookId>().primaryKey(),
    entity: text('entity').$type<EntityId>().notNull(),
    url: text('url').notNull(),
    scheme: text('scheme').$type<WebhookScheme>().notNull(),
    keys: json('keys').$type<readonly WebhookKey[]>().notNull(),
    networks: json('networks').$type<readonly string[]>().notNull().default([]),
    state: text('state').$type<WebhookState>().notNull(),
    reason: sentence('reason'),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('webhook_endpoints_entity').on(table.entity)],
);

/** Written in the store transaction of the fact, also where nobody listens: the sequence has no gaps. */
export const webhookEvents = pgTable(
  'webhook_events',
  {
    interconnectId: text('interconnect_id').$type<InterconnectId>().notNull(),
    sequence: integer('sequence').notNull(),
    type: text('type').notNull(),
    lifecycle: text('lifecycle').$type<Lifecycle>().notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.interconnectId, table.sequence] })],
);

/** The outbox. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').$type<DeliveryId>().primaryKey(),
    endpointId: text('endpoint_id')
      .$type<WebhookId>()
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    interconnectId: text('interconnect_id').$type<InterconnectId>().notNull(),
    sequence: integer('sequence').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    tries: integer('tries').notNull().default(0),
    /** When a workflow is to have it in hand: passed by minutes, nobody has. */
    dueAt: time('due_at').notNull(),
    queuedAt: time('queued_at').notNull(),
    endedAt: time('ended_at'),
    /** What the last try came to. */
    outcome: sentence('outcome'),
  },
  (table) => [
    index('webhook_deliveries_due').on(table.dueAt).where(sql`${table.state} = 'pending'`),
    index('webhook_deliveries_endpoint').on(table.endpointId, table.queuedAt),
    check('webhook_deliveries_state', sql`${table.state} in ('pending', 'delivered', 'dead')`),
  ],
);
