import { z } from 'zod';
import type { SignedDocument } from '../domain/signed-document.ts';
import { isErrorCode, WaslError } from '../errors.ts';
import { type AuditAnswer, auditSchema } from './audit-wire.ts';
import { type CallerAnswer, callerSchema, type ProtectedResource, protectedResourceSchema } from './identity-wire.ts';
import {
  type InventoryDifferenceAnswer,
  type InventoryImported,
  type InventoryProposalAnswer,
  inventoryAnswerSchema,
  inventoryDifferenceSchema,
  inventoryImportedSchema,
  inventoryProposalSchema,
  type OpenProposalAnswer,
  openProposalSchema,
} from './inventory-wire.ts';
import {
  type CheckpointAnswer,
  type ConsistencyAnswer,
  checkpointSchema,
  consistencySchema,
  type cosignatureSchema,
  type InclusionAnswer,
  inclusionSchema,
  type LedgerReviewAnswer,
  ledgerReviewSchema,
} from './ledger-wire.ts';
import {
  type ExplanationAnswer,
  explanationSchema,
  type MatrixAnswer,
  matrixSchema,
  type RouterCheck,
  type RouterRunning,
  type RouterSummary,
  routerCheckSchema,
  routerRunningSchema,
  routerSummarySchema,
} from './network-wire.ts';
import {
  type AcceptanceAnswer,
  acceptanceSchema,
  type NewPolicy,
  type PolicyAnswer,
  type PolicyStandingAnswer,
  policySchema,
  policyStandingSchema,
} from './policy-wire.ts';
import { type PrivacyClient, privacyClient } from './privacy-client.ts';
import { type ProofRecordAnswer, proofRecordSchema } from './proof-record.ts';
import { readServerSentEvents } from './read-server-sent-events.ts';
import { type SigningAnswer, type SigningWish, signingDocumentAnswer } from './signing-wire.ts';
import { type WebhookClient, webhookClient } from './webhook-client.ts';
import {
  type ChangeWithJournal,
  changeWithJournalSchema,
  entitySchema,
  type InstallationAnswer,
  type InterconnectAnswer,
  type InterconnectSummary,
  installationSchema,
  interconnectSchema,
  interconnectSummarySchema,
  type LedgerAnswer,
  ledgerEntrySchema,
  type PlanAnswer,
  type Progress,
  payloadSchema,
  planSchema,
  progressSchema,
  pushedSchema,
  type Ready,
  type RequestCheck,
  readySchema,
  requestCheckSchema,
  retirementSchema,
  vpnSchema,
  type WirePayload,
  type WirePushed,
} from './wire.ts';

/** The server itself waits up to 90 seconds for a worker that reads a slow router. */
const CALL_TIMEOUT_MS = 120_000;
/** Running configuration of a large PE; more is not an answer of wasl. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

export interface Decision {
  readonly decision: 'approve' | 'reject';
  readonly digest: string;
  readonly reason?: string | undefined;
  readonly signed?: SignedDocument | null | undefined;
}

export interface PlanDecision extends Decision {
  readonly accepts?: readonly string[];
}

export interface ApiClientOptions {
  /** `http://127.0.0.1:8080`, with or without a path. */
  readonly server: string;
  /** Sent as bearer token; read again for each call, so that a renewed token is picked up. */
  readonly token: () => string | null | Promise<string | null>;
  readonly fetch?: typeof fetch;
}

/**
 * The typed client of the HTTP API. Problems come back as WaslError with the server's code, path, fact and remedy.
 * A server that does not answer is API_UNREACHABLE; a call that may have reached it is safe to repeat where the API says so.
 */
