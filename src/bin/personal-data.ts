/** What wasl keeps, member by member, and whether it is of a person: `render-personal-data.ts` makes the page, and its test finds what is missing here. */

import type { DeliverWebhookInput, RunInterconnectInput } from '../../workflows/shared/messages.ts';
import type { NetworkAudit } from '../domain/audit.ts';
import type { AttemptFinding, LeftRouter, Refusal, Waiting } from '../domain/change.ts';
import type { InventoryConflict } from '../domain/inventory-effect.ts';
import type { LedgerReview } from '../domain/ledger-review.ts';
import type { Plan } from '../domain/plan.ts';
import type { DueRecord } from '../domain/retention.ts';
import type { SigningDocument } from '../domain/signing-document.ts';
import type { WebhookKey, WebhookMessage } from '../domain/webhook.ts';

export interface DataClass {
  readonly is: string;
  readonly whose: string;
  readonly why: string;
  readonly seenBy: string;
  readonly howLong: string;
}

const RECORD = 'as long as the record: the ledger keeps it for good';
const NOBODY = { whose: '–', why: '–', seenBy: '–' };

export const DATA_CLASSES = {
  no: { is: 'nothing of a person', ...NOBODY, howLong: '–' },
  user: {
    is: 'a user id (`sub` of a token): a pseudonym, which names a person at the identity provider alone',
    whose: 'whoever asked, decided or did something',
    why: 'nobody plays two parts; what was done can be shown',
    seenBy: 'the network side; a party its own people',
    howLong: RECORD,
  },
  said: {
    is: 'a sentence of wasl; where a person’s reason is meant, a reference to it and not the reason',
    whose: 'whoever gave the reason',
    why: 'the other side must know why',
    seenBy: 'whoever sees the interconnect, opened when it is shown',
    howLong: 'the reference for good; what it stands for by the retention schedule',
  },
  signed: {
    is: 'a reference to a signed document, or to the scan of one, and not the document',
    whose: 'the signatory, the officer, the seal’s holder',
    why: 'the gate verifies it before each push; another officer holds the scan against the paper',
    seenBy: 'nobody',
    howLong: 'for good; what it stands for by the retention schedule',
  },
  sealed: {
    is: '**personal**: reasons, signed documents with name, designation and certificates, and scans of forms that were signed by hand; AES-256-GCM under a key of the person in the record',
    whose: 'signatories, officers',
    why: 'no packet crosses without signatures that can be verified',
    seenBy:
      'the gate; reasons whoever sees the interconnect; documents `auditor` and `security` for a recorded purpose; scans `security`, `admin` and `auditor`, recorded',
    howLong: 'by the retention schedule, then erased',
  },
  key: {
    is: 'the key of a person in a record, wrapped (AES-256-GCM, bound to both) under one that lies outside the database',
    whose: 'the same',
    why: 'so that its end is the end of what it sealed',
    seenBy: 'nobody',
    howLong: 'as what it sealed',
  },
  work: {
    is: 'words or settings of offices, by rule without names of persons',
    whose: 'nobody, where the rule is kept',
    why: 'what is asked, operated, decided',
    seenBy: 'whoever sees the interconnect or the network',
    howLong: RECORD,
  },
  contact: {
    is: '**personal**: whom the other party reaches (name, office, telephone, mail), in clear',
    whose: 'contacts that an entity names',
    why: 'the parties of an interconnect reach each other',
    seenBy:
      'engineers, security officers and admins, the entity itself, and the other party of an interconnect while they are joined',
    howLong: 'until its entity names others',
  },
  address: {
    is: '**personal**: the address that a request came from',
    whose: 'whoever calls',
    why: 'to find who misuses the API',
    seenBy: 'who operates the API',
    howLong: 'as the operator keeps logs',
  },
} as const satisfies Record<string, DataClass>;

export type DataClassName = keyof typeof DATA_CLASSES;
/** The members of each class, with spaces. */
export type Declared = Partial<Record<DataClassName, string>>;

