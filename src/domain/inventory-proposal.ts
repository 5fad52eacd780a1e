import type { Digest } from './canonical-json.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryConflict } from './inventory-effect.ts';
import type { InterconnectId, PersonId } from './names.ts';

/** `superseded`: an inventory that alters the same, or its effect, came into force, or newer proposals of the same person took its place. */
export type ProposalState = 'open' | 'confirmed' | 'superseded';

/** An inventory that takes away what one person alone may not: it waits for a second one. */
export interface InventoryProposal {
  readonly id: number;
  readonly state: ProposalState;
  readonly digest: Digest;
  /** The version that it was compared with. */
  readonly baseVersion: number;
  readonly conflicts: readonly InventoryConflict[];
  readonly proposedBy: PersonId;
  readonly proposedAt: string;
  readonly decidedBy: PersonId | null;
  readonly decidedAt: string | null;
}

/** An import that is in force, or the proposal that it became. */
export type InventoryImport =
  | { readonly kind: 'in-force'; readonly version: number; readonly digest: Digest }
  | { readonly kind: 'proposed'; readonly proposal: InventoryProposal };

export interface OpenProposal {
  readonly proposal: InventoryProposal;
  /** null once it is no longer open. */
  readonly inventory: Inventory | null;
}

/** What the second person names: every interconnect that something is taken from, once, in order. */
export function affectedInterconnects(conflicts: readonly InventoryConflict[]): InterconnectId[] {
  return [...new Set(conflicts.flatMap(({ interconnectId }) => interconnectId ?? []))].sort();
}
