import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { digestOf } from '../../domain/canonical-json.ts';
import { roundedTimers } from '../../domain/confirm-timers.ts';
import { type Inventory, inventorySchema } from '../../domain/inventory.ts';
import { diffInventories } from '../../domain/inventory-difference.ts';
import { findConflicts } from '../../domain/inventory-effect.ts';
import { affectedInterconnects, type InventoryProposal } from '../../domain/inventory-proposal.ts';
import { interconnectIdSchema } from '../../domain/names.ts';
import { WaslError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import {
  type InventoryDifferenceAnswer,
  type InventoryImported,
  inventoryAnswerSchema,
  inventoryDifferenceSchema,
  inventoryImportedSchema,
  inventoryProposalSchema,
  openProposalSchema,
} from '../inventory-wire.ts';
import { routerSummarySchema } from '../network-wire.ts';
import { presentVpns } from '../present.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { entitySchema, vpnSchema } from '../wire.ts';

/** 2 000 routers with a few hundred VRFs each come to about 20 MB of JSON. */
const INVENTORY_BYTES_MAX = 32 * 1024 * 1024;

const ifMatchSchema = z.object({
  'if-match': z
    .string()
    .regex(/^"\d{1,9}"$/, 'must be the ETag of GET /v1/inventory, like "3"')
    .optional(),
});
const proposalParams = z.object({ id: z.coerce.number().int().min(1).max(0x7fff_ffff) });
const confirmationSchema = z.strictObject({ interconnects: z.array(interconnectIdSchema).max(10_000) });
const tags = ['inventory'];

export function registerInventoryRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.put(
    '/v1/inventory',
    {
      bodyLimit: INVENTORY_BYTES_MAX,
      schema: {
        summary: 'Replace the inventory',
        description:
          'If-Match: the version that it was compared with, unless none is in force. What takes something away under an interconnect ' +
          'that has not ended, or alters what protects the network as a whole, becomes a proposal (409 INVENTORY_IN_USE), which ' +
          'another admin may confirm.',
        tags,
        headers: ifMatchSchema,
        body: inventorySchema,
        response: answers(inventoryImportedSchema),
      },
    },
    async (request, reply) => {
      const inventory: Inventory = request.body;
      const expectedVersion = versionOf(request.headers['if-match']);
      if (expectedVersion === null && (await store.readInventory()) !== null) {
        throw new WaslError('INVENTORY_VERSION_MISSING', 'the import names no version', { path: 'if-match' });
      }
      const result = await store.importInventory({ inventory, by: callerOf(request).person, expectedVersion });
      if (result.kind === 'proposed') throw inUse(result.proposal);
      return answerImported(reply, inventory, result);
    },
  );

  app.get(
    '/v1/inventory',
    { schema: { summary: 'The inventory in force', tags, response: answers(inventoryAnswerSchema) } },
    async (_request, reply) => {
      const { version, inventory } = await requireInventory(store);
      void reply.header('etag', `"${version}"`);
      return { version, inventory: { ...inventory } };
    },
  );

  app.post(
    '/v1/inventory/difference',
    {
      bodyLimit: INVENTORY_BYTES_MAX,
      schema: {
        summary: 'What an inventory would change, and what that does to interconnects; nothing is imported',
        tags,
        body: inventorySchema,
        response: answers(inventoryDifferenceSchema),
      },
    },
    async (request) => compare(store, request.body),
  );

  app.get(
    '/v1/inventory/proposals',
    {
      schema: {
        summary: 'Inventories that wait, or waited, for a second person; newest first',
        tags,
        response: answers(z.array(inventoryProposalSchema)),
      },
    },
    async () =>
      (await store.listInventoryProposals()).map((proposal) => ({ ...proposal, conflicts: [...proposal.conflicts] })),
  );

  app.get(
    '/v1/inventory/proposals/:id',
    {
      schema: {
        summary: 'A proposal, with what it changes while it is open',
        tags,
        params: proposalParams,
        response: answers(openProposalSchema),
      },
    },
    async (request) => {
      const { proposal, inventory } = await store.readInventoryProposal(request.params.id);
      return { ...proposal, difference: inventory === null ? null : await compare(store, inventory) };
    },
  );

  app.post(
    '/v1/inventory/proposals/:id/confirmation',
    {
      schema: {
        summary: 'Let a proposal come into force, by the names of the interconnects that it takes something from',
        tags,
        params: proposalParams,
        body: confirmationSchema,
        response: answers(inventoryImportedSchema),
      },
    },
    async (request, reply) => {
      const { interconnects } = request.body;
      const by = callerOf(request).person;
      const confirmed = await store.confirmInventoryProposal({ id: request.params.id, by, interconnects });
      return answerImported(reply, confirmed.inventory, confirmed);
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
      (await requireInventory(store)).inventory.routers.map(
        ({ name, platform, management, vrfs, maintenance, maintenanceReason }) => ({
          name,
          platform,
          host: management.host,
          port: management.port,
          maintenance: maintenance === true ? { reason: maintenanceReason ?? null } : null,
          vrfs: vrfs.map((vrf) => ({ name: vrf.name, vpn: vrf.vpn, routeDistinguisher: vrf.routeDistinguisher })),
        }),
      ),
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

const versionOf = (etag: string | undefined): number | null => (etag === undefined ? null : Number(etag.slice(1, -1)));

function answerImported(
  reply: FastifyReply,
  inventory: Inventory,
  { version, digest }: { readonly version: number; readonly digest: string },
): InventoryImported {
  void reply.header('etag', `"${version}"`);
  const { entities, vpns, routers } = inventory;
  const counts = { entities: entities.length, vpns: vpns.length, routers: routers.length };
  return { version, digest, ...counts, told: roundedTimers(inventory) };
}

async function compare(store: Store, inventory: Inventory): Promise<InventoryDifferenceAnswer> {
  const [current, standing] = await Promise.all([store.readInventory(), store.listStandingInterconnects()]);
  return {
    baseVersion: current?.version ?? null,
    digest: digestOf(inventory),
    differences: current === null ? [] : diffInventories(current.inventory, inventory),
    conflicts: current === null ? [] : findConflicts(current.inventory, inventory, standing),
  };
}

function inUse({ id, conflicts }: InventoryProposal): WaslError {
  const affected = affectedInterconnects(conflicts);
  const [first] = conflicts;
  const more = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : '';
  const whose = first?.interconnectId ?? null;
  const fact = whose === null ? first?.fact : `${whose} stands on what it takes away: ${first?.fact}`;
  const confirm = ['wasl inventory confirm', id, ...affected].join(' ');
  return new WaslError('INVENTORY_IN_USE', `${fact}${more}`, {
    ...(first === undefined ? {} : { path: first.path }),
    remedy: `It is proposal ${id} now. Another admin may confirm it: ${confirm}`,
    details: { proposal: id, interconnects: affected, conflicts },
  });
}
