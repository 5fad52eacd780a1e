/** A simulated backbone under the activities themselves: planning and stages over a record in memory, without database and workflows. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { PlanSummary, StageResult } from '../../src/activities/activities.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { KnownRunning } from '../../src/activities/known-running.ts';
import { planInterconnectChange } from '../../src/activities/plan-change.ts';
import type { Planner } from '../../src/activities/planner.ts';
import { PLANNING_JOBS } from '../../src/activities/planning-jobs.ts';
import { recoverTransaction } from '../../src/activities/recover.ts';
import { TransactionStages } from '../../src/activities/transaction.ts';
import type { AttemptRecord } from '../../src/domain/attempt-record.ts';
import { digestOf, digestOfText } from '../../src/domain/canonical-json.ts';
import type { JournalEntry, ProgressEvent } from '../../src/domain/change.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { Lifecycle } from '../../src/domain/lifecycle.ts';
import type { DecisionFacts } from '../../src/domain/may-decide.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId, PlanId, VrfName } from '../../src/domain/names.ts';
import type { ChangeKind, Plan } from '../../src/domain/plan.ts';
import type { Flow, RealisedFlow } from '../../src/domain/request.ts';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { resolveScope } from '../../src/domain/scope.ts';
import { checkRecord } from '../../src/plan/check-record.ts';
import { openRouter } from '../../src/router/open-router.ts';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { carriersIn } from '../../src/store/carrier-rows.ts';
import type { Payload, Store } from '../../src/store/store.ts';
import { planApproval, signature } from '../domain/agreement-samples.ts';
import { acceptedPolicy } from './accepted-policy.ts';
import { QUICK } from './quick-limits.ts';

export interface RequestedFlow {
  readonly from: string;
  readonly to: string;
  readonly prefixes: readonly string[] | 'whole-vpn';
}

interface Agreement {
  readonly id: InterconnectId;
  readonly parties: readonly [EntityId, EntityId];
  readonly request: { readonly flows: readonly Flow[] };
  flows: readonly RealisedFlow[] | null;
  lifecycle: string;
  changes: number;
}

interface Entry extends JournalEntry {
  readonly epoch: number;
}

/** One network of each of two ministries, for the other. */
export const BOTH_WAYS = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
] as const;

export class StagedNetwork implements AsyncDisposable {
  readonly backbone: Backbone;
  readonly stages: TransactionStages;
  readonly agreements = new Map<string, Agreement>();
  readonly plans = new Map<string, { readonly plan: Plan; readonly payloads: readonly Payload[] }>();
  finding: unknown = null;
  /** Of whoever approves the plans. */
  accepts: readonly string[] = [];
  readonly progress: Omit<ProgressEvent, 'sequence' | 'at'>[] = [];
  /** The signed end of every agreement. */
  validUntil = '2036-12-31T23:59:59Z';
  /** What was said of recoveries while they ran. */
  readonly recoveries: string[] = [];
  readonly journal: Entry[] = [];
  /** What attempts left, and the texts of it by their digests. */
  readonly attempts: AttemptRecord[] = [];
  readonly readings = new Map<string, string>();
  /** Of a server that took over since the journal was written. */
  databaseAheadMs = 0;
  readonly inventories: Inventory[];
  readonly #deps: ActivityDependencies;
  readonly #takenBack = new Set<string>();
  readonly #verified = new Set<PlanId>();
  readonly #epochs = new Map<string, { epoch: number; attempt: number }>();
  readonly #kinds = new Map<string, { readonly kind: ChangeKind; readonly id: string }>();
  #nextTarget = 50_000;

  private constructor(backbone: Backbone) {
    this.backbone = backbone;
    this.inventories = [backbone.inventory()];
    const { username, password } = backbone;
    this.#deps = {
      store: this.#store(),
      planner: PLANNER,
      openRouter: (connection) => openRouter(connection),
      credential: () => ({ username, password }),
      knownRunning: new KnownRunning(),
      newPersistId: () => randomUUID(),
      now: () => new Date(),
      ownClock: () => new Date(),
      // Nobody signs here: who may push is asked in `test/activities/signature-gate.test.ts`.
      requireSignatures: async () => undefined,
      ownTaskQueue: 'none',
      // The next stage is the test's, which may take its time.
      limits: { ...QUICK, stageGapMs: 60_000 },
    };
    this.stages = new TransactionStages(this.#deps);
  }

