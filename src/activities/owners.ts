import type { Inventory } from '../domain/inventory.ts';
import type { EntityId } from '../domain/names.ts';
import type { InterconnectRecord } from '../store/store.ts';

/** Whose VPNs the agreement joins, by the inventory in force: a signature counts while the VPN is still the signer's. */
export function ownersOf({ request }: Pick<InterconnectRecord, 'request'>, inventory: Inventory): EntityId[] {
  const vpns = new Set(request.flows.flatMap(({ from, to }) => [from, to]));
  const owners = inventory.vpns.filter((vpn) => vpns.has(vpn.id)).map((vpn) => vpn.entity);
  return [...new Set(owners)].sort();
}
