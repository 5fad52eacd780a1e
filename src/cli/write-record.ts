import { gunzipSync } from 'node:zlib';
import type { ProofRecordAnswer } from '../api/proof-record.ts';
import { digestOfText } from '../domain/canonical-json.ts';
import { READING_BYTES_MAX } from '../domain/reading.ts';
import { WaslError } from '../errors.ts';
import type { CliSession } from './session.ts';
import { writeText } from './write-text.ts';

/** The record of a proof, for `wasl proof check`. Throws API_UNREACHABLE where it came otherwise than it was sent. */
export async function writeRecord({ io, remark }: CliSession, record: ProofRecordAnswer, file: string): Promise<void> {
  await writeText(io, file, unpackRecord(record, file));
  remark(`${file}: the record, ${record.digest}`);
}

/** `path`: what an error names. Throws API_UNREACHABLE where it came otherwise than it was sent. */
export function unpackRecord(record: ProofRecordAnswer, path: string): string {
  const text = gunzipSync(Buffer.from(record.gzip, 'base64'), { maxOutputLength: READING_BYTES_MAX }).toString('utf8');
  if (digestOfText(text) !== record.digest) {
    throw new WaslError('API_UNREACHABLE', 'the record that came has not the digest that was told', { path });
  }
  return text;
}
