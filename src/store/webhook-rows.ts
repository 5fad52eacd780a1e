/** Endpoints and the outbox of webhooks. What happened and what is to be sent of it are written with the fact itself. */
import { randomUUID } from 'node:crypto';
import { and, asc, desc, eq, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { PROGRAM } from '../domain/names.ts';
import {
  type DeliveryId,
  ENDPOINTS_PER_ENTITY_MAX,
  KEYS_PER_ENDPOINT_MAX,
  type WebhookEndpoint,
  type WebhookId,
} from '../domain/webhook.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { webhookDeliveries, webhookEndpoints, webhookEvents } from './webhook-schema.ts';
import { openWebhookKeys, sealWebhookSecret } from './webhook-secrets.ts';
import type { WebhookDelivery, WebhookStore } from './webhook-store.ts';

type EndpointRow = typeof webhookEndpoints.$inferSelect;
type Reader = Pick<StoreTransaction, 'select'>;
type Keys = Database['keys'];

const ofEntity = (entity: string | null): SQL | undefined =>
  entity === null ? undefined : eq(webhookEndpoints.entity, entity as WebhookEndpoint['entity']);
const unknownWebhook = (id: string) => new WaslError('WEBHOOK_UNKNOWN', `there is no webhook ${id}`);
const toEndpoint = async (keys: Keys, row: EndpointRow): Promise<WebhookEndpoint> => ({
  ...row,
  keys: await openWebhookKeys(keys, row.id, row.keys),
  createdAt: row.createdAt.toISOString(),
});

export function webhookQueries(database: Database): WebhookStore {
  return { ...endpointQueries(database), ...deliveryQueries(database), ...outboxQueries(database) };
}

type EndpointQueries = 'registerWebhook' | 'listWebhooks' | 'readWebhook' | 'changeWebhook' | 'removeWebhook';

function endpointQueries(database: Database): Pick<WebhookStore, EndpointQueries> {
  const fact = (actor: string, action: string, { id, entity, url }: WebhookEndpoint, more: object = {}) => ({
    ...{ actor, action, subject: `webhook/${id}` },
    body: { entity, url, ...more },
  });
  return {
    registerWebhook: ({ entity, url, scheme, key, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'webhooks');
        const at = database.clock();
        const others = await tx.select().from(webhookEndpoints).where(ofEntity(entity));
        if (others.length >= ENDPOINTS_PER_ENTITY_MAX) {
          throw new WaslError('WEBHOOK_LIMIT', `${entity} has ${ENDPOINTS_PER_ENTITY_MAX} webhooks`);
        }
        const id = `wh_${randomUUID().replaceAll('-', '')}` as WebhookId;
        const keys = [{ secret: await sealWebhookSecret(tx, database.keys, id, key), since: at.toISOString() }];
        await tx.insert(webhookEndpoints).values({ id, entity, url, scheme, keys, state: 'enabled', createdAt: at });
        const endpoint = await findEndpoint(tx, database.keys, id, entity);
        await appendFacts(tx, at, [fact(by, 'webhook.registered', endpoint)]);
        return endpoint;
      }),

    async listWebhooks(of) {
      const rows = await database.read((db) =>
        db
          .select()
          .from(webhookEndpoints)
          .where(ofEntity(of))
          .orderBy(asc(webhookEndpoints.createdAt), asc(webhookEndpoints.id)),
      );
      return Promise.all(rows.map((row) => toEndpoint(database.keys, row)));
    },

    readWebhook: (id, of) => database.read((db) => findEndpoint(db, database.keys, id, of)),

    changeWebhook: (id, of, change, by, requireSeen) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'webhooks');
        const at = database.clock();
        const before = await findEndpoint(tx, database.keys, id, of);
        requireSeen?.(before);
        const [action, set] =
          'networks' in change
            ? (['webhook.allowed', { networks: change.networks }] as const)
            : 'addKey' in change
              ? (['webhook.key-added', { keys: await withKey(tx, database.keys, id, change.addKey, at) }] as const)
              : (['webhook.enabled', { state: 'enabled', reason: null }] as const);
        await tx.update(webhookEndpoints).set(set).where(eq(webhookEndpoints.id, id));
        const after = await findEndpoint(tx, database.keys, id, of);
        await appendFacts(tx, at, [fact(by, action, after, { networks: after.networks })]);
        return after;
      }),

    removeWebhook: (id, of, by) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'webhooks');
        const endpoint = await findEndpoint(tx, database.keys, id, of);
        // Before the row: whoever appends a fact looks at it under the ledger's lock.
        await lockUntilCommit(tx, 'ledger');
        await tx.delete(webhookEndpoints).where(eq(webhookEndpoints.id, id));
        await appendFacts(tx, database.clock(), [fact(by, 'webhook.removed', endpoint)]);
      }),
  };
}

