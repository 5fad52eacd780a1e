/** Answers about one interconnect or plan: read from the record, and from nothing else. */
import type { InterconnectId, PlanId } from '../domain/names.ts';
import type { Principal } from './authentication.ts';
import { presentInterconnect, presentPlan } from './present.ts';
import type { ApiDependencies } from './server-types.ts';

export async function showInterconnect({ store, clock }: ApiDependencies, id: InterconnectId, caller: Principal) {
  const [record, facts, approvals, changes] = await Promise.all([
    store.readInterconnect(id),
    store.readStandingFacts(id),
    store.listApprovals(id),
    store.listChanges(id),
  ]);
  return presentInterconnect({ record, facts, approvals, changes, now: clock() }, caller);
}

export async function showPlan({ store }: ApiDependencies, id: PlanId) {
  const plan = await store.readPlan(id);
  return presentPlan(plan, await store.listApprovals(plan.interconnectId));
}
