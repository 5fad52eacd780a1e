import { z } from 'zod';
import { checkRequest } from '../../domain/check-request.ts';
import { isEnd, LIFECYCLES } from '../../domain/lifecycle.ts';
import { type EntityId, type InterconnectId, interconnectIdSchema } from '../../domain/names.ts';
import { type Approval, interconnectRequestSchema } from '../../domain/request.ts';
import { WaslError } from '../../errors.ts';
import type { InterconnectRecord } from '../../store/store.ts';
import type { Principal } from '../authentication.ts';
import { confinedTo, maySee } from '../authorisation.ts';
import { presentInterconnect, presentSummary } from '../present.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { startIfMissing } from '../start-if-missing.ts';
import { interconnectSchema, interconnectSummarySchema } from '../wire.ts';
import { decisionBodySchema, refuseSecondDecision } from './decision.ts';
import { requireInventory } from './inventory-routes.ts';

const LIST_DEFAULT = 50;
/** One page of a list: more is asked for with `before`. */
const LIST_MAX = 200;

const idParams = z.object({ id: interconnectIdSchema });
const submitHeaders = z.object({
  'idempotency-key': z.string({ error: 'the header Idempotency-Key is missing' }).regex(/^[\x21-\x7e]{8,128}$/, {
    error: 'must be 8–128 printable characters without spaces',
  }),
});
const listQuery = z.object({
  lifecycle: z.enum(LIFECYCLES).optional(),
  before: interconnectIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(LIST_MAX).default(LIST_DEFAULT),
});
const withdrawalBodySchema = z.strictObject({ reason: z.string().trim().min(3).max(500) });
const tags = ['interconnects'];

