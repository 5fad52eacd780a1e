import { z } from 'zod';
import { CHANGE_OUTCOMES, CHANGE_PHASES } from '../domain/change.ts';
import { CHANGE_KINDS } from '../domain/change-kinds.ts';
import { LIFECYCLES } from '../domain/lifecycle.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';

/**
 * What the API answers: shapes of the wire, apart from the types of domain and store. Shared by the server, the OpenAPI
 * document and the client; imports no server code.
 */
export const list = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).readonly();
const familySchema = z.enum(['ipv4', 'ipv6']);
export const instantSchema = z.string().describe('ISO 8601 with zone');
export const verdictSchema = z.enum(['pass', 'fail', 'unknown']);
const scopeSchema = z.union([z.literal('whole-vpn'), list(z.string())]);

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    class: z.enum(['transient', 'permanent', 'unknown']),
    path: z.string().optional(),
    remedy: z.string(),
    instance: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
export type Problem = z.infer<typeof problemSchema>;

export const entitySchema = z.object({ id: z.string(), name: z.string() });
export const vpnSchema = z.object({
  id: z.string(),
  entity: z.string(),
  name: z.string().nullable(),
  canary: z.boolean(),
  prefixes: list(z.string()).nullable().describe('The address plan; null for VPNs of another entity'),
});
const wireFlowSchema = z.object({ from: z.string(), to: z.string(), prefixes: scopeSchema });
export const requestAnswerSchema = z
  .object({
    purpose: z.string(),
    flows: list(wireFlowSchema),
    validFrom: instantSchema.optional(),
    validUntil: instantSchema,
    policyVersion: z.string(),
    firewallNote: z.string().optional().describe('What the parties must let pass at their firewalls'),
  })
  .meta({ id: 'Request' });

export const refusalSchema = z
  .object({
    code: z.string(),
    path: z.string().nullable(),
    fact: z.string(),
    remedy: z.string(),
    at: instantSchema,
  })
  .meta({ id: 'Refusal', description: 'What kept a change from being planned or applied' });
export type RefusalAnswer = z.infer<typeof refusalSchema>;

export const waitingSchema = z
  .object({ reason: z.string(), tries: z.int(), nextAt: instantSchema.nullable() })
  .meta({ id: 'Waiting', description: 'Why a change does not go on just now, and when it is tried again' });

export const changeSchema = z
  .object({
    id: z.string(),
    interconnectId: z.string(),
    kind: z.enum(CHANGE_KINDS),
    phase: z.enum(CHANGE_PHASES).describe('Where the work stands; the agreement has states of its own'),
    planId: z.string().nullable(),
    outcome: z.enum(CHANGE_OUTCOMES).nullable(),
    attempts: z.int().describe('Network transactions begun'),
    waiting: waitingSchema.nullable().describe('null for the parties'),
    left: list(z.object({ pe: z.string(), reason: z.string() })).describe('Routers that a removal has not reached yet'),
    applyUntil: instantSchema.nullable().describe('Until then the approval holds'),
    reason: z.string().nullable(),
    refusal: refusalSchema.nullable().describe('null for the parties'),
    routers: list(z.object({ pe: z.string(), state: z.string(), detail: z.string().nullable() })),
    requestedBy: z.string(),
    startedAt: instantSchema,
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: 'Change' });
export type ChangeAnswer = z.infer<typeof changeSchema>;

export const journalEntrySchema = z
  .object({
    pe: z.string(),
    state: z.string(),
    procedure: z.string(),
    detail: z.string().nullable(),
    at: instantSchema,
  })
  .describe('Without the persist id, which is a secret towards other operators of the router');
export const changeWithJournalSchema = changeSchema
  .extend({ journal: list(journalEntrySchema) })
  .meta({ id: 'ChangeWithJournal' });
export type ChangeWithJournal = z.infer<typeof changeWithJournalSchema>;

export const approvalSchema = z
  .object({
    subject: z.enum(['request', 'plan']),
    digest: z.string(),
    party: z.string(),
    person: z.string(),
    decision: z.enum(['approve', 'reject']),
    reason: z.string().nullable(),
    accepts: list(z.string()).optional().describe('What of the plan is accepted by name'),
    decidedAt: instantSchema,
  })
  .meta({ id: 'Approval' });

