import pMap from 'p-map';
import type { Inventory, InventoryRouter } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { Procedure } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import type { Router } from '../router/router.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** SSH handshakes are costly for routers and for us: so many at once, the rest right behind. */
export const SESSIONS_AT_ONCE_MAX = 64;

/** What was read from every PE of the inventory. */
export interface NetworkReading {
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  readonly procedures: ReadonlyMap<PeName, Procedure>;
}

export async function readInventory(deps: ActivityDependencies): Promise<Inventory> {
  const current = await deps.store.readInventory();
  if (current === null) throw new WaslError('INVENTORY_INVALID', 'no inventory has been imported');
  return current.inventory;
}

export function inventoryRouter(inventory: Inventory, pe: PeName): InventoryRouter {
  const router = inventory.routers.find((candidate) => candidate.name === pe);
  if (router === undefined) throw new WaslError('ROUTER_UNKNOWN', `${pe} is not in the inventory`);
  return router;
}

export function openInventoryRouter(
  deps: ActivityDependencies,
  inventory: Inventory,
  pe: PeName,
  options: { readonly rpcTimeoutMs?: number } = {},
): Promise<Router> {
  const router = inventoryRouter(inventory, pe);
  const credential = deps.credential(router);
  return deps.openRouter({ router, credential, routeTargetPool: inventory.backbone.routeTargetPool, ...options });
}

/** Opens a router for one piece of work and closes it whatever happens. */
export async function withRouter<T>(
  deps: ActivityDependencies,
  inventory: Inventory,
  pe: PeName,
  work: (router: Router) => Promise<T>,
): Promise<T> {
  const router = await openInventoryRouter(deps, inventory, pe);
  try {
    return await work(router);
  } finally {
    await router.close();
  }
}

/** Reads all PEs in parallel. The first PE that cannot be read fails the whole: an unread PE is an unknown, and unknown blocks. */
export async function readNetwork(
  deps: ActivityDependencies,
  inventory: Inventory,
  pes: readonly PeName[] = inventory.routers.map((router) => router.name),
): Promise<NetworkReading> {
  const readings = await pMap(
    pes,
    (pe) =>
      withRouter(deps, inventory, pe, async (router) => ({
        pe,
        running: await router.readRunning(),
        procedure: router.procedure,
      })),
    { concurrency: SESSIONS_AT_ONCE_MAX },
  );
  return {
    running: new Map(readings.map((reading) => [reading.pe, reading.running])),
    procedures: new Map(readings.map((reading) => [reading.pe, reading.procedure])),
  };
}
