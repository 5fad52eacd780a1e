/** The network transaction of one approved plan. This function is the runbook. */
import {
  CancellationScope,
  condition,
  executeChild,
  getExternalWorkflowHandle,
  log,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  sleep,
} from '@temporalio/workflow';
import type {
  SharedTransactionActivities,
  StageResult,
  TransactionActivities,
  TransactionInput,
} from '../src/activities/activities.ts';
import type { ChangeId } from '../src/domain/names.ts';
import { isVerdict } from '../src/errors.ts';
import type { SettledTransaction } from '../src/store/store.ts';
import { recoverTransaction } from './recover-transaction.ts';
import { RECORD_OPTIONS, stageOptions } from './shared/activity-options.ts';
import { explainLoss } from './shared/explain.ts';
import { changeWorkflowId, turnCame } from './shared/messages.ts';

export interface ApplyChangeInput extends TransactionInput {
  readonly installation: string;
  readonly confirmTimeoutSeconds: number;
}

export type TransactionResult = SettledTransaction;

/** A lock that stays held this often is an operator at work: the turn is given to others, and it is tried again later. */
const PREPARE_ATTEMPTS_MAX = 4;
const PREPARE_BACKOFF_MS = 2_000;
/** Whoever waits is woken; this is for a wake-up that was lost, and keeps the place in the queue. */
const TURN_LOOK_MS = 5_000;

const { claimWorker, takeTurn, leaveTurn } =
  proxyActivities<Pick<SharedTransactionActivities, 'claimWorker' | 'takeTurn' | 'leaveTurn'>>(RECORD_OPTIONS);

// It takes minutes, and ends under the release that began it.
setWorkflowOptions({ versioningBehavior: 'PINNED' }, applyChange);

export async function applyChange(input: ApplyChangeInput): Promise<TransactionResult> {
  // From the first commit on nobody may cancel half way: the transaction ends itself, in all or none.
  return CancellationScope.nonCancellable(async () => {
    await untilItsTurn(input);
    try {
      return await runTransaction(input);
    } finally {
      await passTurnOn(input);
    }
  });
}

async function runTransaction(input: ApplyChangeInput): Promise<TransactionResult> {
  const { changeId, planId, confirmTimeoutSeconds } = input;
  const transaction: TransactionInput = { changeId, planId };
  const { taskQueue } = await claimWorker();
  const stages = proxyActivities<TransactionActivities>(stageOptions(taskQueue, confirmTimeoutSeconds));
  let trouble: string;
  let verdict: string | null = null;

  try {
    const prepared = await prepareWithPatience(() => stages.prepareRouters(transaction));
    const { reason, code, left = [] } = prepared;
    if (prepared.verdict !== 'pass') return { outcome: 'refused', reason, code, left };

    const committed = await stages.commitRouters(transaction);
    const verified = committed.verdict === 'pass' ? await stages.verifyRouters(transaction) : committed;

    if (verified.verdict === 'pass') {
      const confirmed = await stages.confirmRouters(transaction);
      if (confirmed.verdict === 'pass') {
        return { outcome: 'applied', reason: confirmed.reason, code: null, left: confirmed.left ?? left };
      }
      trouble = confirmed.reason;
    } else {
      verdict = verified.code;
      const cancelled = await stages.cancelRouters(transaction);
      if (cancelled.verdict === 'pass') return { outcome: 'rolled-back', reason: verified.reason, code: verdict, left };
      trouble = verified.reason;
    }
  } catch (failure) {
    trouble = explainLoss(failure);
  }

  log.warn('the transaction could not end itself; recovering', { changeId, trouble });
  const recovered = await executeChild(recoverTransaction, {
    workflowId: `${changeWorkflowId(input.installation, changeId)}/recovery`,
    args: [{ changeId, planId, confirmTimeoutSeconds, trouble }],
  });
  // What was measured before the trouble stays the verdict: a change that failed its verification is not tried again.
  const code = recovered.outcome !== 'applied' && isVerdict(verdict) ? verdict : recovered.code;
  return { ...recovered, code, reason: `${trouble}; ${recovered.reason}` };
}

/** A lock held by another change or an operator is waited for; any other refusal is final. */
async function prepareWithPatience(prepare: () => Promise<StageResult>): Promise<StageResult> {
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepare();
    if (prepared.verdict === 'pass' || !prepared.transient || attempt === PREPARE_ATTEMPTS_MAX) return prepared;
    await sleep(PREPARE_BACKOFF_MS * attempt);
  }
}

/** Nobody goes on without its turn: a change ahead that has lost its workflow loses its place, and the locks decide nothing here. */
async function untilItsTurn({ changeId, planId }: ApplyChangeInput): Promise<void> {
  let isWoken = false;
  let behind: ChangeId | null = null;
  setHandler(turnCame, () => {
    isWoken = true;
  });
  for (;;) {
    isWoken = false;
    const ahead: readonly ChangeId[] = (await takeTurn({ changeId, planId, behind })).ahead;
    const [first] = ahead;
    if (first === undefined) return;
    behind = first;
    await condition(() => isWoken, TURN_LOOK_MS);
  }
}

async function passTurnOn({ installation, changeId }: ApplyChangeInput): Promise<void> {
  const { waiting } = await leaveTurn({ changeId });
  // A change that has gone meanwhile needs no waking.
  const wake = (id: typeof changeId) => getExternalWorkflowHandle(changeWorkflowId(installation, id)).signal(turnCame);
  await Promise.all(waiting.map((id) => wake(id).catch(() => undefined)));
}
