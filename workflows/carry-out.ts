/** One move of an interconnect, the same for every kind of change: done, and settled in the record. */
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { PlanActivities, RecordActivities } from '../src/activities/activities.ts';
import type { ChangeId, PlanId } from '../src/domain/names.ts';
import type { Move } from '../src/domain/next-move.ts';
import type { SettledTransaction } from '../src/store/store.ts';
import { applyChange, type TransactionResult } from './apply-change.ts';
import { recoverTransaction } from './recover-transaction.ts';
import { PLAN_OPTIONS, RECORD_OPTIONS } from './shared/activity-options.ts';
import { explain, refusalOfFailure } from './shared/explain.ts';
import { changeWorkflowId, type RunInterconnectInput } from './shared/messages.ts';

const record = proxyActivities<RecordActivities>(RECORD_OPTIONS);
const { planChange } = proxyActivities<PlanActivities>(PLAN_OPTIONS);

export async function carryOut(input: RunInterconnectInput, move: Move, attempts: number): Promise<void> {
  const { interconnectId } = input;
  switch (move.move) {
    case 'settle':
      return record.settleAgreement({ interconnectId, to: move.to, by: move.by, reason: move.reason });
    case 'open':
      return record.openChange({ interconnectId, kind: move.kind, by: move.by });
    case 'abandon':
      return record.abandonChange({ changeId: move.changeId, outcome: 'abandoned', reason: move.reason });
    case 'lapse':
      return record.abandonChange({ changeId: move.changeId, outcome: 'refused', reason: move.reason });
    case 'plan':
      return plan(input, move, attempts + 1);
    case 'apply':
      return apply(input, move, attempts + 1);
    case 'recover':
      return recover(input, move, attempts);
    case 'wait':
    case 'finish':
      return;
  }
}

/** A plan that is made stands in the record when it returns, approved or awaiting it; one that cannot be made is told there. */
async function plan(
  input: RunInterconnectInput,
  move: Extract<Move, { move: 'plan' }>,
  attempt: number,
): Promise<void> {
  const { interconnectId } = input;
  const { changeId, kind, by } = move;
  let summary: Awaited<ReturnType<typeof planChange>>;
  try {
    summary = await planChange({ interconnectId, changeId, kind, plannedBy: by, notBefore: move.notBefore });
  } catch (failure) {
    return record.noteTrouble({ changeId, refusal: refusalOfFailure(failure) });
  }
  if (summary.planId !== null) return;
  // Nothing to push: what is left, if anything, is looked at again later.
  if (!(await record.beginApplying({ changeId, attempt, planId: null }))) return;
  const result = { outcome: 'applied', reason: summary.reason, code: null, left: summary.left } as const;
  await record.settleTransaction({ changeId, attempt, planId: null, result });
}

async function apply(
  input: RunInterconnectInput,
  move: Extract<Move, { move: 'apply' }>,
  attempt: number,
): Promise<void> {
  const { changeId, planId, confirmTimeoutSeconds } = move;
  if (!(await record.beginApplying({ changeId, attempt, planId }))) return;
  const transaction = { installation: input.installation, changeId, planId, confirmTimeoutSeconds };
  const result = await executeChild(applyChange, {
    workflowId: changeWorkflowId(input.installation, changeId),
    args: [transaction],
  }).catch((failure: unknown) => recoverFrom(input, move, explain(failure)));
  await settle(changeId, planId, attempt, result);
}

/** After a workflow that was lost, or when a person or the clock asks again after `attention`. */
async function recover(
  input: RunInterconnectInput,
  move: Extract<Move, { move: 'recover' }>,
  attempt: number,
): Promise<void> {
  const { changeId, planId, trouble } = move;
  await settle(changeId, planId, attempt, await recoverFrom(input, move, trouble));
}

function recoverFrom(
  { installation }: RunInterconnectInput,
  {
    changeId,
    planId,
    confirmTimeoutSeconds,
  }: Pick<Extract<Move, { move: 'recover' }>, 'changeId' | 'planId' | 'confirmTimeoutSeconds'>,
  trouble: string,
): Promise<TransactionResult> {
  return executeChild(recoverTransaction, {
    workflowId: `${changeWorkflowId(installation, changeId)}/recovery`,
    args: [{ changeId, planId, confirmTimeoutSeconds, trouble }],
  });
}

function settle(changeId: ChangeId, planId: PlanId, attempt: number, result: SettledTransaction): Promise<void> {
  const { outcome, reason, code, left } = result;
  return record.settleTransaction({ changeId, attempt, planId, result: { outcome, reason, code, left } });
}
