import { z } from 'zod';
import { digestOfText } from '../../domain/canonical-json.ts';
import { changeIdSchema } from '../../domain/names.ts';
import { collectEvidence, type EvidenceRows } from '../../ledger/evidence/collect-evidence.ts';
import { EDITIONS } from '../../ledger/evidence/format.ts';
import { presentProofRecord, proofRecordSchema } from '../proof-record.ts';
import { type ApiDependencies, type ApiServer, answers } from '../server-types.ts';

export function registerEvidenceRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.get(
    '/v1/changes/:id/evidence',
    {
      schema: {
        summary:
          'Evidence of a change in one file: rows of the ledger with their proofs, signed documents, plans, what was sent and read',
        tags: ['ledger'],
        params: z.object({ id: changeIdSchema }),
        querystring: z.object({
          edition: z
            .enum(EDITIONS)
            .default('whole')
            .describe('`parties`: without what names routers, routes of others, or is an engineer’s own words'),
        }),
        response: answers(proofRecordSchema),
      },
    },
    async (request) => {
      const { id } = await store.readChange(request.params.id);
      const pushed = new Map((await store.listPushed(id)).map(({ xml }) => [digestOfText(xml), Buffer.from(xml)]));
      const rows: EvidenceRows = {
        ...store,
        findDocument: async (digest, bytesMax) => pushed.get(digest) ?? store.findDocument(digest, bytesMax),
      };
      const text = await collectEvidence(rows, id, request.query.edition);
      return presentProofRecord(digestOfText(text), text);
    },
  );
}
