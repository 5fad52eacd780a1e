import { countOf } from '../domain/count-of.ts';
import type { NetworkView, VrfView } from '../domain/network-view.ts';
import type { Reachability } from '../domain/plan.ts';
import { type Family, familyOf, type Prefix, sortPrefixes } from '../domain/prefix.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { COUNTER_EXAMPLES_MAX } from '../proof/change-under-proof.ts';
import { RouteIndex } from '../proof/route-index.ts';
import { ownerName, type VrfAtPe, vrfsByVpn } from '../proof/route-model.ts';

interface Remove {
  readonly origin: Reachability['from'];
  readonly between: VrfAtPe;
  readonly taker: VrfAtPe;
  readonly via: RouteTarget;
  readonly prefixes: Set<Prefix>;
}

/**
 * What would be reachable at one remove, a sentence each. A VRF does not export again what it imported, but a CE that announces it again makes it the
 * VRF's own: it then bears the route targets that the VRF puts on all of its routes, and goes to whoever takes these. No router shows that
 * before it happens, so whoever approves is told of the way.
 */
export function tellOneRemove(after: NetworkView, gained: readonly Reachability[]): string[] {
  const index = RouteIndex.of(after);
  const found = new Map<string, Remove>();
  for (const { from: origin, to, toPe, prefix } of gained) {
    const family = familyOf(prefix);
    const places = vrfsByVpn(after).get(to) ?? [];
    for (const between of places.filter(({ pe }) => pe === toPe)) {
      for (const via of targetsOnAll(between.vrf, family)) {
        for (const [taker] of index.takersBy(via, family).values()) {
          if (taker === undefined || taker.vrf.vpn === to || taker.vrf.vpn === origin) continue;
          const key = `${origin} ${to} ${ownerName(taker)} ${via}`;
          const one = found.get(key) ?? { origin, between, taker, via, prefixes: new Set() };
          found.set(key, one);
          one.prefixes.add(prefix);
        }
      }
    }
  }
  const sentences = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => describe(one));
  const more = sentences.length - COUNTER_EXAMPLES_MAX;
  return more <= 0 ? sentences : [...sentences.slice(0, COUNTER_EXAMPLES_MAX), `and ${more} more ways at one remove`];
}

/** A rule for named networks is not for what a CE brings anew. */
function targetsOnAll({ operator, share }: VrfView, family: Family): ReadonlySet<RouteTarget> {
  const rules = [...(operator[family]?.exportRules ?? []), ...(share[family]?.exports ?? [])];
  const whole = rules.filter(({ scope }) => scope === 'whole-vpn').map(({ routeTarget }) => routeTarget);
  return new Set([...(operator[family]?.exportRouteTargets ?? []), ...whole]);
}

function describe({ origin, between, taker, via, prefixes }: Remove): string {
  const [first = '', ...others] = sortPrefixes(prefixes);
  const what = others.length === 0 ? first : `${first} and ${countOf(others.length, 'network')} more`;
  return (
    `at one remove: if a CE of ${ownerName(between)} announced ${what} of ${origin} again, ${ownerName(taker)} would reach it: ` +
    `VRF ${taker.vrf.name} at ${taker.pe} takes route target ${shortForm(via)}, which VRF ${between.vrf.name} at ${between.pe} puts on all of its routes`
  );
}
