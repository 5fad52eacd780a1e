/** Reads for people: one router's facts or running configuration, or the matrix of who reaches whom. Changes nothing. */
import { proxyActivities } from '@temporalio/workflow';
import type { ReadActivities } from '../src/activities/activities.ts';
import type { ReadNetworkInput } from './shared/messages.ts';

const activities = proxyActivities<ReadActivities>({
  startToCloseTimeout: '90 seconds',
  retry: { maximumAttempts: 1 },
});

export async function readNetwork(input: ReadNetworkInput): Promise<unknown> {
  switch (input.read) {
    case 'check':
      return activities.checkRouter({ pe: input.pe });
    case 'running':
      return activities.readRouter({ pe: input.pe });
    case 'matrix':
      return activities.readMatrix();
  }
}
