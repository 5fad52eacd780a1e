/** Reads for people; changes nothing. The answer is a number: what was read is in the record, and never in a history. */
import { proxyActivities } from '@temporalio/workflow';
import type { ReadActivities, ReadingReference } from '../src/activities/activities.ts';
import type { ReadNetworkInput } from './shared/messages.ts';

/** A second try, for a worker that died meanwhile: callers wait for it. */
const activities = proxyActivities<ReadActivities>({
  startToCloseTimeout: '90 seconds',
  heartbeatTimeout: '6 seconds',
  retry: { maximumAttempts: 2, initialInterval: '100 milliseconds' },
});

export async function readNetwork(input: ReadNetworkInput): Promise<ReadingReference> {
  switch (input.read) {
    case 'check':
      return activities.checkRouter({ pe: input.pe });
    case 'running':
      return activities.readRouter({ pe: input.pe });
    case 'matrix':
      return activities.readMatrix();
    case 'audit':
      return activities.auditNetwork();
    case 'explanation':
      return activities.explainReach({ questions: input.questions });
  }
}
