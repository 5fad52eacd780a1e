/** One message to one endpoint, until the record says that it is over: taken, refused for good, or tried often enough. */
import { proxyActivities } from '@temporalio/workflow';
import type { WebhookActivities } from '../src/activities/activities.ts';
import type { DeliverWebhookInput } from './shared/messages.ts';

/** One activity for all tries, so that the history does not grow; when the next one comes the failed one says. */
const { deliverWebhook: deliver } = proxyActivities<WebhookActivities>({
  startToCloseTimeout: '60 seconds',
  // Ten tries, each a day after the other at most.
  scheduleToCloseTimeout: '14 days',
  retry: { initialInterval: '5 seconds', maximumInterval: '10 minutes' },
});

export async function deliverWebhook({ deliveryId }: DeliverWebhookInput): Promise<void> {
  await deliver({ deliveryId });
}