/** Every column of every table. */
export const COLUMNS: Readonly<Record<string, Declared>> = {
  installation: { no: 'id created_at mark_secret' },
  write_probe: { no: 'filler' },
  inventories: { no: 'version imported_at', work: 'inventory', user: 'imported_by' },
  inventory_proposals: {
    no: 'id state digest base_version conflicts proposed_at decided_at',
    work: 'inventory',
    user: 'proposed_by decided_by',
  },
  interconnects: {
    no: 'number id first_party second_party requested_by_entity idempotency_key body_digest lifecycle agreement_version withdrawn_at withdrawal_signature withdrawal_unproven revision driven_revision driven_at created_at updated_at',
    user: 'requested_by withdrawn_by',
    said: 'reason withdrawal_reason',
    signed: 'withdrawal_signed',
  },
  agreements: { no: 'interconnect_id version digest proposed_at', work: 'request', user: 'proposed_by' },
  action_keys: { no: 'interconnect_id key action_digest at', user: 'person' },
  approvals: {
    no: 'interconnect_id sequence subject digest party decision accepts decided_at signature unproven',
    user: 'person',
    said: 'reason',
    signed: 'signed',
  },
  earlier_signatures: {
    no: 'sequence subject policy_version interconnect_id digest party decided_at signature form',
    user: 'person',
    signed: 'signed',
  },
  changes: {
    no: 'interconnect_id id number kind agreement_version phase plan_id outcome attempts approved_at apply_until journal_epoch attempt_epoch started_at ended_at',
    user: 'replan_by plan_askers recover_by requested_by',
    said: 'reason refusal waiting left finding recovery',
  },
  plans: { no: 'id change_id number digest plan saved_at' },
  payloads: { no: 'plan_id pe', work: 'xml' },
  pushed_payloads: { no: 'change_id epoch pe plan_id digest at', work: 'xml' },
  journal: { no: 'sequence change_id pe state procedure persist_id epoch at', said: 'detail' },
  router_turns: { no: 'ticket change_id pes entered_at lease_until' },
  route_targets: {
    no: 'interconnect_id route_target administrator assigned from_vpn to_vpn prefixes allocated_at released_at',
  },
  progress: { no: 'sequence interconnect_id change_id pe stage status elapsed_ms at', said: 'message' },
  ledger: { no: 'sequence action subject at nonce previous_hash hash', user: 'actor', said: 'body' },
  sightings: { no: 'interconnect_id seen_at alignment says' },
  reading_texts: { no: 'digest', work: 'compressed' },
  readings: { no: 'id kind pe digest reader change_id read_at saved_at' },
  audits: { no: 'id at digest result', user: 'by' },
  workers: { no: 'id task_queue host pid version started_at last_seen_at draining clock_ahead_ms' },
  ledger_nodes: { no: 'level index hash' },
  ledger_checkpoints: { no: 'size note signed_at' },
  ledger_cosignatures: { no: 'size witness line received_at', user: 'received_from' },
  ledger_timestamps: { no: 'size token received_at' },
  ledger_reviews: { no: 'id at review' },
  policies: {
    no: 'version in_force_from grace_days digest proposed_at published_at',
    user: 'proposed_by published_by',
  },
  policy_renditions: { no: 'policy_version language media_type sha256 bytes', work: 'content' },
  policy_acceptances: {
    no: 'policy_version entity digest accepted_at signature form',
    user: 'person',
    signed: 'signed',
  },
  hand_signed_forms: {
    no: 'policy_version entity digest media_type sha256 bytes attached_at confirmed_at',
    user: 'attached_by confirmed_by',
    signed: 'content',
  },
  entity_contacts: { no: 'subject entity position purpose recorded_at', contact: 'name designation telephone email' },
  entity_obligations: { no: 'entity position recorded_at', work: 'ar en' },
  webhook_endpoints: { no: 'id entity scheme keys networks state created_at', work: 'url', said: 'reason' },
  webhook_events: { no: 'interconnect_id sequence type lifecycle at' },
  webhook_deliveries: {
    no: 'id endpoint_id interconnect_id sequence state tries due_at queued_at ended_at',
    said: 'outcome',
  },
  personal_keys: { no: 'id record_kind record_id kek created_at erased_at erased_by', user: 'subject', key: 'wrapped' },
  personal_texts: { no: 'id key_id kind written_at', sealed: 'sealed' },
  retention_proposals: {
    no: 'id state digest schedule_digest proposed_at decided_at erased_at',
    work: 'authority',
    user: 'records proposed_by decided_by erased_by',
  },
  legal_holds: {
    no: 'id record_kind record_id placed_at lifted_at',
    work: 'reference',
    user: 'subject placed_by lifted_by',
  },
};

