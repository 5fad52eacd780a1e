/** How old an approval may be that opens something: by what its signer signed, for nobody else's word of it counts. */
import { refusePastWindow } from '../domain/approval-window.ts';
import { refused } from '../domain/may-decide.ts';
import type { Push } from '../domain/may-push.ts';
import type { AskedAnew } from '../domain/spent-power.ts';
import { WaslError } from '../errors.ts';
import type { StatementReport } from '../signatures/index.ts';
import { OFF_MS_MAX } from './own-clock.ts';

export interface ApprovalBounds {
  readonly push: Pick<Push, 'kind' | 'notBefore' | 'planId'>;
  readonly now: Date;
  /** ISO 8601: when the record was restored. null: it never was. */
  readonly signaturesAfter: string | null;
  /** Since when another approval is asked for. null: since nothing. */
  readonly askedAnew: AskedAnew | null;
}

/**
 * null: it is young enough. Else SIGNATURE_REFUSED, with why. `signature`: its digest. By the rows' order, whatever clocks say; and by the time at
 * which its document was prepared, for whoever has an ECDSA signature can give it another form.
 */
export function refuseOldApproval(
  report: Pick<StatementReport, 'preparedAt' | 'signedAt' | 'provenAt'>,
  signature: string | null,
  { push, now, signaturesAfter, askedAnew }: ApprovalBounds,
): WaslError | null {
  const { preparedAt } = report;
  const what = `the approval of plan ${push.planId}`;
  const remedy = 'Plan it again, and approve the new plan.';
  const isOfBefore = (atMs: number) => preparedAt === null || preparedAt.getTime() <= atMs;
  if (signaturesAfter !== null && isOfBefore(Date.parse(signaturesAfter))) {
    const fact = `${what} is of before ${signaturesAfter}, when the record was restored`;
    return new WaslError('SIGNATURE_REFUSED', fact, { remedy });
  }
  if (askedAnew !== null) {
    const { at, fact, signatures } = askedAnew;
    if (signatures.has(signature) || isOfBefore(Date.parse(at) - OFF_MS_MAX))
      return new WaslError('SIGNATURE_REFUSED', `${what} is of before ${at}: ${fact}`, { remedy });
  }
  const past = refusePastWindow(push, report, now);
  return past === null ? null : refused(past);
}
