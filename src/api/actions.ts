/** The verbs that people send: routes, roles, OpenAPI and client read this table, the record's law decides. */
import { z } from 'zod';
import { freeText, REASON_BOUNDS } from '../domain/free-text.ts';
import { signedDocumentSchema } from '../domain/signed-document.ts';
import type { Role } from './authentication.ts';

const reasonSchema = freeText(REASON_BOUNDS);

/** A person's decision on a request or a plan. The digest says on which version; a rejection says why. */
const decision = {
  decision: z.enum(['approve', 'reject']),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits'),
  reason: reasonSchema.nullable().default(null),
  signed: signedDocumentSchema
    .nullable()
    .default(null)
    .describe('Of an approval: the signing document that says it (`/v1/signing-documents`), signed'),
};
const withReason = (body: { readonly decision: string; readonly reason: string | null }) =>
  body.decision === 'approve' || body.reason !== null;
const signedOnce = (body: { readonly decision: string; readonly signed: unknown }) =>
  body.decision === 'approve' || body.signed === null;
const SIGNED_REJECTION = {
  path: ['signed'],
  params: { fact: 'a rejection is not signed', remedy: 'Leave it out.' },
};
const REASON_MISSING = {
  path: ['reason'],
  params: { fact: 'the rejection has no reason', remedy: 'Say why: the parties and the auditors read it.' },
};
const decisionBody = z.strictObject(decision).refine(withReason, REASON_MISSING).refine(signedOnce, SIGNED_REJECTION);
/** A plan asks for as many at most as a person can read. */
const ACCEPTS_MAX = 200;
const planDecisionBody = z
  .strictObject({
    ...decision,
    accepts: z
      .array(z.string().regex(/^[0-9a-f.:]{2,45}\/\d{1,3}@[\x21-\x7e]{1,64}$/i, 'must be PREFIX@VRF, as in the plan'))
      .max(ACCEPTS_MAX)
      .default([])
      .describe('What the plan asks to be accepted by name (`toAccept`)'),
  })
  .refine(withReason, REASON_MISSING)
  .refine(signedOnce, SIGNED_REJECTION);
const closingBody = z.strictObject({
  reason: reasonSchema,
  signed: signedDocumentSchema
    .nullable()
    .default(null)
    .describe(
      'The signing document that says it, signed. It waits for nothing: without one it is recorded as unsigned',
    ),
});
const noBody = z.undefined().or(z.null()).or(z.strictObject({}));

interface Action {
  readonly path: `/v1/${'interconnects' | 'plans'}/:id/${string}`;
  readonly roles: readonly Role[];
  readonly summary: string;
}

export const ACTIONS = {
  sign: {
    path: '/v1/interconnects/:id/approvals',
    roles: ['party-approver'],
    summary: "A party's decision on the request",
    body: decisionBody,
  },
  'approve-plan': {
    path: '/v1/plans/:id/approvals',
    roles: ['engineer'],
    summary: "The network side's decision on a plan",
    body: planDecisionBody,
  },
  withdraw: {
    path: '/v1/interconnects/:id/withdrawal',
    roles: ['party-approver', 'engineer', 'security'],
    summary: 'Withdraw the interconnect, or give the request up',
    body: closingBody,
  },
  replan: {
    path: '/v1/interconnects/:id/replan',
    roles: ['engineer'],
    summary: 'Plan again what could not be planned or went stale',
    body: noBody,
  },
  recover: {
    path: '/v1/interconnects/:id/recovery',
    roles: ['engineer'],
    summary: 'Recover after a person mended a router',
    body: noBody,
  },
} as const satisfies Record<string, Action & { readonly body: z.ZodType }>;

export type Verb = keyof typeof ACTIONS;
export type ActionBody<V extends Verb> = z.infer<(typeof ACTIONS)[V]['body']>;

/** Repeated calls under one key are one call. */
export const actionHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{8,128}$/, { error: 'must be 8–128 printable characters without spaces' })
    .optional(),
});
