import { z } from 'zod';
import { FORM_BYTES_MAX, FORM_MEDIA_TYPES } from '../domain/hand-signed.ts';
import { entityIdSchema } from '../domain/names.ts';
import { policyDigestBody, policyParams } from './policy-wire.ts';

export const handSignedSchema = z.object({
  version: z.string(),
  entity: z.string(),
  digest: z.string().describe('Of the terms that it accepts'),
  mediaType: z.enum(FORM_MEDIA_TYPES),
  sha256: z.string().describe('Of the exact bytes'),
  bytes: z.number().int(),
  attachedBy: z.string(),
  attachedAt: z.string(),
  confirmedBy: z.string().nullable().describe('null: it accepts nothing yet'),
  confirmedAt: z.string().nullable(),
});

export const newFormBody = policyDigestBody.extend({
  entity: entityIdSchema,
  content: z
    .base64()
    .min(4)
    .max(Math.ceil(FORM_BYTES_MAX / 3) * 4)
    .describe('The scan, in base64: PDF, PNG or JPEG'),
});
export const confirmFormBody = z.strictObject({
  form: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits')
    .describe('SHA-256 of the scan that was looked at'),
});
export const formParams = policyParams.extend({ entity: entityIdSchema });

export type HandSignedAnswer = z.infer<typeof handSignedSchema>;
