import { z } from 'zod';
import { WaslError } from '../../errors.ts';
import { withLines } from '../../ledger/checkpoint.ts';
import { leafOf, proveConsistency, proveInclusion } from '../../ledger/ledger-tree.ts';
import { reviewRecord } from '../../ledger/review-ledger.ts';
import { cosignedAt, parseNote, parseSignatureLine, parseVerifier } from '../../ledger/signed-note.ts';
import {
  checkpointSchema,
  consistencySchema,
  cosignatureSchema,
  inclusionSchema,
  ledgerReviewSchema,
} from '../ledger-wire.ts';
import { linkNextPage } from '../link-next-page.ts';
import { type ApiDependencies, type ApiServer, answers } from '../server-types.ts';

const PAGE_MAX = 1_000;

const sizeSchema = z.coerce.number().int().min(1);

/** What vouches for the ledger, for those who were not there. */
export function registerLedgerProofRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store } = deps;
  app.get(
    '/v1/ledger/checkpoint',
    {
      schema: {
        summary: 'The last signed checkpoint of the ledger',
        tags: ['ledger'],
        response: answers(checkpointSchema),
      },
    },
    async () => {
      const last = await store.readLastCheckpoint();
      const checkpoint = last && (await store.readCheckpoint(last.size));
      if (checkpoint === null) throw new WaslError('LEDGER_UNSIGNED', 'no checkpoint was signed yet');
      return shown(checkpoint);
    },
  );
  app.get(
    '/v1/ledger/checkpoints',
    {
      schema: {
        summary: 'All checkpoints with their cosignatures, oldest first',
        tags: ['ledger'],
        querystring: z.object({
          after: z.coerce.number().int().min(0).default(0).describe('Size of one'),
          limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
        }),
        response: answers(z.array(checkpointSchema)),
      },
    },
    async (request, reply) => {
      const { after, limit } = request.query;
      const checkpoints = await store.listCheckpoints({ afterSize: after, limit });
      linkNextPage(request, reply, { length: checkpoints.length, limit, cursor: ['after', checkpoints.at(-1)?.size] });
      return checkpoints.map(shown);
    },
  );
  app.get(
    '/v1/ledger/proofs/consistency',
    {
      schema: {
        summary: 'That the ledger of one checkpoint begins with that of another (RFC 6962)',
        tags: ['ledger'],
        querystring: z.object({ from: sizeSchema, to: sizeSchema }),
        response: answers(consistencySchema),
      },
    },
    async ({ query: { from, to } }) => {
      await requireSigned(deps, to);
      if (from > to) throw new WaslError('INPUT_INVALID', `${from} rows are no beginning of ${to}`, { path: 'from' });
      return { from, to, hashes: toBase64(await proveConsistency(store, from, to)) };
    },
  );
  app.get(
    '/v1/ledger/proofs/inclusion',
    {
      schema: {
        summary: 'That an entry is in the ledger of a checkpoint (RFC 6962)',
        tags: ['ledger'],
        querystring: z.object({ entry: sizeSchema, size: sizeSchema }),
        response: answers(inclusionSchema),
      },
    },
    async ({ query: { entry, size } }) => {
      await requireSigned(deps, size);
      const [row] = entry > size ? [] : await store.readLedger({ afterSequence: entry - 1, limit: 1 });
      if (row === undefined) throw new WaslError('LEDGER_UNSIGNED', `row ${entry} is not among the first ${size}`);
      const hashes = toBase64(await proveInclusion(store, entry, size));
      return { entry, size, leaf: leafOf(row).toString('base64'), hashes };
    },
  );
  registerCosignatures(app, deps);
  registerReviews(app, deps);
}

function registerCosignatures(app: ApiServer, { store }: ApiDependencies): void {
  app.post(
    '/v1/ledger/cosignatures',
    {
      schema: {
        summary: 'Keep the cosignature of a witness with its checkpoint',
        tags: ['ledger'],
        body: cosignatureSchema,
        response: answers(checkpointSchema),
      },
    },
    async (request) => {
      const { size, witness, line } = request.body;
      const from = request.principal?.person;
      if (from === undefined) throw new WaslError('UNAUTHENTICATED', 'nobody is known here');
      const refuse = (fact: string, path: string) => new WaslError('COSIGNATURE_INVALID', fact, { path });
      const checkpoint = await store.readCheckpoint(size);
      if (checkpoint === null) throw refuse(`there is no checkpoint of ${size} rows`, 'size');
      const verifier = parseVerifier(witness, 'witness');
      if (verifier === null) throw refuse('it is no verifier key of a witness', 'witness');
      if (parseSignatureLine(line) === null) throw refuse('it is no signature line', 'line');
      const note = parseNote(withLines(checkpoint.note, [line]));
      if (note === null || cosignedAt(note, verifier) === null) {
        throw refuse(`it is no cosignature of checkpoint ${size} by ${verifier.name}`, 'line');
      }
      await store.saveCosignature({ size, witness, line, from });
      return shown((await store.readCheckpoint(size)) ?? checkpoint);
    },
  );
}

function registerReviews(app: ApiServer, { store, clock }: ApiDependencies): void {
  // It reads everything: whoever asks meanwhile gets the same one.
  let running: ReturnType<typeof reviewRecord> | null = null;
  app.post(
    '/v1/ledger/reviews',
    {
      schema: {
        summary: 'Hold the whole ledger against its checkpoints, and the register against the ledger',
        tags: ['ledger'],
        response: answers(ledgerReviewSchema),
      },
    },
    async () => {
      const at = clock().toISOString();
      running ??= reviewRecord(store, null).finally(() => {
        running = null;
      });
      const review = await running;
      await store.saveLedgerReview(review);
      return { ...review, findings: [...review.findings], at };
    },
  );
}

/** Proofs end at a checkpoint: of what is not signed they would say nothing. */
async function requireSigned({ store }: ApiDependencies, size: number): Promise<void> {
  if ((await store.readCheckpoint(size)) !== null) return;
  throw new WaslError('LEDGER_UNSIGNED', `there is no checkpoint of ${size} rows`);
}

const toBase64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));

type Kept = NonNullable<Awaited<ReturnType<ApiDependencies['store']['readCheckpoint']>>>;

const shown = ({ cosignatures, ...checkpoint }: Kept) => ({
  ...checkpoint,
  cosignatures: cosignatures.map((cosignature) => ({ ...cosignature })),
});
