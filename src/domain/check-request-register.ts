import type { KnownFlow } from './check-request-parties.ts';
import { overlaps } from './prefix.ts';
import type { Flow } from './request.ts';
import { type FindingNotes, listInWords, nameAgreement, type RequestContext } from './request-findings.ts';
import { coveringPrefix, isRange, type ScopeEntry } from './scope.ts';

/** What other agreements mean for this one: route targets that are left, and what is open already. */
export function judgeRegister(
  flows: readonly KnownFlow[],
  { register, reader }: RequestContext,
  notes: FindingNotes,
): void {
  const { freeRouteTargets: free, awaitedRouteTargets: awaited, agreements } = register;
  // How much is in use is the network side's own; to a party it is enough that there is no room.
  const numbers = reader === 'network' ? ` (${flows.length} needed, ${free} free, ${awaited} awaited by others)` : '';
  const remedy = 'The network side extends the pool in the inventory, or released numbers leave quarantine.';
  if (free < flows.length) {
    const fact = `the pool of route targets has no room for this request${numbers}`;
    notes.refuse('ROUTE_TARGET_POOL_EXHAUSTED', 'flows', fact, remedy);
  } else if (free < flows.length + awaited) {
    const fact = `the pool of route targets has no room for all requests that wait: the first that are signed are planned${numbers}`;
    notes.warn('POOL_SHORT', 'flows', fact, remedy);
  }
  for (const { flow, path } of flows) {
    for (const agreement of agreements) {
      const shared = sharedScope(flow, agreement.flows);
      if (shared === null) continue;
      const verb = agreement.lifecycle === 'active' ? 'is open already' : 'is asked for already';
      const name = nameAgreement(agreement, reader);
      notes.warn(
        'ALREADY_OPEN',
        path,
        `${shared} of ${flow.from} from ${flow.to} ${verb} by ${name} (${agreement.lifecycle}, until ${agreement.validUntil})`,
        'It can be reached until the last agreement on it ends. If it is the same wish, one of them is enough.',
      );
    }
  }
}

/** What another agreement lets through already; null: nothing of it. */
function sharedScope(flow: Flow, others: readonly Flow[]): string | null {
  const twins = others.filter((other) => other.from === flow.from && other.to === flow.to);
  const scopes = twins.map(({ prefixes }) => prefixes);
  if (scopes.length === 0) return null;
  if (scopes.includes('whole-vpn')) return flow.prefixes === 'whole-vpn' ? 'the whole' : listInWords(flow.prefixes);
  const given = scopes.flatMap((scope) => (scope === 'whole-vpn' ? [] : scope));
  const meets = (one: ScopeEntry) =>
    given.some((other) => {
      const isVague = isRange(one) || isRange(other);
      return other === one || (isVague && overlaps(coveringPrefix(one), coveringPrefix(other)));
    });
  const shared = flow.prefixes === 'whole-vpn' ? given : flow.prefixes.filter(meets);
  return shared.length === 0 ? null : listInWords(shared);
}
