import type { PeName } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { Plan } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import { RouteIndex } from '../proof/route-index.ts';

/** A PE of the plan that holds no route of another PE, although its VRFs import some that others announce. */
export function findSpeechless(
  view: NetworkView,
  { routers }: Pick<Plan, 'routers'>,
  after: ObservedTables,
): PeName | null {
  const index = RouteIndex.of(view);
  for (const { pe } of routers) {
    const vrfs = view.pes.find(({ name }) => name === pe)?.vrfs ?? [];
    const isAwaited = vrfs.some((vrf) => [...index.takenBy({ pe, vrf })].some(({ from }) => from.pe !== pe));
    const heard = vrfs.some((vrf) =>
      FAMILIES.some((family) => after.get(tableKey(pe, vrf.name, family))?.some(({ origin }) => origin === 'vpn')),
    );
    if (isAwaited && !heard) return pe;
  }
  return null;
}
