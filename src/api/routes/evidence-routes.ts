import { z } from 'zod';
import { digestOfText } from '../../domain/canonical-json.ts';
import { changeIdSchema, type PlanId } from '../../domain/names.ts';
import { collectEvidence, type PlannedEvidence } from '../../ledger/evidence.ts';
import { presentProofRecord, proofRecordSchema } from '../proof-record.ts';
import { type ApiDependencies, type ApiServer, answers } from '../server-types.ts';

export function registerEvidenceRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.get(
    '/v1/changes/:id/evidence',
    {
      schema: {
        summary: 'Evidence of a change: its rows of the ledger with their proofs, its plans and their XML',
        tags: ['ledger'],
        params: z.object({ id: changeIdSchema }),
        response: answers(proofRecordSchema),
      },
    },
    async (request) => {
      const { id } = await store.readChange(request.params.id);
      const planIds = (await store.listPlanDigests(id)).map((_, index) => `${id}-P${index + 1}` as PlanId);
      const plans: PlannedEvidence[] = [];
      for (const planId of planIds) {
        const { id: _id, createdAt: _at, createdBy: _by, digest: _digest, ...contents } = await store.readPlan(planId);
        const payloads = (await store.readPayloads(planId)).map(({ pe, xml }) => ({ pe, xml }));
        plans.push({ id: planId, contents, payloads });
      }
      const text = await collectEvidence(store, id, plans);
      return presentProofRecord(digestOfText(text), text);
    },
  );
}
