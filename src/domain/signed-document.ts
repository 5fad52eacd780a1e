/** The forms in which signatures travel (RFC 7515 §7.2.1, and what binds a signer's device). What stands in them is for `signatures/`. */
import { z } from 'zod';

/** CRLs are the largest part of it. */
export const SIGNED_DOCUMENT_BYTES_MAX = 10_000_000;
const SIGNATURES_MAX = 8;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

const base64urlSchema = z.string().max(SIGNED_DOCUMENT_BYTES_MAX).regex(BASE64URL, 'must be base64url');
const entrySchema = z.strictObject({
  protected: base64urlSchema,
  signature: base64urlSchema,
  /** Not signed: what shows that the signature holds. Items in base64url, as they are time-stamped later. */
  header: z.strictObject({ etsiU: z.array(base64urlSchema).min(1).max(3) }).optional(),
});
export const signedDocumentSchema = z.strictObject({
  payload: base64urlSchema,
  signatures: z.array(entrySchema).min(1).max(SIGNATURES_MAX),
});

/** A signing document with its signatures, each over the same payload. */
export type SignedDocument = z.output<typeof signedDocumentSchema>;
export type SignatureEntry = z.output<typeof entrySchema>;

export const PREPARED_FORMAT = 'wasl-prepared-signature/1';
export const CERTIFICATES_MAX = 6;

/** Everything that a signer's device needs, and what binds its answer: it can be kept, sent and written to a file as JSON. */
export const preparedSignatureSchema = z.strictObject({
  format: z.literal(PREPARED_FORMAT),
  payload: z.string().max(20_000),
  protected: z.string().max(4_000),
  /** DER in base64, the signer's first, then authorities. */
  certificates: z.array(z.string().max(20_000)).min(1).max(CERTIFICATES_MAX),
});
export type PreparedSignature = z.output<typeof preparedSignatureSchema>;
