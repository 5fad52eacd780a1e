import type { LeftRouter } from '../domain/change.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { Plan } from '../domain/plan.ts';
import { describeError } from './translate-errors.ts';

/** A removal goes on without the PEs that cannot take part just now: what is open elsewhere must not stay open with them. */
export function leftBehind(plan: Plan, results: readonly PromiseSettledResult<unknown>[]): LeftRouter[] {
  if (!onlyTakesAway(plan.kind)) return [];
  return plan.routers.flatMap(({ pe }, index) => {
    const result = results[index];
    return result?.status === 'rejected' ? [{ pe, reason: describeError(result.reason).sentence }] : [];
  });
}

/** The journal's entries of what was left: nothing was sent there. */
export function idleEntries(plan: Plan, left: readonly LeftRouter[]) {
  return plan.routers.flatMap((router) => {
    const detail = left.find(({ pe }) => pe === router.pe)?.reason;
    return detail === undefined ? [] : [{ plan: router, state: 'idle' as const, persistId: null, detail }];
  });
}

/** What a person reads after the count of the routers that take part. */
export const describeLeft = (left: readonly LeftRouter[]): string =>
  left.length === 0 ? '' : `; left for later: ${left.map(({ pe }) => pe).join(', ')}`;
