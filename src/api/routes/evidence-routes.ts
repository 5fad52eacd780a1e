import { z } from 'zod';
import { digestOfText } from '../../domain/canonical-json.ts';
import { type ChangeId, changeIdSchema, type PersonId } from '../../domain/names.ts';
import type { Purpose } from '../../domain/retention.ts';
import { collectEvidence, type EvidenceRows } from '../../ledger/evidence/collect-evidence.ts';
import { EDITIONS } from '../../ledger/evidence/format.ts';
import { presentProofRecord, proofRecordSchema } from '../proof-record.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';

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
      let documents = 0;
      const rows: EvidenceRows = {
        ...store,
        listSignedDecisions: async (of) => {
          const decisions = [...(await store.listSignedDecisions(of)), ...(await store.listEarlierDecisions(of))];
          documents += decisions.filter(({ signed }) => signed !== null).length;
          return decisions;
        },
        readSignedWithdrawal: async (of) => {
          const withdrawal = await store.readSignedWithdrawal(of);
          if (withdrawal !== null && withdrawal.signed !== null) documents += 1;
          return withdrawal;
        },
        findDocument: async (digest, bytesMax) => pushed.get(digest) ?? store.findDocument(digest, bytesMax),
      };
      const text = await collectEvidence(rows, id, request.query.edition);
      if (documents > 0) await recordDisclosure(id, documents, callerOf(request).person);
      return presentProofRecord(digestOfText(text), text);
    },
  );

  /** Signed documents go out in it, names and certificates too. About nothing that the next bundle holds: it would wait for a checkpoint. */
  const recordDisclosure = (id: ChangeId, documents: number, actor: PersonId) =>
    store.appendLedger({
      ...{ actor, action: 'personal-data.disclosed', subject: `evidence/${id}` },
      body: { purpose: 'audit' satisfies Purpose, documents },
    });
}
