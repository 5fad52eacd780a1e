import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const LOOK_INTERVAL_MS = 60;
const APPEARS_WITHIN_MS = 150_000;

/** A namespace each: workflows and task queues of tests that run at the same time do not meet. */
export async function registerNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long },
    });
    for (const until = Date.now() + APPEARS_WITHIN_MS; Date.now() < until; await sleep(LOOK_INTERVAL_MS)) {
      const described = connection.workflowService.describeNamespace({ namespace });
      if (await described.then(() => true).catch(() => false)) return;
    }
    throw new Error(`the namespace ${namespace} does not appear`);
  } finally {
    await connection.close();
  }
}
