/** Answers about one interconnect or plan: read from the record, and from nothing else. */
import { type LastRead, lastRead } from '../domain/alignment.ts';
import type { AlteredFact } from '../domain/altered-record.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { EntityId, InterconnectId, PlanId } from '../domain/names.ts';
import { isOnNetwork } from '../domain/standing.ts';
import { ERRORS } from '../errors.ts';
import type { InterconnectRecord, Store } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';
import { examineRequest } from './examine-request.ts';
import { presentInterconnect, presentPlan } from './present.ts';
import type { ApiDependencies } from './server-types.ts';
import type { WireFinding } from './wire.ts';

export async function showInterconnect({ store, clock }: ApiDependencies, id: InterconnectId, caller: Principal) {
  const now = clock();
  // First: what is said to be awaited, a plan for one, is then in what is read after it.
  const facts = await store.readStandingFacts(id);
  const [record, approvals, changes, sighting, workers] = await Promise.all([
    store.readInterconnect(id),
    store.listApprovals(id),
    store.listChanges(id),
    store.readSighting(id),
    store.listWorkers(),
  ]);
  const owners = await store.readOwners(record.request);
  const law = await store.readDecisionFacts(id);
  const warnings = [
    ...wasAltered(record, law.altered, caller),
    ...changedHands(record, owners),
    ...(await readWarnings(store, record, caller, now)),
  ];
  return presentInterconnect({ record, facts, law, approvals, changes, sighting, workers, warnings, now }, caller);
}

/** How it was last found, where that is otherwise than agreed: most are not, and cost one look. */
export async function readDrift(store: Store, { id, lifecycle }: InterconnectRecord): Promise<LastRead | null> {
  const sighting = isOnNetwork(lifecycle) ? await store.readSighting(id) : null;
  if (sighting?.alignment !== 'drifted') return null;
  return lastRead(lifecycle, await store.listChanges(id), sighting);
}

/** The network side reads each fact that is not the ledger's; a party that there is one. */
function wasAltered({ id }: InterconnectRecord, altered: readonly AlteredFact[], caller: Principal): WireFinding[] {
  if (altered.length === 0) return [];
  const { remedy } = ERRORS.RECORD_ALTERED;
  const told = isPartyOnly(caller)
    ? [{ path: 'agreement', fact: `the record of ${id} was altered beside wasl` }]
    : altered;
  return told.map(({ path, fact }) => ({ code: 'RECORD_ALTERED', path, fact, remedy }));
}

/** Whoever owns a VPN of it today reads that another owner made the agreement; nothing opens under it any more. */
function changedHands({ id, parties, lifecycle }: InterconnectRecord, owners: readonly EntityId[]): WireFinding[] {
  if (isEnd(lifecycle) || owners.length === 0 || owners.join() === [...parties].sort().join()) return [];
  const fact = `the agreement was made by ${parties.join(' and ')}; its VPNs belong to ${owners.join(' and ')} now`;
  const heirs = owners.filter((owner) => !parties.includes(owner));
  const who = heirs.length === 0 ? owners : heirs;
  const remedy = `Nothing opens under it. ${who.join(' or ')} may end it: wasl interconnect withdraw ${id} --reason "..."`;
  return [{ code: 'APPROVAL_PARTY', path: 'flows', fact, remedy }];
}

/** While it can be signed: what became impossible since it was asked is among them. */
async function readWarnings(store: Store, record: InterconnectRecord, caller: Principal, now: Date) {
  if (record.lifecycle !== 'requested') return [];
  const { errors, warnings } = await examineRequest(store, record.request, caller, now, record);
  return [...errors, ...warnings];
}

export async function showPlan({ store }: ApiDependencies, id: PlanId) {
  const plan = await store.readPlan(id);
  return presentPlan(plan, await store.listApprovals(plan.interconnectId));
}
