import { localPrefixes } from '../domain/network-view.ts';
import { tableKey } from '../domain/observed-routes.ts';
import type { CounterExample, Proof } from '../domain/plan.ts';
import { type ChangeUnderProof, listCounterExamples, type RouteChange } from './change-under-proof.ts';
import { type Arrival, arrivals, withUnlisted } from './held-routes.ts';

/** What is told of them is told by the proof of what tables hold. */
const SILENT = { notRead() {}, defaultRoute() {}, unlisted() {} };

/**
 * No table that takes routes would hold more than it may: what comes over its limit is dropped, whoever's it is. A limit that is only logged is told.
 * Empty: no table that takes anything has one.
 */
export function proveRouteLimits(change: ChangeUnderProof, routes: RouteChange): Proof[] {
  const { held = new Map(), sizes = {} } = change;
  const over: CounterExample[] = [];
  const uncounted: CounterExample[] = [];
  const assumptions: string[] = [];
  let isLimited = false;
  for (const arrival of arrivals(change, routes)) {
    const { at, family } = arrival;
    const limit = at.vrf.routeLimits?.[family];
    if (limit === undefined) continue;
    isLimited = true;
    if (!limit.drops) {
      assumptions.push(
        `VRF ${at.vrf.name} at ${at.pe} logs a warning over ${limit.routes} ${family} routes, and drops none`,
      );
      continue;
    }
    const size = sizes[tableKey(at.pe, at.vrf.name, family)];
    const place = `VRF ${at.vrf.name} at ${at.pe}`;
    const say = (sentence: string) => ({ pe: at.pe, vrf: at.vrf.name, routeTarget: null, prefix: null, sentence });
    if (size === undefined) {
      uncounted.push(say(`${place} may hold ${limit.routes} ${family} routes, and how many it holds was not read`));
      continue;
    }
    const more = countNew(arrival, held);
    if (size + more <= limit.routes) continue;
    const after = `${place} holds ${size} ${family} routes and would take ${more} more, but may hold ${limit.routes}`;
    over.push(say(`${after}: raise its limit, or agree on fewer networks`));
  }
  if (!isLimited) return [];
  const verdict = over.length > 0 ? 'fail' : uncounted.length > 0 ? 'unknown' : 'pass';
  const counterExamples = listCounterExamples([...over, ...uncounted]);
  return [{ name: 'route-limits', verdict, assumptions: assumptions.sort(), counterExamples }];
}

/** Of what comes, what the table does not have yet. */
function countNew(arrival: Arrival, held: NonNullable<ChangeUnderProof['held']>): number {
  const { at, family } = arrival;
  const table = held.get(tableKey(at.pe, at.vrf.name, family)) ?? [];
  const had = new Set([...table.map(({ prefix }) => prefix), ...localPrefixes(at.vrf, family)]);
  return [...withUnlisted(arrival, held, SILENT).keys()].filter((prefix) => !had.has(prefix)).length;
}
