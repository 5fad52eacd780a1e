import { proxyActivities } from '@temporalio/workflow';

/** Has an activity of an installation run, with any input: what whoever reaches Temporal's port can do. */
export async function forge(taskQueue: string, activity: string, input: unknown): Promise<unknown> {
  const activities = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>({
    taskQueue,
    startToCloseTimeout: '20 seconds',
    retry: { maximumAttempts: 1 },
  });
  return activities[activity]?.(input);
}
