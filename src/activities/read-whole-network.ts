import type { Inventory } from '../domain/inventory.ts';
import type { AuditedAgreement } from '../proof/audit-network.ts';
import { readAgreements, settleAgreements } from './agreements.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readImportedInventory } from './imported-inventory.ts';
import { byName, type PartialReading, readReachable, type UnreadRouter } from './network.ts';
import { readUnlistedCarriers, type UnlistedCarrier } from './unlisted-carriers.ts';

export interface WholeNetwork extends Pick<PartialReading, 'running' | 'texts'> {
  /** When reading began. */
  readonly readAt: string;
  readonly version: number;
  readonly inventory: Inventory;
  /** With those that left the inventory under an interconnect. Sorted. */
  readonly unread: readonly UnreadRouter[];
  readonly unlisted: readonly UnlistedCarrier[];
  readonly agreements: readonly AuditedAgreement[];
}

/** What can be read, and the register of the same time; a PE that cannot is named, for this is a picture and no gate. */
export async function readWholeNetwork(deps: ActivityDependencies): Promise<WholeNetwork> {
  const { store } = deps;
  const readAt = deps.now().toISOString();
  const [{ version, inventory }, before] = await Promise.all([readImportedInventory(deps), readAgreements(store)]);
  const pes = inventory.routers.map(({ name }) => name);
  const { running, texts, unread } = await readReachable(deps, inventory, pes);
  const unlisted = await readUnlistedCarriers(store, inventory);
  const gone = unlisted.map(({ pe, reason }) => ({ pe, code: 'ROUTER_UNKNOWN', reason }));
  const agreements = settleAgreements(before, await readAgreements(store));
  return {
    readAt,
    version,
    inventory,
    running,
    texts,
    unread: [...unread, ...gone].sort(byName),
    unlisted,
    agreements,
  };
}
