import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { VpnId } from '../domain/names.ts';
import type { NetworkView } from '../domain/network-view.ts';
import type { ObservedTables, TableSizes } from '../domain/observed-routes.ts';
import type { ChangeKind, CounterExample } from '../domain/plan.ts';
import type { RealisedFlow, RealisedInterconnect } from '../domain/request.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { RouteIndex } from './route-index.ts';
import { allVrfs, type CarriedRoute, ownerName, routeKey, type VrfAtPe, vrfsByVpn } from './route-model.ts';

/** What is to be proved: the network before and after, and what was approved. */
export interface ChangeUnderProof {
  readonly kind: ChangeKind;
  readonly before: NetworkView;
  readonly after: NetworkView;
  readonly subject: RealisedInterconnect;
  /** For `modify`: the interconnect as it is on the network. */
  readonly previous?: RealisedInterconnect | undefined;
  /** The other interconnects that are or may be on the network. */
  readonly others: readonly RealisedInterconnect[];
  /** What the VRFs that take hold in their tables, and those of VPNs that are shared whole. Absent: nobody looked. */
  readonly held?: ObservedTables | undefined;
  /** How many routes those of them hold that have a limit, by `tableKey`. */
  readonly sizes?: TableSizes | undefined;
}

/** Routes between VPNs before and after, and their difference; computed once for all proofs. */
export interface RouteChange {
  readonly before: RouteIndex;
  readonly after: RouteIndex;
  readonly gained: readonly CarriedRoute[];
  readonly lost: readonly CarriedRoute[];
}

/** The flows that shall be on the network after the change. */
export function approvedFlows({ kind, subject }: Pick<ChangeUnderProof, 'kind' | 'subject'>): readonly RealisedFlow[] {
  return onlyTakesAway(kind) ? [] : subject.flows;
}

/** The route targets that the change may touch. */
export function ownTargets({
  subject,
  previous,
}: Pick<ChangeUnderProof, 'subject' | 'previous'>): ReadonlySet<RouteTarget> {
  return new Set([...subject.flows, ...(previous?.flows ?? [])].map((flow) => flow.routeTarget));
}

/** Only route targets that somebody uses otherwise than before can move a route. */
export function differRoutes(viewBefore: NetworkView, viewAfter: NetworkView): RouteChange {
  const before = RouteIndex.of(viewBefore);
  const after = before.changedTo(viewAfter);
  const moved = after.targetsThatDiffer(before);
  const [old, now] = [before.routes(moved), after.routes(moved)];
  const [had, has] = [new Set(old.map(routeKey)), new Set(now.map(routeKey))];
  return {
    before,
    after,
    gained: now.filter((route) => !had.has(routeKey(route))),
    lost: old.filter((route) => !has.has(routeKey(route))),
  };
}

/** More than a person reads: the rest is counted in the last sentence. */
export const COUNTER_EXAMPLES_MAX = 50;

/** Sorted by where they are, without repetition, at most COUNTER_EXAMPLES_MAX. */
export function listCounterExamples(found: readonly CounterExample[]): CounterExample[] {
  const key = (one: CounterExample) => `${one.pe} ${one.vrf} ${one.routeTarget} ${one.prefix} ${one.sentence}`;
  const byKey = new Map(found.map((one) => [key(one), one]));
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  const last = sorted[COUNTER_EXAMPLES_MAX - 1];
  if (last === undefined || sorted.length === COUNTER_EXAMPLES_MAX) return sorted;
  const more = sorted.length - COUNTER_EXAMPLES_MAX;
  return [...sorted.slice(0, COUNTER_EXAMPLES_MAX - 1), { ...last, sentence: `${last.sentence} (and ${more} more)` }];
}

/** A counter-example at the VRF that holds, or lacks, the route. */
export function routeCounterExample(route: CarriedRoute, what: string): CounterExample {
  const { from, to, prefix, via } = route;
  const holder = `${ownerName(to)} at ${to.pe} (VRF ${to.vrf.name})`;
  const sentence = `${prefix} of ${ownerName(from)} at ${from.pe} ${what} ${holder} by route target ${shortForm(via)}`;
  return { pe: to.pe, vrf: to.vrf.name, routeTarget: via, prefix, sentence };
}

/** Where to point when a VPN has nothing to point at: a VRF of the first VPN named that has one, else any. null in an empty view. */
export function anchorVrf(view: NetworkView, ...vpns: readonly VpnId[]): VrfAtPe | null {
  const byVpn = vrfsByVpn(view);
  return vpns.map((vpn) => byVpn.get(vpn)?.[0]).find((at) => at !== undefined) ?? allVrfs(view)[0] ?? null;
}
