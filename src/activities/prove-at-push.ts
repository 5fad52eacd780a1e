/** What opens is proved over the network as it is: before the first commit, and once more before anything is confirmed. */
import { digestOf } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { ObservedTables } from '../domain/observed-routes.ts';
import { describeVerdict, type Plan } from '../domain/plan.ts';
import { combineVerdicts } from '../domain/verdict.ts';
import { WaslError } from '../errors.ts';
import { requireAuthorityStill } from './authority.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readHeldTables } from './held-tables.ts';
import { readCurrentInventory, type VersionedInventory, withRouters } from './network.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { listOthers, requiredVpns, vpnsOf } from './plan-change.ts';
import { readAgainForOpening } from './reading-for-plan.ts';

type Running = ReadonlyMap<PeName, readonly RunningVrf[]>;

/** What it is proved over besides what is read: the inventory, what each PE of the plan ran under its lock, and the tables of before. */
interface AtPush {
  readonly inventory: Inventory;
  readonly plan: Plan;
  readonly locked: Running;
  readonly tables: ObservedTables;
}

/**
 * At every push of what opens: the same proofs must pass over the network as it is now, every PE of it read again, or asked whether it has
 * changed. Returns the plan with what verification tries there today, and what it was proved over. Throws PLAN_STALE.
 */
export async function reproveAtPush(
  deps: ActivityDependencies,
  at: AtPush,
): Promise<{ readonly plan: Plan; readonly provedOver: Running }> {
  const read = await readAround(deps, at);
  const plan = await reproveOver(deps, at, read);
  await requireAuthorityStill(deps, plan);
  return { plan, provedOver: read.running };
}

/**
 * Of the PEs that the change does not touch nobody holds a lock: somebody may have edited one since it was proved. With those that have changed,
 * and with an inventory that was imported since, it is proved once more. Returns what changed. Throws PLAN_STALE, what the gate refuses, and what a
 * router that cannot be read throws.
 */
export async function reproveWhatChanged(deps: ActivityDependencies, transaction: OpenTransaction): Promise<string[]> {
  const { plan, routers, provedOver, tablesBefore: tables } = transaction;
  const locked = new Map([...routers].map(([pe, { before }]) => [pe, before]));
  const newer = await importedSince(deps, transaction);
  const at = { inventory: newer?.inventory ?? transaction.inventory, plan, locked, tables };
  const read = await readAround(deps, at);
  const edited = [...read.running].flatMap(([pe, now]) => (isSame(provedOver.get(pe), now) ? [] : [pe]));
  const changed = [...(newer === null ? [] : [`inventory ${newer.version}`]), ...edited];
  if (changed.length > 0) await reproveOver(deps, at, read);
  await requireAuthorityStill(deps, plan);
  return changed;
}

/** null: the one that it was proved with is in force. */
async function importedSince(
  deps: ActivityDependencies,
  { inventoryVersion, routers }: OpenTransaction,
): Promise<VersionedInventory | null> {
  const { version, inventory } = await readCurrentInventory(deps);
  return version === inventoryVersion
    ? null
    : { version, inventory: await withRouters(deps, inventory, [...routers.keys()]) };
}

const isSame = (a: readonly RunningVrf[] | undefined, b: readonly RunningVrf[]): boolean =>
  a === b || (a !== undefined && digestOf(a) === digestOf(b));

async function readAround(deps: ActivityDependencies, { inventory, plan, locked }: AtPush) {
  const { id, parties, flows } = await deps.store.readInterconnect(plan.interconnectId);
  if (flows === null) throw new WaslError('PLAN_STALE', `${id} has no route targets any more`);
  const subject = { id, parties, flows };
  const { told = [] } = plan;
  return { subject, ...(await readAgainForOpening(deps, inventory, { told, parties: vpnsOf(flows) }, locked)) };
}

async function reproveOver(
  deps: ActivityDependencies,
  { plan, tables }: AtPush,
  { subject, inventory, running }: Awaited<ReturnType<typeof readAround>>,
): Promise<Plan> {
  const active = await listOthers(deps, plan.interconnectId);
  const { held, sizes } = await readHeldTables(deps, { inventory, running, flows: subject.flows, known: tables });
  const network = { inventory, running, required: requiredVpns(plan.kind, subject) };
  const { proofs, probes } = await deps.planner.reprove({ network, plan, active, subject, held, sizes });
  if (combineVerdicts(proofs.map((proof) => proof.verdict)) !== 'pass') {
    const why = describeVerdict({ ...plan, proofs });
    throw new WaslError('PLAN_STALE', `the network is not as it was planned for: ${why}`);
  }
  const approved = new Set(plan.proofs.flatMap(({ assumptions }) => assumptions));
  const more = proofs.flatMap(({ assumptions }) => assumptions).find((assumption) => !approved.has(assumption));
  if (more === undefined) return { ...plan, probes };
  throw new WaslError('PLAN_STALE', `it would be assumed now, and nobody approved it, that ${more}`);
}