export interface ApiClient {
  /** `expectedVersion`: the one that it was compared with; null: none was in force. */
  importInventory(inventory: unknown, expectedVersion: number | null): Promise<InventoryImported>;
  compareInventory(inventory: unknown): Promise<InventoryDifferenceAnswer>;
  listInventoryProposals(): Promise<InventoryProposalAnswer[]>;
  readInventoryProposal(id: number): Promise<OpenProposalAnswer>;
  confirmInventoryProposal(id: number, interconnects: readonly string[]): Promise<InventoryImported>;
  /** Where tokens come from (RFC 9728); needs none. */
  readProtectedResource(): Promise<ProtectedResource>;
  readCaller(): Promise<CallerAnswer>;
  proposePolicy(policy: NewPolicy): Promise<PolicyAnswer>;
  publishPolicy(version: string, digest: string): Promise<PolicyAnswer>;
  acceptPolicy(version: string, digest: string, signed: SignedDocument | null): Promise<AcceptanceAnswer>;
  composeSigningDocument(wish: SigningWish): Promise<SigningAnswer>;
  listPolicies(): Promise<PolicyAnswer[]>;
  readPolicy(version: string): Promise<PolicyAnswer>;
  /** The very bytes. */
  readRendition(version: string, language: string): Promise<Buffer>;
  listPolicyStandings(): Promise<PolicyStandingAnswer[]>;
  readInventory(): Promise<z.infer<typeof inventoryAnswerSchema>>;
  listEntities(): Promise<z.infer<typeof entitySchema>[]>;
  listVpns(): Promise<z.infer<typeof vpnSchema>[]>;
  submitRequest(
    request: unknown,
    idempotencyKey: string,
  ): Promise<{ created: boolean; interconnect: InterconnectAnswer }>;
  checkRequest(request: unknown): Promise<RequestCheck>;
  listInterconnects(filter?: {
    readonly lifecycle?: string | undefined;
    readonly before?: string | undefined;
    readonly limit?: number | undefined;
    readonly unfinished?: 'true' | undefined;
    readonly next?: 'true' | undefined;
  }): Promise<InterconnectSummary[]>;
  readInterconnect(id: string): Promise<InterconnectAnswer>;
  decideRequest(id: string, decision: Decision): Promise<InterconnectAnswer>;
  withdraw(id: string, reason: string): Promise<InterconnectAnswer>;
  replan(id: string): Promise<InterconnectAnswer>;
  recover(id: string): Promise<InterconnectAnswer>;
  /** What each router was sent, by attempt. */
  listPushed(changeId: string): Promise<WirePushed[]>;
  readPlan(id: string): Promise<PlanAnswer>;
  readPayloads(id: string): Promise<WirePayload[]>;
  decidePlan(id: string, decision: PlanDecision): Promise<PlanAnswer>;
  readChange(id: string): Promise<ChangeWithJournal>;
  readMatrix(): Promise<MatrixAnswer>;
  /** `to`: a VPN, for there and back, or a network. */
  explainReach(from: string, to: string): Promise<ExplanationAnswer>;
  audit(): Promise<AuditAnswer>;
  listAudits(limit: number): Promise<AuditAnswer[]>;
  readAuditRecord(digest: string): Promise<ProofRecordAnswer>;
  readEvidence(changeId: string): Promise<ProofRecordAnswer>;
  readPlanRecord(id: string): Promise<ProofRecordAnswer>;
  listRouters(): Promise<RouterSummary[]>;
  checkRouter(pe: string): Promise<RouterCheck>;
  readRunning(pe: string): Promise<RouterRunning>;
  readLedger(filter?: {
    readonly after?: number | undefined;
    readonly limit?: number | undefined;
  }): Promise<LedgerAnswer[]>;
  readCheckpoint(): Promise<CheckpointAnswer>;
  listCheckpoints(filter: { readonly after: number; readonly limit: number }): Promise<CheckpointAnswer[]>;
  proveConsistency(from: number, to: number): Promise<ConsistencyAnswer>;
  proveInclusion(entry: number, size: number): Promise<InclusionAnswer>;
  postCosignature(cosignature: z.infer<typeof cosignatureSchema>): Promise<CheckpointAnswer>;
  reviewLedger(): Promise<LedgerReviewAnswer>;
  readReady(): Promise<Ready>;
  /** Has the workflow look at the record; begins it anew where none runs. */
  resume(id: string): Promise<InterconnectAnswer>;
  readInstallation(): Promise<InstallationAnswer>;
  retireInstallation(installation: string): Promise<z.infer<typeof retirementSchema>>;
  readonly webhooks: WebhookClient;
  readonly privacy: PrivacyClient;
  /** One connection's worth of progress; ends when the server ends it. Resume with the last sequence seen. */
  readEvents(options: {
    readonly after: number;
    readonly interconnect?: string | undefined;
    readonly signal: AbortSignal;
  }): AsyncGenerator<Progress>;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const send = options.fetch ?? fetch;
  const base = options.server.replace(/\/+$/, '');

