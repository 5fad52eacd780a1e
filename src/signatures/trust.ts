import { z } from 'zod';
import { formatPath, listInputIssues } from '../domain/input-issues.ts';
import { entityIdSchema } from '../domain/names.ts';
import { OPERATOR, SIGNING_ROLES, signingIdSchema } from '../domain/signing-document.ts';
import { WaslError } from '../errors.ts';
import { JWS_ALGORITHMS } from './algorithms.ts';
import { ATTRIBUTES, type CertificateFacts, readPemCertificates } from './certificate.ts';
import { Refusal } from './finding.ts';

const DAY_SECONDS = 86_400;
const AUTHORITIES_MAX = 50;
const SIGNERS_MAX = 2_000;

const pemSchema = z.string().min(1).max(20_000).describe('One certificate in PEM');
const oidSchema = z.string().regex(/^[0-2](\.(0|[1-9]\d{0,18})){1,30}$/, 'must be an object identifier, like 1.2.3');
const addressSchema = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => !text.includes('@'), 'must be an address without a user');

const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits');

const authorityShape = {
  certificate: pemSchema,
  /** Where the CRL of this authority is. */
  crl: addressSchema.optional(),
  /** Where its OCSP responder is. */
  ocsp: addressSchema.optional(),
};

/** An entry by which nobody could ever sign is a slip. */
function refuseIdleSigner(
  { party, role, subject = {} }: { party: string; role: string; subject?: Record<string, string> | undefined },
  context: z.RefinementCtx,
): void {
  const names = Object.values(ATTRIBUTES);
  const fault = (path: string[], fact: string, remedy: string) =>
    context.addIssue({ code: 'custom', path, message: fact, params: { fact, remedy } });
  if (role === (party === OPERATOR ? 'signatory' : 'officer')) {
    fault(
      ['role'],
      `nobody signs for ${party} as ${role}`,
      'Entities have signatories and seals, the operator officers.',
    );
  }
  for (const name of Object.keys(subject)) {
    if (names.includes(name) || oidSchema.safeParse(name).success) continue;
    const remedy = `Write one of ${names.join(', ')}, or an object identifier.`;
    fault(['subject', name], `no certificate has an attribute ${name}`, remedy);
  }
}

export const PURPOSES = ['person', 'seal', 'timestamp'] as const;
/** What a certificate is used for. */
export type Purpose = (typeof PURPOSES)[number];

