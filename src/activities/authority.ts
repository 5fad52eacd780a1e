import type { DecisionFacts } from '../domain/may-decide.ts';
import { mayPush } from '../domain/may-decide.ts';
import type { Plan } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import { digestPlan } from '../plan/digest.ts';

/**
 * No signature, no route: the law of decisions, asked at push of the record as it is now. Nothing is believed from workflows. Throws the
 * refusal with its code.
 */
export function requireAuthority(plan: Plan, facts: DecisionFacts, earlierDigests: readonly string[], now: Date): void {
  const { id: planId, kind, digest, window } = plan;
  const push = { kind, planId, digest, contentDigest: digestPlan(plan), notBefore: window.notBefore, earlierDigests };
  const refusal = mayPush(push, facts, now);
  if (refusal !== null) throw new WaslError(refusal.code, refusal.fact);
}
