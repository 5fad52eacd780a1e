import { z } from 'zod';
import { instantSchema, list } from './wire.ts';

export const inventoryAnswerSchema = z.object({ version: z.int(), inventory: z.record(z.string(), z.unknown()) });
export const inventoryImportedSchema = z.object({
  version: z.int(),
  digest: z.string(),
  entities: z.int(),
  vpns: z.int(),
  routers: z.int(),
  told: z.array(z.string()).describe('What does not hinder it, and who imports it should know'),
});
export type InventoryImported = z.infer<typeof inventoryImportedSchema>;

const inventoryConflictSchema = z
  .object({
    interconnectId: z.string().nullable().describe('What stands on it; null: it protects the network as a whole'),
    path: z.string().describe('Where in the document, by name'),
    fact: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'InventoryConflict' });
export const inventoryDifferenceSchema = z
  .object({
    baseVersion: z.int().nullable().describe('What it was compared with, for If-Match; null: nothing is in force'),
    digest: z.string(),
    differences: list(
      z.object({
        subject: z.enum(['backbone', 'entity', 'vpn', 'router', 'vrf', 'attachment', 'scrapped']),
        name: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        member: z.string().nullable(),
        before: z.string().nullable(),
        after: z.string().nullable(),
      }),
    ),
    conflicts: list(inventoryConflictSchema).describe(
      'What one person alone may not take away: it needs a second admin',
    ),
  })
  .meta({ id: 'InventoryDifference' });
export type InventoryDifferenceAnswer = z.infer<typeof inventoryDifferenceSchema>;

export const inventoryProposalSchema = z
  .object({
    id: z.int(),
    state: z.enum(['open', 'confirmed', 'superseded']),
    digest: z.string(),
    baseVersion: z.int(),
    conflicts: list(inventoryConflictSchema),
    proposedBy: z.string(),
    proposedAt: instantSchema,
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
  })
  .meta({ id: 'InventoryProposal' });
export type InventoryProposalAnswer = z.infer<typeof inventoryProposalSchema>;
export const openProposalSchema = inventoryProposalSchema.extend({
  difference: inventoryDifferenceSchema.nullable().describe('null once it is no longer open'),
});
export type OpenProposalAnswer = z.infer<typeof openProposalSchema>;
