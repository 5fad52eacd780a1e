import type { Inventory, InventoryRouter, InventoryVrf } from '../domain/inventory.ts';
import type { PeName, VpnId, VrfName } from '../domain/names.ts';
import type { NetworkView, PeView, RunningVrf, Unknown, VrfView } from '../domain/network-view.ts';
import { shortForm } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';

export interface NetworkViewOptions {
  /** VPNs whose VRFs must be on the routers as the inventory says; default all. Another's missing VRF is an unknown: it was not shown. */
  readonly required?: ReadonlySet<VpnId>;
}

/**
 * Joins the inventory and what was read. A VRF that the inventory does not know stays in the view without a VPN: it may import.
 * Throws ROUTER_UNREACHABLE for a PE that was not read (a proof over a part of the network proves nothing), ROUTER_UNKNOWN,
 * VRF_MISSING, and INVENTORY_INVALID when the VRF of that name has another route distinguisher.
 */
export function buildNetworkView(
  inventory: Inventory,
  runningByPe: ReadonlyMap<PeName, readonly RunningVrf[]>,
  options: NetworkViewOptions = {},
): NetworkView {
  const known = new Set(inventory.routers.map((router) => router.name));
  for (const pe of runningByPe.keys()) {
    if (!known.has(pe))
      throw new WaslError('ROUTER_UNKNOWN', `${pe} was read but is not in the inventory`, { path: pe });
  }
  const canaries = new Set(inventory.vpns.filter((vpn) => vpn.canary).map((vpn) => vpn.id));
  const pes = inventory.routers.map((router) => {
    const running = runningByPe.get(router.name);
    if (running === undefined) {
      throw new WaslError('ROUTER_UNREACHABLE', `${router.name} was not read`, { path: router.name });
    }
    return viewPe(router, running, canaries, options.required);
  });
  return { pes: pes.sort(byName) };
}

function viewPe(
  router: InventoryRouter,
  running: readonly RunningVrf[],
  canaries: ReadonlySet<VpnId>,
  required: ReadonlySet<VpnId> | undefined,
): PeView {
  const listed = new Map<VrfName, InventoryVrf>(router.vrfs.map((vrf) => [vrf.name, vrf]));
  const present = new Map<VrfName, RunningVrf>(running.map((vrf) => [vrf.name, vrf]));
  if (present.size !== running.length) {
    throw new WaslError('ROUTER_PROTOCOL', `${router.name} names one VRF twice`, { path: router.name });
  }
  for (const vrf of router.vrfs) {
    if (required === undefined || required.has(vrf.vpn)) checkPresent(router.name, vrf, present.get(vrf.name));
  }
  // Nodes without read access are left out silently (RFC 8341 §3.2.4): only the inventory can tell.
  const hidden = router.vrfs.filter(({ name }) => !present.has(name)).map(notShown);
  const vrfs = running.map((vrf): VrfView => {
    const entry = listed.get(vrf.name);
    if (entry === undefined) return { ...vrf, vpn: null, canary: false, attachments: [] };
    const lacks = entry.families.filter((family) => vrf.operator[family] === undefined);
    const known = { vpn: entry.vpn, canary: canaries.has(entry.vpn), attachments: entry.attachments };
    return { ...vrf, ...known, ...(lacks.length === 0 ? {} : { lacks }) };
  });
  const unknowns = hidden.length === 0 ? {} : { unknowns: hidden };
  return { name: router.name, platform: router.platform, vrfs: vrfs.sort(byName), ...unknowns };
}

const notShown = ({ name, vpn }: InventoryVrf): Unknown => ({
  path: '',
  reach: 'network',
  why: `the inventory lists it for ${vpn}, and the router does not show it`,
  vrf: name,
});

function checkPresent(pe: PeName, listed: InventoryVrf, running: RunningVrf | undefined): void {
  const path = `${pe}/${listed.name}`;
  if (running === undefined) {
    throw new WaslError('VRF_MISSING', `VRF ${listed.name} of ${listed.vpn} is not on ${pe}`, { path });
  }
  const found = running.routeDistinguisher;
  // null: the router makes one up, or the platform does not show it.
  if (found !== null && found !== listed.routeDistinguisher) {
    const wanted = shortForm(listed.routeDistinguisher);
    const fact = `VRF ${listed.name} at ${pe} has route distinguisher ${shortForm(found)}, the inventory says ${wanted}`;
    throw new WaslError('INVENTORY_INVALID', fact, {
      path,
      remedy: 'Find out which VRF this is, then correct one of them.',
    });
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
