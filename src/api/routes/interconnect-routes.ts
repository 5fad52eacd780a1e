import { z } from 'zod';
import { LIFECYCLES } from '../../domain/lifecycle.ts';
import { interconnectIdSchema } from '../../domain/names.ts';
import { interconnectRequestSchema } from '../../domain/request.ts';
import { WaslError } from '../../errors.ts';
import { confinedTo } from '../authorisation.ts';
import { examineRequest, refuseFaults } from '../examine-request.ts';
import { linkNextPage } from '../link-next-page.ts';
import { lookSoon } from '../look-soon.ts';
import { mayBeNext, nextInWords } from '../next-in-words.ts';
import { presentSummary } from '../present.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { readDrift, showInterconnect } from '../show.ts';
import { readVisible } from '../visible-interconnect.ts';
import { type InterconnectSummary, interconnectSchema, interconnectSummarySchema } from '../wire.ts';
import { entityOf } from './action-routes.ts';

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
  unfinished: z.enum(['true']).optional().describe('Only those that have not ended'),
  next: z.enum(['true']).optional().describe('With what happens next, for this caller'),
});
const tags = ['interconnects'];

export function registerInterconnectRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store, driver, clock } = deps;

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
      const idempotencyKey = request.headers['idempotency-key'];
      // What was taken once is not judged again: a repeated call answers the same.
      const before = await store.findSubmission(caller.person, idempotencyKey);
      const parties = before?.parties ?? refuseFaults(await examineRequest(store, request.body, caller, clock()));
      if (!parties.includes(entity)) {
        const remedy = `Somebody of ${parties.join(' or ')} must ask for it.`;
        throw new WaslError('APPROVAL_PARTY', `${entity} is no party of this request`, { path: 'flows', remedy });
      }
      const { interconnect, created } = await store.createInterconnect({
        request: request.body,
        parties,
        requestedBy: caller.person,
        requestedByEntity: entity,
        idempotencyKey,
      });
      await lookSoon(driver, interconnect.id, request.log);
      void reply.code(created ? 201 : 200).header('location', `/v1/interconnects/${interconnect.id}`);
      return showInterconnect(deps, interconnect.id, caller);
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
    async (request, reply) => {
      const { lifecycle, before, limit, unfinished, next } = request.query;
      const caller = callerOf(request);
      const party = confinedTo(caller);
      const records = await store.listInterconnects({
        limit,
        ...(party === null ? {} : { party }),
        ...(lifecycle === undefined ? {} : { lifecycle }),
        ...(before === undefined ? {} : { before }),
        ...(unfinished === undefined ? {} : { unfinished: true }),
      });
      linkNextPage(request, reply, { length: records.length, limit, cursor: ['before', records.at(-1)?.id] });
      if (next === undefined) return records.map((record) => presentSummary(record, caller));
      const workers = await store.listWorkers();
      const answer: InterconnectSummary[] = [];
      // One after the other: a long list leaves the connections to other callers.
      for (const record of records) {
        const facts = await store.readStandingFacts(record.id);
        const law = mayBeNext(facts, caller, clock()) ? await store.readDecisionFacts(record.id) : null;
        const read = await readDrift(store, record);
        answer.push({
          ...presentSummary(record, caller),
          next: nextInWords({ record, facts, law, read, workers }, caller, clock()),
        });
      }
      return answer;
    },
  );

  app.get(
    '/v1/interconnects/:id',
    { schema: { summary: 'One interconnect', tags, params: idParams, response: answers(interconnectSchema) } },
    async (request) => {
      const caller = callerOf(request);
      const { id } = await readVisible(store, request.params.id, caller);
      return showInterconnect(deps, id, caller);
    },
  );
}
