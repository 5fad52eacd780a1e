import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { POLICY_STEPS } from './format.ts';

/** Rows whose members are of the two parties, or numbers and times. Every other one may name routers, routes of others, or be an engineer's own words. */
const OF_THE_PARTIES: ReadonlySet<string> = new Set([
  ...POLICY_STEPS,
  'request.submitted',
  'change.started',
  'transaction.begun',
]);

/** Whether a party may read a row of its own agreement: what somebody wrote for engineers stays with them. */
export function isForParties({ action, body }: Pick<LedgerEntry, 'action' | 'body'>): boolean {
  if (action === 'approval.recorded')
    return body.accepts === undefined && (body.subject === 'request' || body.reason === null);
  return OF_THE_PARTIES.has(action);
}
