/** The wire form of signing: prepare, sign elsewhere, attach. Nothing of it is kept by the server. */
import { z } from 'zod';
import { interconnectIdSchema, planIdSchema } from '../domain/names.ts';
import { policyVersionSchema } from '../domain/policy.ts';
import { preparedSignatureSchema, signedDocumentSchema } from '../domain/signed-document.ts';
import { SIGNING_KINDS, SIGNING_ROLES, signerSchema, signingDocumentSchema } from '../domain/signing-document.ts';

export const signingWishBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('policy-acceptance'), id: policyVersionSchema.describe('The version') }),
  z.strictObject({ kind: z.literal('request'), id: interconnectIdSchema }),
  z.strictObject({ kind: z.literal('plan-approval'), id: planIdSchema }),
  z.strictObject({ kind: z.literal('withdrawal'), id: interconnectIdSchema }),
]);

const wordsSchema = z.object({
  title: z.string(),
  statement: z.string(),
  facts: z.array(z.object({ label: z.string(), text: z.string() })),
});

const documentSchema = z.object({
  format: z.literal('wasl-signing-document/1'),
  kind: z.enum(SIGNING_KINDS),
  installation: z.string(),
  signers: z.array(z.object({ party: z.string(), role: z.enum(SIGNING_ROLES) })),
  subject: z.object({ id: z.string(), digest: z.string() }),
  policy: z.object({ version: z.string(), renditions: z.object({ ar: z.string(), en: z.string() }) }).nullable(),
  preparedAt: z.string(),
  nonce: z.string(),
});

export const signingDocumentAnswer = z.object({
  document: documentSchema.describe('Its canonical JSON (RFC 8785) is what is signed'),
  words: z.object({ en: wordsSchema, ar: wordsSchema }).describe('All that is signed, for a person'),
});

export const preparationBody = z.strictObject({
  document: signingDocumentSchema,
  signer: signerSchema.describe("One of the document's signers"),
  designation: z
    .string()
    .min(1)
    .max(120)
    .nullable()
    .describe('The office of a person, as they call it; null for a seal'),
  certificates: z
    .string()
    .min(1)
    .max(20_000)
    .describe("PEM: the signer's certificate first, then the authorities above it"),
});

export const preparationAnswer = z.object({
  prepared: preparedSignatureSchema.describe('To be sent back with the signature'),
  signingInput: z.string().describe('ASCII: the very bytes to sign'),
  digest: z.string().describe('SHA-256 of these bytes'),
  algorithm: z.enum(['ES256', 'PS256', 'RS256']),
});

export const attachmentBody = z.strictObject({
  prepared: preparedSignatureSchema,
  signature: z.base64().min(4).max(2_000).describe('Raw, or DER for ECDSA'),
  to: signedDocumentSchema
    .nullable()
    .default(null)
    .describe('The signatures that are there already over the same document'),
});

export const attachmentAnswer = signedDocumentSchema;

export type SigningWish = z.input<typeof signingWishBody>;
export type SigningAnswer = z.output<typeof signingDocumentAnswer>;
