import { ApplicationFailure } from '@temporalio/common';
import { type DeliveryId, nextTryAfter } from '../domain/webhook.ts';
import { WaslError } from '../errors.ts';
import type { PendingDelivery } from '../store/webhook-store.ts';
import { postWebhook, type WebhookAnswer } from '../webhooks/post-webhook.ts';
import { signWebhook } from '../webhooks/sign-webhook.ts';
import type { DeliveryShares } from './delivery-shares.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** The receiver has no such endpoint any more (Standard Webhooks: disable it). */
const GONE = 410;
/** Between the next try and the moment from which nobody is taken to have it in hand. */
const GRACE_MS = 10 * 60_000;

/** Until one that finds no room is begun again. Not all together: what held them up ended for all at once. */
const ROOM_SECONDS = { least: 5, spread: 10 } as const;

type DeliveryDependencies = Pick<ActivityDependencies, 'store' | 'now' | 'isDevelopment'> & {
  readonly shares: DeliveryShares;
};

/**
 * One try of one delivery. What it came to is in the record; the failure tells Temporal when the next one is due. One that finds no room was not
 * tried: nothing is recorded of it.
 */
export async function deliverWebhook(
  deps: DeliveryDependencies,
  { deliveryId: id }: { readonly deliveryId: DeliveryId },
): Promise<void> {
  const { store, now, shares } = deps;
  const pending = await store.readPendingDelivery(id);
  if (pending === null) return;
  const { endpoint } = pending;
  if (endpoint.state !== 'enabled') {
    return store.noteWebhookTry({
      id,
      state: 'dead',
      outcome: 'the endpoint is disabled',
      dueAt: now(),
      disables: null,
    });
  }
  const release = shares.take(endpoint.entity);
  if (release === null) {
    const seconds = ROOM_SECONDS.least + Math.random() * ROOM_SECONDS.spread;
    throw undelivered(`as many as may be are on their way to ${endpoint.entity}, or to all`, seconds);
  }
  try {
    await sendOnce(deps, id, pending);
  } finally {
    release();
  }
}

async function sendOnce(deps: DeliveryDependencies, id: DeliveryId, { endpoint, message, tries }: PendingDelivery) {
  const { store, now } = deps;
  const body = JSON.stringify(message);
  const secrets = endpoint.keys.flatMap(({ secret }) => secret ?? []);
  if (secrets.length === 0) {
    throw new WaslError(
      'PERSONAL_KEY_MISSING',
      `the key of the secrets of ${endpoint.id} is not in this worker's ring`,
    );
  }
  const rules = {
    networks: endpoint.networks,
    forbidden: await managementHosts(deps),
    isDevelopment: deps.isDevelopment ?? false,
  };
  const headers = signWebhook(secrets, { id, at: now(), body });
  const answer = await postWebhook(endpoint.url, { headers, body }, rules).catch((error: unknown) => {
    if (error instanceof WaslError) return error;
    throw error;
  });
  const outcome = inWords(answer);
  if (!(answer instanceof WaslError)) {
    if (answer.status >= 200 && answer.status < 300) {
      return store.noteWebhookTry({ id, state: 'delivered', outcome, dueAt: now(), disables: null });
    }
    if (answer.status === GONE) {
      const disables = 'the receiver answered 410: there is no such endpoint';
      return store.noteWebhookTry({ id, state: 'dead', outcome, dueAt: now(), disables });
    }
  }
  const asked = answer instanceof WaslError ? null : answer.retryAfterSeconds;
  const seconds = nextTryAfter(tries + 1, asked);
  if (seconds === null) {
    const disables = `nothing was taken in ${tries + 1} tries: ${outcome}`;
    return store.noteWebhookTry({ id, state: 'dead', outcome, dueAt: now(), disables });
  }
  const dueAt = new Date(now().getTime() + seconds * 1_000 + GRACE_MS);
  await store.noteWebhookTry({ id, state: 'pending', outcome, dueAt, disables: null });
  throw undelivered(outcome, seconds);
}

const undelivered = (message: string, seconds: number) =>
  ApplicationFailure.create({ type: 'WEBHOOK_UNDELIVERED', message, nextRetryDelay: seconds * 1_000 });

function inWords(answer: WebhookAnswer | WaslError): string {
  if (answer instanceof WaslError) return answer.message;
  const isRedirect = answer.status >= 300 && answer.status < 400;
  return `answered ${answer.status}${isRedirect ? ', which is not followed' : ''}`;
}

/** Of routers, and of the hosts through which they are reached. */
async function managementHosts({ store }: DeliveryDependencies): Promise<readonly string[]> {
  const { inventory } = (await store.readInventory()) ?? { inventory: { routers: [] } };
  return inventory.routers.flatMap(({ management: { host, jumpHosts = [] } }) => [
    host,
    ...jumpHosts.map((hop) => hop.host),
  ]);
}
