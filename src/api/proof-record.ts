import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import type { Digest } from '../domain/canonical-json.ts';

const pack = promisify(gzip);

export const proofRecordSchema = z.object({
  digest: z.string().describe('Of the record once it is unpacked'),
  gzip: z.base64().describe('The record, packed: its bytes matter'),
});
export type ProofRecordAnswer = z.infer<typeof proofRecordSchema>;

export async function presentProofRecord(digest: Digest, text: string): Promise<ProofRecordAnswer> {
  return { digest, gzip: (await pack(text)).toString('base64') };
}
