import type { Proof, Reachability } from '../domain/plan.ts';
import { combineVerdicts, type Verdict } from '../domain/verdict.ts';
import { type ChangeUnderProof, differRoutes } from './change-under-proof.ts';
import { proveExactReachability } from './exact-reachability.ts';
import { proveNoOverlap } from './no-overlap.ts';
import { reachabilityOf } from './reachability.ts';
import { proveReturnPath } from './return-path.ts';
import { carriedRoutes } from './route-model.ts';
import { proveRouteTargetOwnership } from './route-target-ownership.ts';

export interface ProvedChange {
  readonly gained: readonly Reachability[];
  readonly lost: readonly Reachability[];
  readonly proofs: readonly Proof[];
}

/** Nothing else opens: all proofs of one change. A pure function of the two views and what was approved. */
export function proveChange(change: ChangeUnderProof): ProvedChange {
  const routes = differRoutes(carriedRoutes(change.before), carriedRoutes(change.after));
  return {
    gained: reachabilityOf(routes.gained),
    lost: reachabilityOf(routes.lost),
    proofs: [
      proveExactReachability(change, routes),
      proveNoOverlap(change, routes),
      proveRouteTargetOwnership(change),
      proveReturnPath(change, routes),
    ],
  };
}

/** Of the proofs together; `unknown` never passes a gate. */
export function verdictOf(proofs: readonly Proof[]): Verdict {
  return combineVerdicts(proofs.map((proof) => proof.verdict));
}

/** The first counter-example, for one-line answers; null when there is none. */
export function firstCounterExample(proofs: readonly Proof[]): string | null {
  return proofs.flatMap((proof) => proof.counterExamples)[0]?.sentence ?? null;
}
