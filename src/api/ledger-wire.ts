import { z } from 'zod';
import { instantSchema } from './wire.ts';

const hashesSchema = z.array(z.string()).describe('SHA-256, base64');

export const checkpointSchema = z.object({
  size: z.int().describe('Rows that it covers'),
  note: z.string().describe('C2SP tlog-checkpoint, as it was signed; the leaf with index i is row i + 1'),
  signedAt: instantSchema,
  cosignatures: z.array(
    z.object({
      witness: z
        .string()
        .describe('Verifier key (C2SP signed-note), as its witness gave it: whether it counts, the reader knows'),
      line: z.string().describe('To be added to the note'),
      receivedFrom: z.string(),
      receivedAt: instantSchema,
    }),
  ),
  timestamp: z
    .string()
    .max(50_000)
    .optional()
    .describe('RFC 3161 token over the note, DER in base64; absent: this one was not stamped'),
});
export type CheckpointAnswer = z.infer<typeof checkpointSchema>;

export const consistencySchema = z.object({ from: z.int(), to: z.int(), hashes: hashesSchema });
export type ConsistencyAnswer = z.infer<typeof consistencySchema>;

export const inclusionSchema = z.object({ entry: z.int(), size: z.int(), leaf: z.string(), hashes: hashesSchema });
export type InclusionAnswer = z.infer<typeof inclusionSchema>;

export const cosignatureSchema = z.object({
  size: z.int().min(1).describe('Of the checkpoint'),
  witness: z.string().max(512).describe('Verifier key of the witness: name+id+key'),
  line: z.string().max(512).describe('Signature line: C2SP cosignature/v1'),
});

export const ledgerReviewSchema = z.object({
  verdict: z.enum(['pass', 'fail']),
  entries: z.int(),
  checkpoints: z.int(),
  signedEntries: z.int().describe('Rows that the last checkpoint covers which agrees with them'),
  interconnects: z.int().describe('Of the register, each held against the ledger'),
  findings: z.array(z.object({ path: z.string(), fact: z.string() })),
  at: instantSchema,
});
export type LedgerReviewAnswer = z.infer<typeof ledgerReviewSchema>;
