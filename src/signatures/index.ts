/**
 * Signatures (JAdES over ETSI TS 119 182-1) that anybody can verify offline: made in three steps (prepare, sign elsewhere, attach), proved in time, kept
 * with what shows that their certificates were not revoked, and verified against one trust configuration. Knows no API, store or workflow.
 */

export {
  type PreparedSignature,
  preparedSignatureSchema,
  SIGNED_DOCUMENT_BYTES_MAX,
  type SignedDocument,
  signedDocumentSchema,
} from '../domain/signed-document.ts';
export type { JwsAlgorithm } from './algorithms.ts';
export { askConfiguredSource } from './ask-configured-source.ts';
export { askListsOnce } from './ask-once.ts';
export { completeSignatures, completeWhatCanBe, renewRevocation } from './complete.ts';
export {
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  type DevelopmentWish,
} from './development-authority.ts';
export { addRevocation, addTimestamp } from './extend.ts';
export type { SignatureFinding, SubIndication } from './finding.ts';
export { judgeHandSigned } from './hand-signed.ts';
export {
  parseSignedDocument,
  readSignedDocument,
  writeSignedDocument,
} from './jades.ts';
export { type JudgedClosing, judgeClosing } from './judge-closing.ts';
export type { SignatureMeans } from './means.ts';
export { newestProof } from './newest-proof.ts';
export {
  attachSignature,
  type PreparedFacts,
  prepareSignature,
  readPrepared,
  type SignatureWish,
} from './prepare.ts';
export { type KeyOfSigner, signDocument } from './sign-document.ts';
export { readPemIdentity, readPemKey, readPkcs12, type SigningKey, signPrepared } from './signing-key.ts';
export { type AskSource, askForTimestamp, type ExtensionMeans, readStamp, type SourceQuestion } from './stamp.ts';
export { readTrust, type Trust, type TrustInput, trustSchema } from './trust.ts';
export { type EntryReport, type VerificationQuestion, type VerificationReport, verifySignatures } from './verify.ts';
export { type StatementReport, verifyStatement } from './verify-statement.ts';
export { type NamedSigner, whoSigned } from './who-signed.ts';
export { withoutNames } from './without-names.ts';
