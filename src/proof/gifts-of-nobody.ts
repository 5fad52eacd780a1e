import { exportTargetsOf, type NetworkView } from '../domain/network-view.ts';
import { FAMILIES, type Family } from '../domain/prefix.ts';
import { type RouteTarget, shortForm } from '../domain/route-target.ts';
import { allVrfs, importsOf, type VrfAtPe } from './route-model.ts';

/** What a VPN takes of a VRF that is nobody's. */
export interface GiftOfNobody {
  readonly from: VrfAtPe;
  readonly at: VrfAtPe;
  readonly targets: readonly RouteTarget[];
  readonly fact: string;
}

/**
 * A VRF that the inventory does not know has no attachments there, and so no routes in the model. It has some on the router: what a VPN takes
 * of it by its route targets is not nothing, but unknown. One for each VRF that takes, and each that gives.
 */
export function giftsOfNobody(view: NetworkView): readonly GiftOfNobody[] {
  const known = found.get(view);
  if (known !== undefined) return known;
  const givers = new Map<string, VrfAtPe[]>();
  for (const at of allVrfs(view)) {
    if (at.vrf.vpn !== null) continue;
    for (const family of FAMILIES) {
      for (const target of givenBy(at, family)) {
        const key = `${family} ${target}`;
        const before = givers.get(key);
        if (before === undefined) givers.set(key, [at]);
        else before.push(at);
      }
    }
  }
  const gifts =
    givers.size === 0 ? [] : allVrfs(view).flatMap((at) => (at.vrf.vpn === null ? [] : takenBy(at, givers)));
  found.set(view, gifts);
  return gifts;
}

/** Asked for by matrix, audit and explanations of one view. */
const found = new WeakMap<NetworkView, readonly GiftOfNobody[]>();

function givenBy({ vrf }: VrfAtPe, family: Family): ReadonlySet<RouteTarget> {
  const ours = (vrf.share[family]?.exports ?? []).map(({ routeTarget }) => routeTarget);
  return new Set([...exportTargetsOf(vrf.operator[family]), ...ours]);
}

function takenBy(at: VrfAtPe, givers: ReadonlyMap<string, readonly VrfAtPe[]>): GiftOfNobody[] {
  const byGiver = new Map<VrfAtPe, Set<RouteTarget>>();
  for (const family of FAMILIES) {
    for (const target of importsOf(at.vrf, family)) {
      for (const from of givers.get(`${family} ${target}`) ?? [])
        byGiver.set(from, (byGiver.get(from) ?? new Set()).add(target));
    }
  }
  return [...byGiver].map(([from, targets]) => {
    const by = [...targets].map(shortForm).join(', ');
    const fact = `takes by ${by} what VRF ${from.vrf.name} at ${from.pe} gives, which no inventory lists: its networks are not known`;
    return { from, at, targets: [...targets], fact };
  });
}
