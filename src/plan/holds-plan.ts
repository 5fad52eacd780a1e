import type { PeName } from '../domain/names.ts';
import type { RunningVrf, VrfShare } from '../domain/network-view.ts';
import type { RouterPlan, VrfDelta } from '../domain/plan.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { pickTargets, reverseOperations, sameShare } from './delta.ts';
import { anomaliesToEnd, concernsTargets, holdsRemnants } from './remnants.ts';

/**
 * Where a PE stands: as before the plan, as after it, or with a part of it or something else (`mixed`).
 * Only the plan's own route targets count, because other changes of wasl may have come in between. An anomaly that is new on a VRF of the
 * plan, or a VRF that is gone, is `mixed`: neither state can be claimed. A removal has reached a VRF that is gone. Throws ROUTER_PROTOCOL where
 * the PE shows none at all.
 */
export function holdsPlan(plan: RouterPlan, running: readonly RunningVrf[]): 'before' | 'after' | 'mixed' {
  requireShown(plan.pe, running);
  const own = planTargets(plan);
  const findings = new Set(plan.vrfs.map((delta) => holdsDelta(delta, running, own)));
  const [finding] = findings;
  return findings.size === 1 && finding !== undefined ? finding : 'mixed';
}

/** A PE of a plan had VRFs: one that shows none has not shown what it holds, and that is not absence. */
export function requireShown(pe: PeName, running: readonly RunningVrf[]): void {
  if (running.length === 0) throw new WaslError('ROUTER_PROTOCOL', describeBlank(pe), { path: pe });
}

export const describeBlank = (pe: PeName): string =>
  `${pe} shows no VRF at all, though what it was planned for is in some`;

function holdsDelta(
  delta: VrfDelta,
  running: readonly RunningVrf[],
  own: ReadonlySet<RouteTarget>,
): 'before' | 'after' | 'mixed' {
  const vrf = running.find(({ name }) => name === delta.vrf);
  const removes = delta.retires !== undefined;
  if (vrf === undefined) return removes ? 'after' : 'mixed';
  const news = (removes ? anomaliesToEnd(vrf) : vrf.anomalies).filter(
    (anomaly) => delta.anomalies?.includes(anomaly) !== true,
  );
  if ((removes ? concernsTargets(news, own) : news).length > 0) return 'mixed';
  const isOwn = (target: RouteTarget) => own.has(target);
  const found = pickTargets(vrf.share, isOwn);
  const isAfter = sameShare(found, pickTargets(delta.after, isOwn));
  // Where only objects are left that say nothing any more, before and after differ in them alone.
  if (isAfter && !(removes && holdsRemnants(vrf, pickOthers(vrf.share, own), own))) return 'after';
  return sameShare(found, pickTargets(delta.before, isOwn)) ? 'before' : 'mixed';
}

const pickOthers = (share: VrfShare, own: ReadonlySet<RouteTarget>) => pickTargets(share, (target) => !own.has(target));

/** The route targets that a router's plan creates, replaces or deletes; of a removal, those that it retires: what goes with them may be another's. */
export function planTargets(plan: RouterPlan): ReadonlySet<RouteTarget> {
  return new Set(
    plan.vrfs.flatMap(({ operations, retires }) => retires ?? operations.map(({ routeTarget }) => routeTarget)),
  );
}

/** The recorded way back of one PE: compensation is this, under the approval of the plan that it undoes. */
export function reverseRouterPlan(plan: RouterPlan): RouterPlan {
  return {
    ...plan,
    vrfs: plan.vrfs.map(({ retires: _retires, ...delta }) => ({
      ...delta,
      before: delta.after,
      after: delta.before,
      operations: reverseOperations(delta.before, delta.operations),
    })),
  };
}
