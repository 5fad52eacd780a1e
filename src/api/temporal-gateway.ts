import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import {
  decidePlan,
  decideRequest,
  interconnectWorkflowId,
  readStatus,
  recover,
  replan,
  TASK_QUEUE,
  withdraw,
} from '../../workflows/shared/messages.ts';
import type { InterconnectId } from '../domain/names.ts';
import { type ErrorFacts, isErrorCode, WaslError } from '../errors.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

/** A caller of the API waits this long for a worker to take up an update, then gets TEMPORAL_UNAVAILABLE and may repeat. */
const UPDATE_TIMEOUT_MS = 20_000;
/** Starting and pinging need the server only, no worker. */
const SERVER_TIMEOUT_MS = 5_000;
/** A status is a courtesy of a live worker: readers have the record without it. */
const STATUS_TIMEOUT_MS = 1_500;

/** The gateway over a Temporal client. The client may have been connected lazily: nothing is sent before the first call. */
export function temporalGateway(client: Client): WorkflowGateway {
  const send = async <T>(
    id: InterconnectId,
    timeoutMs: number,
    call: (handle: WorkflowHandle) => Promise<T>,
  ): Promise<T> => {
    const handle = client.workflow.getHandle(interconnectWorkflowId(id));
    return callWithin(client, timeoutMs, () => call(handle), id);
  };
  return {
    async startInterconnect(input) {
      const workflowId = interconnectWorkflowId(input.interconnectId);
      const start = () =>
        client.workflow.start('runInterconnect', {
          workflowId,
          taskQueue: TASK_QUEUE,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
        });
      try {
        await callWithin(client, SERVER_TIMEOUT_MS, start, input.interconnectId);
      } catch (error) {
        // It ran to its end before: REJECT_DUPLICATE keeps an ended interconnect ended.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
    decideRequest: (id, input) =>
      send(id, UPDATE_TIMEOUT_MS, (handle) => handle.executeUpdate(decideRequest, { args: [input] })),
    decidePlan: (id, input) =>
      send(id, UPDATE_TIMEOUT_MS, (handle) => handle.executeUpdate(decidePlan, { args: [input] })),
    replan: (id, input) => send(id, UPDATE_TIMEOUT_MS, (handle) => handle.executeUpdate(replan, { args: [input] })),
    withdraw: (id, input) => send(id, UPDATE_TIMEOUT_MS, (handle) => handle.executeUpdate(withdraw, { args: [input] })),
    recover: (id, input) => send(id, UPDATE_TIMEOUT_MS, (handle) => handle.executeUpdate(recover, { args: [input] })),
    readStatus: (id) => send(id, STATUS_TIMEOUT_MS, (handle) => handle.query(readStatus)),
    async ping() {
      await callWithin(client, SERVER_TIMEOUT_MS, () => client.workflowService.getSystemInfo({}), null);
    },
  };
}

async function callWithin<T>(
  client: Client,
  timeoutMs: number,
  call: () => Promise<T>,
  id: InterconnectId | null,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + timeoutMs, call);
  } catch (error) {
    throw translateTemporalError(error, id);
  }
}

/**
 * Temporal's errors in the words of the registry. An ApplicationFailure anywhere in the chain of causes whose type is a
 * registered code is the workflow's own refusal; its first detail may carry path, remedy and details.
 */
export function translateTemporalError(error: unknown, id: InterconnectId | null): unknown {
  if (error instanceof WaslError || error instanceof WorkflowExecutionAlreadyStartedError) return error;
  const refusal = findRefusal(error);
  if (refusal !== null) return refusal;
  if (error instanceof WorkflowNotFoundError) {
    return new WaslError('INTERCONNECT_UNKNOWN', `no workflow runs for ${id ?? 'it'}`, { cause: error });
  }
  if (isServerTrouble(error)) {
    return new WaslError('TEMPORAL_UNAVAILABLE', 'the workflow server or its workers did not answer in time', {
      cause: error,
    });
  }
  return new WaslError('INTERNAL', `the workflow failed: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

/** Causes of a Temporal failure nest: update failed -> activity failed -> application failure. */
const CAUSES_MAX = 10;

function findRefusal(error: unknown): WaslError | null {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth++) {
    const type = 'type' in current ? current.type : undefined;
    if (typeof type === 'string' && isErrorCode(type)) {
      const details = 'details' in current && Array.isArray(current.details) ? current.details : [];
      const facts = factsOf(details[0]);
      const prefix = facts.path === undefined ? '' : `${facts.path}: `;
      const fact = current.message.startsWith(prefix) ? current.message.slice(prefix.length) : current.message;
      return new WaslError(type, fact, { ...facts, cause: error });
    }
    current = current.cause;
  }
  return null;
}

function factsOf(detail: unknown): ErrorFacts {
  if (typeof detail !== 'object' || detail === null) return {};
  const { path, remedy, details } = detail as Record<string, unknown>;
  return {
    ...(typeof path === 'string' ? { path } : {}),
    ...(typeof remedy === 'string' ? { remedy } : {}),
    ...(typeof details === 'object' && details !== null ? { details: { ...details } } : {}),
  };
}

function isServerTrouble(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  for (let current = error, depth = 0; depth < CAUSES_MAX && current instanceof Error; depth++) {
    if (isGrpcServiceError(current) || current.name === 'TransportError') return true;
    current = current.cause;
  }
  return false;
}
