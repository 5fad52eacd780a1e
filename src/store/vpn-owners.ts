/** Who owns which VPN by the inventory in force, without the inventory around it: read once for each version. */
import { desc, sql } from 'drizzle-orm';
import type { EntityId, VpnId } from '../domain/names.ts';
import type { Database } from './database.ts';
import { inventories } from './schema.ts';

export interface VpnOwners {
  ownerOf(vpn: VpnId): EntityId | null;
  vpnsOf(entity: EntityId): readonly VpnId[];
}

export function vpnOwners(database: Database): () => Promise<VpnOwners> {
  let known: { readonly version: number; readonly owners: ReadonlyMap<VpnId, EntityId> } | null = null;
  return async () => {
    const owners = await database.read(async (db) => {
      const newest = db.select({ version: inventories.version }).from(inventories).orderBy(desc(inventories.version));
      const [inForce] = await newest.limit(1);
      if (inForce === undefined) return new Map<VpnId, EntityId>();
      if (known?.version === inForce.version) return known.owners;
      const [row] = await db
        .select({
          version: inventories.version,
          vpns: sql<readonly { readonly id: VpnId; readonly entity: EntityId }[]>`${inventories.inventory} -> 'vpns'`,
        })
        .from(inventories)
        .orderBy(desc(inventories.version))
        .limit(1);
      if (row === undefined) return new Map<VpnId, EntityId>();
      known = { version: row.version, owners: new Map(row.vpns.map(({ id, entity }) => [id, entity])) };
      return known.owners;
    });
    return {
      ownerOf: (vpn) => owners.get(vpn) ?? null,
      vpnsOf: (entity) => [...owners].flatMap(([vpn, owner]) => (owner === entity ? [vpn] : [])),
    };
  };
}
