/** Four eyes, by the rows of evidence. Pure. */

import { findSubmitted } from './format.ts';
import type { Decided, Intact } from './list-decided.ts';

/**
 * Who has decided what the law keeps from them: nobody signs their own request, or for both parties; and nobody approves a plan who made it, or who made or
 * signed its request. The record takes none of these, so a row that says so is made up.
 */
export function listOwnHands({ entries, changeId }: Intact, decided: readonly Decided[]): string[] {
  const submitted = findSubmitted(entries, changeId);
  const planners = new Map(
    entries.filter(({ action }) => action === 'plan.saved').map(({ subject, actor }) => [subject, actor]),
  );
  const signatories = new Map<string, string>();
  const faults: string[] = [];
  for (const { row, subject, digest, party } of decided) {
    if (subject !== 'request' && subject !== 'plan') continue;
    const { actor, sequence, body } = row;
    const say = (what: string) => faults.push(`row ${sequence}: ${actor} ${what}`);
    const isOwn = actor === submitted?.actor;
    if (subject === 'plan') {
      if (isOwn || signatories.has(actor)) say('approves the plan of a request that they made or signed');
      if (planners.get(String(body.planId)) === actor) say('approves the plan that they made');
      continue;
    }
    if (digest !== submitted?.body.requestDigest) continue;
    if (isOwn) say('signs the request that they made');
    if ((signatories.get(actor) ?? party) !== party) say('signs the request for both parties');
    signatories.set(actor, party);
  }
  return faults;
}
