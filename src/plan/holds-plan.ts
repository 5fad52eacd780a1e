import type { RunningVrf } from '../domain/network-view.ts';
import type { RouterPlan, VrfDelta } from '../domain/plan.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { pickTargets, reverseOperations, sameExtranet } from './delta.ts';

/**
 * Where a PE stands: as before the plan, as after it, or with a part of it or something else (`mixed`).
 * Only the plan's own route targets count, because other changes of wasl may have come in between. Anomalies on a VRF of the plan,
 * or a VRF that is gone, are `mixed`: neither state can be claimed.
 */
export function holdsPlan(plan: RouterPlan, running: readonly RunningVrf[]): 'before' | 'after' | 'mixed' {
  const own = planTargets(plan);
  const findings = new Set(plan.vrfs.map((delta) => holdsDelta(delta, running, own)));
  const [finding] = findings;
  return findings.size === 1 && finding !== undefined ? finding : 'mixed';
}

function holdsDelta(
  delta: VrfDelta,
  running: readonly RunningVrf[],
  own: ReadonlySet<RouteTarget>,
): 'before' | 'after' | 'mixed' {
  const vrf = running.find(({ name }) => name === delta.vrf);
  if (vrf === undefined || vrf.anomalies.length > 0) return 'mixed';
  const isOwn = (target: RouteTarget) => own.has(target);
  const found = pickTargets(vrf.extranet, isOwn);
  if (sameExtranet(found, pickTargets(delta.before, isOwn))) return 'before';
  return sameExtranet(found, pickTargets(delta.after, isOwn)) ? 'after' : 'mixed';
}

/** The route targets that a router's plan creates, replaces or deletes. */
export function planTargets(plan: RouterPlan): ReadonlySet<RouteTarget> {
  return new Set(plan.vrfs.flatMap((delta) => delta.operations.map((operation) => operation.routeTarget)));
}

/** The recorded way back of one PE: compensation is this, under the approval of the plan that it undoes. */
export function reverseRouterPlan(plan: RouterPlan): RouterPlan {
  return {
    ...plan,
    vrfs: plan.vrfs.map((delta) => ({
      ...delta,
      before: delta.after,
      after: delta.before,
      operations: reverseOperations(delta.before, delta.operations),
    })),
  };
}
