/** Changes that share a PE go one after the other: else each would hold locks that the other waits for. */
import type { ChangeId } from '../domain/names.ts';
import type { SharedTransactionActivities } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Several times longer than the longest pause between two renewals, so that only a change whose workflow is gone loses its place. */
const LEASE_SECONDS = 60;
const RENEW_INTERVAL_MS = 10_000;

/** One look at the queue; who waits is the workflow, so that waiting holds no slot of a worker. */
export async function takeTurn(
  { store }: ActivityDependencies,
  { changeId, planId, behind }: Parameters<SharedTransactionActivities['takeTurn']>[0],
): ReturnType<SharedTransactionActivities['takeTurn']> {
  const plan = await store.readPlan(planId);
  const pes = plan.routers.map((router) => router.pe);
  const ahead = await store.takeTurn(changeId, pes, LEASE_SECONDS);
  const [first] = ahead;
  if (first !== undefined && first !== behind) {
    const message = `waits for ${first}, which is at work on the same routers`;
    const { interconnectId } = plan;
    await store.appendProgress([
      { interconnectId, changeId, pe: null, stage: 'prepare', status: 'info', message, elapsedMs: null },
    ]);
  }
  return { ahead };
}

/** Renews the turn of a transaction while it is at work. A renewal that fails is tried again by the next one. */
export async function keepingTurn<T>(
  { store }: ActivityDependencies,
  changeId: ChangeId,
  work: () => Promise<T>,
): Promise<T> {
  const renew = () => void store.renewTurn(changeId, LEASE_SECONDS).catch(() => undefined);
  renew();
  const timer = setInterval(renew, RENEW_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
