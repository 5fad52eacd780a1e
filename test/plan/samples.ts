/** A plan of the sample network, and the way from a view to what routers would hold. */
import type { Inventory } from '../../src/domain/inventory.ts';
import type { ChangeId, PeName, PersonId, PlanId } from '../../src/domain/names.ts';
import { type ExportScope, enabledFamilies, type NetworkView, type RunningVrf } from '../../src/domain/network-view.ts';
import type { DeltaOperation, Plan, Procedure } from '../../src/domain/plan.ts';
import { shortForm } from '../../src/domain/route-target.ts';
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
          alterVrf(inner, pe, vrf, (one) => ({ ...one, share: applyOperations(one.share, operations) })),
        outer,
      ),
    view,
  );
}

/** What the router `pe` would show. */
export function runningAt(view: NetworkView, pe: string): RunningVrf[] {
  const vrfs = view.pes.find(({ name }) => name === pe)?.vrfs ?? [];
  return vrfs.map(({ name, routeDistinguisher, operator, share, policyTexts, anomalies }) => ({
    name,
    routeDistinguisher,
    operator,
    share,
    policyTexts,
    anomalies,
  }));
}

/** The inventory that, joined with what every router shows, is the view again. */
export function inventoryOf(view: NetworkView): Inventory {
  const vrfs = view.pes.flatMap((one) => one.vrfs);
  const canaries = new Set(vrfs.filter((vrf) => vrf.canary).map((vrf) => vrf.vpn));
  const vpns = [...new Set(vrfs.flatMap(({ vpn }) => (vpn === null ? [] : [vpn])))];
  return {
    version: 1,
    backbone: {
      name: 'sample',
      asNumber: 65_000,
      routeTargetPool: { administrator: '65000', from: 9_000, to: 9_999 },
      confirmTimeoutSeconds: 120,
    },
    entities: vpns.map((vpn) => ({ id: vpn, name: vpn })),
    vpns: vpns.map((vpn) => ({ id: vpn, entity: vpn, prefixes: [], canary: canaries.has(vpn) })),
    routers: view.pes.map(({ name, platform, vrfs: at }) => ({
      name,
      platform,
      management: { host: '127.0.0.1', port: 830, hostKeys: [], credential: 'lab' },
      vrfs: at.flatMap((each) => {
        const { name: vrf, vpn, routeDistinguisher, attachments } = each;
        return vpn === null
          ? []
          : [{ name: vrf, vpn, routeDistinguisher, attachments, families: enabledFamilies(each) }];
      }),
    })),
  } as unknown as Inventory;
}

/** `+ import 65000:9001 (ipv4)`: one line of a delta. */
export function describeOperation(operation: DeltaOperation): string {
  const sign = { create: '+', replace: '~', delete: '-' }[operation.operation];
  const target = shortForm(operation.routeTarget);
  if (operation.object === 'import') return `${sign} import ${target} (${operation.family})`;
  return `${sign} export ${scopeInWords(operation.scope)} with ${target} (${operation.family})`;
}

const scopeInWords = (scope: ExportScope) => (scope === 'whole-vpn' ? 'every route of the VPN' : scope.join(', '));
