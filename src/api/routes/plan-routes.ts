import { z } from 'zod';
import { changeIdSchema, planIdSchema } from '../../domain/names.ts';
import type { Plan } from '../../domain/plan.ts';
import { WaslError } from '../../errors.ts';
import type { InterconnectRecord } from '../../store/store.ts';
import type { Principal } from '../authentication.ts';
import { presentChangeWithJournal, presentPlan } from '../present.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { changeWithJournalSchema, payloadSchema, planSchema } from '../wire.ts';
import { decisionBodySchema, refuseSecondDecision } from './decision.ts';

const planParams = z.object({ id: planIdSchema });
const tags = ['plans'];

export function registerPlanRoutes(app: ApiServer, { store, workflows }: ApiDependencies): void {
  app.get(
    '/v1/plans/:id',
    { schema: { summary: 'What a change will do', tags, params: planParams, response: answers(planSchema) } },
    async (request) => {
      const plan = await store.readPlan(request.params.id);
      return presentPlan(plan, await store.listApprovals(plan.interconnectId));
    },
  );

  app.get(
    '/v1/plans/:id/payloads',
    {
      schema: { summary: 'The XML for each PE', tags, params: planParams, response: answers(z.array(payloadSchema)) },
    },
    async (request) => (await store.readPayloads(request.params.id)).map(({ pe, xml }) => ({ pe, xml })),
  );

  app.post(
    '/v1/plans/:id/approvals',
    {
      schema: {
        summary: "The network side's decision on a plan",
        tags,
        params: planParams,
        body: decisionBodySchema,
        response: answers(planSchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { decision, digest, reason } = request.body;
      const plan = await store.readPlan(request.params.id);
      const record = await store.readInterconnect(plan.interconnectId);
      const change = await store.readChange(plan.changeId);
      refuseOwnPlan(plan, record, change.requestedBy, caller);
      if (digest !== plan.digest) {
        const remedy = 'Read the plan again and decide on its current digest.';
        throw new WaslError('APPROVAL_DIGEST', `${plan.id} has the digest ${plan.digest}`, { path: 'digest', remedy });
      }
      const approvals = await store.listApprovals(record.id);
      const wanted = { subject: 'plan', party: 'network', digest, decision } as const;
      if (!refuseSecondDecision(approvals, caller.person, wanted)) {
        await workflows.decidePlan(record.id, { person: caller.person, planId: plan.id, digest, decision, reason });
      }
      return presentPlan(plan, await store.listApprovals(record.id));
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

/** Four eyes: whoever asked for the interconnect or this change, or planned it, does not approve the plan. */
function refuseOwnPlan(plan: Plan, record: InterconnectRecord, changeRequestedBy: string, caller: Principal): void {
  const { person } = caller;
  if (person === record.requestedBy || person === changeRequestedBy) {
    throw new WaslError('APPROVAL_SELF', `${person} asked for what ${plan.id} does`, {
      remedy: 'Another engineer must approve it.',
    });
  }
  if (person === plan.createdBy) {
    throw new WaslError('APPROVAL_SELF', `${person} made ${plan.id}`, { remedy: 'Another engineer must approve it.' });
  }
}