  async function request(method: string, path: string, init: RequestParts = {}): Promise<Response> {
    const token = await options.token();
    const signal = init.signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS);
    try {
      return await send(`${base}${path}`, {
        method,
        headers: {
          accept: init.accept ?? 'application/json, application/problem+json',
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...init.headers,
        },
        signal,
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      });
    } catch (cause) {
      if (cause instanceof WaslError || init.signal?.aborted) throw cause;
      throw unreachable(base, cause, decides(`${base}${path}`, method) && mayHaveArrived(cause));
    }
  }

  async function call<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    init: RequestParts = {},
  ): Promise<Answer<T>> {
    const response = await request(method, path, init);
    // A gateway that lost the server behind it answers with 5xx of its own.
    const isOpen = decides(`${base}${path}`, method) && (response.ok || response.status >= 500);
    const body = await readJson(response, base, isOpen ? 'ANSWER_LOST' : 'API_UNREACHABLE');
    if (!response.ok && !init.acceptStatuses?.includes(response.status))
      throw problemError(response.status, body, isOpen ? 'ANSWER_LOST' : 'API_UNREACHABLE');
    const parsed = schema.safeParse(body);
    if (parsed.success) return { status: response.status, value: parsed.data };
    const fact = `${base} answered ${method} ${path} with something else than wasl's contract`;
    const remedy = 'Check the address of the server, and that client and server are of one release.';
    throw new WaslError('API_UNREACHABLE', fact, { remedy });
  }

  const get = async <T>(path: string, schema: z.ZodType<T>) => (await call('GET', path, schema)).value;
  const answerOf = async <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) =>
    (await call(method, path, schema, body === undefined ? {} : { body })).value;
  const post = <T>(path: string, schema: z.ZodType<T>, body?: unknown) => answerOf('POST', path, schema, body);
  const at = (collection: string, id: string, rest = '') => `/v1/${collection}/${encodeURIComponent(id)}${rest}`;

  return {
    importInventory: async (body, expectedVersion) => {
      const headers: Record<string, string> = expectedVersion === null ? {} : { 'if-match': `"${expectedVersion}"` };
      return (await call('PUT', '/v1/inventory', inventoryImportedSchema, { body, headers })).value;
    },
    readProtectedResource: () => get('/.well-known/oauth-protected-resource', protectedResourceSchema),
    readCaller: () => get('/v1/caller', callerSchema),
    compareInventory: (inventory) => post('/v1/inventory/difference', inventoryDifferenceSchema, inventory),
    listInventoryProposals: () => get('/v1/inventory/proposals', z.array(inventoryProposalSchema)),
    readInventoryProposal: (id) => get(at('inventory/proposals', String(id)), openProposalSchema),
    confirmInventoryProposal: (id, interconnects) =>
      post(at('inventory/proposals', String(id), '/confirmation'), inventoryImportedSchema, { interconnects }),
    proposePolicy: (policy) => post('/v1/policies', policySchema, policy),
    publishPolicy: (version, digest) => post(at('policies', version, '/publication'), policySchema, { digest }),
    acceptPolicy: (version, digest, signed) =>
      post(at('policies', version, '/acceptances'), acceptanceSchema, { digest, signed }),
    composeSigningDocument: (wish) => post('/v1/signing-documents', signingDocumentAnswer, wish),
    listPolicies: () => get('/v1/policies', z.array(policySchema)),
    readPolicy: (version) => get(at('policies', version), policySchema),
    readRendition: async (version, language) => {
      const response = await request('GET', at('policies', version, `/renditions/${encodeURIComponent(language)}`), {
        accept: '*/*',
      });
      if (!response.ok) throw problemError(response.status, await readJson(response, base));
      return Buffer.from(await response.arrayBuffer());
    },
    listPolicyStandings: () => get('/v1/policy-standings', z.array(policyStandingSchema)),
    readInventory: () => get('/v1/inventory', inventoryAnswerSchema),
    listEntities: () => get('/v1/entities', z.array(entitySchema)),
    listVpns: () => get('/v1/vpns', z.array(vpnSchema)),
    submitRequest: async (body, key) => {
      const headers = { 'idempotency-key': key };
      const answer = await call('POST', '/v1/interconnects', interconnectSchema, { body, headers });
      return { created: answer.status === 201, interconnect: answer.value };
    },
    checkRequest: (body) => post('/v1/request-checks', requestCheckSchema, body),
    listInterconnects: (filter = {}) =>
      get(`/v1/interconnects${query({ ...filter })}`, z.array(interconnectSummarySchema)),
    readInterconnect: (id) => get(at('interconnects', id), interconnectSchema),
    decideRequest: (id, decision) => post(at('interconnects', id, '/approvals'), interconnectSchema, decision),
    withdraw: (id, reason) => post(at('interconnects', id, '/withdrawal'), interconnectSchema, { reason }),
    replan: (id) => post(at('interconnects', id, '/replan'), interconnectSchema),
    recover: (id) => post(at('interconnects', id, '/recovery'), interconnectSchema),
    listPushed: (id) => get(at('changes', id, '/pushed'), z.array(pushedSchema)),
    readPlan: (id) => get(at('plans', id), planSchema),
    readPayloads: (id) => get(at('plans', id, '/payloads'), z.array(payloadSchema)),
    decidePlan: (id, decision) => post(at('plans', id, '/approvals'), planSchema, decision),
    readChange: (id) => get(at('changes', id), changeWithJournalSchema),
    readMatrix: () => get('/v1/matrix', matrixSchema),
    explainReach: (from, to) => get(`/v1/reach${query({ from, to })}`, explanationSchema),
    audit: () => post('/v1/audits', auditSchema),
    listAudits: (limit) => get(`/v1/audits${query({ limit })}`, z.array(auditSchema)),
    readAuditRecord: (digest) => get(at('audits', digest, '/record'), proofRecordSchema),
    readPlanRecord: (id) => get(at('plans', id, '/record'), proofRecordSchema),
    listRouters: () => get('/v1/routers', z.array(routerSummarySchema)),
    checkRouter: (pe) => get(at('routers', pe, '/check'), routerCheckSchema),
    readRunning: (pe) => get(at('routers', pe, '/running'), routerRunningSchema),
    readLedger: (filter = {}) => get(`/v1/ledger${query({ ...filter })}`, z.array(ledgerEntrySchema)),
    readEvidence: (changeId) => get(at('changes', changeId, '/evidence'), proofRecordSchema),
    readCheckpoint: () => get('/v1/ledger/checkpoint', checkpointSchema),
    listCheckpoints: (filter) => get(`/v1/ledger/checkpoints${query({ ...filter })}`, z.array(checkpointSchema)),
    proveConsistency: (from, to) => get(`/v1/ledger/proofs/consistency${query({ from, to })}`, consistencySchema),
    proveInclusion: (entry, size) => get(`/v1/ledger/proofs/inclusion${query({ entry, size })}`, inclusionSchema),
    postCosignature: (cosignature) => post('/v1/ledger/cosignatures', checkpointSchema, cosignature),
    reviewLedger: () => post('/v1/ledger/reviews', ledgerReviewSchema),
    resume: (id) => post(at('interconnects', id, '/resumption'), interconnectSchema),
    readInstallation: () => get('/v1/installation', installationSchema),
    retireInstallation: (installation) => post('/v1/installation/retirements', retirementSchema, { installation }),
    readReady: async () => (await call('GET', '/ready', readySchema, { acceptStatuses: [503] })).value,
    webhooks: webhookClient(answerOf),
    privacy: privacyClient(answerOf),
    async *readEvents({ after, interconnect, signal }) {
      const path = `/v1/events${query({ after, interconnect })}`;
      const response = await request('GET', path, { accept: 'text/event-stream', signal });
      if (!response.ok || response.body === null) throw problemError(response.status, await readJson(response, base));
      for await (const event of readServerSentEvents(response.body)) {
        if (event.event !== 'progress') continue;
        const parsed = progressSchema.safeParse(JSON.parse(event.data));
        if (parsed.success) yield parsed.data;
      }
    },
  };
}