  static async open(inventory: Inventory): Promise<StagedNetwork> {
    return new StagedNetwork(await startBackbone({ inventory, seed: randomUUID() }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stages.close();
    await this.backbone.close();
  }

  agree(...flows: readonly RequestedFlow[]): string {
    const id = `IC-${String(this.agreements.size + 1).padStart(4, '0')}` as InterconnectId;
    const owners = new Map(this.inventories.at(-1)?.vpns.map((vpn) => [vpn.id as string, vpn.entity]));
    const parties = [...new Set(flows.flatMap(({ from, to }) => [owners.get(from), owners.get(to)]))].sort();
    this.agreements.set(id, {
      id,
      parties: parties as unknown as [EntityId, EntityId],
      request: { flows: flows as unknown as readonly Flow[] },
      flows: null,
      lifecycle: 'requested',
      changes: 0,
    });
    return id;
  }

  newChange(id: string, kind: ChangeKind): ChangeId {
    const agreement = this.#agreement(id);
    agreement.changes += 1;
    const changeId = `${id}-C${agreement.changes}` as ChangeId;
    this.#kinds.set(changeId, { kind, id });
    return changeId;
  }

  /** Asked for, and planned. Throws where there is nothing to push. */
  async planned(...flows: readonly RequestedFlow[]) {
    const id = this.agree(...flows);
    const changeId = this.newChange(id, 'provision');
    const { planId, plan } = await this.plan(id, changeId);
    if (planId === null) throw new Error('there is nothing to push');
    return { id, changeId, planId, plan };
  }

  async plan(id: string, changeId: ChangeId): Promise<PlanSummary & { readonly plan: Plan | null }> {
    const kind = this.#kinds.get(changeId)?.kind ?? 'provision';
    const input = { interconnectId: id as InterconnectId, changeId, kind, plannedBy: 'wasl', notBefore: null };
    // Caught inside: the environment would write every failure to the console.
    const planned = (await new MockActivityEnvironment().run(() =>
      planInterconnectChange(this.#deps, input).catch((error: unknown) => ({ error })),
    )) as PlanSummary | { readonly error: unknown };
    if ('error' in planned) throw planned.error;
    const summary = planned;
    return { ...summary, plan: summary.planId === null ? null : (this.plans.get(summary.planId)?.plan ?? null) };
  }

  /** As if it had been planned otherwise. */
  replacePlan(plan: Plan): void {
    const { payloads } = this.plans.get(plan.id) ?? { payloads: [] };
    this.plans.set(plan.id, { plan, payloads });
  }

  /** The whole transaction; the result of the stage that decided. */
  async push(changeId: ChangeId, planId: PlanId | null): Promise<StageResult & { readonly stage: string }> {
    if (planId === null) throw new Error('there is nothing to push');
    const input = { changeId, planId };
    const prepared = await this.stages.prepareRouters(input);
    if (prepared.verdict !== 'pass') return { ...prepared, stage: 'prepare' };
    const committed = await this.stages.commitRouters(input);
    const verified = committed.verdict === 'pass' ? await this.stages.verifyRouters(input) : committed;
    if (verified.verdict !== 'pass') {
      await this.stages.cancelRouters(input);
      return { ...verified, stage: 'verify' };
    }
    const confirmed = await this.stages.confirmRouters(input);
    return { ...confirmed, stage: 'confirm' };
  }

  /** Plans and pushes, and steps the agreement where that ended well. */
  async carryOut(id: string, kind: ChangeKind): Promise<StageResult & { readonly plan: Plan | null }> {
    const changeId = this.newChange(id, kind);
    const { planId, plan, reason } = await this.plan(id, changeId);
    if (planId === null) return { verdict: 'pass', reason, code: null, transient: false, plan };
    if (plan?.proofs.some((proof) => proof.verdict !== 'pass')) throw new Error(`${id} was not proved: ${reason}`);
    const result = await this.push(changeId, planId);
    const isDone = result.verdict === 'pass' && [...(plan?.left ?? []), ...(result.left ?? [])].length === 0;
    if (isDone) this.#agreement(id).lifecycle = kind === 'provision' ? 'active' : 'withdrawn';
    return { ...result, plan };
  }

  /** Of `carryOut`, for a change that must work. */
  async provision(id: string): Promise<void> {
    const { verdict, reason } = await this.carryOut(id, 'provision');
    if (verdict !== 'pass') throw new Error(`${id} was not provisioned: ${reason}`);
  }

  settle(id: string, lifecycle: string): void {
    this.#agreement(id).lifecycle = lifecycle;
  }

  /** A worker that began an attempt and died before it wrote a line. */
  claim(changeId: ChangeId): void {
    const { epoch } = this.#epochs.get(changeId) ?? { epoch: 0 };
    this.#epochs.set(changeId, { epoch: epoch + 1, attempt: epoch + 1 });
  }

  recover(changeId: ChangeId, planId: PlanId) {
    return recoverTransaction(this.#deps, { changeId, planId });
  }

  carriers(id: string): PeName[] {
    return carriersIn(
      this.journal.flatMap((entry) => {
        const change = this.#kinds.get(entry.changeId);
        return change?.id === id ? [{ ...entry, kind: change.kind }] : [];
      }),
    );
  }

  #isScrapped(pe: PeName): boolean {
    return this.inventories.at(-1)?.scrapped?.some(({ name }) => name === pe) === true;
  }

  texts(): Map<string, string> {
    return new Map(this.backbone.routers().map((router) => [router.name, router.runningText()]));
  }

  #agreement(id: string): Agreement {
    const agreement = this.agreements.get(id);
    if (agreement === undefined) throw new Error(`there is no ${id}`);
    return agreement;
  }

  #store(): Store {
    const known: Partial<Store> = {
      readInventory: async () => {
        const inventory = this.inventories.at(-1);
        return inventory === undefined ? null : { version: this.inventories.length, inventory };
      },
      readInventoryImport: async (version) => {
        const inventory = this.inventories[version - 1];
        return {
          digest: inventory === undefined ? null : digestOf(inventory),
          isLast: version === this.inventories.length,
        };
      },
      readInventoryVersion: async (version) => this.inventories[version - 1] ?? null,
      readInventoryWithRouter: async (pe) => {
        const version = this.inventories.findLastIndex(({ routers }) => routers.some(({ name }) => name === pe)) + 1;
        const inventory = this.inventories[version - 1];
        return inventory === undefined ? null : { version, inventory };
      },
      readInterconnect: async (id) => this.#signed(id) as never,
      readDecisionFacts: async (id) => this.#decided(id),
      listApprovals: async () => [],
      listRealised: async () =>
        [...this.agreements.values()].flatMap(({ id, parties, flows, lifecycle }) =>
          flows === null || lifecycle !== 'active'
            ? []
            : [{ id, parties, flows, lifecycle: 'active' as const, settled: true }],
        ) as never,
      listCarriers: async (id) => this.carriers(id).filter((pe) => !this.#isScrapped(pe)),
      listScrappedCarriers: async (id) => this.carriers(id).filter((pe) => this.#isScrapped(pe)),
      listGivenRouteTargets: async () => [],
      listCoveredVrfs: async (ids) => this.#covered(ids),
      allocateRouteTargets: async (id, _avoid, announced = new Map()) => {
        const agreement = this.#agreement(id);
        const known = agreement.flows;
        agreement.flows = agreement.request.flows.map((flow, index) => ({
          ...flow,
          prefixes: resolveScope(flow.prefixes, announced.get(flow.from) ?? []),
          routeTarget: known?.[index]?.routeTarget ?? parseRouteTarget(`65000:${this.#nextTarget++}`),
        }));
        return agreement.flows;
      },
      nextPlanId: async (id) =>
        `${id}-P${[...this.plans.keys()].filter((key) => key.startsWith(`${id}-`)).length + 1}` as PlanId,
      // As the database does it: what is stored is text.
      savePlan: async (plan, payloads) => {
        this.plans.set(plan.id, { plan: JSON.parse(JSON.stringify(plan)) as Plan, payloads });
      },
      readPlan: async (id) => {
        const plan = this.plans.get(id)?.plan;
        if (plan === undefined) throw new Error(`there is no plan ${id}`);
        return plan;
      },
      noteRecovery: async (_id, says) => {
        this.recoveries.push(says);
      },
      saveFinding: async (id, finding) => {
        this.finding = finding;
        if (finding.code === 'VERIFY_FAILED') this.#takenBack.add(id);
      },
      recordVerified: async (_id, { planId }) => {
        this.#verified.add(planId);
      },
      saveReadings: async (news) => {
        for (const { text } of news) this.readings.set(digestOfText(text), text);
        return news.map((_, place) => place);
      },
      recordAttempt: async (_id, record) => {
        this.attempts.push(record);
      },
      wasTakenBack: async (id) => this.#takenBack.has(id),
      isVerified: async (_id, planId) => this.#verified.has(planId),
      readAttempt: async () => null,
      claimJournal: async (id, { begins } = { begins: false }) => {
        const held = this.#epochs.get(id) ?? { epoch: 0, attempt: 0 };
        const epoch = held.epoch + 1;
        const attempt = begins ? epoch : held.attempt;
        this.#epochs.set(id, { epoch, attempt });
        const mine = this.journal.filter((one) => one.changeId === id && one.epoch >= attempt);
        return { epoch, claimedAt: new Date(Date.now() + this.databaseAheadMs).toISOString(), journal: mine };
      },
      appendJournal: async (entries, epoch) => {
        this.journal.push(...entries.map((entry) => ({ ...entry, epoch, at: new Date().toISOString() })));
      },
      appendProgress: async (events) => {
        this.progress.push(...events);
      },
    };
    return new Proxy(known as Store, {
      get: (target, member: keyof Store) => target[member] ?? (async () => []),
    });
  }

  /** With the end date as it is by now: a test moves it. */
  #signed(id: InterconnectId) {
    const agreement = this.#agreement(id);
    return { ...agreement, request: { ...agreement.request, validUntil: this.validUntil } };
  }

  /** Signed by both parties, and the latest plan approved and at the routers: who may push has its own tests. */
  #decided(id: InterconnectId): DecisionFacts {
    const { parties, request, lifecycle } = this.#signed(id);
    const plan = [...this.plans.values()].findLast((each) => each.plan.interconnectId === id)?.plan;
    if (plan === undefined) throw new Error(`there is no plan of ${id}`);
    const requestDigest = digestOf(request);
    const by = (party: string) => ({ party: party as EntityId, person: `${party}-signatory` as PersonId });
    const change = { id: plan.changeId, kind: plan.kind, phase: 'applying' as const, requestedBy: 'wasl' };
    return {
      ...{ id, parties, owners: parties, requestedBy: 'portal', requestDigest, withdrawnBy: null },
      lifecycle: lifecycle as Lifecycle,
      ...{ validFrom: null, validUntil: this.validUntil },
      change: { ...change, planAskers: [], isRefused: false, applyUntil: null },
      plan: { id: plan.id, digest: plan.digest, plannedBy: 'wasl' },
      approvals: [
        ...parties.map((party) => signature('MOH', { ...by(party), digest: requestDigest })),
        planApproval({ digest: plan.digest, accepts: this.accepts }),
      ],
      policy: acceptedPolicy(parties),
      altered: [],
    };
  }

  #covered(ids: readonly InterconnectId[]) {
    const covered = new Map<InterconnectId, Map<PeName, Set<VrfName>>>();
    for (const { plan } of this.plans.values()) {
      if (!ids.includes(plan.interconnectId)) continue;
      const pes = covered.get(plan.interconnectId) ?? new Map<PeName, Set<VrfName>>();
      covered.set(plan.interconnectId, pes);
      for (const { pe, vrfs } of plan.routers) pes.set(pe, new Set(vrfs.map(({ vrf }) => vrf)));
    }
    return covered;
  }
}

const PLANNER: Planner = {
  plan: async (input) => PLANNING_JOBS.plan(input),
  // Whatever is planned here can be made again from its record.
  record: async (input) => {
    const recorded = PLANNING_JOBS.record(input);
    const { faults } = checkRecord(recorded.text);
    if (faults.length > 0) throw new Error(faults.join('; '));
    return recorded;
  },
  reprove: async (input) => PLANNING_JOBS.reprove(input),
  matrix: async (input) => PLANNING_JOBS.matrix(input),
  audit: async (input) => PLANNING_JOBS.audit(input),
  explain: async (input) => PLANNING_JOBS.explain(input),
  close: async () => undefined,
};
