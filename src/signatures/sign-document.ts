import type { SignedDocument } from '../domain/signed-document.ts';
import type { Signer, SigningDocument } from '../domain/signing-document.ts';
import { attachSignature, prepareSignature } from './prepare.ts';
import { type SigningKey, signPrepared } from './signing-key.ts';

export interface KeyOfSigner {
  readonly signer: Signer;
  /** With its certificates. */
  readonly key: SigningKey;
  /** null for a seal. */
  readonly designation: string | null;
}

/** Signs with keys at hand, one after the other, beside the signatures that are there already. Throws SIGNING_KEY. */
export function signDocument(
  document: SigningDocument,
  keys: readonly KeyOfSigner[],
  signedAt: Date,
  to: SignedDocument | null = null,
): SignedDocument {
  let signed = to;
  for (const { signer, key, designation } of keys) {
    const prepared = prepareSignature({ document, signer, designation, certificates: key.certificates, signedAt });
    signed = attachSignature(prepared, signPrepared(prepared, key.key), signed);
  }
  if (signed === null) throw new TypeError('nobody signs');
  return signed;
}
