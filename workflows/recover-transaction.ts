/** Ends a transaction whose worker or whose stage was lost, from the journal alone, on any worker. */
import { proxyActivities, setWorkflowOptions } from '@temporalio/workflow';
import type { RecoveryInput, SharedTransactionActivities } from '../src/activities/activities.ts';
import type { TransactionResult } from './apply-change.ts';
import { recoveryOptions } from './shared/activity-options.ts';
import { explain } from './shared/explain.ts';

// It must end, whichever release has a worker.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, recoverTransaction);

export async function recoverTransaction(
  input: RecoveryInput & { readonly confirmTimeoutSeconds: number },
): Promise<TransactionResult> {
  const { changeId, planId, confirmTimeoutSeconds, trouble } = input;
  const activities = proxyActivities<SharedTransactionActivities>(recoveryOptions(confirmTimeoutSeconds));
  const {
    outcome,
    reason,
    left = [],
  } = await activities
    .recoverTransaction({ changeId, planId, trouble })
    .catch((failure: unknown) => ({ outcome: 'attention' as const, reason: explain(failure), left: [] }));
  const code = outcome === 'applied' ? null : outcome === 'attention' ? 'CHANGE_ATTENTION' : 'SESSION_LOST';
  return { outcome, reason, code, left };
}
