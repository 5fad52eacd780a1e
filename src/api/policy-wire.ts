import { z } from 'zod';
import {
  graceDaysSchema,
  POLICY_LANGUAGES,
  POLICY_MEDIA_TYPES,
  policyVersionSchema,
  RENDITION_BYTES_MAX,
} from '../domain/policy.ts';
import { signedDocumentSchema } from '../domain/signed-document.ts';
import { timeTextSchema } from '../domain/time-text.ts';

/** Base64 takes four characters for three bytes. */
const CONTENT_LENGTH_MAX = Math.ceil(RENDITION_BYTES_MAX / 3) * 4;
const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits');

const renditionSchema = z.object({
  language: z.enum(POLICY_LANGUAGES),
  mediaType: z.enum(POLICY_MEDIA_TYPES),
  sha256: z.string().describe('Of the exact bytes'),
  bytes: z.number().int(),
});

export const policySchema = z.object({
  version: z.string(),
  state: z.enum(['proposed', 'published', 'in-force', 'superseded']),
  inForceFrom: z.string(),
  graceDays: z.number().int(),
  digest: z.string().describe('Of the terms, and so of every rendition: what is accepted'),
  renditions: z.array(renditionSchema),
  proposedBy: z.string().nullable().describe('null: not told to parties'),
  publishedBy: z.string().nullable(),
  publishedAt: z.string().nullable(),
});

export const acceptanceSchema = z.object({
  version: z.string(),
  entity: z.string(),
  digest: z.string(),
  person: z.string(),
  acceptedAt: z.string(),
});

/** Where an entity stands today. A party reads its own. */
export const policyStandingSchema = z.object({
  entity: z.string(),
  standing: z.enum(['accepted', 'grace', 'missing']),
  until: z.string().nullable().describe('grace: until when; missing: since when, null: it never accepted any'),
  version: z.string().nullable().describe('The newest version that it has accepted'),
  by: z
    .enum(['signature', 'hand', 'token'])
    .nullable()
    .describe(
      'How it accepted that version; hand: a scanned form, the weaker kind, which a worker takes only where its trust file says so',
    ),
  awaits: z.string().nullable().describe('The version that it should accept now'),
});

export const newPolicySchema = z.strictObject({
  version: policyVersionSchema,
  inForceFrom: timeTextSchema,
  graceDays: graceDaysSchema,
  renditions: z
    .array(
      z.strictObject({
        language: z.enum(POLICY_LANGUAGES),
        mediaType: z.enum(POLICY_MEDIA_TYPES),
        content: z.base64().min(4).max(CONTENT_LENGTH_MAX).describe('The bytes, in base64'),
      }),
    )
    .length(POLICY_LANGUAGES.length)
    .refine((list) => POLICY_LANGUAGES.every((language) => list.some((each) => each.language === language)), {
      params: { fact: 'a language is missing', remedy: 'Send one text in Arabic (ar) and one in English (en).' },
    }),
});

export const policyDigestBody = z.strictObject({ digest: digestSchema });
export const acceptanceBody = policyDigestBody.extend({
  signed: signedDocumentSchema.describe('The signing document that says it (`/v1/signing-documents`), signed'),
});
export const policyParams = z.object({ version: policyVersionSchema });
export const renditionParams = policyParams.extend({ language: z.enum(POLICY_LANGUAGES) });

export type PolicyAnswer = z.infer<typeof policySchema>;
export type AcceptanceAnswer = z.infer<typeof acceptanceSchema>;
export type PolicyStandingAnswer = z.infer<typeof policyStandingSchema>;
export type NewPolicy = z.input<typeof newPolicySchema>;