export const interconnectSummarySchema = z
  .object({
    id: z.string(),
    parties: list(z.string()),
    lifecycle: z.enum(LIFECYCLES).describe('Of the agreement'),
    standing: z.string().describe('One readable word: the agreement, or what is being done about it'),
    reason: z.string().nullable(),
    request: requestAnswerSchema,
    requestDigest: z.string().describe('What the parties sign'),
    requestedBy: z.string(),
    requestedByEntity: z.string(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    next: z.string().optional().describe('What happens next, and who must act; in lists where it was asked for'),
  })
  .meta({ id: 'InterconnectSummary' });
export type InterconnectSummary = z.infer<typeof interconnectSummarySchema>;

export const findingSchema = z
  .object({
    code: z.string(),
    path: z.string().describe('In the request: `flows[0].prefixes[1]`'),
    fact: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'Finding', description: 'One thing about a request that inventory and register tell' });
export type WireFinding = z.infer<typeof findingSchema>;
export const requestCheckSchema = z
  .object({
    parties: list(z.string()).nullable().describe('null while they cannot be told'),
    errors: list(findingSchema).describe('With any of these a submission is refused'),
    warnings: list(findingSchema).describe('What requester and signers should know'),
  })
  .meta({ id: 'RequestCheck' });
export type RequestCheck = z.infer<typeof requestCheckSchema>;

export const interconnectSchema = interconnectSummarySchema
  .extend({
    routeTargets: list(z.object({ from: z.string(), to: z.string(), routeTarget: z.string() }))
      .nullable()
      .describe('null until allocated, after release, and for the parties'),
    awaiting: list(z.string()).describe('Whose decision is missing, as sentences'),
    isSettled: z.boolean().describe('wasl has nothing more to do until a person or the clock acts'),
    next: z.string().describe('What happens next, and who must act, in one sentence for this caller'),
    nextAt: instantSchema.nullable().describe('When wasl goes on by itself'),
    withdrawal: z
      .object({ by: z.string(), reason: z.string(), at: instantSchema, isSigned: z.boolean() })
      .nullable()
      .describe('Somebody asked to end it; not signed: by the word of a token alone'),
    lastRead: z
      .object({ at: instantSchema, alignment: z.enum(['in-sync', 'drifted', 'unknown']), says: z.string().nullable() })
      .nullable()
      .describe('How it was last found on the network, and when; null where it is not to be there'),
    agreementVersion: z.int(),
    warnings: list(findingSchema).describe(
      'What signers should know, as it is now; empty once it is no longer asked for',
    ),
    approvals: list(approvalSchema),
    changes: list(changeSchema).describe('Oldest first; without the routers for the parties'),
  })
  .meta({ id: 'Interconnect' });
export type InterconnectAnswer = z.infer<typeof interconnectSchema>;

const familyShareSchema = z.object({
  imports: list(z.string()),
  exports: list(z.object({ routeTarget: z.string(), scope: scopeSchema })),
});
const shareSchema = z.object({ ipv4: familyShareSchema.optional(), ipv6: familyShareSchema.optional() });
export const operationSchema = z
  .discriminatedUnion('object', [
    z.object({
      operation: z.enum(['create', 'delete']),
      object: z.literal('import'),
      family: familySchema,
      routeTarget: z.string(),
    }),
    z.object({
      operation: z.enum(['create', 'replace', 'delete']),
      object: z.literal('export-rule'),
      family: familySchema,
      routeTarget: z.string(),
      scope: scopeSchema,
    }),
  ])
  .meta({ id: 'Operation' });
export type Operation = z.infer<typeof operationSchema>;

export const reachabilitySchema = z
  .object({
    from: z.string(),
    fromPe: z.string(),
    prefix: z.string(),
    to: z.string(),
    toPe: z.string(),
    via: z.string(),
  })
  .meta({ id: 'Reachability' });
export type WireReachability = z.infer<typeof reachabilitySchema>;

const operatorFamilySchema = z.object({
  importRouteTargets: list(z.string()),
  exportRouteTargets: list(z.string()),
  exportRules: list(
    z.object({ routeTarget: z.string(), scope: z.union([z.literal('whole-vpn'), list(z.string())]) }),
  ).optional(),
  exportPolicies: list(z.string()),
  importPolicies: list(z.string()),
});
const operatorPartSchema = z.object({
  routeDistinguisher: z.string().nullable(),
  operator: z.object({ ipv4: operatorFamilySchema.optional(), ipv6: operatorFamilySchema.optional() }),
  policyDigests: z.record(z.string(), z.string()),
  unknowns: list(z.string()).optional(),
});

export const planSchema = z
  .object({
    id: z.string(),
    changeId: z.string(),
    interconnectId: z.string(),
    kind: z.enum(CHANGE_KINDS),
    routers: list(
      z.object({
        pe: z.string(),
        platform: z.string(),
        procedure: z.string(),
        baseDigest: z.string(),
        payloadDigest: z.string().optional().describe('Of the XML; what is pushed has it, unless the plan was rebased'),
        vrfs: list(
          z.object({
            vrf: z.string(),
            vpn: z.string().nullable().describe('null: a VRF of no VPN of the inventory'),
            operator: operatorPartSchema.optional().describe('What the operator had configured when the plan was made'),
            before: shareSchema,
            after: shareSchema,
            operations: list(operationSchema),
            anomalies: list(z.string()).optional(),
            retires: list(z.string()).optional().describe('Of a removal: whatever stands in the VRF for these goes'),
          }),
        ),
      }),
    ),
    gained: list(reachabilitySchema),
    lost: list(reachabilitySchema),
    proofs: list(
      z.object({
        name: z.string(),
        verdict: verdictSchema,
        assumptions: list(z.string()),
        counterExamples: list(
          z.object({
            pe: z.string(),
            vrf: z.string(),
            routeTarget: z.string().nullable(),
            prefix: z.string().nullable(),
            sentence: z.string(),
          }),
        ),
      }),
    ),
    probes: list(
      z.object({
        pe: z.string(),
        vrf: z.string(),
        prefix: z.string(),
        target: z.string().nullable(),
        expect: z.enum(['reachable', 'unreachable']),
      }),
    ),
    window: z.object({ notBefore: instantSchema.nullable(), confirmTimeoutSeconds: z.int() }),
    inventoryVersion: z.int().optional().describe('The inventory that it was made with'),
    inventoryDigest: z.string().optional().describe('SHA-256 of its canonical JSON'),
    left: list(z.object({ pe: z.string(), reason: z.string() }))
      .optional()
      .describe('Routers that carry the interconnect and could not be read: a removal comes back for them'),
    remains: list(z.object({ from: z.string(), prefix: z.string(), to: z.string(), by: z.string().nullable() }))
      .optional()
      .describe('What a removal gives up and stays reachable by another interconnect; null: by the operator'),
    told: list(z.string()).optional().describe('What is odd and keeps nothing from being done'),
    toAccept: list(z.object({ name: z.string(), pes: list(z.string()), sentence: z.string() }))
      .optional()
      .describe('Routes in tables that lose addresses to the change: an approval must accept each by its name'),
    createdAt: instantSchema,
    createdBy: z.string(),
    digest: z
      .string()
      .describe(
        'What the network side approves: SHA-256 over the canonical JSON of all but id, createdAt, createdBy, digest and approvals',
      ),
    approvals: list(approvalSchema),
  })
  .meta({ id: 'Plan' });
export type PlanAnswer = z.infer<typeof planSchema>;

export const planTextSchema = z
  .object({
    planId: z.string(),
    digest: z.string().describe('Of the plan that is put into words'),
    title: z.string(),
    sections: list(
      z.object({
        title: z.string(),
        lines: list(
          z.object({
            mark: z
              .enum(['+', '-', '=', 'ok', '!'])
              .nullable()
              .describe('What opens, closes, stays, is proved, must not be overlooked'),
            text: z.string(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'PlanText' });

export const pushedSchema = z.object({
  epoch: z.int().describe('Of the attempt, in the journal'),
  pe: z.string(),
  planId: z.string(),
  xml: z.string(),
  digest: z.string(),
  state: z.string().describe("The journal's last word on it"),
  at: instantSchema,
});
export type WirePushed = z.infer<typeof pushedSchema>;

export const payloadSchema = z.object({ pe: z.string(), xml: z.string() });
export type WirePayload = z.infer<typeof payloadSchema>;

export const progressSchema = z
  .object({
    sequence: z.int(),
    interconnectId: z.string(),
    changeId: z.string().nullable(),
    pe: z.string().nullable(),
    stage: z.string(),
    status: z.enum(['started', 'done', 'failed', 'info']),
    message: z.string(),
    elapsedMs: z.number().nullable(),
    at: instantSchema,
  })
  .meta({ id: 'Progress', description: 'The data of an event' });
export type Progress = z.infer<typeof progressSchema>;

export const ledgerEntrySchema = z.object({
  sequence: z.int(),
  at: instantSchema,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  body: z.record(z.string(), z.unknown()),
  nonce: z.string().nullable().describe('Part of what is hashed; null in entries of before there were nonces'),
  previousHash: z.string(),
  hash: z.string(),
});
export type LedgerAnswer = z.infer<typeof ledgerEntrySchema>;

export const readySchema = z.object({
  status: z.enum(['ready', 'degraded', 'unavailable']),
  database: z.enum(['up', 'read-only', 'down']).describe('read-only: reads work, writes answer 503'),
  workflows: z.enum(['up', 'down']).describe('down: reads work, nothing moves'),
  workers: z.enum(['up', 'down', 'unknown']).describe('down: nothing is planned, pushed or read from routers'),
  undriven: z.int().describe('Interconnects whose workflow has not looked: the watchdog begins them anew'),
  audit: z
    .object({ verdict: verdictSchema, at: instantSchema })
    .nullable()
    .describe('The last one of the whole network, when it was read; null: none yet, or the database is away'),
  ledger: z
    .object({ verdict: verdictSchema, at: instantSchema })
    .nullable()
    .describe('The last review of ledger, checkpoints and register; null: none yet, or the database is away'),
  says: list(z.string()).describe('What does not work, as sentences; empty when all does'),
});
export type Ready = z.infer<typeof readySchema>;

export const installationSchema = z.object({
  id: z.string().describe('Of the database: task queues and workflows carry it'),
  /** On the same Temporal. */
  strangers: list(z.object({ installation: z.string(), interconnects: z.int() })),
});
export type InstallationAnswer = z.infer<typeof installationSchema>;
export const retirementSchema = z.object({ installation: z.string(), ended: z.int() });
