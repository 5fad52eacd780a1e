/** Makes Temporal follow the record. Nothing is decided here, and nothing here is believed. */
import { type Client, isGrpcServiceError } from '@temporalio/client';
import {
  interconnectWorkflowId,
  look,
  type RunInterconnectInput,
  taskQueueOf,
} from '../../workflows/shared/messages.ts';
import type { InterconnectId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import { translateTemporalError } from './temporal-error.ts';

/** A server that is up answers at once; whoever waits has the record already. */
const SERVER_TIMEOUT_MS = 3_000;
/** gRPC. */
const NOT_FOUND = 5;

/** Another installation whose interconnects run on the same Temporal: a neighbour, or this one before its database was restored. */
export interface Stranger {
  readonly installation: string;
  readonly interconnects: number;
}

export interface Driver {
  /**
   * Has the interconnect's workflow look at the record; begins the workflow where none runs. Throws TEMPORAL_UNAVAILABLE: then the
   * watchdog does it later, for the record says that nobody has looked.
   */
  look(id: InterconnectId): Promise<void>;
  /** Looked up every half minute at most. Throws TEMPORAL_UNAVAILABLE. */
  listStrangers(): Promise<readonly Stranger[]>;
  /** Ends the workflows of another installation, and says how many: routers and records are not touched. */
  retire(installation: string): Promise<number>;
  /** A server that answers and has not this installation's namespace drives nothing. Throws TEMPORAL_UNAVAILABLE. */
  ping(): Promise<'up' | 'no namespace'>;
}

export function temporalDriver(client: Client, installation: string): Driver {
  let strangers: Promise<readonly Stranger[]> | null = null;
  let strangersAtMs = 0;
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
    async listStrangers() {
      if (strangers === null || Date.now() - strangersAtMs > STRANGERS_FRESH_MS) {
        strangersAtMs = Date.now();
        strangers = within(client, () => countStrangers(client, installation));
        strangers.catch(() => {
          strangers = null;
        });
      }
      return strangers;
    },
    async retire(other) {
      if (other === installation) throw new WaslError('FORBIDDEN', `${other} is this installation itself`);
      let ended = 0;
      for await (const { workflowId } of client.workflow.list({ query: RUNNING })) {
        if (installationOf(workflowId) !== other) continue;
        await client.workflow.getHandle(workflowId).terminate('retired: its database is another one now');
        ended += 1;
      }
      strangers = null;
      return ended;
    },
    async ping() {
      const { namespace } = client.options;
      try {
        await client.withDeadline(Date.now() + SERVER_TIMEOUT_MS, () =>
          client.workflowService.describeNamespace({ namespace }),
        );
        return 'up';
      } catch (error) {
        if (isGrpcServiceError(error) && error.code === NOT_FOUND) return 'no namespace';
        throw translateTemporalError(error);
      }
    },
  };
}

const RUNNING = 'WorkflowType = "runInterconnect" AND ExecutionStatus = "Running"';
const STRANGERS_FRESH_MS = 30_000;

/** Of a workflow's id; workflows of a release that knew no installations are one of their own. */
function installationOf(workflowId: string): string {
  return /^wasl\/([^/]+)\/interconnect\//.exec(workflowId)?.[1] ?? 'an earlier release';
}

async function countStrangers(client: Client, own: string): Promise<readonly Stranger[]> {
  const counts = new Map<string, number>();
  for await (const { workflowId } of client.workflow.list({ query: RUNNING })) {
    const installation = installationOf(workflowId);
    if (installation !== own) counts.set(installation, (counts.get(installation) ?? 0) + 1);
  }
  return [...counts].map(([installation, interconnects]) => ({ installation, interconnects }));
}

async function within<T>(client: Client, call: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + SERVER_TIMEOUT_MS, call);
  } catch (error) {
    throw translateTemporalError(error);
  }
}
