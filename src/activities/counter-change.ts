import type { RouterPlan } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import { holdsPlan, reverseRouterPlan } from '../plan/holds-plan.ts';
import { rebaseRouter } from '../plan/rebase.ts';
import type { Router } from '../router/router.ts';

export interface CounterChangeOptions {
  readonly lockWaitMs: number;
  readonly confirmTimeoutSeconds: number;
  /** For a router that keeps a confirmed commit by its id; else null. */
  readonly persistId: string | null;
}

/**
 * The recorded reverse delta as a small transaction of its own on one PE. May be repeated. Throws PLAN_STALE, having written nothing,
 * where somebody edited since the push: nobody's work is gone over, a person decides.
 */
export async function counterChange(router: Router, plan: RouterPlan, options: CounterChangeOptions): Promise<void> {
  const { lockWaitMs, confirmTimeoutSeconds, persistId } = options;
  const { running } = await router.begin({ lockWaitMs });
  // The lock is ours, so no earlier attempt is under way any more: what running shows is what became of it.
  if (holdsPlan(plan, running) === 'before') {
    // An attempt that ended between its commit and its save has left the change in startup.
    await router.save();
    return router.abandon();
  }
  const rebase = rebaseRouter(reverseRouterPlan(plan), running);
  if (rebase.verdict === 'stale') {
    const differences = rebase.differences.join('; ');
    const fact = `${plan.pe} was changed by somebody since the push, and no counter-change goes over that: ${differences}`;
    const remedy = `Undo that edit, or take the change off ${plan.pe} by hand; then recover.`;
    throw new WaslError('PLAN_STALE', fact, { path: plan.pe, remedy });
  }
  await router.editCandidate(rebase.edits);
  const commit = await router.commitConfirmed({ timeoutSeconds: confirmTimeoutSeconds, persistId });
  if (commit.outcome === 'refused') throw new WaslError('ROUTER_REFUSED', `${plan.pe}: ${commit.reason}`);
  if (commit.outcome === 'unknown') throw new WaslError('ROUTER_TIMEOUT', `${plan.pe}: ${commit.reason}`);
  if (holdsPlan(plan, await router.readRunning()) !== 'before') {
    throw new WaslError('ROUTER_READ_BACK', `${plan.pe} acknowledged the counter-change but does not show it`);
  }
  // Unconfirmed, the router would take the change back in when its timer runs out.
  const confirm = await router.confirm({ persistId });
  if (confirm.outcome !== 'done') throw new WaslError('ROUTER_TIMEOUT', `${plan.pe}: ${confirm.reason}`);
}
