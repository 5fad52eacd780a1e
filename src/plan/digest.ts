import { type Digest, digestOf } from '../domain/canonical-json.ts';
import type { Plan } from '../domain/plan.ts';

export type PlanContents = Omit<Plan, 'id' | 'createdAt' | 'createdBy' | 'digest'>;

/** What the network side approves: everything of the plan but its id, its author and its time. */
export function digestPlan(plan: PlanContents & Partial<Plan>): Digest {
  const { id: _id, createdAt: _createdAt, createdBy: _createdBy, digest: _digest, ...contents } = plan;
  return digestOf(contents);
}
