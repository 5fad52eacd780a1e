import type { InterconnectId, PlanId } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import { digestPlan } from '../plan/digest.ts';
import type { Store } from '../store/store.ts';

/** The plan in force of an interconnect; null where its row is gone, or is not what its digest and the ledger say of it. */
export async function findPlanAsMade(
  store: Pick<Store, 'readPlan' | 'readDecisionFacts'>,
  id: InterconnectId,
  planId: PlanId,
): Promise<Plan | null> {
  const plan = await store.readPlan(planId).catch((error: unknown) => {
    if (error instanceof WaslError && error.code === 'PLAN_UNKNOWN') return null;
    throw error;
  });
  const { altered } = await store.readDecisionFacts(id);
  const isAsMade = plan !== null && digestPlan(plan) === plan.digest && !altered.some(({ path }) => path === 'plan');
  return isAsMade ? plan : null;
}
