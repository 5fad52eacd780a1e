/** JAdES (ETSI TS 119 182-1) in the JWS general JSON serialisation (RFC 7515 §7.2.1): what stands in it, and in which one form. */
import { z } from 'zod';
import { canonicalJson } from '../domain/canonical-json.ts';
import { decodeUtf8 } from '../domain/decode-utf8.ts';
import { freeText } from '../domain/free-text.ts';
import {
  SIGNED_DOCUMENT_BYTES_MAX,
  type SignatureEntry,
  type SignedDocument,
  signedDocumentSchema,
} from '../domain/signed-document.ts';
import { type Signer, signerSchema } from '../domain/signing-document.ts';
import { WaslError } from '../errors.ts';
import { JWS_ALGORITHMS } from './algorithms.ts';
import { type CertificateFacts, readCertificate } from './certificate.ts';
import { type CrlFacts, readCrl } from './crl.ts';
import { type Bytes, decodeExactly, toBase64, toBase64url } from './der.ts';
import { Refusal } from './finding.ts';
import { type OcspFacts, readOcsp } from './ocsp.ts';
import { readTimestamp, type TimestampFacts } from './timestamp.ts';

const CERTIFICATES_MAX = 24;
/** Two paths of at most five certificates, and something for the responders. */
const STATUSES_MAX = 12;

/** Reads the text of a signed document. Throws SIGNED_DOCUMENT_INVALID for any text but the one that `writeSignedDocument` gives. */
export function readSignedDocument(text: string): SignedDocument {
  if (text.length > SIGNED_DOCUMENT_BYTES_MAX) throw notOne('it is too long');
  const trimmed = text.replace(/\n$/, '');
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (cause) {
    throw notOne('it is not JSON', cause);
  }
  const document = parseSignedDocument(value);
  if (canonicalJson(document) !== trimmed) throw notOne('it is not in the canonical form of RFC 8785');
  return document;
}

/** The same of a JSON value, where an API has parsed it. */
export function parseSignedDocument(value: unknown): SignedDocument {
  const result = signedDocumentSchema.safeParse(value);
  if (!result.success) throw notOne('it is no JWS of the general form with `payload` and `signatures`');
  return result.data;
}

export const writeSignedDocument = (document: SignedDocument): string => canonicalJson(document);

function notOne(fact: string, cause?: unknown): WaslError {
  return new WaslError('SIGNED_DOCUMENT_INVALID', fact, { cause });
}

const MEDIA_TYPE = 'vnd.wasl.signing-document+json';
const TYPE = 'jose+json';
/** ETSI TS 119 172-1, annex B: that somebody agrees, or that it comes from an organisation. */
const COMMITMENTS = {
  signatory: 'http://uri.etsi.org/01903/v1.2.2#ProofOfApproval',
  officer: 'http://uri.etsi.org/01903/v1.2.2#ProofOfApproval',
  seal: 'http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin',
} as const;

/** The office that a person holds, as they call it. */
export const DESIGNATION_BOUNDS = { min: 1, max: 120 } as const;
const designationSchema = freeText(DESIGNATION_BOUNDS);

