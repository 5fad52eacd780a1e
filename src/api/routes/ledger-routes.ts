import { z } from 'zod';
import { linkNextPage } from '../link-next-page.ts';
import { type ApiDependencies, type ApiServer, answers } from '../server-types.ts';
import { ledgerEntrySchema } from '../wire.ts';

const PAGE_DEFAULT = 100;
const PAGE_MAX = 1_000;

export function registerLedgerRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.get(
    '/v1/ledger',
    {
      schema: {
        summary: 'The hash-chained record, oldest first',
        tags: ['ledger'],
        querystring: z.object({
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
        }),
        response: answers(z.array(ledgerEntrySchema)),
      },
    },
    async (request, reply) => {
      const { after, limit } = request.query;
      const entries = await store.readLedger({ afterSequence: after, limit });
      linkNextPage(request, reply, { length: entries.length, limit, cursor: ['after', entries.at(-1)?.sequence] });
      return entries.map(({ sequence, at, actor, action, subject, body, nonce = null, previousHash, hash }) => ({
        sequence,
        at,
        actor,
        action,
        subject,
        body: { ...body },
        nonce,
        previousHash,
        hash,
      }));
    },
  );
}
