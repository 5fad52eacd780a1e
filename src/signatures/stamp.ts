/** Time: a timestamp over any bytes, asked for and verified. */
import { WaslError } from '../errors.ts';
import { digestBytes } from './algorithms.ts';
import { buildPath } from './build-path.ts';
import type { CertificateFacts } from './certificate.ts';
import { equalBytes, randomPositive } from './der.ts';
import { Refusal } from './finding.ts';
import { askTimestamp, readTimestamp, readTimestampAnswer, requireStamp, type TimestampFacts } from './timestamp.ts';
import type { Trust } from './trust.ts';

/** One question to the outside. */
export interface SourceQuestion {
  readonly kind: 'timestamp' | 'ocsp' | 'crl';
  readonly url: string;
  /** null: GET. */
  readonly body: Uint8Array | null;
}

/** Asks the outside; throws where there is no answer. `askConfiguredSource` is the one for use. */
export type AskSource = (question: SourceQuestion) => Promise<Uint8Array>;

export interface ExtensionMeans {
  readonly trust: Trust;
  readonly ask: AskSource;
  readonly at: Date;
}

/**
 * An RFC 3161 timestamp over bytes: the authorities of the configuration are asked in their order. `beside`: certificates that may lie on its path.
 * Throws CONFIGURATION where there is none, SIGNATURE_SOURCE when none gives a timestamp that would be believed.
 */
export async function askForTimestamp(
  stamped: Uint8Array,
  beside: readonly CertificateFacts[],
  { trust, ask, at }: ExtensionMeans,
): Promise<TimestampFacts> {
  let fault: unknown = new WaslError('CONFIGURATION', 'no timestamp authority is configured', {
    path: 'timestamps.authorities',
    remedy: 'Name the authority in the trust file; nothing that must be signed is taken before.',
  });
  for (const { url } of trust.timestamps.authorities) {
    try {
      const nonce = randomPositive();
      const body = askTimestamp(stamped, nonce);
      const answer = readTimestampAnswer(await ask({ kind: 'timestamp', url, body }), nonce);
      if (!equalBytes(answer.imprint.value, digestBytes('sha256', stamped))) {
        throw new Refusal('HASH_FAILURE', 'the timestamp is not over this signature');
      }
      buildPath(answer.signer, [...answer.certificates, ...beside], { purpose: 'timestamp', at, trust });
      return answer;
    } catch (error) {
      fault = error;
    }
  }
  throw sourceFault(fault);
}

/** What is thrown for a source is transient, whatever it was: another answer may come. */
export function sourceFault(fault: unknown): WaslError {
  if (fault instanceof WaslError) return fault;
  return new WaslError('SIGNATURE_SOURCE', fault instanceof Error ? fault.message : String(fault), { cause: fault });
}

/**
 * When a timestamp (DER, base64) was given over bytes, by an authority that the trust believed then; a text: why it proves nothing. Nobody is asked
 * whether the authority was revoked since.
 */
export function readStamp(token: string, stamped: Uint8Array, trust: Trust, at: Date): Date | string {
  try {
    const timestamp = readTimestamp(Buffer.from(token, 'base64'));
    requireStamp(timestamp, stamped, [], { trust, at });
    return timestamp.genTime;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
