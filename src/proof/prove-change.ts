import type { Acceptable, Proof, Reachability } from '../domain/plan.ts';
import { combineVerdicts, type Verdict } from '../domain/verdict.ts';
import { type ChangeUnderProof, differRoutes, type RouteChange } from './change-under-proof.ts';
import { proveExactReachability } from './exact-reachability.ts';
import { type HeldFindings, judgeHeldRoutes } from './held-routes.ts';
import { proveNoOverlap } from './no-overlap.ts';
import { reachabilityKey, reachabilityOf } from './reachability.ts';
import { proveReturnPath } from './return-path.ts';
import { proveRouteLimits } from './route-limits.ts';
import { allVrfs } from './route-model.ts';
import { proveRouteTargetOwnership } from './route-target-ownership.ts';

export interface ProvedChange {
  readonly gained: readonly Reachability[];
  readonly lost: readonly Reachability[];
  readonly proofs: readonly Proof[];
  /** What stands in tables and only an approver who names it lets pass. */
  readonly toAccept: readonly Acceptable[];
  readonly told: readonly string[];
}

const NOTHING_HELD: HeldFindings = { found: [], unread: [], toAccept: [], told: [] };

/** Nothing else opens: all proofs of one change. A pure function of the two views and what was approved. */
export function proveChange(change: ChangeUnderProof): ProvedChange {
  const routes = differRoutes(change.before, change.after);
  const held = change.held === undefined ? NOTHING_HELD : judgeHeldRoutes(change, routes, change.held);
  const proofs = [
    proveExactReachability(change, routes),
    proveNoOverlap(change, routes, held),
    proveRouteTargetOwnership(change, routes),
    proveReturnPath(change, routes),
    ...proveRouteLimits(change, routes),
  ];
  // A view without VRFs has nothing to open and nobody to point at: nothing was examined, so nothing is proved.
  const examined = allVrfs(change.before).length > 0 && allVrfs(change.after).length > 0;
  return {
    ...differReachability(routes),
    toAccept: held.toAccept,
    told: held.told,
    proofs: examined ? proofs : proofs.map((proof) => ({ ...proof, verdict: 'unknown' as const })),
  };
}

/** By VPN and PE, not by VRF: a VPN that keeps a prefix in one of its VRFs at a PE has not lost it there. */
function differReachability({ before, after, gained, lost }: RouteChange): Pick<ProvedChange, 'gained' | 'lost'> {
  const moved = new Set([...gained, ...lost].map((route) => route.via));
  const [had, has] = [before, after].map((index) => new Set(reachabilityOf(index.routes(moved)).map(reachabilityKey)));
  return {
    gained: reachabilityOf(gained).filter((one) => !had?.has(reachabilityKey(one))),
    lost: reachabilityOf(lost).filter((one) => !has?.has(reachabilityKey(one))),
  };
}

/** Of the proofs together; `unknown` never passes a gate. */
export function verdictOf(proofs: readonly Proof[]): Verdict {
  return combineVerdicts(proofs.map((proof) => proof.verdict));
}
