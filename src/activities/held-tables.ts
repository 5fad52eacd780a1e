/** The routing tables that a plan rests on: those of the VRFs that take, and of VPNs that are shared whole. */
import pMap from 'p-map';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import { enabledFamilies, type RunningVrf } from '../domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, type TableSizes, tableKey } from '../domain/observed-routes.ts';
import { type Family, familyOf } from '../domain/prefix.ts';
import type { RealisedFlow } from '../domain/request.ts';
import { WaslError } from '../errors.ts';
import type { RouteTable } from '../platforms/platform.ts';
import { OverlapIndex } from '../proof/overlap-index.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { SESSIONS_AT_ONCE_MAX, withRouter } from './network.ts';
import { describeError } from './translate-errors.ts';

interface HeldRequest {
  readonly inventory: Inventory;
  readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
  readonly flows: readonly RealisedFlow[];
  /** Tables that were read already: they are not asked for again. */
  readonly known?: ObservedTables;
}

/** What is kept of one table: null keeps all of it. */
interface Wanted extends RouteTable {
  readonly keep: OverlapIndex | null;
  /** Its VRF may hold no more than so many routes. */
  readonly isLimited: boolean;
}

/**
 * Of each table only what overlaps with the flows is kept. A table whose answer was not understood stays absent, which makes the proof
 * unknown; a router that cannot be asked is thrown, as everywhere in planning.
 */
export async function readHeldTables(
  deps: ActivityDependencies,
  { inventory, running, flows, known = new Map() }: HeldRequest,
): Promise<{ readonly held: ObservedTables; readonly sizes: TableSizes; readonly unread: readonly string[] }> {
  const held = new Map<string, readonly ObservedRoute[]>();
  const sizes: Record<string, number> = {};
  const keep = (pe: PeName, table: Wanted, routes: readonly ObservedRoute[]) => {
    const key = tableKey(pe, table.vrf, table.family);
    held.set(key, kept(table, routes));
    if (table.isLimited) sizes[key] = routes.length;
  };
  const unread: string[] = [];
  const asked: { readonly pe: PeName; readonly tables: readonly Wanted[] }[] = [];
  for (const [pe, tables] of tablesOfFlows(inventory, running, flows)) {
    const missing = tables.filter((table) => {
      const routes = known.get(tableKey(pe, table.vrf, table.family));
      if (routes !== undefined) keep(pe, table, routes);
      return routes === undefined;
    });
    if (missing.length > 0) asked.push({ pe, tables: missing });
  }
  await pMap(
    asked,
    async ({ pe, tables }) => {
      try {
        const read = await withRouter(deps, inventory, pe, (router) => router.readRouteTables(tables));
        for (const [index, table] of tables.entries()) {
          const routes = read[index];
          if (routes !== undefined) keep(pe, table, routes);
        }
      } catch (error) {
        if (!(error instanceof WaslError) || error.code !== 'ROUTER_PROTOCOL') throw error;
        unread.push(describeError(error).sentence);
      }
    },
    { concurrency: SESSIONS_AT_ONCE_MAX },
  );
  return { held, sizes, unread: unread.sort() };
}

const kept = ({ keep }: Wanted, routes: readonly ObservedRoute[]): readonly ObservedRoute[] =>
  keep === null ? routes : routes.filter(({ prefix }) => keep.has(prefix));

function tablesOfFlows(
  { routers }: Inventory,
  running: HeldRequest['running'],
  flows: readonly RealisedFlow[],
): [PeName, Wanted[]][] {
  return routers.flatMap(({ name, vrfs }): [PeName, Wanted[]][] => {
    const tables = vrfs.flatMap(({ name: vrf, vpn }) => {
      const found = running.get(name)?.find((one) => one.name === vrf);
      if (found === undefined) return [];
      return enabledFamilies(found).flatMap((family): Wanted[] => {
        const isLimited = found.routeLimits?.[family] !== undefined;
        const taken = flows.filter(({ to }) => to === vpn);
        const givesAll = flows.some(({ from, prefixes }) => from === vpn && prefixes === 'whole-vpn');
        if (givesAll || taken.some(({ prefixes }) => prefixes === 'whole-vpn'))
          return [{ vrf, family, keep: null, isLimited }];
        const prefixes = taken
          .flatMap((flow) => (flow.prefixes === 'whole-vpn' ? [] : flow.prefixes))
          .filter(ofFamily(family));
        return prefixes.length === 0 ? [] : [{ vrf, family, keep: new OverlapIndex(prefixes), isLimited }];
      });
    });
    return tables.length === 0 ? [] : [[name, tables]];
  });
}

const ofFamily =
  (family: Family) =>
  (prefix: Parameters<typeof familyOf>[0]): boolean =>
    familyOf(prefix) === family;
