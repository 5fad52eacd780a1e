import { z } from 'zod';
import type { PersonId } from '../../domain/names.ts';
import type { Approval } from '../../domain/request.ts';
import { WaslError } from '../../errors.ts';

const REASON_LENGTH_MAX = 500;

/** A person's decision on a request or a plan. The digest says on which version; a rejection says why. */
export const decisionBodySchema = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits'),
    reason: z.string().trim().min(3).max(REASON_LENGTH_MAX).nullable().default(null),
  })
  .refine((body) => body.decision === 'approve' || body.reason !== null, {
    path: ['reason'],
    params: { fact: 'the rejection has no reason', remedy: 'Say why: the parties and the auditors read it.' },
  });

/**
 * APPROVAL_TWICE when the person decided on this interconnect before, in whatever role, other than the same way on the
 * same digest for the same party: that is a repeated call, and true is returned.
 */
export function refuseSecondDecision(
  approvals: readonly Approval[],
  person: PersonId,
  wanted: Pick<Approval, 'subject' | 'digest' | 'party' | 'decision'>,
): boolean {
  const own = approvals.filter((approval) => approval.person === person);
  const same = own.find((approval) => approval.subject === wanted.subject && approval.digest === wanted.digest);
  if (same !== undefined && same.party === wanted.party && same.decision === wanted.decision) return true;
  const signedRequest = own.find((approval) => approval.subject === 'request');
  const earlier = same ?? signedRequest;
  if (earlier !== undefined) {
    const verb = earlier.decision === 'approve' ? 'approved' : 'rejected';
    throw new WaslError('APPROVAL_TWICE', `${person} already ${verb} the ${earlier.subject} for ${earlier.party}`);
  }
  return false;
}