/** As they stand in the row: those of before stay as they are sealed. */
async function withKey(
  tx: StoreTransaction,
  keys: Keys,
  id: WebhookId,
  added: string,
  at: Date,
): Promise<EndpointRow['keys']> {
  const secret = await sealWebhookSecret(tx, keys, id, added);
  const [row] = await tx
    .select({ kept: webhookEndpoints.keys })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.id, id));
  return [...(row?.kept ?? []), { secret, since: at.toISOString() }].slice(-KEYS_PER_ENDPOINT_MAX);
}

async function findEndpoint(db: Reader, keys: Keys, id: WebhookId, of: string | null): Promise<WebhookEndpoint> {
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), ofEntity(of)));
  if (row === undefined) throw unknownWebhook(id);
  return toEndpoint(keys, row);
}

const deliveryColumns = {
  id: webhookDeliveries.id,
  interconnectId: webhookDeliveries.interconnectId,
  sequence: webhookDeliveries.sequence,
  type: webhookEvents.type,
  state: webhookDeliveries.state,
  tries: webhookDeliveries.tries,
  outcome: webhookDeliveries.outcome,
  queuedAt: webhookDeliveries.queuedAt,
  endedAt: webhookDeliveries.endedAt,
};
const itsEvent = and(
  eq(webhookEvents.interconnectId, webhookDeliveries.interconnectId),
  eq(webhookEvents.sequence, webhookDeliveries.sequence),
);

async function findDeliveries(db: Reader, where: SQL | undefined, limit: number): Promise<WebhookDelivery[]> {
  const rows = await db
    .select(deliveryColumns)
    .from(webhookDeliveries)
    .innerJoin(webhookEvents, itsEvent)
    .where(where)
    .orderBy(desc(webhookDeliveries.queuedAt), desc(webhookDeliveries.id))
    .limit(limit);
  return rows.map(({ queuedAt, endedAt, ...row }) => ({
    ...row,
    queuedAt: queuedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  }));
}

function deliveryQueries(database: Database): Pick<WebhookStore, 'listWebhookDeliveries' | 'replayWebhook'> {
  const ofEndpoint = (endpointId: WebhookId) => eq(webhookDeliveries.endpointId, endpointId);
  return {
    listWebhookDeliveries: ({ endpointId, state, before, limit }) =>
      database.read(async (db) => {
        const [from] =
          before === undefined
            ? []
            : await db
                .select()
                .from(webhookDeliveries)
                .where(and(ofEndpoint(endpointId), eq(webhookDeliveries.id, before)));
        if (before !== undefined && from === undefined) throw unknownWebhook(before);
        const older =
          from === undefined
            ? undefined
            : or(
                lt(webhookDeliveries.queuedAt, from.queuedAt),
                and(eq(webhookDeliveries.queuedAt, from.queuedAt), lt(webhookDeliveries.id, from.id)),
              );
        const inState = state === undefined ? undefined : eq(webhookDeliveries.state, state);
        return findDeliveries(db, and(ofEndpoint(endpointId), inState, older), limit);
      }),

    replayWebhook: (endpointId, id) =>
      database.transact(async (tx) => {
        const own = and(ofEndpoint(endpointId), eq(webhookDeliveries.id, id));
        // One that is on its way is on its way.
        await tx
          .update(webhookDeliveries)
          .set({ state: 'pending', tries: 0, dueAt: database.clock(), endedAt: null })
          .where(and(own, sql`${webhookDeliveries.state} <> 'pending'`));
        const [delivery] = await findDeliveries(tx, own, 1);
        if (delivery === undefined) throw unknownWebhook(id);
        return delivery;
      }),
  };
}

