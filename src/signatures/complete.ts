import type { SignedDocument } from '../domain/signed-document.ts';
import { WaslError } from '../errors.ts';
import { addRevocation, addTimestamp } from './extend.ts';
import { readUnsigned } from './jades.ts';
import type { ExtensionMeans } from './stamp.ts';

/**
 * All that can be had today: a timestamp for every signature that has none (where the trust asks for them), and fresh revocation data for each.
 * Throws SIGNATURE_SOURCE where a configured source does not answer, SIGNED_DOCUMENT_INVALID for what is none.
 */
export async function completeSignatures(signed: SignedDocument, means: ExtensionMeans): Promise<SignedDocument> {
  let completed = signed;
  for (const [place, entry] of signed.signatures.entries()) {
    const isProven = readUnsigned(entry.header).timestamp !== null;
    if (!isProven && means.trust.timestamps.required) completed = await addTimestamp(completed, place, means);
  }
  return renewRevocation(completed, means);
}

/** Revocation data of now in the place of what was there. */
export async function renewRevocation(signed: SignedDocument, means: ExtensionMeans): Promise<SignedDocument> {
  let renewed = signed;
  for (const [place] of signed.signatures.entries()) renewed = await addRevocation(renewed, place, means);
  return renewed;
}

export interface PartlyCompleted {
  readonly signed: SignedDocument;
  /** Why something of it could not be had; null: all is there. */
  readonly missing: WaslError | null;
}

/**
 * The same for what only takes away: what one source does not give is left out, and the others are asked all the same, so that who is known to be revoked
 * is found while the timestamp authority is away. Throws nothing for a source, or for a document that nobody can complete.
 */
export async function completeWhatCanBe(signed: SignedDocument, means: ExtensionMeans): Promise<PartlyCompleted> {
  let completed = signed;
  let missing: WaslError | null = null;
  const attempt = async (step: () => Promise<SignedDocument>) => {
    try {
      completed = await step();
    } catch (error) {
      if (!(error instanceof WaslError)) throw error;
      missing ??= error;
    }
  };
  for (const [place, entry] of signed.signatures.entries()) {
    const isProven = readUnsigned(entry.header).timestamp !== null;
    if (!isProven && means.trust.timestamps.required) await attempt(() => addTimestamp(completed, place, means));
  }
  for (const [place] of signed.signatures.entries()) await attempt(() => addRevocation(completed, place, means));
  return { signed: completed, missing };
}
