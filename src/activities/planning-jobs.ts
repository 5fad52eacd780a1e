import type { Inventory } from '../domain/inventory.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import type { NetworkView, RunningVrf } from '../domain/network-view.ts';
import type { Plan } from '../domain/plan.ts';
import type { ReachQuestion } from '../domain/reach-question.ts';
import { type AuditInputs, type RecordedAudit, recordAudit } from '../plan/audit-record.ts';
import { buildNetworkView } from '../plan/network-view.ts';
import { type PlanInput, planChange } from '../plan/plan-change.ts';
import { type PlanGiven, type RecordedPlan, recordPlan } from '../plan/plan-record.ts';
import { type Reproved, type ReproveInput, reprove } from '../plan/reprove.ts';
import { explainReach, type ReachExplanation } from '../proof/explain-reach.ts';
import { type Agreement, computeMatrix, type Matrix } from '../proof/matrix.ts';

/** The network as values: the inventory joined with what was read. */
export interface NetworkRead {
  readonly inventory: Inventory;
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  /** VPNs whose VRFs must be on the routers as the inventory says. */
  readonly required: ReadonlySet<VpnId>;
}

export type PlanJob = Omit<PlanInput, 'view'> & { readonly network: NetworkRead };
/** `plan`: as it is put before its approver. */
export interface RecordJob {
  readonly given: PlanGiven;
  readonly plan: Plan;
}

export type ReproveJob = Omit<ReproveInput, 'view'> & { readonly network: NetworkRead };
/** PEs of the inventory that were not read are absent from `running`. */
export interface MatrixJob {
  readonly inventory: Inventory;
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  readonly agreements: readonly Agreement[];
}

/** `questions` are of one reading, so that there and back are told of one moment. */
export interface ExplainJob extends MatrixJob {
  readonly unread: ReadonlyMap<PeName, string>;
  readonly questions: readonly ReachQuestion[];
}

/** What a planning thread computes. Input and output are plain values that can be sent to it. */
export const PLANNING_JOBS = {
  plan: ({ network, ...input }: PlanJob): Plan => planChange({ ...input, view: viewOf(network) }),
  record: ({ given, plan }: RecordJob): RecordedPlan => recordPlan(given, plan),
  reprove: ({ network, ...input }: ReproveJob): Reproved => reprove({ ...input, view: viewOf(network) }),
  audit: (inputs: AuditInputs): RecordedAudit => recordAudit(inputs),
  matrix: (job: MatrixJob): Matrix => computeMatrix(viewOfRead(job), job.inventory, job.agreements),
  explain: ({ questions, ...job }: ExplainJob): ReachExplanation[] => {
    const inputs = { ...job, view: viewOfRead(job) };
    return questions.map((question) => explainReach(inputs, question));
  },
};

export type PlanningJob = keyof typeof PLANNING_JOBS;
export type JobInput<Job extends PlanningJob> = Parameters<(typeof PLANNING_JOBS)[Job]>[0];
export type JobResult<Job extends PlanningJob> = ReturnType<(typeof PLANNING_JOBS)[Job]>;

function viewOfRead({ inventory, running }: MatrixJob): NetworkView {
  const readable = { ...inventory, routers: inventory.routers.filter((router) => running.has(router.name)) };
  return viewOf({ inventory: readable, running, required: new Set() });
}

function viewOf({ inventory, running, required }: NetworkRead): NetworkView {
  return buildNetworkView(inventory, running, { required });
}
