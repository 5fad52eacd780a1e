import type { PeName, VpnId } from '../domain/names.ts';
import type { NetworkView, PeView, VrfView } from '../domain/network-view.ts';
import type { Family, Prefix } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';

/** One VRF at its PE. */
export interface VrfAtPe {
  readonly pe: PeName;
  readonly vrf: VrfView;
}

/** A route of one VPN that a VRF of another one holds, by one route target. */
export interface CarriedRoute {
  readonly from: VrfAtPe;
  readonly to: VrfAtPe;
  readonly family: Family;
  readonly prefix: Prefix;
  readonly via: RouteTarget;
}

/** The VPN, or for a VRF of nobody the VRF itself: two unknown VRFs are never taken for one VPN. VPN ids have no `?`. */
export function ownerOf({ pe, vrf }: VrfAtPe): string {
  return vrf.vpn ?? `?${pe}/${vrf.name}`;
}

/** How sentences name an owner. */
export function ownerName(at: VrfAtPe): string {
  return at.vrf.vpn ?? `the unregistered VRF ${at.vrf.name} at ${at.pe}`;
}

const listed = new WeakMap<NetworkView, readonly VrfAtPe[]>();

/** In the order of the view; of one view it is listed once. */
export function allVrfs(view: NetworkView): readonly VrfAtPe[] {
  const known = listed.get(view);
  if (known !== undefined) return known;
  const all = vrfsOfEach(view);
  listed.set(view, all);
  return all;
}

/** What each router has of something, in the order of the view. A change leaves most routers the very objects they were: those are looked through once. */
export function ofEachPe<T>(find: (vrfs: readonly VrfAtPe[], pe: PeView) => readonly T[]): (view: NetworkView) => T[] {
  const found = new WeakMap<PeView, readonly T[]>();
  return ({ pes }) =>
    pes.flatMap((pe) => {
      const known = found.get(pe);
      if (known !== undefined) return known;
      const some = find(vrfsAt(pe), pe);
      found.set(pe, some);
      return some;
    });
}

const vrfsAt = ({ name, vrfs }: PeView): VrfAtPe[] => vrfs.map((vrf) => ({ pe: name, vrf }));
const vrfsOfEach = ofEachPe((vrfs) => vrfs);

const grouped = new WeakMap<NetworkView, ReadonlyMap<VpnId, readonly VrfAtPe[]>>();

export function vrfsByVpn(view: NetworkView): ReadonlyMap<VpnId, readonly VrfAtPe[]> {
  const known = grouped.get(view);
  if (known !== undefined) return known;
  const byVpn = new Map<VpnId, VrfAtPe[]>();
  for (const at of allVrfs(view)) if (at.vrf.vpn !== null) push(byVpn, at.vrf.vpn, at);
  grouped.set(view, byVpn);
  return byVpn;
}

/** Where an owner is; see `ownerOf`. */
export function vrfsOf(view: NetworkView, owner: string): readonly VrfAtPe[] {
  return owner.startsWith('?')
    ? allVrfs(view).filter((at) => ownerOf(at) === owner)
    : (vrfsByVpn(view).get(owner as VpnId) ?? []);
}

export function routeKey(route: CarriedRoute): string {
  const { from, to, prefix, via } = route;
  return `${from.pe} ${from.vrf.name} ${prefix} ${to.pe} ${to.vrf.name} ${via}`;
}

/** Both the operator's and wasl's, also in a family that is not enabled: a leftover must not go unseen. */
export function importsOf(vrf: VrfView, family: Family): ReadonlySet<RouteTarget> {
  return new Set([...(vrf.operator[family]?.importRouteTargets ?? []), ...(vrf.share[family]?.imports ?? [])]);
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