type OutboxQueries =
  | 'listDueDeliveries'
  | 'noteDeliveryBegun'
  | 'readPendingDelivery'
  | 'noteWebhookTry'
  | 'forgetDeliveries';

function outboxQueries(database: Database): Pick<WebhookStore, OutboxQueries> {
  const pending = (id: DeliveryId) => and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.state, 'pending'));
  return {
    async listDueDeliveries(limit) {
      const isDue = and(eq(webhookDeliveries.state, 'pending'), lte(webhookDeliveries.dueAt, database.clock()));
      const rows = await database.read((db) =>
        db
          .select({ id: webhookDeliveries.id })
          .from(webhookDeliveries)
          .where(isDue)
          .orderBy(asc(webhookDeliveries.dueAt))
          .limit(limit),
      );
      return rows.map(({ id }) => id);
    },

    noteDeliveryBegun: (id, forMs) =>
      database.read(async (db) => {
        const dueAt = new Date(database.clock().getTime() + forMs);
        await db.update(webhookDeliveries).set({ dueAt }).where(pending(id));
      }),

    readPendingDelivery: (id) =>
      database.read(async (db) => {
        const [row] = await db
          .select({ endpoint: webhookEndpoints, event: webhookEvents, tries: webhookDeliveries.tries })
          .from(webhookDeliveries)
          .innerJoin(webhookEvents, itsEvent)
          .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, webhookDeliveries.endpointId))
          .where(pending(id));
        if (row === undefined) return null;
        const { type, at, interconnectId: interconnect, sequence, lifecycle } = row.event;
        const message = { type, timestamp: at.toISOString(), data: { interconnect, sequence, lifecycle } };
        return { endpoint: await toEndpoint(database.keys, row.endpoint), message, tries: row.tries };
      }),

    noteWebhookTry: ({ id, state, outcome, dueAt, disables }) =>
      database.transact(async (tx) => {
        const at = database.clock();
        if (disables !== null) await lockUntilCommit(tx, 'ledger');
        const [noted] = await tx
          .update(webhookDeliveries)
          .set({
            state,
            outcome,
            dueAt,
            tries: sql`${webhookDeliveries.tries} + 1`,
            endedAt: state === 'pending' ? null : at,
          })
          .where(pending(id))
          .returning({ endpointId: webhookDeliveries.endpointId });
        if (noted === undefined || disables === null) return;
        const isEnabled = and(eq(webhookEndpoints.id, noted.endpointId), eq(webhookEndpoints.state, 'enabled'));
        const [disabled] = await tx
          .update(webhookEndpoints)
          .set({ state: 'disabled', reason: disables })
          .where(isEnabled)
          .returning();
        if (disabled === undefined) return;
        const { id: endpointId, entity, url } = disabled;
        const body = { entity, url, reason: disables };
        await appendFacts(tx, at, [
          { actor: PROGRAM, action: 'webhook.disabled', subject: `webhook/${endpointId}`, body },
        ]);
      }),

    forgetDeliveries: (olderThan) =>
      database.read(async (db) => {
        const { rowCount } = await db.delete(webhookDeliveries).where(lt(webhookDeliveries.endedAt, olderThan));
        return rowCount ?? 0;
      }),
  };
}
