/** Changes that share a PE go one after the other: else each would hold locks that the other waits for. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransactionInput } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';

const LOOK_INTERVAL_MS = 250;
/** Longer than any transaction takes: a change that still stands ahead then has lost its workflow, and the locks decide. */
const TURN_WAIT_MAX_MS = 15 * 60_000;

export async function awaitTurn(
  { store }: ActivityDependencies,
  { changeId, planId }: TransactionInput,
  signal: AbortSignal,
): Promise<void> {
  const plan = await store.readPlan(planId);
  const pes = plan.routers.map((router) => router.pe);
  const deadline = Date.now() + TURN_WAIT_MAX_MS;
  for (let told = false; ; ) {
    const [next] = await store.awaitTurn(changeId, pes);
    if (next === undefined || Date.now() > deadline) return;
    if (!told) {
      const at = { interconnectId: plan.interconnectId, changeId, pe: null, elapsedMs: null };
      const message = `waits for ${next}, which is at work on the same routers`;
      await store.appendProgress([{ ...at, stage: 'prepare', status: 'info', message }]);
      told = true;
    }
    await sleep(LOOK_INTERVAL_MS, undefined, { signal });
  }
}
