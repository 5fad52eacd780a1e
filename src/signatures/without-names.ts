/** Why a signature does not hold, as it may be kept for good: in the ledger, in a change, in messages and logs. */
import type { SignatureEntry, SignedDocument } from '../domain/signed-document.ts';
import { WaslError } from '../errors.ts';
import { Refusal } from './finding.ts';
import { readProtected, readSignedDocument, readUnsigned } from './jades.ts';

/** Without the names of the persons whose certificates the document carries; authorities keep theirs. */
export function withoutNames(reason: string, signed: string | SignedDocument): string {
  const document = parsed(signed);
  if (document === null) return reason;
  try {
    const names = document.signatures.flatMap(namesIn).toSorted((a, b) => b.length - a.length);
    return names.reduce((said, name) => said.replaceAll(name, 'a signer'), reason);
  } catch (error) {
    // Which of its words are a name is not known then.
    if (error instanceof Refusal) return 'what stands beside the signature cannot be read';
    throw error;
  }
}

/** null: it is none, and named nobody in why it is none. */
function parsed(signed: string | SignedDocument): SignedDocument | null {
  if (typeof signed !== 'string') return signed;
  try {
    return readSignedDocument(signed);
  } catch (error) {
    if (error instanceof WaslError) return null;
    throw error;
  }
}

function namesIn({ protected: header, header: beside }: SignatureEntry): string[] {
  const { certificateSha256 } = readProtected(header);
  const { certificates } = readUnsigned(beside);
  const ofPersons = certificates.filter(({ sha256, isCa }) => !isCa || sha256 === certificateSha256);
  return ofPersons.map(({ subject }) => subject).filter((subject) => subject !== '');
}
