/** One file that shows what became of a change (`wasl-evidence/3`): what is in it, and by what it is vouched for. */
import { z } from 'zod';
import { ATTEMPT_DOCUMENTS, ATTEMPT_RECORDED } from '../../domain/attempt-record.ts';
import { type Digest, digestOf, digestOfBytes } from '../../domain/canonical-json.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { type ChangeId, changeIdSchema, interconnectOf } from '../../domain/names.ts';
import { POLICY_ACCEPTED, POLICY_PROPOSED, POLICY_PUBLISHED } from '../../domain/policy.ts';
import { type SignedDocument, signedDocumentSchema } from '../../domain/signed-document.ts';

export const EVIDENCE_FORMAT = 'wasl-evidence/3';

/** `whole`: for auditors. `parties`: without what is of the network side's eyes or of third parties. */
export const EDITIONS = ['whole', 'parties'] as const;
export type Edition = (typeof EDITIONS)[number];

/** Why something that a row names is not in the file. The exporter's word: nothing vouches for it. */
export const ABSENCES = ['not-kept', 'signed-anew', 'too-large', 'withheld'] as const;
export type Absence = (typeof ABSENCES)[number];

const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text) => text as Digest);
const chained = { sequence: z.int().min(1), previousHash: digestSchema, hash: digestSchema };
const entrySchema = z.strictObject({
  ...chained,
  at: z.iso.datetime({ offset: true }),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  body: z.record(z.string(), z.unknown()),
  nonce: z.string().nullable(),
});
/** A row of which only the digest is shown: it links the chain and tells nothing, for the fact has a nonce. */
const withheldSchema = z.strictObject({ ...chained, fact: digestSchema });
/** Several texts stand for the same bytes where the last bits are not asked for. */
const isOneForm = (text: string) => text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
const documentSchema = z.union([
  z.strictObject({ digest: digestSchema, text: z.string() }),
  z.strictObject({ digest: digestSchema, base64: z.base64().refine(isOneForm) }),
]);

/** Every member is vouched for by the checkpoint: by a proof, by a digest in a row, or by a signature. The text is its canonical JSON and a line feed. */
export const evidenceSchema = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  edition: z.enum(EDITIONS),
  changeId: changeIdSchema,
  /** As it was signed; its origin is `wasl/<installation>`. */
  checkpoint: z.string(),
  cosignatures: z.array(z.strictObject({ witness: z.string(), line: z.string() })),
  /** Of the change, its plans, its interconnect and the policy of its parties, in order, each with its proof of inclusion. */
  entries: z.array(z.strictObject({ entry: z.union([entrySchema, withheldSchema]), proof: z.array(z.string()) })),
  /** Plans without what their digest leaves out, and the XML of each router. */
  plans: z.array(
    z.strictObject({
      id: z.string(),
      contents: z.record(z.string(), z.unknown()),
      payloads: z.array(z.strictObject({ pe: z.string(), xml: z.string() })),
    }),
  ),
  /** The signed document of the row of that sequence; `digest` is over its canonical JSON, with what shows that the signatures hold. In order. */
  signed: z.array(z.strictObject({ sequence: z.int().min(1), digest: digestSchema, document: signedDocumentSchema })),
  /** What rows name by the SHA-256 of its bytes: texts of the policy, records of proofs, what was sent to routers and read of them. In order of the digests. */
  documents: z.array(documentSchema),
  /** What rows name and the file has not: a digest, or `row N` for the signed document of that row. In order. */
  absent: z.array(z.strictObject({ what: z.string(), why: z.enum(ABSENCES) })),
});
export type EvidenceBundle = z.output<typeof evidenceSchema>;
export type EvidenceDocument = EvidenceBundle['documents'][number];
export type ShownEntry = z.output<typeof entrySchema>;
export type WithheldEntry = z.output<typeof withheldSchema>;
export type PlannedEvidence = EvidenceBundle['plans'][number];

/** The row by which the agreement of a change was asked for; what says so of something else is not it. */
export const findSubmitted = (entries: readonly ShownEntry[], changeId: ChangeId) =>
  entries.find(({ action, subject }) => action === 'request.submitted' && subject === interconnectOf(changeId));

/** The row by which the change began, which says what kind of change it is. */
export const findStarted = (entries: readonly ShownEntry[], changeId: ChangeId) =>
  entries.find(({ action, subject }) => action === 'change.started' && subject === changeId);

export const isShown = (entry: ShownEntry | WithheldEntry): entry is ShownEntry => 'action' in entry;

export const bytesOf = (document: EvidenceDocument): Buffer =>
  'text' in document ? Buffer.from(document.text) : Buffer.from(document.base64, 'base64');

/** Text as text, so that people can read it; other bytes in base64. */
export function documentOf(bytes: Uint8Array): EvidenceDocument {
  const text = Buffer.from(bytes).toString('utf8');
  const digest = digestOfBytes(bytes);
  return Buffer.from(text).equals(bytes) ? { digest, text } : { digest, base64: Buffer.from(bytes).toString('base64') };
}

export const signedOf = (sequence: number, document: SignedDocument): EvidenceBundle['signed'][number] => ({
  sequence,
  digest: digestOf(document),
  document,
});

/** The name of a signed document that is absent. */
export const absentRow = (sequence: number): string => `row ${sequence}`;

/** Digests of the documents that a row names. */
export function documentsNamedBy({ action, body }: Pick<LedgerEntry, 'action' | 'body'>): Digest[] {
  const list = (value: unknown) => (Array.isArray(value) ? (value as Readonly<Record<string, unknown>>[]) : []);
  const named =
    action === POLICY_PROPOSED
      ? list(body.renditions).map(({ sha256 }) => sha256)
      : action === 'plan.saved'
        ? [body.record]
        : action === ATTEMPT_RECORDED
          ? list(body.routers).flatMap((router) => ATTEMPT_DOCUMENTS.map((name) => router[name]))
          : [];
  return named.filter((each): each is Digest => typeof each === 'string');
}

/** Steps of the policy that its versions have in common with every agreement. */
export const POLICY_STEPS: ReadonlySet<string> = new Set([POLICY_PROPOSED, POLICY_PUBLISHED, POLICY_ACCEPTED]);

/** The ledger's word for the end of an agreement that somebody decides on. */
export const WITHDRAWAL_REQUESTED = 'withdrawal.requested';

const SIGNED_ACTIONS: ReadonlySet<string> = new Set([POLICY_ACCEPTED, 'approval.recorded', WITHDRAWAL_REQUESTED]);

/** The digest of the signed document that a row names; null: it names none. */
export function signatureNamedBy({ action, body }: Pick<LedgerEntry, 'action' | 'body'>): string | null {
  if (!SIGNED_ACTIONS.has(action)) return null;
  return typeof body.signature === 'string' ? body.signature : null;
}
