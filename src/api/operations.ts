import type { ErrorCode } from '../errors.ts';

/** An operation of the document: its name, by which generated clients call it, and what it may refuse beyond the rest (`describe-api.ts`). */
export interface Operation {
  readonly id: string;
  readonly refuses?: readonly ErrorCode[];
}

const OF_ROUTERS = [
  'WORKERS_AWAY',
  'TEMPORAL_UNAVAILABLE',
  'ROUTER_UNREACHABLE',
  'ROUTER_TIMEOUT',
  'ROUTER_MAINTENANCE',
  'ROUTER_NOT_UNDERSTOOD',
] as const;
const OF_REQUESTS = ['VPN_UNKNOWN', 'APPROVAL_PARTY', 'POLICY_NOT_IN_FORCE', 'REQUEST_PERIOD'] as const;
const OF_DECISIONS = ['LIFECYCLE_STEP', 'APPROVAL_DIGEST', 'APPROVAL_SELF', 'REQUEST_CONFLICT'] as const;

const OF_SIGNATURES = ['SIGNATURE_MISSING', 'SIGNATURE_REFUSED', 'SIGNATURE_UNPROVEN', 'SIGNATURE_SOURCE'] as const;

const OF_ERASURES = ['RETENTION_UNKNOWN', 'RETENTION_PROPOSAL', 'APPROVAL_SELF', 'APPROVAL_DIGEST'] as const;

