/**
 * From the outbox to Temporal, at least once: every delivery that nobody has in hand gets a workflow. One whose workflow is lost is due again later than its
 * next try; one that runs already is left alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type DeliverWebhookInput, taskQueueOf, webhookWorkflowId } from '../../workflows/shared/messages.ts';
import type { Store } from '../store/store.ts';

const LOOK_INTERVAL_MS = 1_000;
const AT_ONCE = 100;
/** A try takes a minute at most, and says itself when the next is due. */
const IN_HAND_MS = 10 * 60_000;
/** What ended is kept for a replay as long as the logs of most receivers. */
const KEPT_MS = 30 * 24 * 3_600_000;
const FORGET_EVERY = 600;

export interface WebhookRelayOptions {
  readonly store: Pick<Store, 'listDueDeliveries' | 'noteDeliveryBegun' | 'forgetDeliveries' | 'now'>;
  readonly client: Client;
  readonly installation: string;
  readonly log: (level: 'warn', message: string, facts?: Record<string, unknown>) => void;
}

export function startWebhookRelay(options: WebhookRelayOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = relay(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function relay(options: WebhookRelayOptions, signal: AbortSignal): Promise<void> {
  const { store, log } = options;
  for (let looks = 0; !signal.aborted; looks++) {
    try {
      for (const id of await store.listDueDeliveries(AT_ONCE)) {
        await begin(options, id);
        await store.noteDeliveryBegun(id, IN_HAND_MS);
      }
      if (looks % FORGET_EVERY === 0) await store.forgetDeliveries(new Date(store.now().getTime() - KEPT_MS));
    } catch (error) {
      // Database or Temporal away: what is due stays due.
      log('warn', 'webhooks could not be begun', { error: error instanceof Error ? error.message : String(error) });
    }
    await sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

type DeliveryId = DeliverWebhookInput['deliveryId'];

async function begin({ client, installation }: WebhookRelayOptions, deliveryId: DeliveryId): Promise<void> {
  const input: DeliverWebhookInput = { version: 1, deliveryId };
  try {
    await client.workflow.start('deliverWebhook', {
      workflowId: webhookWorkflowId(installation, deliveryId),
      taskQueue: taskQueueOf(installation),
      args: [input],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
