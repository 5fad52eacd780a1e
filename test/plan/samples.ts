/** A plan of the sample network, and the way from a view to what routers would hold. */
import type { ChangeId, PeName, PersonId, PlanId } from '../../src/domain/names.ts';
import type { NetworkView, RunningVrf } from '../../src/domain/network-view.ts';
import type { Plan, Procedure } from '../../src/domain/plan.ts';
import { applyOperations } from '../../src/plan/delta.ts';
import { type PlanInput, planChange } from '../../src/plan/plan-change.ts';
import { alterVrf, sampleInterconnect, sampleNetwork } from '../proof/networks.ts';

export function planInput(more: Partial<PlanInput> = {}): PlanInput {
  const view = more.view ?? sampleNetwork();
  return {
    view,
    kind: 'provision',
    subject: sampleInterconnect(),
    active: [],
    procedures: new Map<PeName, Procedure>(view.pes.map(({ name }) => [name, 'confirmed-commit-persist'])),
    id: 'IC-0001-C1-P1' as PlanId,
    changeId: 'IC-0001-C1' as ChangeId,
    window: { notBefore: null, confirmTimeoutSeconds: 120 },
    createdAt: '2026-11-22T08:00:00.000Z',
    createdBy: 'engineer-1' as PersonId,
    ...more,
  };
}

export const samplePlan = (): Plan => planChange(planInput());

/** The network after every router did what the plan says. */
export function applyPlan(view: NetworkView, plan: Plan): NetworkView {
  return plan.routers.reduce(
    (outer, { pe, vrfs }) =>
      vrfs.reduce(
        (inner, { vrf, operations }) =>
          alterVrf(inner, pe, vrf, (one) => ({ ...one, extranet: applyOperations(one.extranet, operations) })),
        outer,
      ),
    view,
  );
}

/** What the router `pe` would show. */
export function runningAt(view: NetworkView, pe: string): RunningVrf[] {
  const vrfs = view.pes.find(({ name }) => name === pe)?.vrfs ?? [];
  return vrfs.map(({ name, routeDistinguisher, base, extranet, policyTexts, anomalies }) => ({
    name,
    routeDistinguisher,
    base,
    extranet,
    policyTexts,
    anomalies,
  }));
}
