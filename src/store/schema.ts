import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Alignment } from '../domain/alignment.ts';
import type { Digest } from '../domain/canonical-json.ts';
import type {
  AttemptFinding,
  ChangeOutcome,
  ChangePhase,
  LeftRouter,
  ProgressEvent,
  Refusal,
  RouterTransactionState,
  Waiting,
} from '../domain/change.ts';
import type { ChangeKind } from '../domain/change-kinds.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { InventoryConflict } from '../domain/inventory-effect.ts';
import type { ProposalState } from '../domain/inventory-proposal.ts';
import type { Lifecycle } from '../domain/lifecycle.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PlanId, VpnId } from '../domain/names.ts';
import type { Plan, Procedure } from '../domain/plan.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { ApprovalParty, ApprovalSubject, Decision, InterconnectRequest } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { bytea, person, sentence, sentences, time } from './column-types.ts';

// Documents are `json`, not `jsonb`: kept as written, so that a digest over them is the same after reading.

/** One row: the name that task queues and workflow ids carry, so that two installations on one Temporal never meet. */
export const installation = pgTable('installation', {
  id: text('id').primaryKey(),
  createdAt: time('created_at').notNull(),
  /** What the marks are made of by which parties count events. */
  markSecret: bytea('mark_secret')
    .notNull()
    .default(sql`decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')`),
});

/** Empty for ever: what would be written into it tells whether the disk has room (`is-writable.ts`). */
export const writeProbe = pgTable('write_probe', { filler: text('filler').notNull() });

/** Every imported inventory; the newest is in force. A document each: it is read whole, and checked before it comes here. */
export const inventories = pgTable('inventories', {
  version: integer('version').primaryKey().generatedAlwaysAsIdentity(),
  inventory: json('inventory').$type<Inventory>().notNull(),
  importedBy: person('imported_by').notNull(),
  importedAt: time('imported_at').notNull(),
});

/** Inventories that wait for a second person; the document goes when that is over, its digest stays. */
export const inventoryProposals = pgTable(
  'inventory_proposals',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    state: text('state').$type<ProposalState>().notNull(),
    digest: text('digest').notNull(),
    baseVersion: integer('base_version').notNull(),
    inventory: json('inventory').$type<Inventory>(),
    conflicts: json('conflicts').$type<readonly InventoryConflict[]>().notNull(),
    proposedBy: person('proposed_by').notNull(),
    proposedAt: time('proposed_at').notNull(),
    decidedBy: person('decided_by'),
    decidedAt: time('decided_at'),
  },
  (table) => [index('inventory_proposals_open').on(table.id).where(sql`${table.state} = 'open'`)],
);

export const interconnects = pgTable(
  'interconnects',
  {
    number: integer('number').generatedAlwaysAsIdentity().notNull(),
    id: text('id').$type<InterconnectId>().primaryKey().generatedAlwaysAs(
      // lpad would cut what is longer than four digits.
      sql`'IC-' || lpad(number::text, greatest(4, length(number::text)), '0')`,
    ),
    firstParty: text('first_party').$type<EntityId>().notNull(),
    secondParty: text('second_party').$type<EntityId>().notNull(),
    requestedBy: person('requested_by').notNull(),
    requestedByEntity: text('requested_by_entity').$type<EntityId>().notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    /** Digest of everything that came with the key: the same key with another body is a conflict. */
    bodyDigest: text('body_digest').notNull(),
    lifecycle: text('lifecycle').$type<Lifecycle>().notNull(),
    /** In force; its request and digest are in `agreements`. */
    agreementVersion: integer('agreement_version').notNull().default(1),
    reason: sentence('reason'),
    withdrawnBy: person('withdrawn_by'),
    withdrawalReason: sentence('withdrawal_reason'),
    withdrawnAt: time('withdrawn_at'),
    /** The document that says it, signed; null: it is the word of a token. */
    withdrawalSigned: text('withdrawal_signed'),
    withdrawalSignature: text('withdrawal_signature').$type<Digest>(),
    /** Nothing shows yet that the signatures hold: what closes waits for no authority. */
    withdrawalUnproven: boolean('withdrawal_unproven').notNull().default(false),
    /** Counts what asks for a move; `driven_revision` is the one that the workflow has seen. */
    revision: integer('revision').notNull().default(1),
    drivenRevision: integer('driven_revision').notNull().default(0),
    /** When the workflow last read the record. */
    drivenAt: time('driven_at'),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('interconnects_number').on(table.number),
    uniqueIndex('interconnects_idempotency').on(table.requestedBy, table.idempotencyKey),
    index('interconnects_first_party').on(table.firstParty, table.number),
    index('interconnects_second_party').on(table.secondParty, table.number),
    index('interconnects_lifecycle').on(table.lifecycle, table.number),
    index('interconnects_unproven').on(table.withdrawnAt).where(sql`${table.withdrawalUnproven}`),
    check('interconnects_parties_ordered', sql`${table.firstParty} < ${table.secondParty}`),
  ],
);

