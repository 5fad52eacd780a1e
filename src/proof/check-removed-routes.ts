import type { NetworkView } from '../domain/network-view.ts';
import { enabledFamilies } from '../domain/network-view.ts';
import { type ObservedTables, tableKey } from '../domain/observed-routes.ts';
import type { Plan } from '../domain/plan.ts';
import { familyOf, type Prefix } from '../domain/prefix.ts';
import { RouteIndex } from './route-index.ts';
import { allVrfs, type VrfAtPe } from './route-model.ts';

export interface RemovedRouteCheck {
  /** What went, and where it was looked. */
  readonly summary: string;
  /** What should have gone and is still in a table, without anything that the model has carrying it. */
  readonly still: readonly string[];
  /** What else was seen, and what could not be. */
  readonly told: readonly string[];
}

/**
 * What a removal took away against the real routing tables of the PEs that it touches. Only its own prefixes are asked for: what else came or
 * went in a table while it was at work is no reason to open again what was closed.
 */
export function checkRemovedRoutes(input: {
  readonly view: NetworkView;
  readonly before: ObservedTables;
  readonly after: ObservedTables;
  readonly plan: Plan;
}): RemovedRouteCheck {
  const { view, before, after, plan } = input;
  const lost = lostByTable(view, plan);
  const model = RouteIndex.of(view);
  const [still, told, unread]: [string[], string[], string[]] = [[], [], []];
  let went = 0;
  for (const [key, { at, where, prefixes }] of lost) {
    const [had, has] = [prefixesIn(before.get(key)), prefixesIn(after.get(key))];
    if (has === null) {
      unread.push(`the routes of ${where} were not read after the commit`);
      continue;
    }
    for (const prefix of prefixes) {
      if (!has.has(prefix)) went += 1;
      else if (model.holds(at, prefix)) told.push(`${prefix} is still in ${where}, where something else carries it`);
      else if (had !== null && !had.has(prefix)) told.push(`${prefix} came to ${where} meanwhile, from somebody else`);
      else
        still.push(`${prefix} is still in ${where}, though nothing of this interconnect is configured there any more`);
    }
  }
  const summary = `${went} routes left as planned; ${lost.size - unread.length} of ${lost.size} routing tables were read`;
  return { summary, still, told: [...told, ...unread] };
}

interface LostHere {
  readonly at: VrfAtPe;
  readonly where: string;
  readonly prefixes: Set<Prefix>;
}

function lostByTable(view: NetworkView, plan: Plan): Map<string, LostHere> {
  const touched = new Set(plan.routers.map(({ pe }) => pe));
  const tables = new Map<string, LostHere>();
  for (const { pe, vrf } of allVrfs(view)) {
    if (!touched.has(pe)) continue;
    for (const { prefix, to, toPe } of plan.lost) {
      const family = familyOf(prefix);
      if (toPe !== pe || to !== vrf.vpn || !enabledFamilies(vrf).includes(family)) continue;
      const key = tableKey(pe, vrf.name, family);
      const table = tables.get(key) ?? {
        at: { pe, vrf },
        where: `VRF ${vrf.name} at ${pe}`,
        prefixes: new Set<Prefix>(),
      };
      tables.set(key, table);
      table.prefixes.add(prefix);
    }
  }
  return tables;
}

function prefixesIn(routes: ReturnType<ObservedTables['get']>): ReadonlySet<Prefix> | null {
  if (routes === undefined) return null;
  return new Set(routes.filter(({ origin }) => origin === 'vpn').map(({ prefix }) => prefix));
}
