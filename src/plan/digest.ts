import { type Digest, digestOf } from '../domain/canonical-json.ts';
import type { Plan } from '../domain/plan.ts';

/** What the network side approves: everything of the plan but its id, its author and its time. */
export function digestPlan(plan: Omit<Plan, 'id' | 'createdAt' | 'createdBy' | 'digest'>): Digest {
  const { changeId, interconnectId, kind, routers, gained, lost, proofs, probes, window } = plan;
  return digestOf({ changeId, interconnectId, kind, routers, gained, lost, proofs, probes, window });
}
