import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { type ReadNetworkInput, taskQueueOf } from '../../workflows/shared/messages.ts';
import { translateTemporalError } from '../driver/temporal-error.ts';
import type { MatrixReading, RouterCheckReading, RouterReads, RouterRunningReading } from './router-reads.ts';

/** A read waits for a worker and then for the slowest router. */
const READ_TIMEOUT_MS = 100_000;

/** Reads of live routers, done by a worker: the API holds no session and no credential. */
export function temporalRouterReads(client: Client, installation: string): RouterReads {
  async function read<Reading>(input: ReadNetworkInput): Promise<Reading> {
    try {
      const reading = await client.withDeadline(Date.now() + READ_TIMEOUT_MS, () =>
        client.workflow.execute('readNetwork', {
          workflowId: `wasl/${installation}/read/${input.read}/${randomUUID()}`,
          taskQueue: taskQueueOf(installation),
          workflowExecutionTimeout: READ_TIMEOUT_MS,
          args: [input],
        }),
      );
      return reading as Reading;
    } catch (error) {
      throw translateTemporalError(error);
    }
  }
  return {
    check: (pe) => read<RouterCheckReading>({ read: 'check', pe }),
    read: (pe) => read<RouterRunningReading>({ read: 'running', pe }),
    matrix: () => read<MatrixReading>({ read: 'matrix' }),
  };
}