/** Every route of the document, as `authorisation.ts` lists it. The names are part of the contract: they stay. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /health': { id: 'readHealth' },
  'GET /ready': { id: 'readReadiness' },
  'GET /.well-known/oauth-protected-resource': { id: 'readProtectedResource' },
  'GET /v1/caller': { id: 'readCaller' },
  'POST /v1/codec/decode': { id: 'decodePayloads', refuses: ['NOT_FOUND'] },
  'POST /v1/codec/encode': { id: 'encodePayloads', refuses: ['NOT_FOUND'] },

  'PUT /v1/inventory': {
    id: 'importInventory',
    refuses: ['INVENTORY_INVALID', 'INVENTORY_IN_USE', 'INVENTORY_VERSION', 'INVENTORY_VERSION_MISSING'],
  },
  'GET /v1/inventory': { id: 'readInventory' },
  'POST /v1/inventory/difference': { id: 'compareInventory', refuses: ['INVENTORY_INVALID'] },
  'GET /v1/inventory/proposals': { id: 'listInventoryProposals' },
  'GET /v1/inventory/proposals/:id': { id: 'readInventoryProposal' },
  'POST /v1/inventory/proposals/:id/confirmation': { id: 'confirmInventoryProposal', refuses: ['INVENTORY_PROPOSAL'] },
  'GET /v1/entities': { id: 'listEntities' },
  'GET /v1/entities/:id/profile': { id: 'readProfile' },
  'PUT /v1/entities/:id/profile': { id: 'recordProfile', refuses: ['CHANGED_MEANWHILE'] },
  'GET /v1/vpns': { id: 'listVpns' },

  'POST /v1/policies': { id: 'proposePolicy', refuses: ['POLICY_CONFLICT'] },
  'POST /v1/policies/:version/publication': { id: 'publishPolicy', refuses: ['POLICY_CONFLICT', 'APPROVAL_SELF'] },
  'POST /v1/policies/:version/acceptances': {
    id: 'acceptPolicy',
    refuses: ['POLICY_CONFLICT', 'POLICY_NOT_IN_FORCE', 'APPROVAL_TWICE', 'APPROVAL_DIGEST', ...OF_SIGNATURES],
  },
  'GET /v1/policies': { id: 'listPolicies' },
  'GET /v1/policies/:version': { id: 'readPolicy' },
  'GET /v1/policies/:version/renditions/:language': { id: 'readRendition' },
  'GET /v1/policies/:version/hand-signed': { id: 'listHandSigned' },
  'POST /v1/policies/:version/hand-signed': {
    id: 'attachHandSigned',
    refuses: ['ENTITY_UNKNOWN', 'APPROVAL_DIGEST', 'APPROVAL_TWICE'],
  },
  'GET /v1/policies/:version/hand-signed/:entity/content': { id: 'readHandSigned' },
  'POST /v1/policies/:version/hand-signed/:entity/confirmation': {
    id: 'confirmHandSigned',
    refuses: ['APPROVAL_SELF', 'APPROVAL_DIGEST', 'APPROVAL_TWICE', 'POLICY_CONFLICT', 'POLICY_NOT_IN_FORCE'],
  },
  'GET /v1/policy-standings': { id: 'listPolicyStandings' },
  'GET /v1/prohibited-conduct': { id: 'listProhibitedConduct' },

  'POST /v1/signing-documents': {
    id: 'composeSigningDocument',
    refuses: [...OF_DECISIONS, 'APPROVAL_PARTY', 'POLICY_UNKNOWN'],
  },
  'POST /v1/signing-documents/preparations': { id: 'prepareSignature', refuses: ['SIGNING_KEY'] },
  'POST /v1/signing-documents/attachments': {
    id: 'attachSignature',
    refuses: ['SIGNATURE_INVALID', 'SIGNED_DOCUMENT_INVALID'],
  },

  'POST /v1/request-checks': { id: 'checkRequest', refuses: OF_REQUESTS },
  'POST /v1/interconnects': {
    id: 'submitRequest',
    refuses: [...OF_REQUESTS, 'REQUEST_CONFLICT', 'POLICY_NOT_ACCEPTED', 'REQUEST_PARTIES'],
  },
  'GET /v1/interconnects': { id: 'listInterconnects' },
  'GET /v1/interconnects/:id': { id: 'readInterconnect' },
  'GET /v1/interconnects/:id/liaison': { id: 'readLiaison' },
  'POST /v1/interconnects/:id/approvals': {
    id: 'decideRequest',
    refuses: [...OF_DECISIONS, 'APPROVAL_PARTY', ...OF_SIGNATURES],
  },
  'POST /v1/interconnects/:id/withdrawal': { id: 'withdraw', refuses: ['LIFECYCLE_STEP', 'REQUEST_CONFLICT'] },
  'POST /v1/interconnects/:id/replan': { id: 'replan', refuses: ['LIFECYCLE_STEP'] },
  'POST /v1/interconnects/:id/recovery': { id: 'recover', refuses: ['LIFECYCLE_STEP'] },
  'POST /v1/interconnects/:id/resumption': { id: 'resumeWorkflow', refuses: ['TEMPORAL_UNAVAILABLE'] },

  'GET /v1/installation': { id: 'readInstallation', refuses: ['TEMPORAL_UNAVAILABLE'] },
  'POST /v1/installation/retirements': { id: 'retireInstallation', refuses: ['TEMPORAL_UNAVAILABLE'] },

  'GET /v1/plans/:id': { id: 'readPlan' },
  'GET /v1/plans/:id/text': { id: 'readPlanText' },
  'GET /v1/plans/:id/payloads': { id: 'readPayloads', refuses: ['RECORD_ALTERED'] },
  'GET /v1/plans/:id/record': { id: 'readPlanRecord', refuses: ['READING_UNKNOWN'] },
  'POST /v1/plans/:id/approvals': {
    id: 'decidePlan',
    refuses: [...OF_DECISIONS, 'APPROVAL_ACCEPTS', ...OF_SIGNATURES],
  },
  'GET /v1/changes/:id': { id: 'readChange' },
  'GET /v1/changes/:id/pushed': { id: 'listPushed' },
  'GET /v1/changes/:id/evidence': { id: 'readEvidence', refuses: ['LEDGER_UNSIGNED'] },

  'GET /v1/matrix': { id: 'readMatrix', refuses: OF_ROUTERS },
  'GET /v1/reach': { id: 'explainReach', refuses: [...OF_ROUTERS, 'VPN_UNKNOWN'] },
  'POST /v1/audits': { id: 'auditNetwork', refuses: OF_ROUTERS },
  'GET /v1/audits': { id: 'listAudits' },
  'GET /v1/audits/:digest/record': { id: 'readAuditRecord', refuses: ['READING_UNKNOWN'] },
  'GET /v1/routers': { id: 'listRouters' },
  'GET /v1/routers/:pe/check': { id: 'checkRouter', refuses: OF_ROUTERS },
  'GET /v1/routers/:pe/running': { id: 'readRunning', refuses: OF_ROUTERS },

  'POST /v1/webhooks': { id: 'registerWebhook', refuses: ['WEBHOOK_ADDRESS', 'WEBHOOK_LIMIT'] },
  'GET /v1/webhooks': { id: 'listWebhooks' },
  'GET /v1/webhooks/:id': { id: 'readWebhook', refuses: ['WEBHOOK_UNKNOWN'] },
  'DELETE /v1/webhooks/:id': { id: 'removeWebhook', refuses: ['WEBHOOK_UNKNOWN'] },
  'PUT /v1/webhooks/:id/networks': { id: 'allowWebhook', refuses: ['WEBHOOK_UNKNOWN', 'CHANGED_MEANWHILE'] },
  'POST /v1/webhooks/:id/keys': { id: 'addWebhookKey', refuses: ['WEBHOOK_UNKNOWN', 'CHANGED_MEANWHILE'] },
  'POST /v1/webhooks/:id/enablement': { id: 'enableWebhook', refuses: ['WEBHOOK_UNKNOWN'] },
  'GET /v1/webhooks/:id/deliveries': { id: 'listWebhookDeliveries', refuses: ['WEBHOOK_UNKNOWN'] },
  'POST /v1/webhooks/:id/deliveries/:delivery/replay': { id: 'replayWebhook', refuses: ['WEBHOOK_UNKNOWN'] },

  'GET /v1/retention': { id: 'readRetention', refuses: ['RETENTION_SCHEDULE'] },
  'GET /v1/retention/proposals': { id: 'listRetentionProposals' },
  'POST /v1/retention/proposals': {
    id: 'proposeErasure',
    refuses: ['RETENTION_SCHEDULE', 'RETENTION_NOTHING', 'APPROVAL_SELF'],
  },
  'POST /v1/retention/proposals/:id/decision': { id: 'decideErasure', refuses: OF_ERASURES },
  'POST /v1/retention/proposals/:id/erasure': {
    id: 'eraseProposed',
    refuses: ['RETENTION_SCHEDULE', 'RECORD_ALTERED', ...OF_ERASURES],
  },
  'GET /v1/legal-holds': { id: 'listLegalHolds' },
  'POST /v1/legal-holds': { id: 'placeLegalHold' },
  'POST /v1/legal-holds/:id/lifting': { id: 'liftLegalHold', refuses: ['RETENTION_UNKNOWN', 'APPROVAL_SELF'] },
  'POST /v1/privacy/rotations': { id: 'rotatePersonalKeys', refuses: ['PERSONAL_KEY_MISSING', 'RECORD_ALTERED'] },
  'GET /v1/privacy/lost-keys': { id: 'listLostKeys', refuses: ['PERSONAL_KEY_MISSING'] },
  'POST /v1/privacy/lost-keys': { id: 'giveUpKey', refuses: ['PERSONAL_KEY_MISSING'] },
  'POST /v1/privacy/exports': { id: 'exportSubject' },
  'GET /v1/interconnects/:id/signatures': { id: 'listSignatures' },
  'POST /v1/interconnects/:id/signatures/disclosures': { id: 'discloseSignatures' },

  'GET /v1/events': { id: 'followEvents', refuses: ['INTERCONNECT_UNKNOWN'] },
  'GET /v1/ledger': { id: 'readLedger' },
  'GET /v1/ledger/checkpoint': { id: 'readCheckpoint', refuses: ['LEDGER_UNSIGNED'] },
  'GET /v1/ledger/checkpoints': { id: 'listCheckpoints' },
  'GET /v1/ledger/proofs/consistency': { id: 'proveConsistency', refuses: ['LEDGER_UNSIGNED'] },
  'GET /v1/ledger/proofs/inclusion': { id: 'proveInclusion', refuses: ['LEDGER_UNSIGNED'] },
  'POST /v1/ledger/cosignatures': { id: 'keepCosignature', refuses: ['COSIGNATURE_INVALID'] },
  'POST /v1/ledger/reviews': { id: 'reviewLedger' },
};
