import { refuseBeyondRequest } from '../domain/agreed-reach.ts';
import { digestOf } from '../domain/canonical-json.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { Inventory } from '../domain/inventory.ts';
import { type LawRefusal, refuseAltered, refused } from '../domain/may-decide.ts';
import { mayOpenStill, mayPush, mayRecover, type Push } from '../domain/may-push.ts';
import type { ChangeId } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import type { InterconnectRequest } from '../domain/request.ts';
import { digestPlan } from '../plan/digest.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readCurrentInventory } from './network.ts';
import { requireNotOver } from './own-clock.ts';
import { ownersOf } from './owners.ts';
import { requireSameInventory } from './same-inventory.ts';

/**
 * No signature, no route: the law of decisions, asked at push of the record as it is now, and then the signatures themselves. Nothing is
 * believed from workflows. Throws the refusal with its code.
 */
export async function requireAuthority(
  deps: ActivityDependencies,
  changeId: ChangeId,
  plan: Plan,
  inventory: Inventory,
): Promise<void> {
  const { interconnect, facts, push } = await readRecord(deps, changeId, plan);
  refuse(mayPush(push, { ...facts, owners: ownersOf(interconnect, inventory) }, deps.now()));
  const { policyVersion, flows } = interconnect.request;
  if (!onlyTakesAway(plan.kind)) refuse(refuseBeyondRequest(plan, flows));
  await deps.requireSignatures({ when: 'push', push, facts, planDigests: push.earlierDigests, policyVersion });
}

/**
 * Of what opens, before the first commit and before the confirmation: what was decided, or imported, since the gate. Throws the refusal with
 * its code, PLAN_STALE, and NOT_ITS_TIME by this machine's clock, too.
 */
export async function requireAuthorityStill(
  deps: ActivityDependencies,
  { id, changeId }: Pick<Plan, 'id' | 'changeId'>,
): Promise<void> {
  // As it stands in the record: what is verified with has other probes.
  const plan = await deps.store.readPlan(id);
  const current = await readCurrentInventory(deps);
  const { interconnect, facts, push } = await readRecord(deps, changeId, plan);
  refuse(mayOpenStill(push, { ...facts, owners: ownersOf(interconnect, current.inventory) }, deps.now()));
  requireNotOver(facts, deps.ownClock());
  await requireSameInventory(deps, plan, current);
}

/**
 * The same at recovery, which confirms or gives back what is at the routers already: by a plan that nobody signed nothing is given back, for
 * that would write what its author likes. What the record, altered meanwhile, lets nobody open is given back: the refusal says why it is not
 * confirmed.
 */
export async function requireUnderWay(
  deps: ActivityDependencies,
  changeId: ChangeId,
  plan: Plan,
): Promise<LawRefusal | null> {
  const { interconnect, facts, push } = await readRecord(deps, changeId, plan);
  refuse(mayRecover(push, facts));
  const { policyVersion } = interconnect.request;
  await deps.requireSignatures({ when: 'recovery', push, facts, planDigests: push.earlierDigests, policyVersion });
  return refuseAltered(plan.kind, facts);
}

/** Start and end are those of the very request whose digest is computed here: what is read twice may have been written in between. */
async function readRecord({ store }: ActivityDependencies, changeId: ChangeId, plan: Plan) {
  const [interconnect, read, earlierDigests] = await Promise.all([
    store.readInterconnect(plan.interconnectId),
    store.readDecisionFacts(plan.interconnectId),
    store.listPlanDigests(changeId),
  ]);
  const { validFrom = null, validUntil } = interconnect.request;
  const facts = { ...read, validFrom, validUntil };
  return { interconnect, facts, push: pushOf(changeId, plan, interconnect.request, earlierDigests) };
}

function pushOf(changeId: ChangeId, plan: Plan, request: InterconnectRequest, earlierDigests: readonly string[]): Push {
  const { id: planId, changeId: plannedFor, kind, digest, window } = plan;
  const digests = { digest, contentDigest: digestPlan(plan), requestContentDigest: digestOf(request), earlierDigests };
  const toAccept = plan.toAccept?.map(({ name }) => name) ?? [];
  return { changeId, plannedFor, kind, planId, notBefore: window.notBefore, toAccept, ...digests };
}

function refuse(refusal: LawRefusal | null): void {
  if (refusal !== null) throw refused(refusal);
}
