import { asc, desc, eq } from 'drizzle-orm';
import { type Digest, digestOf } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import { findConflicts, type InventoryConflict } from '../domain/inventory-effect.ts';
import type { InventoryProposal } from '../domain/inventory-proposal.ts';
import { judgeInventory } from '../domain/judge-inventory.ts';
import type { PersonId } from '../domain/names.ts';
import { rebaseInventory } from '../domain/rebase-inventory.ts';
import { WaslError } from '../errors.ts';
import type { StoreTransaction } from './database.ts';
import { appendFacts, findEntriesOf } from './ledger-rows.ts';
import { inventoryProposals } from './schema.ts';
import { listStanding } from './standing-rows.ts';

/** Each may hold 20 MB. The oldest of the same person makes room: nobody pushes out what others proposed. */
const OPEN_PROPOSALS_PER_PERSON_MAX = 3;
const PROPOSALS_PAGE = 50;
const PROGRAM = 'wasl';

const proposalColumns = {
  id: inventoryProposals.id,
  state: inventoryProposals.state,
  digest: inventoryProposals.digest,
  baseVersion: inventoryProposals.baseVersion,
  conflicts: inventoryProposals.conflicts,
  proposedBy: inventoryProposals.proposedBy,
  proposedAt: inventoryProposals.proposedAt,
  decidedBy: inventoryProposals.decidedBy,
  decidedAt: inventoryProposals.decidedAt,
};

type ProposalRow = Omit<typeof inventoryProposals.$inferSelect, 'inventory'>;

const toProposal = (row: ProposalRow): InventoryProposal => ({
  ...row,
  digest: row.digest as Digest,
  proposedAt: row.proposedAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
});

export const subjectOf = (id: number) => `inventory-proposal/${id}`;

/** Under the lock `inventory`. The same inventory again is the same proposal, whoever sends it. */
export async function propose(
  tx: StoreTransaction,
  at: Date,
  {
    inventory,
    by,
    conflicts,
    base,
  }: { inventory: Inventory; by: PersonId; conflicts: readonly InventoryConflict[]; base: number },
): Promise<InventoryProposal> {
  const digest = digestOf(inventory);
  const open = await tx
    .select(proposalColumns)
    .from(inventoryProposals)
    .where(eq(inventoryProposals.state, 'open'))
    .orderBy(asc(inventoryProposals.id));
  const same = open.filter((row) => row.digest === digest);
  const known = same.find((row) => digestOf(row.conflicts) === digestOf(conflicts));
  if (known !== undefined) return toProposal(known);
  const own = open.filter((row) => isSamePerson(row.proposedBy, by) && !same.includes(row));
  // What the same inventory takes away is another list by now: the older proposals of it can no longer be confirmed.
  const oldest = [...same, ...own.slice(0, Math.max(0, own.length - OPEN_PROPOSALS_PER_PERSON_MAX + 1))];
  for (const { id } of oldest) await closeProposal(tx, id, { state: 'superseded', decidedAt: at });
  const [row] = await tx
    .insert(inventoryProposals)
    .values({ inventory, digest, baseVersion: base, conflicts, proposedBy: by, proposedAt: at, state: 'open' })
    .returning(proposalColumns);
  if (row === undefined) throw new TypeError('an insert returns its row');
  await appendFacts(tx, at, [
    ...oldest.map(({ id }) => ({
      ...{ actor: PROGRAM, action: 'inventory.superseded', subject: subjectOf(id) },
      body: { by: subjectOf(row.id) },
    })),
    {
      actor: by,
      action: 'inventory.proposed',
      subject: subjectOf(row.id),
      body: { digest, baseVersion: base, conflicts },
    },
  ]);
  return toProposal(row);
}

/** One person is one person, whatever the case of the token's subject. */
export const isSamePerson = (one: PersonId, other: PersonId): boolean => one.toLowerCase() === other.toLowerCase();

/** Newest first. */
export async function listProposals(db: Pick<StoreTransaction, 'select'>): Promise<InventoryProposal[]> {
  const rows = await db
    .select(proposalColumns)
    .from(inventoryProposals)
    .orderBy(desc(inventoryProposals.id))
    .limit(PROPOSALS_PAGE);
  return rows.map(toProposal);
}

/** Whether the ledger says the same of a proposal: who proposed it, and what it is since the last import. */
export async function isAsProposed(
  tx: StoreTransaction,
  { id, digest, proposedBy }: Pick<InventoryProposal, 'id' | 'digest' | 'proposedBy'>,
  inventory: Inventory,
): Promise<boolean> {
  const entries = await findEntriesOf(tx, [subjectOf(id)]);
  const proposed = entries.find(({ action }) => action === 'inventory.proposed');
  const stated = entries.findLast(({ action }) => action === 'inventory.rebased') ?? proposed;
  if (proposed === undefined || !isSamePerson(proposed.actor as PersonId, proposedBy)) return false;
  return digestOf(inventory) === digest && stated?.body.digest === digest;
}

/** What of others' proposals was stated anew over an import, or is void by it. */
export interface MovedProposal {
  readonly id: number;
  /** null: void. */
  readonly digest: Digest | null;
}

/**
 * Under the lock `inventory`. An open proposal stands over an import that altered other parts and leaves its effect as it was: nobody voids
 * what another one proposed by a harmless import. Else it is void.
 */
export async function moveProposals(
  tx: StoreTransaction,
  at: Date,
  { before, after, version }: { readonly before: Inventory; readonly after: Inventory; readonly version: number },
): Promise<MovedProposal[]> {
  const open = await tx
    .select({ ...proposalColumns, inventory: inventoryProposals.inventory })
    .from(inventoryProposals)
    .where(eq(inventoryProposals.state, 'open'))
    .orderBy(asc(inventoryProposals.id));
  const standing = open.length === 0 ? [] : await listStanding(tx);
  const moved: MovedProposal[] = [];
  for (const { inventory: proposed, ...row } of open) {
    const { id, conflicts } = row;
    const isTrue = proposed !== null && (await isAsProposed(tx, toProposal(row), proposed));
    const inventory = isTrue ? rebaseInventory(before, proposed, after) : null;
    const isSound = inventory !== null && judgeInventory(inventory).issues.length === 0;
    const digest =
      isSound && digestOf(findConflicts(after, inventory, standing)) === digestOf(conflicts)
        ? digestOf(inventory)
        : null;
    if (digest === null) await closeProposal(tx, id, { state: 'superseded', decidedAt: at });
    else {
      const set = { inventory, digest, baseVersion: version };
      await tx.update(inventoryProposals).set(set).where(eq(inventoryProposals.id, id));
    }
    moved.push({ id, digest });
  }
  return moved;
}

export async function closeProposal(
  tx: StoreTransaction,
  id: number,
  set: Pick<Partial<typeof inventoryProposals.$inferInsert>, 'state' | 'decidedBy' | 'decidedAt'>,
): Promise<void> {
  await tx
    .update(inventoryProposals)
    .set({ ...set, inventory: null })
    .where(eq(inventoryProposals.id, id));
}

export async function readProposal(db: Pick<StoreTransaction, 'select'>, id: number) {
  const [row] = await db
    .select({ ...proposalColumns, inventory: inventoryProposals.inventory })
    .from(inventoryProposals)
    .where(eq(inventoryProposals.id, id));
  if (row === undefined) {
    const remedy = 'Check the number against `wasl inventory proposals`.';
    throw new WaslError('NOT_FOUND', `there is no proposal ${id}`, { path: 'id', remedy });
  }
  const { inventory, ...rest } = row;
  return { proposal: toProposal(rest), inventory };
}