type Members<Document> = { readonly [Member in keyof Required<Document>]: DataClassName };

/** Members of documents in columns, messages and bodies; a new member does not compile without its class. */
export const DOCUMENTS = {
  'plans.plan': {
    ...{ id: 'no', changeId: 'no', interconnectId: 'no', kind: 'no', routers: 'no', gained: 'no', lost: 'no' },
    ...{
      proofs: 'no',
      probes: 'no',
      left: 'said',
      window: 'no',
      inventoryVersion: 'no',
      inventoryDigest: 'no',
      remains: 'no',
      told: 'no',
    },
    ...{ toAccept: 'no', createdAt: 'no', createdBy: 'user', digest: 'no' },
  } satisfies Members<Plan>,
  'changes.refusal': { code: 'no', path: 'no', fact: 'said', remedy: 'no', at: 'no' } satisfies Members<Refusal>,
  'changes.waiting': { reason: 'said', tries: 'no', nextAt: 'no' } satisfies Members<Waiting>,
  'changes.left': { pe: 'no', reason: 'no' } satisfies Members<LeftRouter>,
  'changes.finding': {
    ...{ by: 'no', outcome: 'no', reason: 'said', code: 'no', left: 'no', path: 'no', remedy: 'no' },
  } satisfies Members<AttemptFinding>,
  'audits.result': {
    ...{ verdict: 'no', examined: 'no', uncovered: 'no', missing: 'no', doubts: 'no', unread: 'no' },
    ...{ assumptions: 'no', findings: 'no', leftBehind: 'no', ofNobody: 'no', told: 'no' },
  } satisfies Members<NetworkAudit>,
  'ledger_reviews.review': {
    ...{ verdict: 'no', entries: 'no', checkpoints: 'no', signedEntries: 'no', interconnects: 'no', findings: 'user' },
  } satisfies Members<LedgerReview>,
  'inventory_proposals.conflicts': {
    interconnectId: 'no',
    remedy: 'no',
    path: 'no',
    fact: 'no',
  } satisfies Members<InventoryConflict>,
  'webhook_endpoints.keys': { secret: 'no', since: 'no' } satisfies Members<WebhookKey>,
  'retention_proposals.records': {
    ...{ kind: 'no', id: 'no', keyId: 'no', subject: 'user', beganAt: 'no', dueAt: 'no', reference: 'work' },
  } satisfies Members<DueRecord>,
  'signed document: what is signed': {
    ...{ format: 'no', kind: 'no', installation: 'no', signers: 'no', subject: 'no', policy: 'no' },
    ...{ preparedAt: 'no', nonce: 'no' },
  } satisfies Members<SigningDocument>,
  'signed document: each signature': {
    ...{ alg: 'no', iat: 'no', 'x5t#S256': 'sealed', srCms: 'no', srAts: 'sealed', signature: 'sealed' },
    ...{ 'etsiU.xVals': 'sealed', 'etsiU.rVals': 'sealed', 'etsiU.sigTst': 'no' },
  },
  'webhook body': { type: 'no', timestamp: 'no', data: 'no' } satisfies Members<WebhookMessage>,
  'webhook body: data': { interconnect: 'no', sequence: 'no', lifecycle: 'no' } satisfies Members<
    WebhookMessage['data']
  >,
  'Temporal: input of runInterconnect': {
    ...{ version: 'no', installation: 'no', interconnectId: 'no' },
  } satisfies Members<RunInterconnectInput>,
  'Temporal: input of deliverWebhook': { version: 'no', deliveryId: 'no' } satisfies Members<DeliverWebhookInput>,
  'Temporal: activities': { ids: 'no', persons: 'user', reasons: 'said', plans: 'no' },
  'log of the API': {
    ...{ part: 'no', pid: 'no', time: 'no', level: 'no', reqId: 'no', method: 'no', path: 'no', statusCode: 'no' },
    ...{ responseTime: 'no', person: 'user', remoteAddress: 'address', remotePort: 'address', err: 'said' },
  },
  'log of the worker': { part: 'no', pid: 'no', time: 'no', level: 'no', msg: 'said' },
} as const satisfies Record<string, Readonly<Record<string, DataClassName>>>;

