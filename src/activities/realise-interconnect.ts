/** An agreement as planning and proving see it: with its route targets, and with the networks that its ranges take in. */
import type { GivenRouteTarget } from '../domain/altered-record.ts';
import { countOf } from '../domain/count-of.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName, VpnId } from '../domain/names.ts';
import { exportTargetsOf, type RunningVrf } from '../domain/network-view.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { Flow, RealisedFlow, RealisedInterconnect } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { isRange, takesIn } from '../domain/scope.ts';
import { WaslError } from '../errors.ts';
import type { InterconnectRecord } from '../store/store.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** A national VPN has thousands; the plan has them all where it says what is gained. */
const NETWORKS_TOLD_MAX = 20;

/** Numbers of the pool that a router already carries are not given out. Throws PREFIX_NOT_ORIGINATED, ROUTE_TARGET_POOL_EXHAUSTED. */
export async function realiseInterconnect(
  { store }: Pick<ActivityDependencies, 'store'>,
  interconnect: InterconnectRecord,
  running: ReadonlyMap<PeName, readonly RunningVrf[]>,
  others: readonly RealisedInterconnect[],
  /** Where the agreed ranges are looked up. */
  announcing: Inventory,
): Promise<RealisedInterconnect> {
  const known = new Set(others.flatMap((other) => other.flows.map((flow) => flow.routeTarget)));
  const avoid = routeTargetsIn(running).filter((routeTarget) => !known.has(routeTarget));
  const hasRanges = interconnect.request.flows.some(
    ({ prefixes }) => prefixes !== 'whole-vpn' && prefixes.some(isRange),
  );
  if (interconnect.flows !== null && !hasRanges) {
    return { id: interconnect.id, parties: interconnect.parties, flows: interconnect.flows };
  }
  const announced = announcedIn(announcing, new Set(interconnect.request.flows.map(({ from }) => from)));
  if (hasRanges) refuseEmptyRanges(interconnect.request.flows, announced);
  const flows = await store.allocateRouteTargets(interconnect.id, avoid, announced);
  return { id: interconnect.id, parties: interconnect.parties, flows };
}

/**
 * What a removal takes away: by the ledger, because whoever rewrites a row of the register would leave on routers what that row does not
 * name. Of flows that the ledger does not know, what the register has.
 */
export function takenAway(
  { id, parties, flows }: InterconnectRecord,
  given: readonly GivenRouteTarget[],
): RealisedInterconnect {
  const known = flows ?? [];
  const isSame = (one: GivenRouteTarget, other: GivenRouteTarget) => one.from === other.from && one.to === other.to;
  return {
    id,
    parties,
    flows: [
      ...given.map((one) => ({ prefixes: known.find((other) => isSame(one, other))?.prefixes ?? [], ...one })),
      ...known.filter((one) => !given.some((other) => isSame(one, other))),
    ],
  };
}

/** What each agreed range is just now: more is not opened by this plan. */
export function rangesInWords(agreed: readonly Flow[], realised: readonly RealisedFlow[]): string[] {
  return agreed.flatMap(({ from, to, prefixes }) => {
    const now = realised.find((flow) => flow.from === from && flow.to === to)?.prefixes ?? [];
    if (prefixes === 'whole-vpn' || now === 'whole-vpn') return [];
    return prefixes.filter(isRange).map((range) => {
      const networks = now.filter((prefix) => takesIn(range, prefix));
      const left = networks.length - NETWORKS_TOLD_MAX;
      const list = networks.slice(0, NETWORKS_TOLD_MAX).join(', ') + (left > 0 ? ` and ${left} more` : '');
      return `${range} of ${from} is agreed: just now ${countOf(networks.length, 'network')}, ${list}; one that is announced later is not shared by this plan`;
    });
  });
}

/** Throws PREFIX_NOT_ORIGINATED. */
function refuseEmptyRanges(flows: readonly Flow[], announced: ReadonlyMap<VpnId, readonly Prefix[]>): void {
  for (const { from, prefixes } of flows) {
    if (prefixes === 'whole-vpn') continue;
    const empty = prefixes.filter(isRange).find((range) => !announced.get(from)?.some((one) => takesIn(range, one)));
    if (empty !== undefined)
      throw new WaslError('PREFIX_NOT_ORIGINATED', `no site of ${from} announces a network of ${empty}`);
  }
}

function announcedIn({ routers }: Inventory, vpns: ReadonlySet<VpnId>): ReadonlyMap<VpnId, readonly Prefix[]> {
  const all = routers.flatMap((router) => router.vrfs);
  return new Map(
    [...vpns].map((vpn) => [
      vpn,
      all.filter((vrf) => vrf.vpn === vpn).flatMap((vrf) => vrf.attachments.flatMap(({ prefixes }) => prefixes)),
    ]),
  );
}

function routeTargetsIn(running: ReadonlyMap<PeName, readonly RunningVrf[]>): RouteTarget[] {
  const found = new Set<RouteTarget>();
  for (const vrfs of running.values()) {
    for (const vrf of vrfs) {
      for (const own of Object.values(vrf.operator)) {
        for (const rt of [...own.importRouteTargets, ...exportTargetsOf(own)]) found.add(rt);
      }
      for (const share of Object.values(vrf.share)) {
        for (const rt of [...share.imports, ...share.exports.map((rule) => rule.routeTarget)]) found.add(rt);
      }
    }
  }
  return [...found];
}
