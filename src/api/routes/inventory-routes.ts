import { z } from 'zod';
import { type Inventory, inventorySchema } from '../../domain/inventory.ts';
import { WaslError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { routerSummarySchema } from '../network-wire.ts';
import { presentVpns } from '../present.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { entitySchema, inventoryAnswerSchema, inventoryImportedSchema, vpnSchema } from '../wire.ts';

/** 2 000 routers with a few hundred VRFs each come to about 20 MB of JSON. */
const INVENTORY_BYTES_MAX = 32 * 1024 * 1024;

export function registerInventoryRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.put(
    '/v1/inventory',
    {
      bodyLimit: INVENTORY_BYTES_MAX,
      schema: {
        summary: 'Replace the inventory',
        tags: ['inventory'],
        body: inventorySchema,
        response: answers(inventoryImportedSchema),
      },
    },
    async (request) => {
      const inventory: Inventory = request.body;
      const { version } = await store.saveInventory(inventory, callerOf(request).person);
      const { entities, vpns, routers } = inventory;
      return { version, entities: entities.length, vpns: vpns.length, routers: routers.length };
    },
  );

  app.get(
    '/v1/inventory',
    { schema: { summary: 'The inventory in force', tags: ['inventory'], response: answers(inventoryAnswerSchema) } },
    async () => {
      const { version, inventory } = await requireInventory(store);
      return { version, inventory: { ...inventory } };
    },
  );

  app.get(
    '/v1/entities',
    { schema: { summary: 'The entities', tags: ['inventory'], response: answers(z.array(entitySchema)) } },
    async () => (await requireInventory(store)).inventory.entities.map(({ id, name }) => ({ id, name })),
  );

  app.get(
    '/v1/vpns',
    { schema: { summary: 'The VPNs', tags: ['inventory'], response: answers(z.array(vpnSchema)) } },
    async (request) => presentVpns((await requireInventory(store)).inventory, callerOf(request)),
  );

  app.get(
    '/v1/routers',
    { schema: { summary: 'The PEs', tags: ['routers'], response: answers(z.array(routerSummarySchema)) } },
    async () =>
      (await requireInventory(store)).inventory.routers.map(({ name, platform, management, vrfs }) => ({
        name,
        platform,
        host: management.host,
        port: management.port,
        vrfs: vrfs.map((vrf) => ({ name: vrf.name, vpn: vrf.vpn, routeDistinguisher: vrf.routeDistinguisher })),
      })),
  );
}

/** Throws INVENTORY_INVALID before the first import. */
export async function requireInventory(store: Store): Promise<{ version: number; inventory: Inventory }> {
  const current = await store.readInventory();
  if (current === null) {
    const remedy = 'Import one with `wasl inventory import FILE`.';
    throw new WaslError('INVENTORY_INVALID', 'no inventory has been imported', { remedy });
  }
  return current;
}
