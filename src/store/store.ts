import type { Sighting } from '../domain/alignment.ts';
import type { GivenRouteTarget } from '../domain/altered-record.ts';
import type { AttemptRecord } from '../domain/attempt-record.ts';
import type { AuditEntry, NewAudit } from '../domain/audit.ts';
import type { Digest } from '../domain/canonical-json.ts';
import type {
  AttemptFinding,
  ChangeOutcome,
  ChangePhase,
  ChangeRecord,
  JournalEntry,
  NewProgress,
  ProgressEvent,
  Refusal,
  RouterTransactionState,
  SettledTransaction,
  TransactionOutcome,
} from '../domain/change.ts';
import type { ChangeKind } from '../domain/change-kinds.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { StandingInterconnect } from '../domain/inventory-effect.ts';
import type { InventoryImport, InventoryProposal, OpenProposal } from '../domain/inventory-proposal.ts';
import type { Lifecycle } from '../domain/lifecycle.ts';
import type { DecisionFacts } from '../domain/may-decide.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId, PlanId, VpnId, VrfName } from '../domain/names.ts';
import type { InterconnectFacts } from '../domain/next-move.ts';
import type { Plan } from '../domain/plan.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { NewReading, Reading, ReadingKind } from '../domain/reading.ts';
import type { Approval, InterconnectRequest, RealisedFlow, RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import type { Trouble } from '../domain/trouble.ts';
import type { WorkerIdentity, WorkerRecord } from '../domain/worker.ts';
import type { PersonsDecision } from './decision-rows.ts';
import type { DocumentStore } from './document-rows.ts';
import type { EntityStore } from './entity-rows.ts';
import type { HandSignedStore } from './hand-signed-rows.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { PersonalStore } from './personal-rows.ts';
import type { PolicyStore } from './policy-rows.ts';
import type { RetentionStore } from './retention-rows.ts';
import type { RotationStore } from './rotate-rows.ts';
import type { SignedStore } from './signed-rows.ts';
import type { SubjectStore } from './subject-rows.ts';
import type { UnprovenStore } from './unproven-rows.ts';
import type { WebhookStore } from './webhook-store.ts';

export type { SettledTransaction } from '../domain/change.ts';

export interface InterconnectRecord {
  readonly id: InterconnectId;
  readonly request: InterconnectRequest;
  /** What the parties sign: of the agreement's version in force. */
  readonly requestDigest: string;
  readonly agreementVersion: number;
  /** In order of their names. */
  readonly parties: readonly [EntityId, EntityId];
  readonly requestedBy: PersonId;
  readonly requestedByEntity: EntityId;
  readonly lifecycle: Lifecycle;
  /** One sentence: why it is where it is, when that is not plain. */
  readonly reason: string | null;
  /** Somebody asked to end it. */
  readonly withdrawal: {
    readonly by: PersonId;
    readonly reason: string;
    readonly at: string;
    /** Of the signed document that says it; null: it is the word of a token. */
    readonly signature: string | null;
  } | null;
  /** Flows with their route targets; null until the first plan allocated them, and again after release. */
  readonly flows: readonly RealisedFlow[] | null;
  /** The change that has not ended. */
  readonly underWay: {
    readonly kind: ChangeKind;
    readonly phase: ChangePhase;
    /** What a recovery of it does or waits for; null, or absent: none is under way. */
    readonly recovery?: string | null;
  } | null;
  /** When its workflow last looked at it; null: never. */
  readonly drivenAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A transaction that is under way, or in attention. */
export interface Attempt {
  readonly attempt: number;
  readonly planId: PlanId | null;
  readonly journal: readonly JournalEntry[];
  readonly finding: AttemptFinding | null;
}

/** What one PE was sent in one attempt. */
export interface PushedPayload {
  readonly epoch: number;
  readonly pe: PeName;
  readonly planId: PlanId;
  readonly xml: string;
  readonly digest: Digest;
  /** The journal's last word on it. */
  readonly state: RouterTransactionState;
  readonly at: string;
}

export interface Payload {
  readonly pe: PeName;
  readonly xml: string;
}

/** A worker's claim on the journal of a change: the next claim has a higher epoch. */
export interface JournalHolder {
  readonly changeId: ChangeId;
  readonly epoch: number;
}

/**
 * The only owner of persistence. Every method is one store transaction; what it acknowledges survives `kill -9` of the server.
 * Mutations that take a `LedgerFact`-worthy step append to the ledger in the same store transaction.
 * Errors: WaslError (`*_UNKNOWN`, LIFECYCLE_STEP, ...); DATABASE_UNAVAILABLE when the server cannot be reached.
 */
export interface Store
  extends LedgerStore,
    DocumentStore,
    EntityStore,
    HandSignedStore,
    PersonalStore,
    PolicyStore,
    RetentionStore,
    RotationStore,
    SignedStore,
    UnprovenStore,
    SubjectStore,
    WebhookStore {
  // Inventory
  /**
   * Brings an inventory into force, or makes it a proposal where it takes something away under interconnects that have not ended.
   * `expectedVersion`: the one that the caller compared with; null: none was in force. INVENTORY_VERSION when another one is by now.
   */
  importInventory(input: {
    readonly inventory: Inventory;
    readonly by: PersonId;
    readonly expectedVersion: number | null;
  }): Promise<InventoryImport>;
  /** Newest first. */
  listInventoryProposals(): Promise<InventoryProposal[]>;
  readInventoryProposal(id: number): Promise<OpenProposal>;
  /** APPROVAL_SELF for the proposer; INVENTORY_PROPOSAL when it is over, or when other interconnects are named than it affects. */
  confirmInventoryProposal(input: {
    readonly id: number;
    readonly by: PersonId;
    readonly interconnects: readonly string[];
  }): Promise<{ readonly version: number; readonly digest: Digest; readonly inventory: Inventory }>;
  /** The interconnects that have not ended, and what they stand on. */
  listStandingInterconnects(): Promise<StandingInterconnect[]>;
  /** null before the first import. */
  readInventory(): Promise<{ readonly version: number; readonly inventory: Inventory } | null>;

  /** The newest inventory in which the PE stands: what is to be taken off it must be reached though it left. null: it never was in one. */
  readInventoryWithRouter(pe: PeName): Promise<{ readonly version: number; readonly inventory: Inventory } | null>;
  /** What the ledger says of it, and whether the newest inventory is the one that was imported last. */
  readInventoryImport(version: number): Promise<{ readonly digest: string | null; readonly isLast: boolean }>;
  readInventoryVersion(version: number): Promise<Inventory | null>;

  // Interconnects
  /** Same key and same body: the first answer again (`created: false`). Same key, other body: REQUEST_CONFLICT. Keys are per person. */
  createInterconnect(input: {
    readonly request: InterconnectRequest;
    readonly parties: readonly [EntityId, EntityId];
    readonly requestedBy: PersonId;
    readonly requestedByEntity: EntityId;
    readonly idempotencyKey: string;
  }): Promise<{ readonly interconnect: InterconnectRecord; readonly created: boolean }>;
  /** Whose VPNs a request joins, by the inventory in force; sorted. */
  readOwners(request: Pick<InterconnectRequest, 'flows'>): Promise<readonly EntityId[]>;
  /** What the person asked for with this key before; null: nothing. */
  findSubmission(requestedBy: PersonId, idempotencyKey: string): Promise<InterconnectRecord | null>;
  /** With a `party`, one that it takes no part in, and no VPN of which it owns today, is as unknown as none, and costs the same. Throws INTERCONNECT_UNKNOWN. */
  readInterconnect(id: InterconnectId, party?: EntityId): Promise<InterconnectRecord>;
  /** Newest first. `party` keeps those in which the entity takes part, or a VPN of which it owns today. */
  listInterconnects(filter?: {
    readonly party?: EntityId;
    readonly lifecycle?: Lifecycle;
    /** Only those that have not ended. */
    readonly unfinished?: boolean;
    readonly before?: InterconnectId;
    readonly limit?: number;
  }): Promise<InterconnectRecord[]>;
  /** Interconnects whose route targets are on the network, or may be, for planning. In order of their ids. */
  listRealised(): Promise<
    (RealisedInterconnect & {
      readonly lifecycle: Lifecycle;
      /** No change of it is at the routers, or takes it from them bit by bit: it is where it belongs. */
      readonly settled: boolean;
    })[]
  >;

  /** The PEs that hold the interconnect, or may, by the journals of its changes. Sorted. */
  listCarriers(id: InterconnectId): Promise<readonly PeName[]>;
  /** PEs that hold it by the record, and are gone for good by the inventory. */
  listScrappedCarriers(id: InterconnectId): Promise<readonly PeName[]>;
  /** By the ledger, whatever stands in the register: what a removal must find on routers. */
  listGivenRouteTargets(id: InterconnectId): Promise<readonly GivenRouteTarget[]>;
  /** Where the plans of these interconnects that reached routers put something: PE and VRFs. */
  listCoveredVrfs(
    ids: readonly InterconnectId[],
  ): Promise<ReadonlyMap<InterconnectId, ReadonlyMap<PeName, ReadonlySet<VrfName>>>>;

  // Decisions of people
  /**
   * Takes the decision under the law of `domain/may-decide.ts`, or throws its refusal. A decision that stands already is a no-op, and so
   * is the same call under the same key; REQUEST_CONFLICT when the key came with something else.
   */
  decide(id: InterconnectId, decision: PersonsDecision, key: string | null): Promise<InterconnectRecord>;
  /** What the law looks at, as it is now. `owners` is null. */
  readDecisionFacts(id: InterconnectId): Promise<DecisionFacts>;
  listApprovals(id: InterconnectId): Promise<Approval[]>;

  // Steps of the program. Each may be repeated; one that does not apply any more does nothing.
  /** Where it stands, for readers. */
  readStandingFacts(id: InterconnectId): Promise<InterconnectFacts>;
  /** For `nextMove`; notes that the interconnect is being driven. */
  readMoveFacts(id: InterconnectId): Promise<InterconnectFacts>;
  /** Unless a change is open already. */
  openChange(id: InterconnectId, kind: ChangeKind, by: string): Promise<void>;
  /** Ends a change that no router has seen. */
  abandonChange(id: ChangeId, outcome: ChangeOutcome, reason: string): Promise<void>;
  /** No plan was made. What a worker recorded as refused by a rule stands; what else is told is tried again, later each time. */
  noteTrouble(id: ChangeId, told: Refusal): Promise<void>;
  /** Attempts count from 1; `planId` null: there is nothing to push. False where the change is decided anew, or over. */
  beginApplying(id: ChangeId, attempt: number, planId: PlanId | null): Promise<boolean>;
  /**
   * `says`: what it does or waits for, until it is settled. Nobody can ask for a recovery while one is at work. It does nothing where another
   * one holds the journal.
   */
  noteRecovery(id: ChangeId, says: string, epoch: number): Promise<void>;
  /**
   * What a worker found out itself. With the epoch of its journal, or SESSION_LOST; without one it is of planning, or of an attempt that
   * has not begun to write: it does nothing where the change is elsewhere.
   */
  saveFinding(id: ChangeId, finding: AttemptFinding, epoch: number | null): Promise<void>;
  /** In the ledger: the attempt that was begun last has passed its verification. SESSION_LOST where the journal is another's. */
  recordVerified(
    id: ChangeId,
    verified: { readonly planId: PlanId; readonly says: string },
    epoch: number,
  ): Promise<void>;
  /** In the ledger, by digests: what each PE was sent in an attempt, and what was read and said. SESSION_LOST where the journal is another's. */
  recordAttempt(id: ChangeId, record: AttemptRecord, epoch: number): Promise<void>;
  /** By the ledger, of the attempt that was begun last. Nothing else makes a recovery confirm what opens. */
  isVerified(id: ChangeId, planId: PlanId): Promise<boolean>;
  /** By the ledger: an earlier attempt of the change went back because of what was measured. */
  wasTakenBack(id: ChangeId): Promise<boolean>;
  /** The attempt that is under way, with its own journal alone; null: none is. */
  readAttempt(id: ChangeId): Promise<Attempt | null>;
  /** Tells that a settlement was claimed which the record does not bear out; each claim once. */
  refuseSettlement(id: ChangeId, attempt: number, claimed: TransactionOutcome, shown: string): Promise<void>;
  /** What the transaction of this attempt came to, with all that follows from it for change and agreement. */
  settleTransaction(id: ChangeId, attempt: number, result: SettledTransaction): Promise<void>;
  /** Ends an agreement that is not on the network. */
  settleAgreement(id: InterconnectId, to: 'rejected' | 'expired', by: string, reason: string): Promise<void>;
  /** Interconnects that ask for a move which no workflow has seen. */
  listUndriven(olderThan: Date): Promise<InterconnectId[]>;
  /** Unfinished ones of which an hour came before `olderThan`, by the record, and whose workflow has not looked since. */
  listOverslept(olderThan: Date): Promise<InterconnectId[]>;
  /** Of which the record asks for a move now, and whose workflow has not looked since: at work, or told something else at Temporal. */
  listIdle(olderThan: Date): Promise<InterconnectId[]>;
  /** The name of this installation: of its task queues and workflows. */
  readInstallation(): Promise<string>;
  /** Of the installation: never leaves it. */
  readMarkSecret(): Promise<Uint8Array>;

  // Changes and plans
  readChange(id: ChangeId): Promise<ChangeRecord>;
  listChanges(id: InterconnectId): Promise<ChangeRecord[]>;
  /** Changes without an outcome, oldest first. */
  listOpenChanges(): Promise<ChangeRecord[]>;
  nextPlanId(id: ChangeId): Promise<PlanId>;
  /**
   * Idempotent by plan id and digest; becomes the change's plan in force, and awaits its approval when its proofs pass. `record`: the digest of
   * what it stood on, where that was kept.
   */
  savePlan(plan: Plan, payloads: readonly Payload[], record?: Digest): Promise<void>;
  readPlan(id: PlanId): Promise<Plan>;
  /** Of all plans of a change, oldest first. */
  listPlanDigests(id: ChangeId): Promise<string[]>;
  readPayloads(id: PlanId): Promise<Payload[]>;

  // Journal: durable before it returns; written before the wire.
  /**
   * Makes the caller the one holder of the change's journal: each claim has a higher epoch, and entries of an older epoch are refused. So a
   * worker that was taken for dead can write no more, and what is not journalled is not sent. Returns the journal of the last attempt:
   * what an earlier one wrote decides nothing any more. `begins`: a new attempt, whose journal is empty.
   */
  claimJournal(
    id: ChangeId,
    options?: { readonly begins: boolean },
  ): Promise<{
    readonly epoch: number;
    /** By the clock of the entries, which is the database's. */
    readonly claimedAt: string;
    readonly journal: JournalEntry[];
  }>;
  /** SESSION_LOST when the epoch is no longer the change's highest. All entries are of one change. */
  appendJournal(entries: readonly Omit<JournalEntry, 'at'>[], epoch: number): Promise<void>;
  /** Of all attempts, in order of writing. */
  readJournal(id: ChangeId): Promise<JournalEntry[]>;

  // What was sent
  /** Before the commit of an attempt, which has the epoch of its journal. */
  savePushed(input: {
    readonly changeId: ChangeId;
    readonly epoch: number;
    readonly planId: PlanId;
    readonly pushed: readonly { readonly pe: PeName; readonly xml: string; readonly digest: Digest }[];
  }): Promise<void>;
  /** Oldest attempt first, by PE; with what became of it. */
  listPushed(id: ChangeId): Promise<PushedPayload[]>;

  // Turns at routers: changes that share a PE go one after the other, in the order in which they came.
  /**
   * Enters the queue, or renews the place in it, which lapses without. Returns the changes ahead that share a PE: none means that it is
   * this one's turn.
   */
  takeTurn(id: ChangeId, pes: readonly PeName[], leaseSeconds: number): Promise<readonly ChangeId[]>;
  /** While the transaction is at work. */
  renewTurn(id: ChangeId, leaseSeconds: number): Promise<void>;
  /** Idempotent. Returns the changes that waited for it. */
  leaveTurn(id: ChangeId): Promise<readonly ChangeId[]>;

  // Route targets
  /** One fresh route target per flow, idempotent by interconnect and the flow's VPNs. ROUTE_TARGET_POOL_EXHAUSTED. Skips `avoid`. */
  allocateRouteTargets(
    id: InterconnectId,
    avoid: readonly RouteTarget[],
    /** By VPN; what is among them in the agreed ranges is part of the flows from here on. */
    announced?: ReadonlyMap<VpnId, readonly Prefix[]>,
  ): Promise<readonly RealisedFlow[]>;
  countRouteTargets(): Promise<{ readonly free: number; readonly inUse: number; readonly quarantined: number }>;

  /** What monitoring rings for. Ends before `overdueSince` should be off the network by now. */
  countTroubled(overdueSince: Date): Promise<Readonly<Record<Trouble, number>>>;

  // Progress
  /** Nothing of a `holder` that holds the journal no more. */
  appendProgress(events: readonly NewProgress[], holder?: JournalHolder): Promise<void>;
  /** In order; at most `limit` (default 500). */
  readProgress(filter: {
    readonly afterSequence: number;
    readonly interconnectId?: InterconnectId;
    readonly limit?: number;
  }): Promise<ProgressEvent[]>;
  /** Deletes some thousand of the oldest events that are older; says how many. Decisions and results stand in the record and the ledger. */
  forgetProgress(olderThan: Date): Promise<number>;
  /** Calls back soon after progress was appended by any process (LISTEN/NOTIFY); returns the unsubscribe. */
  onProgress(listener: () => void): Promise<() => Promise<void>>;

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
    readonly digest?: Digest;
    /** By the database's clock: for who takes a young reading for a new one. */
    readonly savedWithinMs?: number;
    readonly limit?: number;
  }): Promise<Reading[]>;

  /** Of the whole network, with its fact in the ledger; the oldest go (`audit-rows.ts`). Its record is a reading of that digest. */
  saveAudit(audit: NewAudit): Promise<AuditEntry>;
  /** Newest first; at most `limit`. */
  listAudits(limit: number): Promise<AuditEntry[]>;

  /** How agreements were found on the network; a younger sighting is not replaced by an older one. */
  saveSightings(sightings: readonly Sighting[]): Promise<void>;
  /** null: not read since it came into force. */
  readSighting(id: InterconnectId): Promise<Sighting | null>;

  // Workers
  /** Says that the worker lives; `at` by its own clock, in ISO 8601. Rows of workers that were not seen for long go with it. */
  beatWorker(worker: WorkerIdentity & { readonly draining: boolean; readonly at: string }): Promise<void>;
  /** Idempotent. */
  endWorker(id: string): Promise<void>;
  /** The oldest first, also those that were not seen of late; their age is by the database's clock. */
  listWorkers(): Promise<WorkerRecord[]>;

  /** false: the database answers and takes no writes. Throws DATABASE_UNAVAILABLE. */
  isWritable(): Promise<boolean>;
  /** Throws DATABASE_UNAVAILABLE. */
  ping(): Promise<void>;
  /** By the clock that every date of the record is held against: the database's. */
  now(): Date;
  close(): Promise<void>;
}
