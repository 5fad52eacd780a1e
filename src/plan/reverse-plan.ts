import type { ChangeKind, Plan } from '../domain/plan.ts';
import { digestPlan } from './digest.ts';
import { reverseRouterPlan } from './holds-plan.ts';

const REVERSE: Readonly<Record<ChangeKind, ChangeKind>> = {
  provision: 'withdraw',
  withdraw: 'provision',
  suspend: 'resume',
  resume: 'suspend',
  modify: 'modify',
};

/**
 * The plan that undoes a plan on every PE. It has no proofs of its own: what it restores was the network before, and the approval
 * of the plan covers its undoing. Probes say the contrary where the plan changed something, and the same where it did not.
 */
export function reversePlan(plan: Plan): Plan {
  const changed = new Set([...plan.gained, ...plan.lost].map((one) => `${one.toPe} ${one.prefix}`));
  const parties = new Set(plan.routers.flatMap(({ pe, vrfs }) => vrfs.map(({ vrf }) => `${pe} ${vrf}`)));
  const reversed = {
    changeId: plan.changeId,
    interconnectId: plan.interconnectId,
    kind: REVERSE[plan.kind],
    routers: plan.routers.map(reverseRouterPlan),
    gained: plan.lost,
    lost: plan.gained,
    proofs: [],
    probes: plan.probes.map((probe) => {
      if (!changed.has(`${probe.pe} ${probe.prefix}`) || !parties.has(`${probe.pe} ${probe.vrf}`)) return probe;
      return { ...probe, expect: probe.expect === 'reachable' ? ('unreachable' as const) : ('reachable' as const) };
    }),
    window: plan.window,
  };
  return {
    id: plan.id,
    ...reversed,
    createdAt: plan.createdAt,
    createdBy: plan.createdBy,
    digest: digestPlan(reversed),
  };
}
