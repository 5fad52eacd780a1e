import type { SignedDocument } from '../domain/signed-document.ts';
import { Refusal } from './finding.ts';
import { readUnsigned } from './jades.ts';

/**
 * When the newest timestamp or revocation data that a document carries was issued: by then whoever completed it had all of it. null: it carries none, or
 * none that can be read. Says nothing of whether it is authentic.
 */
export function newestProof({ signatures }: SignedDocument): Date | null {
  try {
    const parts = signatures.map(({ header }) => readUnsigned(header));
    const answers = parts.flatMap(({ crls, ocsps }) => [...crls, ...ocsps.flatMap((ocsp) => ocsp.answers)]);
    const stamps = parts.flatMap(({ timestamp }) => timestamp ?? []);
    const times = [...answers.map(({ thisUpdate }) => thisUpdate), ...stamps.map(({ genTime }) => genTime)];
    return times.length === 0 ? null : new Date(Math.max(...times.map(Number)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}
