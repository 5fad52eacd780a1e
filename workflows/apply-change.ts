/** The network transaction of one approved plan. This function is the runbook. */
import { CancellationScope, executeChild, log, proxyActivities, sleep } from '@temporalio/workflow';
import type {
  SharedTransactionActivities,
  StageResult,
  TransactionActivities,
  TransactionInput,
} from '../src/activities/activities.ts';
import type { ChangeOutcome } from '../src/domain/change.ts';
import { recoverTransaction } from './recover-transaction.ts';
import { RECORD_OPTIONS, stageOptions, TURN_OPTIONS } from './shared/activity-options.ts';
import { explainLoss } from './shared/refuse.ts';

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
/** A worker that dies before any commit has changed nothing: another one begins anew, unless workers keep dying. */
const TRANSACTION_ATTEMPTS_MAX = 3;

const { claimWorker, leaveTurn } =
  proxyActivities<Pick<SharedTransactionActivities, 'claimWorker' | 'leaveTurn'>>(RECORD_OPTIONS);
const { awaitTurn } = proxyActivities<Pick<SharedTransactionActivities, 'awaitTurn'>>(TURN_OPTIONS);

export async function applyChange(input: ApplyChangeInput): Promise<ApplyChangeResult> {
  // From the first commit on nobody may cancel half way: the transaction ends itself, in all or none.
  return CancellationScope.nonCancellable(() => takeTurn(input));
}

async function takeTurn(input: ApplyChangeInput): Promise<ApplyChangeResult> {
  const { changeId, planId } = input;
  await awaitTurn({ changeId, planId });
  try {
    for (let attempt = 1; ; attempt++) {
      const result = await runTransaction(input, attempt);
      if (!result.lostBeforeCommit || attempt === TRANSACTION_ATTEMPTS_MAX) {
        const { outcome, reason, code } = result;
        return { outcome, reason, code };
      }
    }
  } finally {
    await leaveTurn({ changeId });
  }
}

type TransactionResult = ApplyChangeResult & { readonly lostBeforeCommit: boolean };

async function runTransaction(input: ApplyChangeInput, attempt: number): Promise<TransactionResult> {
  const { changeId, planId, confirmTimeoutSeconds } = input;
  const transaction: TransactionInput = { changeId, planId };
  const { taskQueue } = await claimWorker();
  const stages = proxyActivities<TransactionActivities>(stageOptions(taskQueue, confirmTimeoutSeconds));
  const ended = (result: ApplyChangeResult): TransactionResult => ({ ...result, lostBeforeCommit: false });
  let trouble: string;

  try {
    const prepared = await prepareWithPatience(() => stages.prepareRouters(transaction));
    if (prepared.verdict !== 'pass') return ended({ outcome: 'refused', reason: prepared.reason, code: prepared.code });

    const committed = await stages.commitRouters(transaction);
    const verified = committed.verdict === 'pass' ? await stages.verifyRouters(transaction) : committed;

    if (verified.verdict === 'pass') {
      const confirmed = await stages.confirmRouters(transaction);
      if (confirmed.verdict === 'pass') return ended({ outcome: 'applied', reason: confirmed.reason, code: null });
      trouble = confirmed.reason;
    } else {
      const cancelled = await stages.cancelRouters(transaction);
      if (cancelled.verdict === 'pass') {
        return ended({ outcome: 'rolled-back', reason: verified.reason, code: verified.code });
      }
      trouble = verified.reason;
    }
  } catch (failure) {
    trouble = explainLoss(failure);
  }

  log.warn('the transaction could not end itself; recovering', { changeId, trouble });
  const recovered = await executeChild(recoverTransaction, {
    workflowId: `recovery/${changeId}/${attempt}`,
    args: [{ ...input, trouble }],
  });
  const reason = `${trouble}; ${recovered.reason}`;
  return { ...recovered, reason, lostBeforeCommit: recovered.outcome === 'refused' };
}

/** A lock held by another change or an operator is waited for; any other refusal is final. */
async function prepareWithPatience(prepare: () => Promise<StageResult>): Promise<StageResult> {
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepare();
    if (prepared.verdict === 'pass' || !prepared.transient || attempt === PREPARE_ATTEMPTS_MAX) return prepared;
    await sleep(PREPARE_BACKOFF_MS * attempt);
  }
}