/** Clauses of ETSI TS 119 182-1 v1.2.1 at the members. `crit` is not there: nothing in it must be understood to verify the signature. */
const protectedSchema = z.strictObject({
  alg: z.enum(JWS_ALGORITHMS),
  cty: z.literal(MEDIA_TYPE),
  iat: z.int().min(0).max(8_000_000_000),
  srAts: z.strictObject({
    claimed: z.tuple([
      z.strictObject({
        mediaType: z.literal('text/plain'),
        encoding: z.literal('binary'),
        qVals: z.array(z.string()).min(2).max(3),
      }),
    ]),
  }),
  srCms: z.tuple([z.strictObject({ commId: z.strictObject({ id: z.string() }) })]),
  typ: z.literal(TYPE),
  'x5t#S256': z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** What a signer says under their signature. */
export interface SignedFacts {
  readonly algorithm: (typeof JWS_ALGORITHMS)[number];
  /** Claimed by the signer (5.1.11), whole seconds. */
  readonly signedAt: Date;
  /** 5.2.5: claimed; what a certificate says of its holder is for `trust.signers`. */
  readonly signer: Signer;
  readonly designation: string | null;
  /** SHA-256 of the certificate (5.1.7), hexadecimal. */
  readonly certificateSha256: string;
}

export function writeProtected({ algorithm, signedAt, signer, designation, certificateSha256 }: SignedFacts): string {
  const qVals = [signer.party, signer.role, ...(designation === null ? [] : [designation])];
  const header: z.input<typeof protectedSchema> = {
    alg: algorithm,
    cty: MEDIA_TYPE,
    iat: Math.floor(signedAt.getTime() / 1_000),
    srAts: { claimed: [{ mediaType: 'text/plain', encoding: 'binary', qVals }] },
    srCms: [{ commId: { id: COMMITMENTS[signer.role] } }],
    typ: TYPE,
    'x5t#S256': toBase64url(Buffer.from(certificateSha256, 'hex')),
  };
  return toBase64url(Buffer.from(canonicalJson(header)));
}

/** Throws Refusal: FORMAT_FAILURE for any header but one that `writeProtected` gives. */
export function readProtected(text: string): SignedFacts {
  const header = readPart(text, protectedSchema, 'the protected header');
  const [{ qVals }] = header.srAts.claimed;
  const [party, role, designation = null] = qVals;
  const signer = signerSchema.safeParse({ party, role });
  if (designation !== null && designationSchema.safeParse(designation).data !== designation) {
    throw new Refusal('FORMAT_FAILURE', 'the designation is not one line of characters that can be seen');
  }
  if (!signer.success || header.srCms[0].commId.id !== COMMITMENTS[signer.data.role]) {
    throw new Refusal('FORMAT_FAILURE', 'the protected header does not say who signs, and as what');
  }
  return {
    algorithm: header.alg,
    signedAt: new Date(header.iat * 1_000),
    signer: signer.data,
    designation,
    certificateSha256: Buffer.from(header['x5t#S256'], 'base64url').toString('hex'),
  };
}

const objectSchema = z.strictObject({ val: z.string() });
const itemSchema = z.union([
  z.strictObject({ sigTst: z.strictObject({ tstTokens: z.tuple([objectSchema]) }) }),
  z.strictObject({
    xVals: z
      .array(z.strictObject({ x509Cert: objectSchema }))
      .min(1)
      .max(CERTIFICATES_MAX),
  }),
  z.strictObject({
    rVals: z
      .strictObject({
        crlVals: z.array(objectSchema).min(1).max(STATUSES_MAX),
        ocspVals: z.array(objectSchema).min(1).max(STATUSES_MAX),
      })
      .partial(),
  }),
]);

/** What is carried beside a signature (5.3): of each kind one item at most. */
export interface UnsignedParts {
  readonly timestamp: TimestampFacts | null;
  readonly certificates: readonly CertificateFacts[];
  readonly crls: readonly CrlFacts[];
  readonly ocsps: readonly OcspFacts[];
}

/** Each thing once. `undefined` where there is nothing: an empty `etsiU` is not allowed. */
export function writeUnsigned(parts: UnsignedParts): SignatureEntry['header'] {
  const values = (list: readonly { readonly der: Bytes }[]) =>
    [...new Set(list.map(({ der }) => toBase64(der)))].map((val) => ({ val }));
  const { timestamp, certificates, crls, ocsps } = parts;
  const items: z.input<typeof itemSchema>[] = [];
  if (timestamp !== null) items.push({ sigTst: { tstTokens: [{ val: toBase64(timestamp.der) }] } });
  if (certificates.length > 0) items.push({ xVals: values(certificates).map((x509Cert) => ({ x509Cert })) });
  const rVals = {
    ...(crls.length === 0 ? {} : { crlVals: values(crls) }),
    ...(ocsps.length === 0 ? {} : { ocspVals: values(ocsps) }),
  };
  if (crls.length + ocsps.length > 0) items.push({ rVals });
  return items.length === 0 ? undefined : { etsiU: items.map((item) => toBase64url(Buffer.from(canonicalJson(item)))) };
}

/** Throws Refusal for what is not in the one form that `writeUnsigned` gives. */
export function readUnsigned(header: SignatureEntry['header']): UnsignedParts {
  let timestamp: TimestampFacts | null = null;
  let certificates: CertificateFacts[] = [];
  let crls: CrlFacts[] = [];
  let ocsps: OcspFacts[] = [];
  for (const text of header?.etsiU ?? []) {
    const item = readPart(text, itemSchema, 'what is carried beside the signature');
    if ('sigTst' in item) timestamp = readTimestamp(decode(item.sigTst.tstTokens[0].val));
    else if ('xVals' in item) certificates = item.xVals.map(({ x509Cert }) => readCertificate(decode(x509Cert.val)));
    else {
      crls = (item.rVals.crlVals ?? []).map(({ val }) => readCrl(decode(val)));
      ocsps = (item.rVals.ocspVals ?? []).map(({ val }) => readOcsp(decode(val)));
    }
  }
  const parts = { timestamp, certificates, crls, ocsps };
  if (canonicalJson(writeUnsigned(parts) ?? {}) !== canonicalJson(header ?? {})) {
    throw new Refusal('FORMAT_FAILURE', 'what is carried beside the signature is there twice, or in another order');
  }
  return parts;
}

function decode(text: string): Bytes {
  const bytes = decodeExactly(text, 'base64');
  if (bytes === null) throw new Refusal('FORMAT_FAILURE', 'a part is not base64 in its one form');
  return bytes;
}

function readPart<Schema extends z.ZodType>(text: string, schema: Schema, what: string): z.output<Schema> {
  const bytes = decodeExactly(text, 'base64url');
  try {
    const json = decodeUtf8(bytes ?? new Uint8Array(), what);
    const value = schema.parse(JSON.parse(json));
    if (canonicalJson(value) === json) return value;
  } catch (cause) {
    throw new Refusal('FORMAT_FAILURE', `${what} cannot be read`, cause);
  }
  throw new Refusal('FORMAT_FAILURE', `${what} is not in its one form (RFC 8785)`);
}
