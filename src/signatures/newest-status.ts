import type { SignedDocument } from '../domain/signed-document.ts';
import { Refusal } from './finding.ts';
import { readUnsigned } from './jades.ts';

/**
 * When the newest revocation data that a document carries was issued: by then whoever renewed it had all of it. null: it carries none, or none
 * that can be read. Says nothing of whether it is authentic.
 */
export function newestStatus({ signatures }: SignedDocument): Date | null {
  try {
    const parts = signatures.map(({ header }) => readUnsigned(header));
    const answers = parts.flatMap(({ crls, ocsps }) => [...crls, ...ocsps.flatMap((ocsp) => ocsp.answers)]);
    return answers.length === 0 ? null : new Date(Math.max(...answers.map(({ thisUpdate }) => Number(thisUpdate))));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}
