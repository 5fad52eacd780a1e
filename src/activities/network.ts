import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { digestOf } from '../domain/canonical-json.ts';
import type { Inventory, InventoryRouter } from '../domain/inventory.ts';
import type { ChangeId, PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { Procedure } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import type { ChangeMarker } from '../platforms/platform.ts';
import type { Router, RouterConnection } from '../router/router.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { describeError } from './translate-errors.ts';

/** SSH handshakes are costly for routers and for us: so many at once, the rest right behind. */
export const SESSIONS_AT_ONCE_MAX = 64;

/** The answer is one element, or a hundred small ones. */
const MARKER_WAIT_MS = 10_000;

/** What was read from every PE of the inventory. */
export interface NetworkReading {
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  /** The same as the routers gave it, for the record; without those that are known since an earlier reading. */
  readonly texts: ReadonlyMap<PeName, { readonly readAt: string; readonly text: string }>;
  readonly procedures: ReadonlyMap<PeName, Procedure>;
}

export async function readCurrentInventory(
  deps: ActivityDependencies,
): Promise<{ readonly version: number; readonly inventory: Inventory }> {
  const current = await deps.store.readInventory();
  if (current === null) throw new WaslError('INVENTORY_INVALID', 'no inventory has been imported');
  return current;
}

export interface VersionedInventory {
  readonly version: number;
  readonly inventory: Inventory;
}

/** Whether it is what the ledger says of its version. */
export async function isImported(
  store: Pick<ActivityDependencies['store'], 'readInventoryImport'>,
  { version, inventory }: VersionedInventory,
): Promise<boolean> {
  return (await store.readInventoryImport(version)).digest === digestOf(inventory);
}

/** The inventory with PEs that have left it as they were in it last: what is on them must still be taken away. */
export async function withRouters(
  { store }: ActivityDependencies,
  inventory: Inventory,
  pes: readonly PeName[],
): Promise<Inventory> {
  const gone = pes.filter((pe) => !inventory.routers.some((router) => router.name === pe));
  const found = await Promise.all(
    gone.map(async (pe) => {
      const earlier = await store.readInventoryWithRouter(pe);
      // What nobody imported says where no router is.
      const isTrue = earlier !== null && (await isImported(store, earlier));
      return (isTrue ? earlier : null)?.inventory.routers.filter((router) => router.name === pe) ?? [];
    }),
  );
  return gone.length === 0 ? inventory : { ...inventory, routers: [...inventory.routers, ...found.flat()] };
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
  options: Pick<RouterConnection, 'rpcTimeoutMs' | 'isForReading' | 'transcript'> = {},
): Promise<Router> {
  const router = inventoryRouter(inventory, pe);
  const credential = deps.credential(router);
  const jumpCredentials = router.management.jumpHosts?.map((hop) =>
    deps.credential({ name: router.name, management: hop }),
  );
  const jumps = jumpCredentials === undefined ? {} : { jumpCredentials };
  const { routeTargetPool } = inventory.backbone;
  return deps.openRouter({ router, credential, ...jumps, routeTargetPool, ...options });
}

/** Opens a router for one piece of work and closes it whatever happens. */
export async function withRouter<T>(
  deps: ActivityDependencies,
  inventory: Inventory,
  pe: PeName,
  work: (router: Router) => Promise<T>,
  options: Pick<RouterConnection, 'isForReading' | 'transcript'> = {},
): Promise<T> {
  const router = await openInventoryRouter(deps, inventory, pe, options);
  try {
    return await work(router);
  } finally {
    await router.close();
  }
}

type ReadOnlyRouter = Pick<
  Router,
  'name' | 'procedure' | 'readRunningWithText' | 'readRunningText' | 'readChangeMarker'
>;

/** The same for work that locks, edits and commits nothing: it costs no login where one of an earlier reading is left. */
export function withReading<T>(
  deps: ActivityDependencies,
  inventory: Inventory,
  pe: PeName,
  work: (router: ReadOnlyRouter) => Promise<T>,
): Promise<T> {
  return withRouter(deps, inventory, pe, work, { isForReading: true });
}

/** What a plan stands on: kept with the change where a PE is part of it, else with what is read for people. */
export async function keepReadings(
  deps: ActivityDependencies,
  texts: NetworkReading['texts'],
  changeId: ChangeId,
  pes: ReadonlySet<PeName>,
): Promise<void> {
  const common = { kind: 'running', reader: 'planning' } as const;
  await deps.store.saveReadings(
    [...texts].map(([pe, read]) => ({ ...common, ...read, pe, changeId: pes.has(pe) ? changeId : null })),
  );
}

interface RouterReading {
  readonly pe: PeName;
  readonly readAt: string;
  readonly running: readonly RunningVrf[];
  /** null: it is known since an earlier reading. */
  readonly text: string | null;
  readonly procedure: Procedure;
}

type ReadRouter = (deps: ActivityDependencies, inventory: Inventory, pe: PeName) => Promise<RouterReading>;

/** What one PE runs, and when it was asked. */
const readRouter: ReadRouter = (deps, inventory, pe) =>
  withReading(deps, inventory, pe, async (router) => {
    const readAt = deps.now().toISOString();
    return { pe, readAt, ...(await router.readRunningWithText()), procedure: router.procedure };
  });

/** The same, and what `readRouterIfChanged` needs. */
export const readRouterAndRemember: ReadRouter = (deps, inventory, pe) => readMarked(deps, inventory, pe, remember);

/** What was read before stands for it as long as the router's marker says so. */
export const readRouterIfChanged: ReadRouter = (deps, inventory, pe) =>
  readMarked(deps, inventory, pe, async (_, __, router, marker) => {
    const readAt = deps.now().toISOString();
    const running = deps.knownRunning.find(inventory, inventoryRouter(inventory, pe), marker);
    if (running === null) return remember(deps, inventory, router, marker);
    return { pe, readAt, running, text: null, procedure: router.procedure };
  });

/** The marker only saves a reading: a router that hangs or ends its session over that question is read in another one. */
async function readMarked(
  deps: ActivityDependencies,
  inventory: Inventory,
  pe: PeName,
  read: typeof remember,
): Promise<RouterReading> {
  const reading = await withReading(deps, inventory, pe, async (router) => {
    const asked = router.readChangeMarker().catch(() => undefined);
    const marker = await Promise.race([asked, sleep(MARKER_WAIT_MS, undefined, { ref: false })]);
    return marker === undefined ? null : read(deps, inventory, router, marker);
  });
  return reading ?? readRouter(deps, inventory, pe);
}

async function remember(
  deps: ActivityDependencies,
  inventory: Inventory,
  router: ReadOnlyRouter,
  marker: ChangeMarker | null,
): Promise<RouterReading> {
  const [pe, readAt] = [router.name, deps.now().toISOString()];
  const keep = deps.knownRunning.begin(inventory, inventoryRouter(inventory, pe), marker);
  const read = await router.readRunningWithText();
  keep(read.running);
  return { pe, readAt, ...read, procedure: router.procedure };
}

/** Reads PEs in parallel. The first PE that cannot be read fails the whole: an unread PE is an unknown, and unknown blocks. */
export async function readNetwork(
  deps: ActivityDependencies,
  inventory: Inventory,
  pes: readonly PeName[],
  read: ReadRouter = readRouter,
): Promise<NetworkReading> {
  const readings = await pMap(pes, (pe) => read(deps, inventory, pe), { concurrency: SESSIONS_AT_ONCE_MAX });
  return {
    running: new Map(readings.map((reading) => [reading.pe, reading.running])),
    texts: new Map(readings.flatMap(({ pe, readAt, text }) => (text === null ? [] : [[pe, { readAt, text }]]))),
    procedures: new Map(readings.map((reading) => [reading.pe, reading.procedure])),
  };
}

/** What was read, and why the rest was not. */
export interface PartialReading extends NetworkReading {
  readonly unread: readonly UnreadRouter[];
}

export interface UnreadRouter {
  readonly pe: PeName;
  readonly code: string;
  /** One sentence. */
  readonly reason: string;
}

export const byName = (a: { readonly pe: PeName }, b: { readonly pe: PeName }): number => (a.pe < b.pe ? -1 : 1);

/** Reads what can be read. `waitMs` bounds the wait as a whole: what has not answered by then is unread. */
export async function readReachable(
  deps: ActivityDependencies,
  inventory: Inventory,
  pes: readonly PeName[],
  {
    waitMs = Number.POSITIVE_INFINITY,
    read = readRouter,
  }: { readonly waitMs?: number; readonly read?: ReadRouter } = {},
): Promise<PartialReading> {
  const running = new Map<PeName, readonly RunningVrf[]>();
  const texts = new Map<PeName, { readonly readAt: string; readonly text: string }>();
  const procedures = new Map<PeName, Procedure>();
  const unread = new Map<PeName, UnreadRouter>(
    pes.map((pe) => [pe, { pe, code: 'ROUTER_TIMEOUT', reason: `${pe} has not answered within ${waitMs / 1_000} s` }]),
  );
  const reading = pMap(
    pes,
    async (pe) => {
      try {
        const one = await read(deps, inventory, pe);
        running.set(pe, one.running);
        if (one.text !== null) texts.set(pe, { readAt: one.readAt, text: one.text });
        procedures.set(pe, one.procedure);
        unread.delete(pe);
      } catch (error) {
        const { code, sentence } = describeError(error);
        if (unread.has(pe)) unread.set(pe, { pe, code, reason: sentence });
      }
    },
    { concurrency: SESSIONS_AT_ONCE_MAX },
  );
  const giveUp = new AbortController();
  const patience = Number.isFinite(waitMs)
    ? [sleep(waitMs, undefined, { signal: giveUp.signal, ref: false }).catch(() => undefined)]
    : [];
  await Promise.race([reading, ...patience]);
  giveUp.abort();
  // What comes later is not part of the answer any more.
  return {
    ...{ running: new Map(running), texts: new Map(texts) },
    ...{ procedures: new Map(procedures), unread: [...unread.values()].sort(byName) },
  };
}
