import type { Plan } from '../domain/plan.ts';
import type { Approval } from '../domain/request.ts';
import { WaslError } from '../errors.ts';
import { digestPlan } from '../plan/digest.ts';
import type { InterconnectRecord } from '../store/store.ts';

/**
 * No signature, no route: read from the record at push, not believed from the workflow.
 * A provisioning needs both parties' signatures on this very request, and every plan the network side's on this very digest;
 * only a withdrawal at the signed end date needs nothing more than that date.
 */
export function requireAuthority(
  plan: Plan,
  interconnect: InterconnectRecord,
  approvals: readonly Approval[],
  now: Date,
): void {
  if (digestPlan(plan) !== plan.digest) {
    throw new WaslError('APPROVAL_DIGEST', `plan ${plan.id} is not what its digest says: it was altered`);
  }
  if (plan.kind !== 'withdraw') {
    for (const party of interconnect.parties) {
      const signed = approvals.some(
        (a) =>
          a.subject === 'request' &&
          a.party === party &&
          a.decision === 'approve' &&
          a.digest === interconnect.requestDigest,
      );
      if (!signed) throw new WaslError('APPROVAL_PARTY', `${party} has not signed request ${interconnect.id}`);
    }
  }
  const { validUntil } = interconnect.request;
  const ended = Date.parse(validUntil) <= now.getTime();
  if (plan.kind !== 'withdraw' && ended) {
    throw new WaslError('REQUEST_PERIOD', `the agreement of ${interconnect.id} ended at ${validUntil}`);
  }
  if (plan.kind === 'withdraw' && ended) return;
  const approved = approvals.some(
    (a) =>
      a.subject === 'plan' &&
      a.digest === plan.digest &&
      a.decision === 'approve' &&
      a.person !== interconnect.requestedBy,
  );
  if (!approved) throw new WaslError('APPROVAL_DIGEST', `the network side has not approved plan ${plan.id}`);
}
