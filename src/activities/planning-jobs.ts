import type { Inventory } from '../domain/inventory.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import type { NetworkView, RunningVrf } from '../domain/network-view.ts';
import type { Plan } from '../domain/plan.ts';
import { type AuditInputs, type RecordedAudit, recordAudit } from '../plan/audit-record.ts';
import { buildNetworkView } from '../plan/network-view.ts';
import { type PlanInput, planChange } from '../plan/plan-change.ts';
import { type Reproved, type ReproveInput, reprove } from '../plan/reprove.ts';
import { type Agreement, computeMatrix, type Matrix } from '../proof/matrix.ts';

/** The network as values: the inventory joined with what was read. */
export interface NetworkRead {
  readonly inventory: Inventory;
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  /** VPNs whose VRFs must be on the routers as the inventory says. */
  readonly required: ReadonlySet<VpnId>;
}

export type PlanJob = Omit<PlanInput, 'view'> & { readonly network: NetworkRead };
export type ReproveJob = Omit<ReproveInput, 'view'> & { readonly network: NetworkRead };
/** PEs of the inventory that were not read are absent from `running`. */
export interface MatrixJob {
  readonly inventory: Inventory;
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  readonly agreements: readonly Agreement[];
}

/** What a planning thread computes. Input and output are plain values that can be sent to it. */
export const PLANNING_JOBS = {
  plan: ({ network, ...input }: PlanJob): Plan => planChange({ ...input, view: viewOf(network) }),
  reprove: ({ network, ...input }: ReproveJob): Reproved => reprove({ ...input, view: viewOf(network) }),
  audit: (inputs: AuditInputs): RecordedAudit => recordAudit(inputs),
  matrix: ({ inventory, running, agreements }: MatrixJob): Matrix => {
    const readable = { ...inventory, routers: inventory.routers.filter((router) => running.has(router.name)) };
    return computeMatrix(viewOf({ inventory: readable, running, required: new Set() }), inventory, agreements);
  },
};

export type PlanningJob = keyof typeof PLANNING_JOBS;
export type JobInput<Job extends PlanningJob> = Parameters<(typeof PLANNING_JOBS)[Job]>[0];
export type JobResult<Job extends PlanningJob> = ReturnType<(typeof PLANNING_JOBS)[Job]>;

function viewOf({ inventory, running, required }: NetworkRead): NetworkView {
  return buildNetworkView(inventory, running, { required });
}
