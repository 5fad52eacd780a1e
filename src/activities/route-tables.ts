import type { Inventory } from '../domain/inventory.ts';
import { enabledFamilies, type RunningVrf } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { Plan } from '../domain/plan.ts';
import type { RouteTable } from '../platforms/platform.ts';
import type { Router } from '../router/router.ts';

/** A router and the VRFs seen on it: all of their tables are watched. */
export interface WatchedRouter {
  readonly router: Router;
  readonly running: readonly RunningVrf[];
}

/**
 * Of a removal: the tables that lose routes, of the routers that answer; the others are absent. However many VRFs somebody else has on a router,
 * they hold up nothing that is to be closed.
 */
export async function readLosingTables({
  plan,
  inventory,
  watched,
}: {
  readonly plan: Pick<Plan, 'routers' | 'lost'>;
  readonly inventory: Pick<Inventory, 'routers'>;
  readonly watched: readonly WatchedRouter[];
}): Promise<ObservedTables> {
  const losers = new Set(plan.lost.map(({ to }) => to));
  const read = await Promise.allSettled(
    watched.map(({ router, running }) => {
      const edited = plan.routers.find(({ pe }) => pe === router.name)?.vrfs.map(({ vrf }) => vrf) ?? [];
      const listed = inventory.routers.find(({ name }) => name === router.name)?.vrfs ?? [];
      const names = new Set([...edited, ...listed.flatMap(({ name, vpn }) => (losers.has(vpn) ? [name] : []))]);
      return readRouteTables([{ router, running: running.filter(({ name }) => names.has(name)) }]);
    }),
  );
  return new Map(read.flatMap((one) => (one.status === 'fulfilled' ? [...one.value] : [])));
}

/** Every table of every VRF, routers in parallel. A table that a router left out stays absent: unread is unknown, not empty. */
export async function readRouteTables(watched: readonly WatchedRouter[]): Promise<ObservedTables> {
  const read = await Promise.all(
    watched.map(async ({ router, running }) => {
      const tables = tablesOf(running);
      const routes = await router.readRouteTables(tables);
      return tables.flatMap(({ vrf, family }, index) => {
        const read = routes[index];
        return read === undefined ? [] : [[tableKey(router.name, vrf, family), read] as const];
      });
    }),
  );
  return new Map(read.flat());
}

function tablesOf(running: readonly RunningVrf[]): RouteTable[] {
  return running.flatMap((vrf) => enabledFamilies(vrf).map((family) => ({ vrf: vrf.name, family })));
}
