import type { PeName } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { Plan } from '../domain/plan.ts';
import { familyOf } from '../domain/prefix.ts';
import { RouteIndex } from '../proof/route-index.ts';

/** A PE of the plan that holds none of the routes of other PEs that its VRFs import. */
export function findSpeechless(
  view: NetworkView,
  { routers }: Pick<Plan, 'routers'>,
  after: ObservedTables,
): PeName | null {
  const index = RouteIndex.of(view);
  for (const { pe } of routers) {
    const vrfs = view.pes.find(({ name }) => name === pe)?.vrfs ?? [];
    const taken = vrfs.flatMap((vrf) => [...index.takenBy({ pe, vrf })].map((one) => ({ ...one, vrf })));
    // What another VRF of the same router gives needs no BGP.
    const near = new Set(taken.flatMap(({ from, prefix }) => (from.pe === pe ? [prefix] : [])));
    const far = taken.filter(({ from, prefix }) => from.pe !== pe && !near.has(prefix));
    const heard = far.some(({ vrf, prefix }) => {
      const table = after.get(tableKey(pe, vrf.name, familyOf(prefix)));
      return table?.some((route) => route.prefix === prefix && route.origin === 'vpn') === true;
    });
    if (far.length > 0 && !heard) return pe;
  }
  return null;
}