interface Answer<T> {
  readonly status: number;
  readonly value: T;
}

interface RequestParts {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  readonly acceptStatuses?: readonly number[];
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] satisfies [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

type NoAnswer = 'API_UNREACHABLE' | 'ANSWER_LOST';

async function readJson(response: Response, base: string, code: NoAnswer = 'API_UNREACHABLE'): Promise<unknown> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  try {
    if (declared > ANSWER_BYTES_MAX) throw new RangeError(`an answer of ${declared} bytes`);
    return await response.json();
  } catch (cause) {
    throw new WaslError(code, `${base} answered ${response.status} without JSON`, { cause });
  }
}

const problemAnswerSchema = z.object({
  code: z.string(),
  detail: z.string(),
  path: z.string().optional(),
  remedy: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

function problemError(status: number, body: unknown, otherwise: NoAnswer = 'API_UNREACHABLE'): WaslError {
  const parsed = problemAnswerSchema.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.code)) {
    return new WaslError(otherwise, `the server answered ${status} without a problem that this client knows`);
  }
  const { code, detail, path, remedy, details } = parsed.data;
  return new WaslError(code, detail, {
    ...(path === undefined ? {} : { path }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(details === undefined ? {} : { details }),
  });
}

function unreachable(base: string, cause: unknown, isOpen: boolean): WaslError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
  return new WaslError(isOpen ? 'ANSWER_LOST' : 'API_UNREACHABLE', `${base} does not answer: ${reason}`, { cause });
}

/** Asked with a POST, and nothing is decided by them. */
const READING_POSTS = /\/v1\/(audits|request-checks|inventory\/difference|signing-documents(\/\w+)?)$/;

/** Whether a call alters something, or may: if its answer is lost, nobody knows whether it did. */
export const decides = (address: string, method = 'GET'): boolean =>
  method !== 'GET' && !(method === 'POST' && READING_POSTS.test(new URL(address).pathname));

/** What fetch says of a connection that was made and broke, or of an answer that did not come (undici's codes and Node's). */
const AFTER_CONNECTING = /^(ECONNRESET|EPIPE|ETIMEDOUT|UND_ERR_(SOCKET|HEADERS_TIMEOUT|BODY_TIMEOUT|ABORTED)|HPE_\w+)$/;

function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isTold = 'code' in error && typeof error.code === 'string' && AFTER_CONNECTING.test(error.code);
  return isTold || error.name === 'TimeoutError' || mayHaveArrived(error.cause);
}
