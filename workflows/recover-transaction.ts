/** Ends a transaction whose worker or whose stage was lost, from the journal alone, on any worker. */
import { proxyActivities } from '@temporalio/workflow';
import type { RecoveryInput, SharedTransactionActivities } from '../src/activities/activities.ts';
import type { ApplyChangeInput, ApplyChangeResult } from './apply-change.ts';
import { recoveryOptions } from './shared/activity-options.ts';
import { explain } from './shared/refuse.ts';

export async function recoverTransaction(input: ApplyChangeInput & RecoveryInput): Promise<ApplyChangeResult> {
  const { changeId, planId, confirmTimeoutSeconds, trouble } = input;
  const activities = proxyActivities<SharedTransactionActivities>(recoveryOptions(confirmTimeoutSeconds));
  const { outcome, reason } = await activities
    .recoverTransaction({ changeId, planId, trouble })
    .catch((failure: unknown) => ({
      // A recovery that cannot even read its record must not end the interconnect's workflow with it: a person is told.
      outcome: 'attention' as const,
      reason: explain(failure),
    }));
  const code = outcome === 'applied' ? null : outcome === 'attention' ? 'CHANGE_ATTENTION' : 'SESSION_LOST';
  return { outcome, reason, code };
}
