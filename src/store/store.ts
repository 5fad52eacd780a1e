import type { ChangeOutcome, ChangeRecord, JournalEntry, ProgressEvent, Refusal } from '../domain/change.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { LedgerEntry, LedgerFact } from '../domain/ledger-entry.ts';
import type { Lifecycle, LifecycleEvent } from '../domain/lifecycle.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId, PlanId } from '../domain/names.ts';
import type { ChangeKind, Plan } from '../domain/plan.ts';
import type { NewReading, Reading, ReadingKind } from '../domain/reading.ts';
import type { Approval, InterconnectRequest, RealisedFlow, RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import type { WorkerIdentity, WorkerRecord } from '../domain/worker.ts';

export interface InterconnectRecord {
  readonly id: InterconnectId;
  readonly request: InterconnectRequest;
  /** digestOf(request): what the parties sign. */
  readonly requestDigest: string;
  /** In order of their names. */
  readonly parties: readonly [EntityId, EntityId];
  readonly requestedBy: PersonId;
  readonly requestedByEntity: EntityId;
  readonly lifecycle: Lifecycle;
  /** One sentence: why it is where it is, when that is not plain. */
  readonly reason: string | null;
  /** Flows with their route targets; null until the first plan allocated them, and again after release. */
  readonly flows: readonly RealisedFlow[] | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Payload {
  readonly pe: PeName;
  readonly xml: string;
}

/**
 * The only owner of persistence. Every method is one store transaction; what it acknowledges survives `kill -9` of the server.
 * Mutations that take a `LedgerFact`-worthy step append to the ledger in the same store transaction.
 * Errors: WaslError (`*_UNKNOWN`, LIFECYCLE_STEP, ...); DATABASE_UNAVAILABLE when the server cannot be reached.
 */
export interface Store {
  // Inventory
  saveInventory(inventory: Inventory, by: PersonId): Promise<{ readonly version: number }>;
  /** null before the first import. */
  readInventory(): Promise<{ readonly version: number; readonly inventory: Inventory } | null>;

  // Interconnects
  /** Same key and same body: the first answer again (`created: false`). Same key, other body: REQUEST_CONFLICT. Keys are per person. */
  createInterconnect(input: {
    readonly request: InterconnectRequest;
    readonly parties: readonly [EntityId, EntityId];
    readonly requestedBy: PersonId;
    readonly requestedByEntity: EntityId;
    readonly idempotencyKey: string;
  }): Promise<{ readonly interconnect: InterconnectRecord; readonly created: boolean }>;
  readInterconnect(id: InterconnectId): Promise<InterconnectRecord>;
  /** Newest first. `party` keeps those in which the entity takes part. */
  listInterconnects(filter?: {
    readonly party?: EntityId;
    readonly lifecycle?: Lifecycle;
    readonly before?: InterconnectId;
    readonly limit?: number;
  }): Promise<InterconnectRecord[]>;
  /** Steps by the table of `domain/lifecycle.ts`, under a row lock. Already in the resulting state by the same `stepKey`: no-op. */
  stepLifecycle(
    id: InterconnectId,
    event: LifecycleEvent,
    step: { readonly stepKey: string; readonly actor: string; readonly reason: string | null },
  ): Promise<InterconnectRecord>;
  /** Interconnects whose route targets are on the network (`ON_NETWORK`, flows allocated), for planning. */
  listRealised(): Promise<(RealisedInterconnect & { readonly lifecycle: Lifecycle })[]>;

  // Approvals. APPROVAL_TWICE when the person already decided on this interconnect's subject and digest (the same decision again is a no-op).
  recordApproval(id: InterconnectId, approval: Approval): Promise<void>;
  listApprovals(id: InterconnectId): Promise<Approval[]>;

  // Changes and plans
  /** Idempotent by `changeKey`. Ids count up per interconnect. */
  createChange(input: {
    readonly interconnectId: InterconnectId;
    readonly kind: ChangeKind;
    readonly requestedBy: string;
    readonly changeKey: string;
  }): Promise<ChangeRecord>;
  readChange(id: ChangeId): Promise<ChangeRecord>;
  listChanges(id: InterconnectId): Promise<ChangeRecord[]>;
  /** Changes without an outcome, oldest first: what a recovery sweep looks at. */
  listOpenChanges(): Promise<ChangeRecord[]>;
  /**
   * Why no plan of this change may be approved; `reason` is the same as one sentence, for the interconnect. The next plan that is saved
   * takes it away. Idempotent by the refusal's time. LIFECYCLE_STEP when the change has ended.
   */
  refusePlan(interconnectId: InterconnectId, id: ChangeId, refusal: Refusal, reason: string): Promise<void>;
  /** Idempotent; a second, different outcome is refused with LIFECYCLE_STEP. */
  endChange(id: ChangeId, outcome: ChangeOutcome, reason: string, refusal?: Refusal | null): Promise<ChangeRecord>;
  nextPlanId(id: ChangeId): Promise<PlanId>;
  /** Idempotent by plan id and digest; becomes the change's current plan. */
  savePlan(plan: Plan, payloads: readonly Payload[]): Promise<void>;
  readPlan(id: PlanId): Promise<Plan>;
  readPayloads(id: PlanId): Promise<Payload[]>;

  // Journal: durable before it returns; written before the wire.
  /**
   * Makes the caller the one holder of the change's journal and returns it: each claim has a higher epoch, and entries of an older
   * epoch are refused. So a worker that was taken for dead can write no more, and what is not journalled is not sent.
   */
  claimJournal(id: ChangeId): Promise<{ readonly epoch: number; readonly journal: JournalEntry[] }>;
  /** SESSION_LOST when the epoch is no longer the change's highest. All entries are of one change. */
  appendJournal(entries: readonly Omit<JournalEntry, 'at'>[], epoch: number): Promise<void>;
  /** In order of writing. */
  readJournal(id: ChangeId): Promise<JournalEntry[]>;

  // Turns at routers: changes that share a PE go one after the other, in the order in which they came.
  /** Enters the queue, or stays where it is. Returns the changes ahead that share a PE: none means that it is this one's turn. */
  awaitTurn(id: ChangeId, pes: readonly PeName[]): Promise<readonly ChangeId[]>;
  /** Idempotent. */
  leaveTurn(id: ChangeId): Promise<void>;

  // Route targets
  /** One fresh route target per flow, idempotent by interconnect and flow. ROUTE_TARGET_POOL_EXHAUSTED. Skips `avoid`. */
  allocateRouteTargets(id: InterconnectId, avoid: readonly RouteTarget[]): Promise<readonly RealisedFlow[]>;
  /** Into quarantine. Idempotent. */
  releaseRouteTargets(id: InterconnectId): Promise<void>;
  countRouteTargets(): Promise<{ readonly free: number; readonly inUse: number; readonly quarantined: number }>;

  // Progress
  appendProgress(events: readonly Omit<ProgressEvent, 'sequence' | 'at'>[]): Promise<void>;
  /** In order; at most `limit` (default 500). */
  readProgress(filter: {
    readonly afterSequence: number;
    readonly interconnectId?: InterconnectId;
    readonly limit?: number;
  }): Promise<ProgressEvent[]>;
  /** Calls back soon after progress was appended by any process (LISTEN/NOTIFY); returns the unsubscribe. */
  onProgress(listener: () => void): Promise<() => Promise<void>>;

  // Ledger
  appendLedger(fact: Omit<LedgerFact, 'at'>): Promise<LedgerEntry>;
  readLedger(filter: { readonly afterSequence: number; readonly limit?: number }): Promise<LedgerEntry[]>;

  // Readings
  /** What was read, each text once; the oldest readings go (`reading-rows.ts`). Returns the ids in the order given. */
  saveReadings(readings: readonly NewReading[]): Promise<readonly number[]>;
  /** With its text. READING_UNKNOWN when it was pruned or never was. */
  readReading(id: number): Promise<Reading & { readonly text: string }>;
  /** Newest first, without the texts. `pe: null` asks for those of the whole network. */
  listReadings(filter: {
    readonly kind?: ReadingKind;
    readonly pe?: PeName | null;
    readonly changeId?: ChangeId;
    /** By the database's clock: for who takes a young reading for a new one. */
    readonly savedWithinMs?: number;
    readonly limit?: number;
  }): Promise<Reading[]>;

  // Workers
  /** Says that the worker lives. Rows of workers that were not seen for long go with it. */
  beatWorker(worker: WorkerIdentity & { readonly draining: boolean }): Promise<void>;
  /** Idempotent. */
  endWorker(id: string): Promise<void>;
  /** The oldest first, also those that were not seen of late; their age is by the database's clock. */
  listWorkers(): Promise<WorkerRecord[]>;

  /** false: the database answers and takes no writes. Throws DATABASE_UNAVAILABLE. */
  isWritable(): Promise<boolean>;
  /** Throws DATABASE_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