const interconnectId = () =>
  text('interconnect_id')
    .$type<InterconnectId>()
    .notNull()
    .references(() => interconnects.id);

/** What the parties sign, by version: a modification is a new version, signed anew. */
export const agreements = pgTable(
  'agreements',
  {
    interconnectId: interconnectId(),
    version: integer('version').notNull(),
    request: json('request').$type<InterconnectRequest>().notNull(),
    digest: text('digest').notNull(),
    proposedBy: person('proposed_by').notNull(),
    proposedAt: time('proposed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.interconnectId, table.version] })],
);

/** Calls of people by their own key: a repeated one answers the same and does nothing. */
export const actionKeys = pgTable(
  'action_keys',
  {
    person: person('person').notNull(),
    key: text('key').notNull(),
    interconnectId: interconnectId(),
    actionDigest: text('action_digest').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.person, table.key] })],
);

export const approvals = pgTable(
  'approvals',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    interconnectId: interconnectId(),
    subject: text('subject').$type<ApprovalSubject>().notNull(),
    digest: text('digest').notNull(),
    party: text('party').$type<ApprovalParty>().notNull(),
    person: person('person').notNull(),
    decision: text('decision').$type<Decision>().notNull(),
    reason: sentence('reason'),
    /** What of a plan is accepted by name. */
    accepts: text('accepts').array().notNull().default([]),
    decidedAt: time('decided_at').notNull(),
    /** Of the signed document: as in the ledger. */
    signature: text('signature').$type<Digest>(),
    /** The signed document itself, with what shows that its signatures hold. */
    signed: text('signed'),
    /** Nothing shows yet that its signatures hold: what closes waits for no authority. */
    unproven: boolean('unproven').notNull().default(false),
  },
  (table) => [
    // Without the party: one person never signs for both.
    uniqueIndex('approvals_person').on(table.interconnectId, table.subject, table.digest, table.person),
    index('approvals_unproven').on(table.decidedAt).where(sql`${table.unproven}`),
  ],
);

export const changes = pgTable(
  'changes',
  {
    id: text('id').$type<ChangeId>().primaryKey(),
    interconnectId: interconnectId(),
    number: integer('number').notNull(),
    kind: text('kind').$type<ChangeKind>().notNull(),
    agreementVersion: integer('agreement_version').notNull().default(1),
    phase: text('phase').$type<ChangePhase>().notNull(),
    planId: text('plan_id').$type<PlanId>(),
    outcome: text('outcome').$type<ChangeOutcome>(),
    reason: sentence('reason'),
    refusal: sentences('refusal').$type<Refusal>(),
    waiting: sentences('waiting').$type<Waiting>(),
    left: sentences('left').$type<readonly LeftRouter[]>(),
    attempts: integer('attempts').notNull().default(0),
    /** The approval of a plan of this change: for what only takes away it covers the plans that follow. */
    approvedAt: time('approved_at'),
    applyUntil: time('apply_until'),
    replanBy: person('replan_by'),
    /** Who asked for the plan in force, or for one before it that nobody decided on. */
    planAskers: person('plan_askers').array().notNull().default([]),
    /** What a worker found out about the attempt at hand. */
    finding: sentences('finding').$type<AttemptFinding>(),
    recoverBy: person('recover_by'),
    /** What a recovery that is under way does or waits for, for people. */
    recovery: sentence('recovery'),
    /** Whoever claimed the journal last writes it; older epochs are refused. */
    journalEpoch: integer('journal_epoch').notNull().default(0),
    /** The epoch with which the last attempt began. */
    attemptEpoch: integer('attempt_epoch').notNull().default(0),
    requestedBy: person('requested_by').$type<string>().notNull(),
    startedAt: time('started_at').notNull(),
    endedAt: time('ended_at'),
  },
  (table) => [
    uniqueIndex('changes_number').on(table.interconnectId, table.number),
    // One at a time: what a change is planned on does not move under it.
    uniqueIndex('changes_one_open').on(table.interconnectId).where(sql`${table.outcome} is null`),
    index('changes_open').on(table.startedAt).where(sql`${table.outcome} is null`),
  ],
);

export const plans = pgTable(
  'plans',
  {
    id: text('id').$type<PlanId>().primaryKey(),
    changeId: text('change_id')
      .$type<ChangeId>()
      .notNull()
      .references(() => changes.id),
    number: integer('number').notNull(),
    digest: text('digest').notNull(),
    plan: json('plan').$type<Plan>().notNull(),
    savedAt: time('saved_at').notNull(),
  },
  (table) => [uniqueIndex('plans_number').on(table.changeId, table.number)],
);

export const payloads = pgTable(
  'payloads',
  {
    planId: text('plan_id')
      .$type<PlanId>()
      .notNull()
      .references(() => plans.id),
    pe: text('pe').$type<PeName>().notNull(),
    xml: text('xml').notNull(),
  },
  (table) => [primaryKey({ columns: [table.planId, table.pe] })],
);

