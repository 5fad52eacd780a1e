import type { SignedDocument } from '../domain/signed-document.ts';
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
