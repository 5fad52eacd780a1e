import type { SignedDocument } from '../domain/signed-document.ts';
import type { Signer } from '../domain/signing-document.ts';
import { readProtected, readUnsigned } from './jades.ts';

export interface NamedSigner {
  readonly signer: Signer;
  /** Claimed by the signer. */
  readonly designation: string | null;
  /** Of the certificate that is carried along; null: it is not. */
  readonly subject: string | null;
}

/** By whom a document says that it is signed; nothing of it is verified. Throws Refusal for one that was not made here. */
export function whoSigned({ signatures }: SignedDocument): NamedSigner[] {
  return signatures.map(({ protected: header, header: beside }) => {
    const { signer, designation, certificateSha256 } = readProtected(header);
    const certificate = readUnsigned(beside).certificates.find(({ sha256 }) => sha256 === certificateSha256);
    return { signer, designation, subject: certificate?.subject ?? null };
  });
}