/** Members of the documents that people write, at any depth. */
export const WRITTEN: Readonly<Record<'request' | 'inventory', Declared>> = {
  request: { no: 'flows from policyVersion prefixes to validFrom validUntil', work: 'purpose firewallNote' },
  inventory: {
    no: 'administrator asNumber attachments backbone baseVersions branch canary clientCapabilities confirmTimeoutSeconds confirmTimer credential dropNulBytes entities entity families from host hostKeys id jumpHosts legacyAlgorithms maintenance management minimumSeconds netconf platform port prefixes probe quarantineDays routeDistinguisher routeTargetPool routers scrapped source to unitSeconds version vpn vpns vrfs',
    work: 'name reason maintenanceReason',
  },
};

/** Facts of the ledger: the members of each body. Its actor is a `user`. */
export const LEDGER_FACTS: Readonly<Record<string, Declared>> = {
  'agreement.stepped': { no: 'from to', said: 'reason' },
  'approval.recorded': {
    no: 'subject planId digest party decision accepts decidedAt signedAt signature',
    said: 'reason unproven',
  },
  'audit.requested': {},
  'change.ended': { no: 'outcome code planId routers', said: 'reason' },
  'change.started': { no: 'interconnectId kind agreementVersion' },
  'closing.unvouched': { no: 'changeId kind', said: 'why' },
  'entity.profile-recorded': { no: 'entity contacts obligations' },
  'hold.lifted': {},
  'hold.placed': { no: 'record', user: 'subject', work: 'reference' },
  'installation.retired': { no: 'ended' },
  'inventory.imported': { no: 'version digest entities vpns routers scrapped replaced', user: 'override' },
  'inventory.proposed': { no: 'digest baseVersion conflicts' },
  'inventory.rebased': { no: 'by digest' },
  'inventory.superseded': { no: 'by digest' },
  'messages.decoded': { no: 'withinMs' },
  'messages.encoded': { no: 'withinMs' },
  'network.audited': {
    no: 'verdict examined uncovered missing doubts unread readAt proof readings findings',
  },
  'personal-data.disclosed': { no: 'purpose documents' },
  'personal-data.exported': { no: 'purpose texts' },
  'personal-keys.lost': { no: 'records' },
  'personal-keys.rotated': { no: 'kek rewrapped sealed secrets lost' },
  'plan.refused': { no: 'interconnectId code path remedy', said: 'fact' },
  'plan.requested': {},
  'plan.saved': { no: 'digest changeId interconnectId kind routers proofs record' },
  'policy.accepted': { no: 'entity digest acceptedAt signature form' },
  'policy.form-attached': { no: 'entity digest form mediaType bytes' },
  'policy.proposed': { no: 'version inForceFrom graceDays digest renditions' },
  'policy.published': { no: 'digest inForceFrom graceDays' },
  'record.restored': { no: 'from to root signature signaturesAfter' },
  'recovery.requested': {},
  'request.amended': { no: 'requestDigest parties entity', work: 'request' },
  'request.submitted': { no: 'requestDigest parties entity', work: 'request' },
  'retention.decided': { no: 'digest decision' },
  'retention.erased': { no: 'digest records' },
  'retention.proposed': { no: 'digest scheduleDigest records', work: 'authority' },
  'route-target.allocated': { no: 'routeTarget from to' },
  'route-target.kept': { no: 'routeTarget scrapped' },
  'route-target.released': { no: 'routeTarget' },
  'settlement.refused': { no: 'interconnectId attempt claimed shown' },
  'signature.proven': { no: 'of signature' },
  'signature.refuted': { no: 'of signature', said: 'reason' },
  'transaction.begun': { no: 'planId attempt at' },
  'transaction.ended': { no: 'outcome code left attempt routers path remedy', said: 'reason' },
  'transaction.recorded': { no: 'planId routers epoch' },
  'transaction.verified': { no: 'planId says' },
  'webhook.allowed': { no: 'entity networks', work: 'url' },
  'webhook.disabled': { no: 'entity reason', work: 'url' },
  'webhook.enabled': { no: 'entity state reason', work: 'url' },
  'webhook.key-added': { no: 'entity', work: 'url' },
  'webhook.registered': { no: 'entity', work: 'url' },
  'webhook.removed': { no: 'entity', work: 'url' },
  'withdrawal.requested': { no: 'signature unsigned', said: 'reason unproven refusedSignature' },
};
