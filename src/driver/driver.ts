/** Makes Temporal follow the record. Nothing is decided here, and nothing here is believed. */
import type { Client } from '@temporalio/client';
import {
  interconnectWorkflowId,
  look,
  type RunInterconnectInput,
  taskQueueOf,
} from '../../workflows/shared/messages.ts';
import type { InterconnectId } from '../domain/names.ts';
import { translateTemporalError } from './temporal-error.ts';

/** A server that is up answers at once; whoever waits has the record already. */
const SERVER_TIMEOUT_MS = 3_000;

export interface Driver {
  /**
   * Has the interconnect's workflow look at the record; begins the workflow where none runs. Throws TEMPORAL_UNAVAILABLE: then the
   * watchdog does it later, for the record says that nobody has looked.
   */
  look(id: InterconnectId): Promise<void>;
  /** Throws TEMPORAL_UNAVAILABLE. */
  ping(): Promise<void>;
}

export function temporalDriver(client: Client, installation: string): Driver {
  return {
    async look(interconnectId) {
      const input: RunInterconnectInput = { version: 1, installation, interconnectId };
      await within(client, () =>
        client.workflow.signalWithStart('runInterconnect', {
          workflowId: interconnectWorkflowId(installation, interconnectId),
          taskQueue: taskQueueOf(installation),
          args: [input],
          signal: look,
          signalArgs: [],
        }),
      );
    },
    ping: async () => void (await within(client, () => client.workflowService.getSystemInfo({}))),
  };
}

async function within<T>(client: Client, call: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + SERVER_TIMEOUT_MS, call);
  } catch (error) {
    throw translateTemporalError(error);
  }
}
