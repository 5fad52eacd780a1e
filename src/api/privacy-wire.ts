import { z } from 'zod';
import { freeText } from '../domain/free-text.ts';
import { personIdSchema } from '../domain/names.ts';
import { PERIOD_BEGINS, PURPOSES } from '../domain/retention.ts';
import { RECORD_KINDS } from '../domain/sealed-text.ts';
import { instantSchema } from './wire.ts';

const ID_MAX = 2_147_483_647;
const REFERENCE_BOUNDS = { min: 2, max: 200 };

export const numberedParams = z.object({ id: z.coerce.number().int().min(1).max(ID_MAX) });
const kindSchema = z.enum(RECORD_KINDS);
const recordSchema = z.object({
  kind: kindSchema,
  id: z.string().describe('IC-0001, or version and entity: 2026-1/MOH'),
});
const subjectSchema = z.string().describe('The person');
export const purposeBody = z.strictObject({
  purpose: z.enum(PURPOSES).describe('Recorded in the ledger, with who asked'),
});

const dueSchema = recordSchema.extend({
  subject: subjectSchema,
  beganAt: instantSchema,
  dueAt: instantSchema,
  reference: z.string().describe('The class of the schedule'),
});
export const retentionSchema = z
  .object({
    authority: z.string().describe('Who approved the schedule'),
    rules: z.array(
      z.object({
        record: kindSchema,
        begins: z.enum(Object.values(PERIOD_BEGINS)),
        days: z.number().int(),
        reference: z.string(),
      }),
    ),
    due: z.array(dueSchema).describe('The period is over, and nothing speaks against it'),
    keptBack: z.array(recordSchema.extend({ subject: subjectSchema, why: z.string() })),
  })
  .meta({ id: 'Retention' });
export type RetentionAnswer = z.infer<typeof retentionSchema>;

export const proposalSchema = z
  .object({
    id: z.number().int(),
    state: z.enum(['proposed', 'authorised', 'refused', 'erased']),
    digest: z.string().describe('Of list and schedule: what is authorised'),
    authority: z.string(),
    records: z.array(dueSchema),
    proposedBy: z.string(),
    proposedAt: instantSchema,
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
    erasedBy: z.string().nullable(),
    erasedAt: instantSchema.nullable(),
  })
  .meta({ id: 'RetentionProposal' });
export type ProposalAnswer = z.infer<typeof proposalSchema>;
export const proposalDecisionBody = z.strictObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits'),
  decision: z.enum(['authorise', 'refuse']),
});

export const newHoldSchema = z
  .strictObject({
    subject: personIdSchema.optional().describe('All that is kept of a person, or'),
    record: z.string().max(64).optional().describe('of a record: IC-0001, 2026-1/MOH'),
    reference: freeText(REFERENCE_BOUNDS).describe('The number of the case; no names'),
  })
  .refine(({ subject, record }) => (subject === undefined) !== (record === undefined), {
    params: { fact: 'it is on a person or on a record', remedy: 'Name one of the two.' },
  });
export const holdSchema = z
  .object({
    id: z.number().int(),
    subject: z.string().nullable(),
    record: recordSchema.nullable(),
    reference: z.string(),
    placedBy: z.string(),
    placedAt: instantSchema,
    liftedBy: z.string().nullable(),
    liftedAt: instantSchema.nullable(),
  })
  .meta({ id: 'LegalHold' });
export type HoldAnswer = z.infer<typeof holdSchema>;
export type NewHold = z.input<typeof newHoldSchema>;

const lostKeySchema = z
  .object({
    key: z.string().describe('Of the ring, or of a person where that one is not what was wrapped'),
    records: z.array(z.string()).describe('What is shut for want of it: IC-0001, 2026-1/MOH, the id of a webhook'),
    givenUpBy: z.string().nullable().describe('null: nobody yet, and no rotation goes on without it'),
  })
  .meta({ id: 'LostKey' });
export const lostKeysSchema = z.array(lostKeySchema);
export type LostKeyAnswer = z.infer<typeof lostKeySchema>;
export const lostKeyBody = z.strictObject({
  key: z.string().regex(/^[\w.-]{1,64}$/, 'must be the id of a key'),
});

export const rotationSchema = z
  .object({
    kek: z.string().describe('Under which every key of a person is wrapped now'),
    rewrapped: z.number().int(),
    sealed: z.number().int().describe('Signed documents and scans of before there were keys'),
    retired: z
      .array(z.string())
      .describe('Keys of the ring that wrap nothing any more: take them out and destroy them'),
    secrets: z.number().int().describe('Secrets of webhooks that were sealed, or sealed anew'),
    lost: z.array(lostKeySchema).describe('What was given up, and stays as it is'),
    isVacuumed: z.boolean().describe('false: the owner of the tables must run `vacuum full personal_keys`'),
  })
  .meta({ id: 'KeyRotation' });
export type RotationAnswer = z.infer<typeof rotationSchema>;

export const exportBody = purposeBody.extend({ subject: personIdSchema });
export const subjectExportSchema = z
  .object({
    subject: z.string(),
    isWhole: z.boolean().describe('false: there is more of them than one export holds'),
    texts: z.array(
      recordSchema.extend({
        what: z.enum(['signed-document', 'reason']),
        state: z.enum(['open', 'erased', 'locked', 'altered']),
        text: z.string().nullable(),
        writtenAt: instantSchema,
      }),
    ),
    acceptances: z.array(z.object({ version: z.string(), entity: z.string(), at: instantSchema })),
    deeds: z.array(
      z.object({ sequence: z.number().int(), at: instantSchema, action: z.string(), subject: z.string() }),
    ),
  })
  .meta({ id: 'SubjectExport' });
export type SubjectExportAnswer = z.infer<typeof subjectExportSchema>;

export const signatureRecordSchema = z
  .object({
    subject: z.enum(['policy', 'request', 'plan']),
    party: z.string(),
    person: z.string(),
    decidedAt: instantSchema,
    signature: z
      .string()
      .nullable()
      .describe('Digest of the signed document, as in the ledger; null: the word of a token'),
    document: z.enum(['kept', 'erased', 'none']),
  })
  .meta({ id: 'SignatureRecord' });
export type SignatureRecordAnswer = z.infer<typeof signatureRecordSchema>;
export const disclosedSchema = signatureRecordSchema
  .extend({ signed: z.string().nullable().describe('The document, with certificates and what shows that they held') })
  .meta({ id: 'DisclosedSignature' });
export type DisclosedAnswer = z.infer<typeof disclosedSchema>;
