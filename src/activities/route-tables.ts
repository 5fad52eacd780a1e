import pMap from 'p-map';
import type { VrfName } from '../domain/names.ts';
import { enabledFamilies, type RunningVrf } from '../domain/network-view.ts';
import type { Family } from '../domain/prefix.ts';
import { type ObservedTables, tableKey } from '../proof/check-routes.ts';
import type { Router } from '../router/router.ts';

/** A router and the VRFs seen on it: all of their tables are watched. */
export interface WatchedRouter {
  readonly router: Router;
  readonly running: readonly RunningVrf[];
}

/** Requests in flight on one session: routers answer them one after the other, so more only fill their buffers. */
const READS_PER_ROUTER_AT_ONCE = 4;

/** Every table of every VRF: routers in parallel, a few tables at a time on each. */
export async function readRouteTables(watched: readonly WatchedRouter[]): Promise<ObservedTables> {
  const read = await Promise.all(
    watched.map(({ router, running }) =>
      pMap(
        tablesOf(running),
        async ([vrf, family]) => [tableKey(router.name, vrf, family), await router.readRoutes(vrf, family)] as const,
        { concurrency: READS_PER_ROUTER_AT_ONCE },
      ),
    ),
  );
  return new Map(read.flat());
}

function tablesOf(running: readonly RunningVrf[]): (readonly [VrfName, Family])[] {
  return running.flatMap((vrf) => enabledFamilies(vrf).map((family) => [vrf.name, family] as const));
}
