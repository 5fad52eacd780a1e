/** The network transaction of one approved plan. This function is the runbook. */
import { ActivityFailure, CancellationScope, executeChild, log, proxyActivities, sleep } from '@temporalio/workflow';
import type {
  SharedTransactionActivities,
  StageResult,
  TransactionActivities,
  TransactionInput,
} from '../src/activities/activities.ts';
import type { ChangeOutcome } from '../src/domain/change.ts';
import { recoverTransaction } from './recover-transaction.ts';
import { RECORD_OPTIONS, stageOptions } from './shared/activity-options.ts';

export interface ApplyChangeInput extends TransactionInput {
  readonly confirmTimeoutSeconds: number;
}

export interface ApplyChangeResult {
  readonly outcome: ChangeOutcome;
  /** One sentence. */
  readonly reason: string;
  /** Error code of what stopped it; null when applied. */
  readonly code: string | null;
}

/** A lock that stays held this often is an operator at work: the change is refused and a person decides. */
const PREPARE_ATTEMPTS_MAX = 4;
const PREPARE_BACKOFF_MS = 2_000;

const { claimWorker } = proxyActivities<Pick<SharedTransactionActivities, 'claimWorker'>>(RECORD_OPTIONS);

export async function applyChange(input: ApplyChangeInput): Promise<ApplyChangeResult> {
  // From the first commit on nobody may cancel half way: the transaction ends itself, in all or none.
  return CancellationScope.nonCancellable(() => runTransaction(input));
}

async function runTransaction(input: ApplyChangeInput): Promise<ApplyChangeResult> {
  const { changeId, planId, confirmTimeoutSeconds } = input;
  const transaction: TransactionInput = { changeId, planId };
  const { taskQueue } = await claimWorker();
  const stages = proxyActivities<TransactionActivities>(stageOptions(taskQueue, confirmTimeoutSeconds));

  try {
    const prepared = await prepareWithPatience(() => stages.prepareRouters(transaction));
    if (prepared.verdict !== 'pass') return { outcome: 'refused', reason: prepared.reason, code: prepared.code };

    const committed = await stages.commitRouters(transaction);
    const verified = committed.verdict === 'pass' ? await stages.verifyRouters(transaction) : committed;

    if (verified.verdict === 'pass') {
      const confirmed = await stages.confirmRouters(transaction);
      if (confirmed.verdict === 'pass') return { outcome: 'applied', reason: confirmed.reason, code: null };
      log.warn('not every router confirmed; recovering', { changeId, reason: confirmed.reason });
    } else {
      const cancelled = await stages.cancelRouters(transaction);
      if (cancelled.verdict === 'pass') return { outcome: 'rolled-back', reason: verified.reason, code: verified.code };
      log.warn('not every router rolled back; recovering', { changeId, reason: cancelled.reason });
    }
  } catch (failure) {
    if (!(failure instanceof ActivityFailure)) throw failure;
    log.warn('a stage was lost with its worker; recovering', { changeId, activity: failure.activityType });
  }

  return executeChild(recoverTransaction, { workflowId: `recovery/${changeId}`, args: [input] });
}

/** A lock held by another change or an operator is waited for; any other refusal is final. */
async function prepareWithPatience(prepare: () => Promise<StageResult>): Promise<StageResult> {
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepare();
    if (prepared.verdict === 'pass' || !prepared.transient || attempt === PREPARE_ATTEMPTS_MAX) return prepared;
    await sleep(PREPARE_BACKOFF_MS * attempt);
  }
}