export function registerInterconnectRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store, workflows, clock } = deps;

  app.post(
    '/v1/interconnects',
    {
      schema: {
        summary: 'Ask for an interconnect',
        description:
          'The same Idempotency-Key with the same body answers the same interconnect; with another body 409.',
        tags,
        headers: submitHeaders,
        body: interconnectRequestSchema,
        response: { ...answers(interconnectSchema), 201: interconnectSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const entity = entityOf(caller);
      const { inventory } = await requireInventory(store);
      const parties = checkRequest(request.body, inventory, clock());
      if (!parties.includes(entity)) {
        const remedy = `Somebody of ${parties.join(' or ')} must ask for it.`;
        throw new WaslError('APPROVAL_PARTY', `${entity} is no party of this request`, { path: 'flows', remedy });
      }
      const { interconnect, created } = await store.createInterconnect({
        request: request.body,
        parties,
        requestedBy: caller.person,
        requestedByEntity: entity,
        idempotencyKey: request.headers['idempotency-key'],
      });
      // Stored first: when the workflow server is away the caller gets 503, and the same key completes it later.
      await startIfMissing(workflows, interconnect);
      void reply.code(created ? 201 : 200).header('location', `/v1/interconnects/${interconnect.id}`);
      return show(interconnect, caller);
    },
  );

  app.get(
    '/v1/interconnects',
    {
      schema: {
        summary: 'Interconnects, newest first; parties see their own',
        tags,
        querystring: listQuery,
        response: answers(z.array(interconnectSummarySchema)),
      },
    },
    async (request) => {
      const { lifecycle, before, limit } = request.query;
      const party = confinedTo(callerOf(request));
      const records = await store.listInterconnects({
        limit,
        ...(party === null ? {} : { party }),
        ...(lifecycle === undefined ? {} : { lifecycle }),
        ...(before === undefined ? {} : { before }),
      });
      return records.map(presentSummary);
    },
  );

  app.get(
    '/v1/interconnects/:id',
    { schema: { summary: 'One interconnect', tags, params: idParams, response: answers(interconnectSchema) } },
    async (request) => {
      const caller = callerOf(request);
      return show(await readVisible(request.params.id, caller), caller);
    },
  );

  app.post(
    '/v1/interconnects/:id/approvals',
    {
      schema: {
        summary: "A party's decision on the request",
        tags,
        params: idParams,
        body: decisionBodySchema,
        response: answers(interconnectSchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const party = entityOf(caller);
      const record = await store.readInterconnect(request.params.id);
      const { decision, digest, reason } = request.body;
      const decided = refuseRequestDecision(record, await store.listApprovals(record.id), caller, party, request.body);
      if (!decided) {
        await startIfMissing(workflows, record);
        await workflows.decideRequest(record.id, { person: caller.person, party, digest, decision, reason });
      }
      return show(await store.readInterconnect(record.id), caller);
    },
  );

  app.post(
    '/v1/interconnects/:id/withdrawal',
    {
      schema: {
        summary: 'Withdraw the interconnect, or give the request up',
        tags,
        params: idParams,
        body: withdrawalBodySchema,
        response: answers(interconnectSchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const record = await readVisible(request.params.id, caller);
      refuseEnded(record);
      await startIfMissing(workflows, record);
      await workflows.withdraw(record.id, { person: caller.person, reason: request.body.reason });
      return show(await store.readInterconnect(record.id), caller);
    },
  );

  for (const step of ['replan', 'recovery'] as const) {
    const summary =
      step === 'replan'
        ? 'Plan again what could not be planned or went stale'
        : 'Recover after a person mended a router';
    app.post(
      `/v1/interconnects/:id/${step}`,
      { schema: { summary, tags, params: idParams, response: answers(interconnectSchema) } },
      async (request) => {
        const caller = callerOf(request);
        const { id } = request.params;
        const record = await store.readInterconnect(id);
        refuseEnded(record);
        const { person } = caller;
        await (step === 'replan' ? workflows.replan(id, { person }) : workflows.recover(id, { person }));
        return show(await store.readInterconnect(id), caller);
      },
    );
  }

  /** To a party, an interconnect of others is not there. */
  async function readVisible(id: InterconnectId, caller: Principal): Promise<InterconnectRecord> {
    const record = await store.readInterconnect(id);
    if (!maySee(caller, record.parties)) {
      throw new WaslError('INTERCONNECT_UNKNOWN', `there is no interconnect ${id}`, { path: '{id}' });
    }
    return record;
  }

  async function show(record: InterconnectRecord, caller: Principal) {
    // The workflow knows why it waits; a worker that is away must not keep anybody from reading the record.
    const status = isEnd(record.lifecycle) ? null : await workflows.readStatus(record.id).catch(() => null);
    const [approvals, changes] = await Promise.all([store.listApprovals(record.id), store.listChanges(record.id)]);
    const open = changes.findLast((change) => change.outcome === null)?.planId ?? null;
    const openPlanDigest = status !== null || open === null ? null : (await store.readPlan(open)).digest;
    return presentInterconnect({ record, approvals, changes, openPlanDigest, status }, caller);
  }
}

function entityOf(caller: Principal): EntityId {
  if (caller.entity === null) {
    throw new WaslError('FORBIDDEN', `${caller.person} acts for no entity`);
  }
  return caller.entity;
}

function refuseEnded(record: InterconnectRecord): void {
  if (!isEnd(record.lifecycle)) return;
  const remedy = 'Ask for a new interconnect.';
  throw new WaslError('LIFECYCLE_STEP', `${record.id} is ${record.lifecycle}: that is an end`, { remedy });
}

/** The early refusals; the workflow checks again. True when this very decision is already recorded: a repeated call. */
function refuseRequestDecision(
  record: InterconnectRecord,
  approvals: readonly Approval[],
  caller: Principal,
  party: EntityId,
  decision: z.infer<typeof decisionBodySchema>,
): boolean {
  if (!record.parties.includes(party)) {
    throw new WaslError('APPROVAL_PARTY', `${party} is no party of ${record.id}`);
  }
  if (caller.person === record.requestedBy) {
    throw new WaslError('APPROVAL_SELF', `${caller.person} made the request ${record.id}`);
  }
  if (decision.digest !== record.requestDigest) {
    const fact = `the request ${record.id} has the digest ${record.requestDigest}`;
    throw new WaslError('APPROVAL_DIGEST', fact, { path: 'digest', remedy: 'Read the request again.' });
  }
  const repeated = refuseSecondDecision(approvals, caller.person, { subject: 'request', party, ...decision });
  if (!repeated) refuseEnded(record);
  return repeated;
}