/** The very XML that a router was sent, or was about to be: with each attempt, before its commit. */
export const pushedPayloads = pgTable(
  'pushed_payloads',
  {
    changeId: text('change_id').$type<ChangeId>().notNull(),
    epoch: integer('epoch').notNull(),
    pe: text('pe').$type<PeName>().notNull(),
    planId: text('plan_id').$type<PlanId>().notNull(),
    xml: text('xml').notNull(),
    digest: text('digest').$type<Digest>().notNull(),
    at: time('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.changeId, table.epoch, table.pe] }),
    foreignKey({ name: 'pushed_payloads_change', columns: [table.changeId], foreignColumns: [changes.id] }),
  ],
);

export const journal = pgTable(
  'journal',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    changeId: text('change_id').$type<ChangeId>().notNull(),
    pe: text('pe').$type<PeName>().notNull(),
    state: text('state').$type<RouterTransactionState>().notNull(),
    procedure: text('procedure').$type<Procedure>().notNull(),
    persistId: text('persist_id'),
    detail: sentence('detail'),
    /** Under which claim it was written. */
    epoch: integer('epoch').notNull().default(0),
    at: time('at').notNull(),
  },
  (table) => [
    foreignKey({ name: 'journal_change', columns: [table.changeId], foreignColumns: [changes.id] }),
    index('journal_change_pe').on(table.changeId, table.pe, table.sequence),
  ],
);

/** The queue at the routers: changes that share a PE go one after the other, by ticket. A row lives as long as its transaction. */
export const routerTurns = pgTable(
  'router_turns',
  {
    ticket: bigserial('ticket', { mode: 'number' }).primaryKey(),
    changeId: text('change_id').$type<ChangeId>().notNull(),
    pes: text('pes').$type<PeName>().array().notNull(),
    enteredAt: time('entered_at').notNull(),
    /** A turn that nobody renews is over. */
    leaseUntil: time('lease_until').notNull(),
  },
  (table) => [
    foreignKey({ name: 'router_turns_change', columns: [table.changeId], foreignColumns: [changes.id] }),
    uniqueIndex('router_turns_change_once').on(table.changeId),
  ],
);

/** In use while `released_at` is null; then in quarantine, until the allocation that finds the time over takes the row away. */
export const routeTargets = pgTable(
  'route_targets',
  {
    routeTarget: text('route_target').$type<RouteTarget>().primaryKey(),
    administrator: text('administrator').notNull(),
    assigned: bigint('assigned', { mode: 'number' }).notNull(),
    interconnectId: interconnectId(),
    fromVpn: text('from_vpn').$type<VpnId>().notNull(),
    toVpn: text('to_vpn').$type<VpnId>().notNull(),
    /** Where ranges were agreed: the networks in them when it was planned last. Null: what was agreed is named. */
    prefixes: text('prefixes').array().$type<Prefix[]>(),
    allocatedAt: time('allocated_at').notNull(),
    releasedAt: time('released_at'),
  },
  (table) => [
    index('route_targets_pool').on(table.administrator, table.assigned),
    uniqueIndex('route_targets_flow')
      .on(table.interconnectId, table.fromVpn, table.toVpn)
      .where(sql`${table.releasedAt} is null`),
  ],
);

export const progress = pgTable(
  'progress',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    interconnectId: text('interconnect_id').$type<InterconnectId>().notNull(),
    changeId: text('change_id').$type<ChangeId>(),
    pe: text('pe').$type<PeName>(),
    stage: text('stage').$type<ProgressEvent['stage']>().notNull(),
    status: text('status').$type<ProgressEvent['status']>().notNull(),
    message: sentence('message').notNull(),
    elapsedMs: integer('elapsed_ms'),
    at: time('at').notNull(),
  },
  (table) => [
    foreignKey({ name: 'progress_interconnect', columns: [table.interconnectId], foreignColumns: [interconnects.id] }),
    index('progress_interconnect_sequence').on(table.interconnectId, table.sequence),
  ],
);

/** Append-only: a trigger (migration `ledger-append-only`) refuses every update, delete and truncate. */
export const ledger = pgTable(
  'ledger',
  {
    sequence: bigint('sequence', { mode: 'number' }).primaryKey(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    body: json('body').$type<Readonly<Record<string, unknown>>>().notNull(),
    /** Text: what was hashed is what is stored. */
    at: text('at').notNull(),
    /** Null: of before there were nonces. */
    nonce: text('nonce'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    // The chain cannot fork, even if the lock around appending failed.
    uniqueIndex('ledger_previous_hash').on(table.previousHash),
    index('ledger_subject').on(table.subject, table.sequence),
    index('ledger_action').on(table.action, table.sequence),
    check('ledger_from_one', sql`${table.sequence} >= 1`),
  ],
);

/** How each agreement was last found on the network; one row each. */
export const sightings = pgTable('sightings', {
  interconnectId: interconnectId().primaryKey(),
  seenAt: time('seen_at').notNull(),
  alignment: text('alignment').$type<Alignment>().notNull(),
  says: text('says'),
});
