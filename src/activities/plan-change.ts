import { Context, heartbeat } from '@temporalio/activity';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName, PersonId, VpnId } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import { type ChangeKind, describeVerdict, type Plan } from '../domain/plan.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { combineVerdicts } from '../domain/verdict.ts';
import { WaslError } from '../errors.ts';
import { renderEdits } from '../render/render-edits.ts';
import type { InterconnectRecord, Payload } from '../store/store.ts';
import type { PlanActivities, PlanSummary } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readInventory, readNetwork } from './network.ts';

export async function planInterconnectChange(
  deps: ActivityDependencies,
  { interconnectId, changeId, kind, plannedBy, notBefore }: Parameters<PlanActivities['planChange']>[0],
): Promise<PlanSummary> {
  const { store } = deps;
  const [inventory, interconnect] = await Promise.all([readInventory(deps), store.readInterconnect(interconnectId)]);
  heartbeat();
  const reading = await readNetwork(deps, inventory);
  heartbeat();
  const others = (await store.listRealised()).filter((other) => other.id !== interconnectId);
  const subject = await realise(deps, interconnect, reading.running, others);

  const plan = await deps.planner.plan(
    {
      network: { inventory, running: reading.running, required: requiredVpns(kind, subject) },
      active: others,
      subject,
      kind,
      procedures: reading.procedures,
      id: await store.nextPlanId(changeId),
      changeId,
      window: { notBefore, confirmTimeoutSeconds: inventory.backbone.confirmTimeoutSeconds },
      createdAt: deps.now().toISOString(),
      createdBy: plannedBy as PersonId,
    },
    Context.current().cancellationSignal,
  );
  await store.savePlan(plan, renderPayloads(plan, reading.running));
  await store.appendProgress([
    {
      interconnectId,
      changeId,
      pe: null,
      stage: 'plan',
      status: 'done',
      message: `${plan.id}: ${plan.routers.length} routers, ${plan.gained.length} gained, ${plan.lost.length} lost`,
      elapsedMs: null,
    },
  ]);
  return { planId: plan.id, reason: describeVerdict(plan), left: [] };
}

/** A third party's missing VRF opens nothing, and what is to go may be gone already: only what is to be joined must be there. */
function requiredVpns(kind: ChangeKind, subject: RealisedInterconnect): ReadonlySet<VpnId> {
  if (kind === 'withdraw' || kind === 'suspend') return new Set();
  return new Set(subject.flows.flatMap((flow) => [flow.from, flow.to]));
}

/** The interconnect with its route targets; numbers of the pool that a router already carries are not given out. */
async function realise(
  deps: ActivityDependencies,
  interconnect: InterconnectRecord,
  running: ReadonlyMap<PeName, readonly RunningVrf[]>,
  others: readonly RealisedInterconnect[],
): Promise<RealisedInterconnect> {
  const known = new Set(others.flatMap((other) => other.flows.map((flow) => flow.routeTarget)));
  const avoid = routeTargetsIn(running).filter((routeTarget) => !known.has(routeTarget));
  const flows = interconnect.flows ?? (await deps.store.allocateRouteTargets(interconnect.id, avoid));
  return { id: interconnect.id, parties: interconnect.parties, flows };
}

function routeTargetsIn(running: ReadonlyMap<PeName, readonly RunningVrf[]>): RouteTarget[] {
  const found = new Set<RouteTarget>();
  for (const vrfs of running.values()) {
    for (const vrf of vrfs) {
      for (const base of Object.values(vrf.base)) {
        for (const rt of [...base.importRouteTargets, ...base.exportRouteTargets]) found.add(rt);
      }
      for (const extranet of Object.values(vrf.extranet)) {
        for (const rt of [...extranet.imports, ...extranet.exports.map((rule) => rule.routeTarget)]) found.add(rt);
      }
    }
  }
  return [...found];
}

function renderPayloads(plan: Plan, running: ReadonlyMap<PeName, readonly RunningVrf[]>): Payload[] {
  return plan.routers.map((router) => ({
    pe: router.pe,
    xml: renderEdits(
      router.platform,
      router.vrfs.map((delta) => {
        const vrf = running.get(router.pe)?.find((candidate) => candidate.name === delta.vrf);
        if (vrf === undefined) throw new WaslError('VRF_MISSING', `${router.pe} has no VRF ${delta.vrf}`);
        return { running: vrf, wanted: delta.after };
      }),
    ),
  }));
}

/** After a rebase: the same proofs must pass over the network as it is now. Throws PLAN_STALE. */
export async function reproveRebased(
  deps: ActivityDependencies,
  inventory: Inventory,
  plan: Plan,
  lockedRunning: ReadonlyMap<PeName, readonly RunningVrf[]>,
): Promise<void> {
  const others = inventory.routers.map((router) => router.name).filter((pe) => !lockedRunning.has(pe));
  const { running } = await readNetwork(deps, inventory, others);
  const realised = (await deps.store.listRealised()).filter((other) => other.id !== plan.interconnectId);
  const interconnect = await deps.store.readInterconnect(plan.interconnectId);
  if (interconnect.flows === null)
    throw new WaslError('PLAN_STALE', `${plan.interconnectId} has no route targets any more`);
  const subject = { id: interconnect.id, parties: interconnect.parties, flows: interconnect.flows };
  const now = new Map([...running, ...lockedRunning]);
  const network = { inventory, running: now, required: requiredVpns(plan.kind, subject) };
  const proofs = await deps.planner.reprove({ network, plan, active: realised, subject });
  if (combineVerdicts(proofs.map((proof) => proof.verdict)) !== 'pass') {
    throw new WaslError('PLAN_STALE', `after another change of wasl: ${describeVerdict({ ...plan, proofs })}`);
  }
}
