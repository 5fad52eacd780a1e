/** How old an approval may be that opens something: by what its signer signed, for nobody else's word of it counts. */
import { windowEnd } from '../domain/due-statements.ts';
import type { Push } from '../domain/may-push.ts';
import type { AskedAnew } from '../domain/spent-power.ts';
import { WaslError } from '../errors.ts';
import type { StatementReport } from '../signatures/index.ts';

export interface ApprovalBounds {
  readonly push: Pick<Push, 'kind' | 'notBefore' | 'planId'>;
  readonly now: Date;
  /** ISO 8601: when the record was restored. null: it never was. */
  readonly signaturesAfter: string | null;
  /** Since when another approval is asked for. null: since nothing. */
  readonly askedAnew: AskedAnew | null;
}

/** null: it is young enough. Else SIGNATURE_REFUSED, with why. */
export function refuseOldApproval(
  report: Pick<StatementReport, 'preparedAt' | 'signedAt' | 'provenAt'>,
  { push, now, signaturesAfter, askedAnew }: ApprovalBounds,
): WaslError | null {
  const { preparedAt, signedAt } = report;
  const what = `the approval of plan ${push.planId}`;
  const remedy = 'Plan it again, and approve the new plan.';
  const isOfBefore = (at: string) => preparedAt === null || preparedAt.getTime() <= Date.parse(at);
  if (signaturesAfter !== null && isOfBefore(signaturesAfter)) {
    const fact = `${what} is of before ${signaturesAfter}, when the record was restored`;
    return new WaslError('SIGNATURE_REFUSED', fact, { remedy });
  }
  if (askedAnew !== null && isOfBefore(askedAnew.at))
    return new WaslError('SIGNATURE_REFUSED', `${what} is of before ${askedAnew.at}: ${askedAnew.fact}`, { remedy });
  const until = windowEnd(push, report);
  if (until === null || until > now) return null;
  const at = signedAt?.toISOString();
  return new WaslError('SIGNATURE_REFUSED', `${what} was signed at ${at}: its window ended at ${until.toISOString()}`);
}
