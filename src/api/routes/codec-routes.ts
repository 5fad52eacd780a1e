/** The codec server of Temporal's UI and CLI: POST …/decode and …/encode with the payloads of a history, in Temporal's own JSON form. */
import { z } from 'zod';
import { WaslError } from '../../errors.ts';
import { CODEC_PATH } from '../codec-origin.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';

/** A page of a history; one payload has at most 2 MB (Temporal's limit), and base64 takes a third more. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const PAYLOADS_MAX = 1_000;
const METADATA_MAX = 32;
/** The UI calls for each event of a history: one row of the ledger tells of all that a person decodes within this. */
const RECORDED_FOR_MS = 60_000;
const PERSONS_MAX = 1_000;

const bytes = z.base64().describe('Base64');
const payloadsSchema = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z
          .record(z.string().max(256), bytes)
          .refine((members) => Object.keys(members).length <= METADATA_MAX, 'has too many members')
          .optional(),
        data: bytes.optional(),
      }),
    )
    .max(PAYLOADS_MAX),
});
/** What a browser asks before (Fetch, 3.2.2); it need not ask again for ten minutes. Whose page may ask: `codec-origin.ts`. */
const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-type, x-namespace',
  'access-control-max-age': '600',
};

type WirePayloads = z.output<typeof payloadsSchema>;

export function registerCodecRoutes(app: ApiServer, { codec, store, clock }: ApiDependencies): void {
  const requireCodec = () => {
    if (codec !== undefined) return codec;
    throw new WaslError('NOT_FOUND', 'messages in Temporal are not encrypted here: there is nothing to decode');
  };
  const recordedAtMs = new Map<string, number>();
  /** Before the answer: what cannot be recorded is not shown. */
  async function recordAccess(person: string, action: 'messages.decoded' | 'messages.encoded'): Promise<void> {
    const nowMs = clock().getTime();
    const key = `${action} ${person}`;
    if (nowMs - (recordedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < RECORDED_FOR_MS) return;
    await store.appendLedger({ actor: person, action, subject: 'temporal', body: { withinMs: RECORDED_FOR_MS } });
    if (recordedAtMs.size >= PERSONS_MAX) recordedAtMs.clear();
    recordedAtMs.set(key, nowMs);
  }

  for (const [path, action, summary] of [
    ['decode', 'messages.decoded', "Decrypt a history's payloads, for Temporal's UI and CLI; recorded in the ledger"],
    ['encode', 'messages.encoded', 'Encrypt payloads as a process of wasl would, for Temporal; recorded in the ledger'],
  ] as const) {
    app.options(`${CODEC_PATH}${path}`, { schema: { hide: true } }, async (_request, reply) =>
      reply.code(204).headers(PREFLIGHT).send(),
    );
    app.post(
      `${CODEC_PATH}${path}`,
      {
        bodyLimit: BODY_BYTES_MAX,
        schema: { summary, tags: ['operation'], body: payloadsSchema, response: answers(payloadsSchema) },
      },
      async (request): Promise<WirePayloads> => {
        const { forPeople } = requireCodec();
        await recordAccess(callerOf(request).person, action);
        const payloads = request.body.payloads.map(fromWire);
        const found = await (path === 'encode' ? forPeople.encode(payloads) : forPeople.decode(payloads)).catch(
          asInput,
        );
        return { payloads: found.map(toWire) };
      },
    );
  }
}

/** What a caller sends and no key opens is the caller's: nothing is wrong here, and the same call never succeeds. */
function asInput(error: unknown): never {
  if (!(error instanceof WaslError) || error.code !== 'MESSAGE_UNREADABLE') throw error;
  throw new WaslError('INPUT_INVALID', error.message, { path: 'payloads', remedy: error.remedy, cause: error });
}

type Bytes = Uint8Array | null | undefined;

function fromWire({ metadata = {}, data = '' }: WirePayloads['payloads'][number]) {
  return { metadata: mapMembers(metadata, (text) => Buffer.from(text, 'base64')), data: Buffer.from(data, 'base64') };
}

function toWire({ metadata, data }: { readonly metadata?: Record<string, Uint8Array> | null; readonly data?: Bytes }) {
  return { metadata: mapMembers(metadata ?? {}, toBase64), data: toBase64(data) };
}

const toBase64 = (given: Bytes): string => Buffer.from(given ?? []).toString('base64');

const mapMembers = <From, To>(members: Readonly<Record<string, From>>, map: (member: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, map(member)]));
