import { z } from 'zod';
import { WaslError } from '../errors.ts';
import { canonicalJson, type Digest } from './canonical-json.ts';
import { formatPath, listInputIssues } from './input-issues.ts';
import { entityIdSchema } from './names.ts';
import { policyVersionSchema } from './policy.ts';

/** The network side, where a party would be named: no entity can have this id. */
export const OPERATOR = 'operator';

/** As whom somebody signs. A seal is the organisation's own certificate, not a person's. */
export const SIGNING_ROLES = ['signatory', 'seal', 'officer'] as const;
export type SigningRole = (typeof SIGNING_ROLES)[number];

interface SigningKindRule {
  /** Who signs it: parties as signatory or seal, the network side as officer or seal. */
  readonly by: 'parties' | 'operator' | 'either';
  /** Whoever signs it binds themselves to a version of the policy. */
  readonly namesPolicy: boolean;
}

/** Everything that is ever signed: the one table. */
export const SIGNING_KIND_RULES = {
  'policy-acceptance': { by: 'parties', namesPolicy: true },
  request: { by: 'parties', namesPolicy: true },
  'plan-approval': { by: 'operator', namesPolicy: false },
  suspension: { by: 'either', namesPolicy: false },
  resumption: { by: 'either', namesPolicy: true },
  withdrawal: { by: 'either', namesPolicy: false },
  'record-restoration': { by: 'operator', namesPolicy: false },
} as const satisfies Record<string, SigningKindRule>;

export type SigningKind = keyof typeof SIGNING_KIND_RULES;
export const SIGNING_KINDS = Object.keys(SIGNING_KIND_RULES) as [SigningKind, ...SigningKind[]];

const FORMAT = 'wasl-signing-document/1';
/** A person and a seal for each of two parties, and as many again. */
const SIGNERS_MAX = 8;
/** RFC 8785 text of the largest document is below 3 kB. */
export const SIGNING_DOCUMENT_BYTES_MAX = 8_192;

const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits')
  .transform((text) => text as Digest);
const instantSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/, 'must be a time in UTC, like 2026-11-29T08:00:00Z')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time in UTC, like 2026-11-29T08:00:00Z');
/** 128 to 256 random bits. */
const nonceSchema = z.string().regex(/^[A-Za-z0-9_-]{22,43}$/, 'must be 22–43 characters of base64url');
/** Of an installation, and of what is signed. */
export const signingIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/, 'must be 1–100 letters, digits, dots, -, _ or :');

export const signingPartySchema = z.union([z.literal(OPERATOR), entityIdSchema]);
export const signerSchema = z.strictObject({ party: signingPartySchema, role: z.enum(SIGNING_ROLES) });
/** One place to sign: a party or the network side, and as whom. */
export type Signer = z.output<typeof signerSchema>;

/**
 * What is signed: one document for everybody who signs the same thing, so that all their signatures stand over the same bytes.
 * Digests are SHA-256 over canonical JSON (request, plan) or over the exact bytes (renditions of the policy).
 */
export const signingDocumentSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    kind: z.enum(SIGNING_KINDS),
    /** The installation for which it holds: a signature is worth nothing at another one. */
    installation: signingIdSchema,
    /** Whose signatures it takes; it is signed when it has them all. */
    signers: z.array(signerSchema).min(1).max(SIGNERS_MAX),
    /** The policy, request, plan or interconnect that it is about. */
    subject: z.strictObject({ id: signingIdSchema, digest: digestSchema }),
    /** null where nobody binds themselves to a policy by it. */
    policy: z
      .strictObject({
        version: policyVersionSchema,
        renditions: z.strictObject({ ar: digestSchema, en: digestSchema }),
      })
      .nullable(),
    preparedAt: instantSchema,
    /** Random: nobody can guess a document from its digest, and no two are the same. */
    nonce: nonceSchema,
  })
  .superRefine(({ kind, signers, policy }, context) => {
    const rule: SigningKindRule = SIGNING_KIND_RULES[kind];
    const fault = (path: (string | number)[], fact: string, remedy: string) =>
      context.addIssue({ code: 'custom', path, message: fact, params: { fact, remedy } });
    if (rule.namesPolicy !== (policy !== null)) {
      const fact = rule.namesPolicy ? `a ${kind} names the policy` : `a ${kind} names no policy`;
      fault(['policy'], fact, 'Prepare it anew.');
    }
    signers.forEach(({ party, role }, place) => {
      const side = party === OPERATOR ? 'operator' : 'parties';
      if (rule.by !== 'either' && rule.by !== side)
        fault(['signers', place], `a ${kind} is not signed by ${party}`, 'Prepare it anew.');
      const wrong = party === OPERATOR ? 'signatory' : 'officer';
      if (role === wrong) fault(['signers', place], `${party} does not sign as ${role}`, 'Prepare it anew.');
    });
    if (new Set(signers.map(signerKey)).size !== signers.length) {
      fault(['signers'], 'a signer is named twice', 'Name each place to sign once.');
    }
  });

export type SigningDocument = z.output<typeof signingDocumentSchema>;

export const signerKey = ({ party, role }: Signer): string => `${party} ${role}`;

/** Makes a signing document of its facts. Throws INPUT_INVALID for facts that do not belong together. */
export function composeSigningDocument(facts: Omit<z.input<typeof signingDocumentSchema>, 'format'>): SigningDocument {
  return parseValue({ ...facts, format: FORMAT });
}

/** The bytes that are signed: UTF-8 of RFC 8785. */
export function signingBytes(document: SigningDocument): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson(document));
}

/**
 * The document of signed bytes. Throws INPUT_INVALID unless they are exactly the bytes of `signingBytes`: what a reader is shown is then all
 * there is (no second member of a name, no member that is not shown).
 */
export function readSigningDocument(bytes: Uint8Array): SigningDocument {
  if (bytes.byteLength > SIGNING_DOCUMENT_BYTES_MAX)
    throw notOne(`it has more than ${SIGNING_DOCUMENT_BYTES_MAX} bytes`);
  const text = Buffer.from(bytes).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notOne('it is not JSON', cause);
  }
  const document = parseValue(value);
  if (!Buffer.from(signingBytes(document)).equals(bytes)) throw notOne('it is not in the canonical form of RFC 8785');
  return document;
}

function parseValue(value: unknown): SigningDocument {
  const result = signingDocumentSchema.safeParse(value);
  if (result.success) return result.data;
  const [first] = listInputIssues(result.error, value);
  const place = first === undefined ? '' : formatPath(first.path);
  throw notOne(first === undefined ? 'it is not valid' : place === '' ? first.fact : `${place}: ${first.fact}`);
}

function notOne(fact: string, cause?: unknown): WaslError {
  const remedy = 'Take the document as wasl prepared it.';
  return new WaslError('INPUT_INVALID', `this is no signing document: ${fact}`, { remedy, cause });
}
