import type { PeName } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { Plan } from '../domain/plan.ts';
import { familyOf } from '../domain/prefix.ts';
import { RouteIndex } from '../proof/route-index.ts';

/**
 * A PE of the plan that holds none of the routes of other PEs that its VRFs import, and imports some whatever becomes of the plan: where
 * the plan's own are the only ones, that they do not arrive is what verification has to say.
 */
export function findSpeechless(
  view: NetworkView,
  { routers, gained }: Pick<Plan, 'routers' | 'gained'>,
  tables: ObservedTables,
): PeName | null {
  const index = RouteIndex.of(view);
  const planned = new Set(gained.map(({ toPe, to, prefix }) => `${toPe} ${to} ${prefix}`));
  for (const { pe } of routers) {
    const vrfs = view.pes.find(({ name }) => name === pe)?.vrfs ?? [];
    const taken = vrfs.flatMap((vrf) => [...index.takenBy({ pe, vrf })].map((one) => ({ ...one, vrf })));
    // What another VRF of the same router gives needs no BGP.
    const near = new Set(taken.flatMap(({ from, prefix }) => (from.pe === pe ? [prefix] : [])));
    const far = taken.filter(({ from, prefix }) => from.pe !== pe && !near.has(prefix));
    const heard = far.some(({ vrf, prefix }) => {
      const table = tables.get(tableKey(pe, vrf.name, familyOf(prefix)));
      return table?.some((route) => route.prefix === prefix && route.origin === 'vpn') === true;
    });
    const hasOthers = far.some(({ vrf, prefix }) => !planned.has(`${pe} ${vrf.vpn} ${prefix}`));
    if (hasOthers && !heard) return pe;
  }
  return null;
}
