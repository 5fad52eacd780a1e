import { digestOf } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import { findConflicts, type InventoryConflict } from '../domain/inventory-effect.ts';
import { affectedInterconnects, type InventoryProposal } from '../domain/inventory-proposal.ts';
import { replacedRouters } from '../domain/inventory-protections.ts';
import type { PersonId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import {
  closeProposal,
  isAsProposed,
  isSamePerson,
  listProposals,
  moveProposals,
  propose,
  readProposal,
  subjectOf,
} from './inventory-proposal-rows.ts';
import { currentInventory, insertInventory } from './inventory-rows.ts';
import { appendFacts, findImport } from './ledger-rows.ts';
import { listStanding } from './standing-rows.ts';
import type { Store } from './store.ts';

type QueryName =
  | 'importInventory'
  | 'readInventory'
  | 'readInventoryImport'
  | 'listStandingInterconnects'
  | 'listInventoryProposals'
  | 'readInventoryProposal'
  | 'confirmInventoryProposal';

export function inventoryQueries(database: Database): Pick<Store, QueryName> {
  return {
    importInventory: ({ inventory, by, expectedVersion }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'inventory');
        const current = await currentInventory(tx);
        const digest = digestOf(inventory);
        // The answer to an import may be lost: the same content again is the same import.
        if (current !== null && digestOf(current.inventory) === digest) {
          return { kind: 'in-force', version: current.version, digest };
        }
        refuseOtherVersion(current?.version ?? null, expectedVersion);
        const conflicts = current === null ? [] : findConflicts(current.inventory, inventory, await listStanding(tx));
        if (current !== null && conflicts.length > 0) {
          const proposal = await propose(tx, database.clock(), { inventory, by, conflicts, base: current.version });
          return { kind: 'proposed', proposal };
        }
        const version = await putInForce(tx, database.clock(), { inventory, by, before: current, override: null });
        return { kind: 'in-force', version, digest };
      }),

    readInventory: () => database.read(currentInventory),
    readInventoryImport: (version) => database.read((db) => findImport(db, version)),
    listStandingInterconnects: () => database.read(listStanding),
    listInventoryProposals: () => database.read(listProposals),
    readInventoryProposal: (id) => database.read((db) => readProposal(db, id)),

    confirmInventoryProposal: ({ id, by, interconnects }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'inventory');
        const { proposal, inventory } = await readProposal(tx, id);
        const current = await currentInventory(tx);
        // The answer to a confirmation may be lost: the same one again is the same confirmation.
        const isRepeated =
          proposal.state === 'confirmed' && proposal.decidedBy !== null && isSamePerson(proposal.decidedBy, by);
        if (isRepeated && current !== null && digestOf(current.inventory) === proposal.digest) {
          const { version, inventory: confirmed } = current;
          return { version, digest: proposal.digest, inventory: confirmed };
        }
        if (inventory === null) {
          const remedy = 'Check the number against `wasl inventory proposals`.';
          throw new WaslError('INVENTORY_PROPOSAL', `proposal ${id} is ${proposal.state} already`, {
            path: 'id',
            remedy,
          });
        }
        refuseProposer(proposal, by);
        await refuseOtherProposal(tx, proposal, inventory);
        refuseOtherVersion(current?.version ?? null, proposal.baseVersion);
        const conflicts = current === null ? [] : findConflicts(current.inventory, inventory, await listStanding(tx));
        refuseOtherList(proposal, conflicts, interconnects);
        const at = database.clock();
        await closeProposal(tx, id, { state: 'confirmed', decidedBy: by, decidedAt: at });
        const override = {
          proposal: id,
          proposedBy: proposal.proposedBy,
          interconnects: affectedInterconnects(conflicts),
          protections: conflicts.filter(({ interconnectId }) => interconnectId === null).map(({ path }) => path),
        };
        const version = await putInForce(tx, at, { inventory, by, before: current, override });
        return { version, digest: proposal.digest, inventory };
      }),
  };
}

