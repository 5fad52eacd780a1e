/** What ends the power of signatures by the ledger alone: read by the gate from rows that it knows to be the ones it saw. Pure. */
import type { LedgerEntry } from './ledger-entry.ts';
import { LIFECYCLE_ENDS } from './lifecycle.ts';
import type { LawRefusal } from './may-decide.ts';
import { digestPolicy, type PolicyTerms, type PublishedPolicy, policySubject } from './policy.ts';

export interface Opening {
  /** The interconnect. */
  readonly id: string;
  readonly changeId: string;
  readonly planId: string;
}

/**
 * Nothing opens by what was signed before its agreement ended, its withdrawal was asked for, its change ended or its plan was asked for anew,
 * whatever the register says by now. `entries`, in order: those about the interconnect and the change.
 */
export function refuseSpentPower(opening: Opening, entries: readonly LedgerEntry[]): LawRefusal | null {
  const { id, changeId } = opening;
  const ended = entries.find((each) => each.subject === id && isEndOf(each));
  if (ended !== undefined) return spent(`${id} is ${String(ended.body.to)}`, ended);
  const over = entries.find(({ action, subject }) => action === 'change.ended' && subject === changeId);
  if (over !== undefined) return spent(`${changeId} has ended`, over);
  const withdrawal = lastWithdrawal(id, entries);
  if (withdrawal !== null) return spent(`${withdrawal.actor} has ${id} withdrawn`, withdrawal);
  const asked = entries.findLast(({ action, subject }) => action === 'plan.requested' && subject === changeId);
  if (asked === undefined) return null;
  const isApprovedSince = entries.some((each) => each.sequence > asked.sequence && isApprovalOf(changeId, each));
  return isApprovedSince ? null : spent(`${asked.actor} asked for another plan of ${changeId}`, asked);
}

/** When the approvals of before ceased to be enough, and by what. */
export interface AskedAnew {
  /** ISO 8601 with zone. */
  readonly at: string;
  readonly fact: string;
  /** Under approvals that were recorded before, by their digests (`signature-digest.ts`). */
  readonly signatures: ReadonlySet<unknown>;
}

/**
 * The last withdrawal of the interconnect, or request for another plan of the change, whatever came after it: nobody signs what refused the one or
 * approved the other in the ledger, and whoever writes rows can add them. null: there was none.
 */
export function lastAskedAnew({ id, changeId }: Opening, entries: readonly LedgerEntry[]): AskedAnew | null {
  const asked = entries.filter(
    ({ action, subject }) =>
      (action === 'withdrawal.requested' && subject === id) || (action === 'plan.requested' && subject === changeId),
  );
  const last = asked.at(-1);
  if (last === undefined) return null;
  const before = entries.filter((each) => each.sequence < last.sequence && isPlanDecision(each));
  const signatures = new Set(before.map(({ body }) => body.signature));
  const what = last.subject === id ? `asked for the withdrawal of ${id}` : `asked for another plan of ${changeId}`;
  return { at: last.at, fact: `${last.actor} ${what} then, by entry ${last.sequence} of the ledger`, signatures };
}

/**
 * No version that was published is forgotten, or put off: an acceptance of the one before would hold for ever. `publications`: the rows by which they
 * were published; of one that has not begun it does not matter, and it may have come since the register was read.
 */
export function refuseForgotten(
  published: readonly PublishedPolicy[],
  publications: readonly LedgerEntry[],
  now: Date,
): LawRefusal | null {
  const isThere = ({ subject, body }: LedgerEntry) =>
    published.some(
      ({ version, digest, inForceFrom, graceDays }) =>
        policySubject(version) === subject &&
        body.digest === digest &&
        body.inForceFrom === inForceFrom &&
        body.graceDays === graceDays,
    );
  const hasBegun = ({ body }: LedgerEntry) => Date.parse(String(body.inForceFrom)) <= now.getTime();
  const lost = publications.find((each) => hasBegun(each) && !isThere(each));
  if (lost === undefined) return null;
  const fact = `${lost.subject}, published by entry ${lost.sequence} of the ledger, is not in the register as it was published`;
  return { code: 'RECORD_ALTERED', fact };
}

/**
 * When a version holds is a part of what is accepted: nobody says under its digest that it came into force again. `terms`: of every version that the
 * register has.
 */
export function refuseOtherTerms(
  published: readonly PublishedPolicy[],
  terms: readonly PolicyTerms[],
): LawRefusal | null {
  const isOf = (said: PublishedPolicy) => (one: PolicyTerms) =>
    one.version === said.version &&
    one.inForceFrom === said.inForceFrom &&
    one.graceDays === said.graceDays &&
    digestPolicy(one) === said.digest;
  const other = published.find((each) => !terms.some(isOf(each)));
  if (other === undefined) return null;
  const { version, inForceFrom } = other;
  const fact = `the communication policy ${version}, in force from ${inForceFrom}, has other texts or times than its digest says`;
  return { code: 'RECORD_ALTERED', fact };
}

const isEndOf = ({ action, body }: LedgerEntry): boolean =>
  action.endsWith('.stepped') && LIFECYCLE_ENDS.some((end) => end === body.to);

/** Asked for, and not refused since by the network side. */
function lastWithdrawal(id: string, entries: readonly LedgerEntry[]): LedgerEntry | null {
  let asked: LedgerEntry | null = null;
  for (const entry of entries) {
    if (entry.subject !== id) continue;
    if (entry.action === 'withdrawal.requested') asked = entry;
    if (isPlanDecision(entry) && entry.body.decision === 'reject') asked = null;
  }
  return asked;
}

const isPlanDecision = ({ action, body }: LedgerEntry) => action === 'approval.recorded' && body.subject === 'plan';
const isApprovalOf = (changeId: string, entry: LedgerEntry): boolean =>
  isPlanDecision(entry) && entry.body.decision === 'approve' && String(entry.body.planId).startsWith(`${changeId}-P`);

const spent = (fact: string, { sequence }: LedgerEntry): LawRefusal => ({
  code: 'RECORD_ALTERED',
  fact: `${fact}, by entry ${sequence} of the ledger: what was signed before opens nothing`,
});
