/** Answers about one interconnect or plan: read from the record, and from nothing else. */
import type { InterconnectId, PlanId } from '../domain/names.ts';
import type { InterconnectRecord, Store } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { examineRequest } from './examine-request.ts';
import { presentInterconnect, presentPlan } from './present.ts';
import type { ApiDependencies } from './server-types.ts';

export async function showInterconnect({ store, clock }: ApiDependencies, id: InterconnectId, caller: Principal) {
  const now = clock();
  const [record, facts, approvals, changes, sighting] = await Promise.all([
    store.readInterconnect(id),
    store.readStandingFacts(id),
    store.listApprovals(id),
    store.listChanges(id),
    store.readSighting(id),
  ]);
  const warnings = await readWarnings(store, record, caller, now);
  return presentInterconnect({ record, facts, approvals, changes, sighting, warnings, now }, caller);
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
