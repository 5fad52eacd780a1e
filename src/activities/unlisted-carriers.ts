import type { Inventory } from '../domain/inventory.ts';
import type { InterconnectId, PeName } from '../domain/names.ts';
import type { Store } from '../store/store.ts';

export interface UnlistedCarrier {
  readonly pe: PeName;
  readonly interconnects: readonly InterconnectId[];
  readonly reason: string;
}

/**
 * PEs that left the inventory with an interconnect on them. Readings go by the inventory, so nobody reads these: what is on them is
 * unknown, and no picture of the whole network may be silent about it.
 */
export async function readUnlistedCarriers(
  store: Pick<Store, 'listStandingInterconnects' | 'listCarriers'>,
  { routers }: Inventory,
): Promise<UnlistedCarrier[]> {
  const listed = new Set(routers.map(({ name }) => name));
  const carried = new Map<PeName, InterconnectId[]>();
  for (const { id, carriers } of await store.listStandingInterconnects()) {
    if (carriers.every(({ pe }) => listed.has(pe))) continue;
    // By the journal: a removal under way may have cleaned it already.
    for (const pe of await store.listCarriers(id)) {
      if (!listed.has(pe)) carried.set(pe, [...(carried.get(pe) ?? []), id]);
    }
  }
  return [...carried]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pe, interconnects]) => ({
      ...{ pe, interconnects },
      reason: `${pe} left the inventory, and ${interconnects.join(', ')} may still be on it`,
    }));
}
