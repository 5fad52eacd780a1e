/**
 * A workflow that its worker cannot take on, because the code of that release is another one now or has a defect, is tried again by Temporal
 * for ever, and is neither gone nor idle meanwhile. It is ended: the record begins it anew, and the journal ends what was under way.
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { interconnectWorkflowId, transactionWorkflowIds } from '../../workflows/shared/messages.ts';
import type { InterconnectId } from '../domain/names.ts';
import { isGone } from './impostors.ts';

export interface StuckWorkflowsOptions {
  readonly client: Client;
  readonly installation: string;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

/** A worker that dies in a task costs one try, and each but the first takes ten seconds: what has come to its fourth fails by itself. */
const STUCK_AT_TRY = 4;

export async function endStuckTransactions(options: StuckWorkflowsOptions): Promise<void> {
  const { client, installation } = options;
  const query = 'WorkflowType IN ("applyChange", "recoverTransaction") AND ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) {
    if (workflowId.startsWith(transactionWorkflowIds(installation))) await endStuck(options, workflowId);
  }
}

/**
 * For one that the record says has not moved. False while it is tried again: it looks by itself where that comes to something, and every
 * signal would have Temporal count the tries anew.
 */
export const mayBeSignalled = async (options: StuckWorkflowsOptions, id: InterconnectId): Promise<boolean> =>
  (await endStuck(options, interconnectWorkflowId(options.installation, id))) !== 'tried again';

async function endStuck({ client, log }: StuckWorkflowsOptions, workflowId: string): Promise<TaskState> {
  try {
    const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
    const state = taskStateOf(raw);
    if (state !== 'stuck') return state;
    const tries = raw.pendingWorkflowTask?.attempt;
    log('error', 'a workflow cannot go on: it is begun anew from the record', { workflowId, tries });
    await client.workflow.getHandle(workflowId, runId).terminate('no worker could take it on');
    return state;
  } catch (error) {
    if (!isGone(error)) throw error;
    return 'well';
  }
}

type TaskState = 'well' | 'tried again' | 'stuck';

/** Of one that waits for a worker nothing was tried. */
export function taskStateOf({
  pendingWorkflowTask: task,
}: Pick<WorkflowExecutionDescription['raw'], 'pendingWorkflowTask'>): TaskState {
  const tries = task?.attempt ?? 0;
  if (tries < 2) return 'well';
  return tries < STUCK_AT_TRY ? 'tried again' : 'stuck';
}
