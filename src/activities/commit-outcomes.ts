/** What a router's answer to a stage means, and how it reads. */
import { type Procedure, revertsByItself } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import type { CommitOutcome } from '../router/router.ts';
import type { StageResult } from './activities.ts';
import { failed, type RouterInTransaction } from './open-transaction.ts';
import { describeError } from './translate-errors.ts';

/** What is not refused may be pending, and is cancelled if it comes to that; so is what was refused and is in running all the same. */
export async function commitOn(each: RouterInTransaction, timeoutSeconds: number): Promise<CommitOutcome> {
  each.state = 'commit-sent';
  const commit = await each.router.commitConfirmed({ timeoutSeconds, persistId: each.persistId });
  if (commit.outcome === 'done') each.state = 'pending-confirm';
  else each.state = commit.outcome === 'refused' && (await isAsBefore(each)) ? 'prepared' : 'unknown';
  return commit;
}

/** A refusal is what the router says; whether it did nothing, running says. */
async function isAsBefore({ router, beforeText }: RouterInTransaction): Promise<boolean> {
  return router.readRunningText().then(
    (text) => text === beforeText,
    () => false,
  );
}

export function describePrepared(procedure: Procedure, checked: boolean): string {
  if (procedure !== 'writable-running-reverse-delta') {
    return checked ? 'locked, edited and validated' : 'locked and edited; this server cannot validate';
  }
  return checked ? 'locked; the edit was tried and waits' : 'locked; the edit waits: this server cannot try it';
}

export function describeCommit(commit: CommitOutcome, done: string): string {
  if (commit.outcome === 'done') return commit.warnings.length > 0 ? `${done} (${commit.warnings.join('; ')})` : done;
  return commit.outcome === 'refused' ? `refused: ${commit.reason}` : `outcome unknown: ${commit.reason}`;
}

/** null: it is done. */
export function reasonOf(result: PromiseSettledResult<CommitOutcome>): string | null {
  if (result.status === 'rejected') return describeError(result.reason).sentence;
  return result.value.outcome === 'done' ? null : result.value.reason;
}

export function firstBadCommit(results: readonly PromiseSettledResult<CommitOutcome>[]): StageResult | null {
  for (const result of results) {
    if (result.status === 'rejected') return failed(result.reason);
    if (result.value.outcome === 'done') continue;
    // The router's own sentence names the PE and what was sent.
    const { outcome, reason } = result.value;
    return failed(new WaslError(outcome === 'refused' ? 'ROUTER_REFUSED' : 'COMMIT_OUTCOME_UNKNOWN', reason));
  }
  return null;
}

/**
 * Routers that take an unconfirmed change back by themselves go first: only when all of them hold it is it given to those that keep it,
 * and only when all of them are confirmed does it stay there.
 */
export function inWaves(routers: readonly RouterInTransaction[]): RouterInTransaction[][] {
  const reverting = routers.filter((each) => revertsByItself(each.plan.procedure));
  const keeping = routers.filter((each) => !revertsByItself(each.plan.procedure));
  return [reverting, keeping].filter((wave) => wave.length > 0);
}
