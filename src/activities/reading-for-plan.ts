/** What of the network a change must know, and what it may do without. */
import { describeScrapped, type LeftRouter } from '../domain/change.ts';
import type { Inventory, InventoryRouter } from '../domain/inventory.ts';
import { refuseMaintenance } from '../domain/maintenance.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import { WaslError } from '../errors.ts';
import { describeBlank } from '../plan/holds-plan.ts';
import type { ActivityDependencies } from './dependencies.ts';
import {
  type NetworkReading,
  readNetwork,
  readReachable,
  readRouterAndRemember,
  readRouterIfChanged,
  type UnreadRouter,
  withRouters,
} from './network.ts';

export interface ReadingForPlan extends NetworkReading {
  /** Of the routers that were read; those that left it as they were in it last. */
  readonly inventory: Inventory;
  readonly left: readonly LeftRouter[];
  readonly told: readonly string[];
}

/** A router that nothing depends on is given this long; a router that is away must not keep anybody waiting. */
const BYSTANDERS_WAIT_MS = 10_000;

/**
 * For what opens every PE is read: an unread one is an unknown, and unknown blocks. Except where nothing can open: a PE without any VRF, and
 * one in maintenance without a VRF of either party. That is an assumption, and it is told. Throws ROUTER_MAINTENANCE.
 */
export async function readForOpening(
  deps: ActivityDependencies,
  inventory: Inventory,
  parties: ReadonlySet<VpnId>,
): Promise<ReadingForPlan> {
  return readAround(deps, inventory, parties, new Map(), readRouterAndRemember);
}

/**
 * The same again, beside what was read under the lock: of what has not changed since this worker read it, no more than that is asked. Nothing
 * is assumed of a PE but what the approved plan tells. Throws PLAN_STALE.
 */
export async function readAgainForOpening(
  deps: ActivityDependencies,
  inventory: Inventory,
  { told, parties }: { readonly told: readonly string[]; readonly parties: ReadonlySet<VpnId> },
  locked: ReadonlyMap<PeName, readonly RunningVrf[]>,
): Promise<Pick<ReadingForPlan, 'inventory' | 'running'>> {
  const read = await readAround(deps, inventory, parties, locked, readRouterIfChanged);
  const untold = read.unread.find(({ pe }) => !told.some((sentence) => sentence.startsWith(`${assumeNothing(pe)}:`)));
  if (untold === undefined) return read;
  throw new WaslError('PLAN_STALE', `${untold.pe} was read when this was planned, and is not now: ${untold.reason}`);
}

const assumeNothing = (pe: PeName): string => `${pe} was not read and is assumed to take none of the new route targets`;

async function readAround(
  deps: ActivityDependencies,
  inventory: Inventory,
  parties: ReadonlySet<VpnId>,
  known: ReadonlyMap<PeName, readonly RunningVrf[]>,
  read: typeof readRouterIfChanged,
): Promise<ReadingForPlan & { readonly unread: readonly UnreadRouter[] }> {
  refuseMaintenance(inventory, parties);
  const routers = inventory.routers.filter((router) => !known.has(router.name));
  const bystanders = routers.filter((router) => isBystander(router, parties)).map(({ name }) => name);
  const needed = routers.map(({ name }) => name).filter((name) => !bystanders.includes(name));
  const [reading, more] = await Promise.all([
    readNetwork(deps, inventory, needed, read),
    readReachable(deps, inventory, bystanders, { waitMs: BYSTANDERS_WAIT_MS, read }),
  ]);
  const running = new Map([...known, ...reading.running, ...more.running]);
  return {
    inventory: { ...inventory, routers: inventory.routers.filter((router) => running.has(router.name)) },
    running,
    texts: new Map([...reading.texts, ...more.texts]),
    procedures: new Map([...reading.procedures, ...more.procedures]),
    left: [],
    told: more.unread.map(({ pe, reason }) => `${assumeNothing(pe)}: ${reason}`),
    unread: more.unread,
  };
}

function isBystander({ vrfs, maintenance }: InventoryRouter, parties: ReadonlySet<VpnId>): boolean {
  return vrfs.length === 0 || (maintenance === true && !vrfs.some(({ vpn }) => parties.has(vpn)));
}

/** A removal needs the PEs that carry the interconnect and no others; of those it goes on without the ones that cannot be read. */
export async function readForRemoval(
  deps: ActivityDependencies,
  current: Inventory,
  carriers: readonly PeName[],
  /** PEs that carry it, and are gone for good. */
  scrapped: readonly PeName[],
): Promise<ReadingForPlan> {
  const inventory = await withRouters(deps, current, carriers);
  const others = inventory.routers.map(({ name }) => name).filter((name) => !carriers.includes(name));
  const [reading, more] = await Promise.all([
    readReachable(deps, inventory, carriers),
    readReachable(deps, inventory, others, { waitMs: BYSTANDERS_WAIT_MS }),
  ]);
  // It carried VRFs; a router that shows none has not shown what it holds.
  const blank = [...reading.running].filter(([, vrfs]) => vrfs.length === 0).map(([pe]) => pe);
  const running = new Map([...reading.running, ...more.running]);
  for (const pe of blank) running.delete(pe);
  const left = [
    ...reading.unread.map(({ pe, reason }) => ({ pe, reason })),
    ...blank.map((pe) => ({ pe, reason: describeBlank(pe) })),
  ];
  return {
    inventory: { ...inventory, routers: inventory.routers.filter((router) => running.has(router.name)) },
    running,
    texts: new Map([...reading.texts, ...more.texts]),
    procedures: new Map([...reading.procedures, ...more.procedures]),
    left: left.sort((a, b) => (a.pe < b.pe ? -1 : 1)),
    told: [
      ...scrapped.map(describeScrapped),
      ...more.unread.map(
        ({ pe, reason }) => `${pe}, which by the record does not carry the interconnect, was not read: ${reason}`,
      ),
    ],
  };
}
