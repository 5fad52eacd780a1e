import { z } from 'zod';
import { alteredPayloads } from '../../domain/altered-payloads.ts';
import { changeIdSchema, planIdSchema } from '../../domain/names.ts';
import { LANGUAGES } from '../../domain/plan-phrases.ts';
import { planText } from '../../domain/plan-text.ts';
import { WaslError } from '../../errors.ts';
import { presentChangeWithJournal } from '../present.ts';
import { presentProofRecord, proofRecordSchema } from '../proof-record.ts';
import { type ApiDependencies, type ApiServer, answers } from '../server-types.ts';
import { showPlan } from '../show.ts';
import { changeWithJournalSchema, payloadSchema, planSchema, planTextSchema, pushedSchema } from '../wire.ts';

const planParams = z.object({ id: planIdSchema });
const tags = ['plans'];

export function registerPlanRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store } = deps;

  app.get(
    '/v1/plans/:id',
    { schema: { summary: 'What a change will do', tags, params: planParams, response: answers(planSchema) } },
    async (request) => showPlan(deps, request.params.id),
  );

  app.get(
    '/v1/plans/:id/text',
    {
      schema: {
        summary: 'What a change will do, in the words of a language; made of the plan, never of the request',
        tags,
        params: planParams,
        querystring: z.object({ language: z.enum(LANGUAGES).default('en') }),
        response: answers(planTextSchema),
      },
    },
    async (request) => {
      const plan = await store.readPlan(request.params.id);
      return { planId: plan.id, digest: plan.digest, ...planText(plan, request.query.language) };
    },
  );

  app.get(
    '/v1/plans/:id/payloads',
    {
      schema: { summary: 'The XML for each PE', tags, params: planParams, response: answers(z.array(payloadSchema)) },
    },
    async (request) => {
      const { id } = request.params;
      const [plan, payloads] = await Promise.all([store.readPlan(id), store.readPayloads(id)]);
      const [altered] = alteredPayloads(plan, payloads);
      if (altered !== undefined) {
        const fact = `the XML for ${altered} is not what plan ${id} was made with`;
        throw new WaslError('RECORD_ALTERED', fact, { path: `${id}/${altered}` });
      }
      return payloads.map(({ pe, xml }) => ({ pe, xml }));
    },
  );

  app.get(
    '/v1/plans/:id/record',
    {
      schema: {
        summary: 'What a plan stood on and came to, for `wasl proof check`',
        tags,
        params: planParams,
        response: answers(proofRecordSchema),
      },
    },
    async ({ params: { id } }) => {
      const { changeId } = await store.readPlan(id);
      const records = await store.listReadings({ kind: 'plan', changeId });
      const record = records.find(({ reader }) => reader === id);
      if (record === undefined) {
        const remedy = 'Records of the last plans of a change are kept; the ledger has the digest of each. Plan again.';
        throw new WaslError('READING_UNKNOWN', `there is no record of plan ${id}`, { remedy });
      }
      return presentProofRecord(record.digest, (await store.readReading(record.id)).text);
    },
  );

  app.get(
    '/v1/changes/:id/pushed',
    {
      schema: {
        summary: 'The very XML that each router was sent, by attempt, and what became of it',
        tags,
        params: z.object({ id: changeIdSchema }),
        response: answers(z.array(pushedSchema)),
      },
    },
    async (request) => {
      const { id } = await store.readChange(request.params.id);
      const pushed = await store.listPushed(id);
      return pushed.map(({ epoch, pe, planId, xml, digest, state, at }) => ({
        epoch,
        pe,
        planId,
        xml,
        digest,
        state,
        at,
      }));
    },
  );

  app.get(
    '/v1/changes/:id',
    {
      schema: {
        summary: 'A change with its journal',
        tags,
        params: z.object({ id: changeIdSchema }),
        response: answers(changeWithJournalSchema),
      },
    },
    async (request) => {
      const change = await store.readChange(request.params.id);
      return presentChangeWithJournal(change, await store.readJournal(change.id));
    },
  );
}
