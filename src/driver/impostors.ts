/**
 * Whoever reaches Temporal's port can begin a workflow under any name, and bind a running one to a release that nobody has. Whatever stands
 * so in the way of an interconnect is ended: the record begins it anew, and the journal ends what was under way.
 */
import { type Client, isGrpcServiceError, type WorkflowExecutionInfo } from '@temporalio/client';
import { interconnectWorkflowIds, taskQueueOf, transactionWorkflowIds } from '../../workflows/shared/messages.ts';

export interface ImpostorsOptions {
  readonly client: Client;
  readonly installation: string;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

type Running = Pick<WorkflowExecutionInfo, 'workflowId' | 'type' | 'taskQueue' | 'parentExecution'> & {
  readonly isPinned: boolean;
};

/** gRPC. */
const NOT_FOUND = 5;
const CHANGE = /^(IC-\d+)-C\d+(\/recovery)?$/;

export async function endImpostors({ client, installation, log }: ImpostorsOptions): Promise<void> {
  for (const kind of [interconnectWorkflowIds(installation), transactionWorkflowIds(installation)]) {
    const query = `WorkflowId STARTS_WITH "${kind}" AND ExecutionStatus = "Running"`;
    for await (const each of client.workflow.list({ query })) {
      const isPinned = [each.searchAttributes.TemporalWorkflowVersioningBehavior].flat().includes('Pinned');
      const fault = impostureOf(installation, { ...each, isPinned });
      if (fault === null) continue;
      const { workflowId, runId } = each;
      log('warn', 'a stranger stood in the way of an interconnect: it is ended', { workflowId, fault });
      await client.workflow
        .getHandle(workflowId, runId)
        .terminate(fault)
        .catch((error: unknown) => {
          if (!isGone(error)) throw error;
        });
    }
  }
}

/** Why what runs under a name of this installation is not what this installation runs there; null: it is, or the name is none. */
export function impostureOf(
  installation: string,
  { workflowId, type, taskQueue, parentExecution, isPinned }: Running,
): string | null {
  const interconnects = interconnectWorkflowIds(installation);
  const isInterconnect = workflowId.startsWith(interconnects);
  const change = CHANGE.exec(workflowId.slice(transactionWorkflowIds(installation).length));
  if (!isInterconnect && change === null) return null;
  const wanted = isInterconnect ? 'runInterconnect' : change?.[2] === undefined ? 'applyChange' : 'recoverTransaction';
  if (type !== wanted) return `it is a ${type}, not a ${wanted}`;
  if (taskQueue !== taskQueueOf(installation)) return 'it ran on a task queue that is not of this installation';
  // A transaction stays with the release that began it, and nothing else does.
  if (isPinned && type !== 'applyChange') return 'somebody bound it to one release';
  if (isInterconnect) return null;
  const parents = [interconnects + change?.[1], workflowId.replace(/\/recovery$/, '')];
  return parents.includes(parentExecution?.workflowId ?? '') ? null : 'no interconnect of this installation began it';
}

export const isGone = (error: unknown): boolean =>
  (isGrpcServiceError(error) && error.code === NOT_FOUND) ||
  (error instanceof Error && error.name === 'WorkflowNotFoundError');
