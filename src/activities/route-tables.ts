import { enabledFamilies, type RunningVrf } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { RouteTable } from '../platforms/platform.ts';
import type { Router } from '../router/router.ts';

/** A router and the VRFs seen on it: all of their tables are watched. */
export interface WatchedRouter {
  readonly router: Router;
  readonly running: readonly RunningVrf[];
}

/** The same of the routers that answer; the tables of the others are absent. */
export async function readTablesThatAnswer(watched: readonly WatchedRouter[]): Promise<ObservedTables> {
  const read = await Promise.allSettled(watched.map((one) => readRouteTables([one])));
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