/** Throws INVENTORY_VERSION. */
function refuseOtherVersion(inForce: number | null, expected: number | null): void {
  if (inForce === expected) return;
  const fact =
    inForce === null
      ? `version ${expected} was compared with, and no inventory is in force`
      : `version ${inForce} is in force, not ${expected ?? 'none'}`;
  throw new WaslError('INVENTORY_VERSION', fact, { path: 'if-match', details: { inForce, expected } });
}

/** Who let an inventory through although it takes away what one person alone may not. */
interface Override {
  readonly proposal: number;
  readonly proposedBy: PersonId;
  readonly interconnects: readonly string[];
  /** Where in the document something that protects the network as a whole was altered. */
  readonly protections: readonly string[];
}

/** Under the lock `inventory`. Returns the new version. */
async function putInForce(
  tx: StoreTransaction,
  at: Date,
  {
    inventory,
    by,
    before,
    override,
  }: { inventory: Inventory; by: PersonId; before: { inventory: Inventory } | null; override: Override | null },
): Promise<number> {
  const version = await insertInventory(tx, at, inventory, by);
  const moved =
    before === null ? [] : await moveProposals(tx, at, { before: before.inventory, after: inventory, version });
  const { entities, vpns, routers, scrapped = [] } = inventory;
  const replaced = before === null ? [] : replacedRouters(before.inventory, inventory);
  const counts = { entities: entities.length, vpns: vpns.length, routers: routers.length };
  const body = {
    ...{ version, digest: digestOf(inventory), ...counts },
    ...(scrapped.length === 0 ? {} : { scrapped: scrapped.map(({ name }) => name) }),
    ...(replaced.length === 0 ? {} : { replaced }),
    ...(override === null ? {} : { override }),
  };
  await appendFacts(tx, at, [
    { actor: by, action: 'inventory.imported', subject: `inventory/${version}`, body },
    ...moved.map(({ id, digest }) => ({
      actor: 'wasl',
      action: digest === null ? 'inventory.superseded' : 'inventory.rebased',
      subject: subjectOf(id),
      body: digest === null ? { by: version } : { by: version, digest },
    })),
  ]);
  return version;
}

function refuseProposer({ proposedBy }: InventoryProposal, by: PersonId): void {
  if (!isSamePerson(by, proposedBy)) return;
  const remedy = 'Another admin must confirm it.';
  throw new WaslError('APPROVAL_SELF', `${by} proposed this inventory`, { remedy });
}

/** What two persons let pass is what one proposed, by the ledger, and by nobody who writes beside wasl. Throws RECORD_ALTERED. */
async function refuseOtherProposal(
  tx: StoreTransaction,
  proposal: InventoryProposal,
  inventory: Inventory,
): Promise<void> {
  if (await isAsProposed(tx, proposal, inventory)) return;
  const remedy = 'Do not confirm it. Find out who wrote to the database, and have the inventory imported again.';
  throw new WaslError('RECORD_ALTERED', `proposal ${proposal.id} is not what was proposed, by the ledger`, { remedy });
}

/** Whoever confirms has read what it does to whom, and that has not changed since. */
function refuseOtherList(
  { conflicts: proposed }: InventoryProposal,
  conflicts: readonly InventoryConflict[],
  named: readonly string[],
): void {
  const affected = affectedInterconnects(conflicts);
  const taken =
    affected.length === 0 ? 'takes nothing from an interconnect' : `takes something from ${affected.join(', ')}`;
  if (digestOf(proposed) !== digestOf(conflicts)) {
    const fact = `what it does has changed since it was proposed; it now ${taken}`;
    throw new WaslError('INVENTORY_PROPOSAL', fact, {
      remedy: 'Import it again and read its effect.',
      details: { conflicts },
    });
  }
  const given = [...new Set(named)].sort();
  if (given.join() === affected.join()) return;
  const fact = `it ${taken}; named were ${given.join(', ') || 'none'}`;
  throw new WaslError('INVENTORY_PROPOSAL', fact, {
    path: 'interconnects',
    remedy: 'Name exactly the interconnects that it takes something from.',
    details: { interconnects: affected },
  });
}
