import type { LawRefusal } from './may-decide.ts';
import type { VpnId } from './names.ts';
import type { Plan } from './plan.ts';
import type { Prefix } from './prefix.ts';
import type { Flow } from './request.ts';
import { isRange, takesIn } from './scope.ts';

/**
 * Nothing is opened that the parties did not sign: each network that the plan says is gained is one of the request. The network side signs the one and
 * the parties the other, and whoever writes the record could have a plan made of another request than is shown at the push. Pure.
 */
export function refuseBeyondRequest(
  { id, gained }: Pick<Plan, 'id' | 'gained'>,
  flows: readonly Flow[],
): LawRefusal | null {
  const agreed = new Map<string, ((prefix: Prefix) => boolean)[]>();
  for (const flow of flows) {
    const key = wayOf(flow);
    agreed.set(key, [...(agreed.get(key) ?? []), scopeOf(flow)]);
  }
  const beyond = gained.find((each) => !agreed.get(wayOf(each))?.some((takes) => takes(each.prefix)));
  if (beyond === undefined) return null;
  const { prefix, from, to } = beyond;
  return {
    code: 'APPROVAL_DIGEST',
    fact: `${id} would open ${prefix} of ${from} to ${to}, which is not in the request that the parties sign`,
    remedy: 'Find out who wrote to the database, and have the change planned again.',
  };
}

const wayOf = ({ from, to }: { readonly from: VpnId; readonly to: VpnId }): string => `${from} ${to}`;

function scopeOf({ prefixes }: Pick<Flow, 'prefixes'>): (prefix: Prefix) => boolean {
  if (prefixes === 'whole-vpn') return () => true;
  const exact = new Set<string>(prefixes);
  const ranges = prefixes.filter(isRange);
  return (prefix) => exact.has(prefix) || ranges.some((range) => takesIn(range, prefix));
}