/** `trust.yaml`: whom this installation believes, and within which bounds. Times are in seconds. */
export const trustSchema = z.strictObject({
  /** The installation that this file is of (`wasl installation`). Left out: the database says which, and whoever writes that can have signatures of another one in. */
  installation: signingIdSchema.optional(),
  /** A certificate that is believed without another one, and for what. */
  anchors: z
    .array(
      z.strictObject({
        ...authorityShape,
        for: z.array(z.enum(PURPOSES)).min(1),
        /** Certificate policies of which a path must keep one. Absent: none is asked for. */
        policies: z
          .strictObject({
            person: z.array(oidSchema).min(1),
            seal: z.array(oidSchema).min(1),
            timestamp: z.array(oidSchema).min(1),
          })
          .partial()
          .default({}),
      }),
    )
    .min(1)
    .max(AUTHORITIES_MAX),
  /** Authorities below an anchor: they help to build a path, and are believed only through one. */
  authorities: z.array(z.strictObject(authorityShape)).max(AUTHORITIES_MAX).default([]),
  /** Whose certificates sign for whom. Without an entry for a party and role nobody signs for it. */
  signers: z
    .array(
      z
        .strictObject({
          party: z.union([z.literal(OPERATOR), entityIdSchema]),
          role: z.enum(SIGNING_ROLES),
          /** What the subject of the certificate says, like `O: Ministry of Health`; each stands in it once, exactly so. */
          subject: z.record(z.string().min(1).max(60), z.string().min(1).max(300)).optional(),
          /** SHA-256 of certificates, 64 hex digits. */
          certificates: z
            .array(z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits in lower case, without colons'))
            .min(1)
            .max(SIGNERS_MAX)
            .optional(),
        })
        .refine(
          ({ subject, certificates }) => certificates !== undefined || Object.keys(subject ?? {}).length > 0,
          'names neither a subject nor certificates',
        )
        .superRefine(refuseIdleSigner),
    )
    .max(SIGNERS_MAX),
  /** Whether a party's decision needs the seal of its organisation beside a person's signature. */
  seals: z.boolean().default(true),
  /**
   * Scanned forms of the policy, signed by hand, that are enough for an acceptance: of this party, of these terms, these very bytes. The weaker kind:
   * nothing in a scan shows who signed it. Empty: none is enough.
   */
  handSigned: z
    .array(z.strictObject({ party: entityIdSchema, accepts: digestSchema, form: digestSchema }))
    .max(SIGNERS_MAX)
    .default([]),
  algorithms: z
    .array(z.enum(JWS_ALGORITHMS))
    .min(1)
    .default([...JWS_ALGORITHMS]),
  rsaBitsMin: z.int().min(2_048).max(16_384).default(2_048),
  /** How far a clock of somebody else's may be ahead. */
  clockSkewSeconds: z.int().min(0).max(3_600).default(300),
  /** How long before its first proof a signature may say that it was made. */
  signedBeforeMaxSeconds: z
    .int()
    .min(0)
    .max(30 * DAY_SECONDS)
    .default(DAY_SECONDS),
  /** For revocation data that does not say when the next is due. */
  revocationAgeMaxSeconds: z
    .int()
    .min(0)
    .max(30 * DAY_SECONDS)
    .default(DAY_SECONDS),
  /** Whether an OCSP responder must repeat the nonce of the question. */
  ocspNonce: z.enum(['required', 'if-answered']).default('if-answered'),
  timestamps: z
    .strictObject({
      /** Without a timestamp the time of receipt is all that proves when a signature was there. */
      required: z.boolean().default(true),
      authorities: z
        .array(z.strictObject({ url: addressSchema }))
        .max(8)
        .default([]),
      /** Policies of timestamps that are accepted. Empty: any. */
      policies: z.array(oidSchema).default([]),
    })
    .default({ required: true, authorities: [], policies: [] }),
});

export type TrustSettings = z.output<typeof trustSchema>;
/** As a file says it: what has a default may be left out. */
export type TrustInput = z.input<typeof trustSchema>;

export interface Authority {
  readonly certificate: CertificateFacts;
  readonly crl: string | null;
  readonly ocsp: string | null;
}

export interface Anchor extends Authority {
  readonly for: ReadonlySet<Purpose>;
  readonly policies: Readonly<Partial<Record<Purpose, readonly string[] | undefined>>>;
}

/** Trust as it is used: the settings with the certificates read. */
export interface Trust extends Omit<TrustSettings, 'anchors' | 'authorities'> {
  readonly anchors: readonly Anchor[];
  readonly authorities: readonly Authority[];
}

/** Reads the trust configuration (the value of a YAML or JSON file). Throws TRUST_INVALID with the place of the first fault. */
export function readTrust(value: unknown): Trust {
  const result = trustSchema.safeParse(value);
  if (!result.success) {
    const [first] = listInputIssues(result.error, value);
    throw new WaslError('TRUST_INVALID', first?.fact ?? 'it is not valid', {
      path: formatPath(first?.path ?? []),
      ...(first?.remedy ? { remedy: first.remedy } : {}),
    });
  }
  const { anchors, authorities, ...settings } = result.data;
  return {
    ...settings,
    anchors: anchors.map((anchor, place) => ({
      ...readAuthority(anchor, `anchors[${place}].certificate`),
      for: new Set(anchor.for),
      policies: anchor.policies,
    })),
    authorities: authorities.map((authority, place) => readAuthority(authority, `authorities[${place}].certificate`)),
  };
}

function readAuthority({ certificate: pem, crl, ocsp }: TrustSettings['authorities'][number], path: string): Authority {
  const [certificate, ...others] = readPem(pem, path);
  if (certificate === undefined || others.length > 0)
    throw new WaslError('TRUST_INVALID', 'it is not one certificate', { path });
  if (!certificate.isCa) throw new WaslError('TRUST_INVALID', `${certificate.subject} is no authority`, { path });
  return { certificate, crl: crl ?? null, ocsp: ocsp ?? null };
}

function readPem(pem: string, path: string): CertificateFacts[] {
  try {
    return readPemCertificates(pem);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new WaslError('TRUST_INVALID', error.message, { path, cause: error });
  }
}
