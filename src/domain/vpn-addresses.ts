import type { Inventory, InventoryVpn } from './inventory.ts';
import type { PeName, VpnId } from './names.ts';
import { type Address, contains, FAMILIES, type Family, familyOf, type Prefix } from './prefix.ts';
import { indexPrefixes, type PrefixIndex } from './prefix-index.ts';
import type { Flow } from './request.ts';
import { resolveScope } from './scope.ts';

/** A prefix as a site announces it. */
export interface Announcement {
  readonly prefix: Prefix;
  readonly branch: string;
  readonly pe: PeName;
  /** A CE address inside the prefix that answers pings. */
  readonly probe: Address | null;
}

/** One VRF of a VPN, as far as ways to it and back matter. */
export interface VpnSite {
  readonly pe: PeName;
  readonly families: readonly Family[];
  readonly prefixes: ReadonlySet<Prefix>;
  /** The PE's own addresses from which verification pings; empty: the inventory names none. */
  readonly sources: readonly Address[];
}

/** Where a VPN is and what it announces there, by the inventory. */
export interface VpnAddresses {
  readonly vpn: InventoryVpn;
  readonly announcements: readonly Announcement[];
  readonly overlapping: PrefixIndex<Announcement>;
  readonly sites: readonly VpnSite[];
  readonly families: ReadonlySet<Family>;
}

export function addressesOf(inventory: Inventory, vpn: InventoryVpn): VpnAddresses {
  const at = inventory.routers.flatMap(({ name, vrfs }) =>
    vrfs.filter((vrf) => vrf.vpn === vpn.id).map((vrf) => ({ pe: name, vrf })),
  );
  const announcements = at.flatMap(({ pe, vrf }) =>
    vrf.attachments.flatMap(({ branch, prefixes, probe }) =>
      prefixes.map((prefix): Announcement => {
        const answers = probe !== null && contains(prefix, probe);
        return { prefix, branch, pe, probe: answers ? probe : null };
      }),
    ),
  );
  return {
    vpn,
    announcements,
    overlapping: indexPrefixes(announcements, ({ prefix }) => prefix),
    sites: at.map(({ pe, vrf: { families, attachments } }) => ({
      pe,
      families,
      prefixes: new Set(attachments.flatMap(({ prefixes }) => prefixes)),
      sources: attachments.flatMap(({ source }) => (source ? [source] : [])),
    })),
    families: new Set(at.flatMap(({ vrf }) => vrf.families)),
  };
}

/** The prefixes that a flow carries: those named, those announced in its ranges, or all that its VPN announces. */
export function carriedPrefixes(flow: Pick<Flow, 'prefixes'>, from: VpnAddresses): readonly Prefix[] {
  const announced = new Set(from.announcements.map(({ prefix }) => prefix));
  const named = resolveScope(flow.prefixes, announced);
  return named === 'whole-vpn' ? [...announced] : named;
}

export function familiesOf(prefixes: readonly Prefix[]): Family[] {
  return FAMILIES.filter((family) => prefixes.some((prefix) => familyOf(prefix) === family));
}

/** Asks each VPN of the inventory once. */
export function createAddressBook(inventory: Inventory): (id: VpnId) => VpnAddresses | null {
  const known = new Map<VpnId, VpnAddresses>();
  return (id) => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const vpn = inventory.vpns.find((candidate) => candidate.id === id);
    if (vpn === undefined) return null;
    const addresses = addressesOf(inventory, vpn);
    known.set(id, addresses);
    return addresses;
  };
}
