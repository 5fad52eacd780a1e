import type { Inventory, InventoryRouter } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import { exportTargetsOf, type RunningVrf } from '../domain/network-view.ts';
import type { Plan } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';

export interface WitnessQuestion {
  readonly inventory: Inventory;
  readonly plan: Pick<Plan, 'kind' | 'routers' | 'gained'>;
  /** Every PE as it was read. */
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
}

export interface Witnesses {
  readonly chosen: readonly InventoryRouter[];
  /** How many could be touched too, each of which takes nothing that a chosen one does not take. */
  readonly others: number;
}

/**
 * PEs outside of the change that it could touch by a route target: they have a canary, a site of a party, or any VRF that imports what an edited
 * VRF exports. VRFs that import the same get the same, so one PE of each way to import is chosen whatever `max` says, and others up to it.
 * One in maintenance is not asked.
 */
export function chooseWitnesses({ inventory, plan, running }: WitnessQuestion, max: number): Witnesses {
  const canaries = new Set(inventory.vpns.filter((vpn) => vpn.canary).map((vpn) => vpn.id));
  const parties = new Set(plan.gained.flatMap(({ from, to }) => [from, to]));
  const given = targetsGiven({ plan, running });
  const waysOf = ({ name, vrfs }: InventoryRouter): string[] =>
    (running.get(name) ?? []).flatMap((vrf) => {
      const vpn = vrfs.find((listed) => listed.name === vrf.name)?.vpn;
      const taken = [...importsOf(vrf)].filter((target) => given.has(target)).sort();
      const isCanary = vpn !== undefined && canaries.has(vpn);
      const isParty = vpn !== undefined && parties.has(vpn);
      return isCanary || isParty || taken.length > 0 ? [[isCanary ? 'canary' : '', vpn, ...taken].join(' ')] : [];
    });
  const candidates = inventory.routers
    .filter(({ name, maintenance }) => maintenance !== true && !plan.routers.some(({ pe }) => pe === name))
    .map((router) => ({ router, ways: waysOf(router) }))
    .filter(({ ways }) => ways.length > 0)
    .sort((a, b) => Number(hasCanary(b.ways)) - Number(hasCanary(a.ways)));
  const seen = new Set<string>();
  const needed = candidates.filter(({ ways }) => {
    const isNew = ways.some((way) => !seen.has(way));
    for (const way of ways) seen.add(way);
    return isNew;
  });
  const isNeeded = new Set(needed);
  const needless = candidates.filter((candidate) => !isNeeded.has(candidate));
  const more = needless.slice(0, Math.max(0, max - needed.length));
  return { chosen: [...needed, ...more].map(({ router }) => router), others: needless.length - more.length };
}

const hasCanary = (ways: readonly string[]): boolean => ways.some((way) => way.startsWith('canary '));

/** Of the VRFs that are edited, before and after it. */
function targetsGiven({ plan, running }: Pick<WitnessQuestion, 'plan' | 'running'>): ReadonlySet<RouteTarget> {
  const edited = plan.routers.flatMap(({ pe, vrfs }) =>
    (running.get(pe) ?? []).filter(({ name }) => vrfs.some(({ vrf }) => vrf === name)),
  );
  const theirs = edited.flatMap(({ operator, share }) =>
    FAMILIES.flatMap((family) => [
      ...exportTargetsOf(operator[family]),
      ...(share[family]?.exports ?? []).map(({ routeTarget }) => routeTarget),
    ]),
  );
  return new Set([...theirs, ...plan.gained.map(({ via }) => via)]);
}

function importsOf({ operator, share }: RunningVrf): ReadonlySet<RouteTarget> {
  return new Set(
    FAMILIES.flatMap((family) => [...(operator[family]?.importRouteTargets ?? []), ...(share[family]?.imports ?? [])]),
  );
}
