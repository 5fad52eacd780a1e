/** A record in a database of its own, and what people and wasl do to it, step by step. Its clock goes only where a test puts it. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { ChangeId, EntityId, InterconnectId, PersonId, PlanId } from '../../src/domain/names.ts';
import type { SettledTransaction, Store } from '../../src/store/store.ts';
import { bringIntoForce } from './bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { UNREAD } from './signing.ts';
import { MOF, MOH, sampleInventory, samplePlan, sampleRequest, sampleSubmission } from './store-samples.ts';

export let database: TestDatabase;
export let store: Store;
export let now = new Date('2026-11-28T08:00:00Z');
export const setNow = (at: string) => {
  now = new Date(at);
};
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => now);
  await bringIntoForce(store, sampleInventory({ to: 9400 }));
});
afterAll(() => database.drop());

export const person = (name: string) => name as PersonId;
export const APPROVER = person('engineer-2');
export const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};
let keys = 0;

export async function asked(validUntil?: string): Promise<InterconnectId> {
  const request = validUntil === undefined ? sampleRequest() : { ...sampleRequest(), validUntil };
  return (await store.createInterconnect(sampleSubmission(`key-${++keys}-of-decisions`, request))).interconnect.id;
}

export async function sign(
  id: InterconnectId,
  party: EntityId,
  decision: 'approve' | 'reject' = 'approve',
): Promise<void> {
  const { requestDigest: digest } = await store.readInterconnect(id);
  const who = person(`${party.toLowerCase()}-signatory`);
  const reason = decision === 'reject' ? 'not agreed' : null;
  const signed = decision === 'approve' ? UNREAD : null;
  await store.decide(id, { verb: 'sign', person: who, party, digest, decision, reason, signed }, null);
}

export async function signed(): Promise<InterconnectId> {
  const id = await asked();
  for (const party of [MOH, MOF]) await sign(id, party);
  return id;
}

/** As the workflow does: opens the change, plans it. */
export async function planned(
  id?: InterconnectId,
): Promise<{ id: InterconnectId; changeId: ChangeId; planId: PlanId }> {
  const of = id ?? (await signed());
  await store.openChange(of, 'provision', 'wasl');
  const changeId = (await store.listChanges(of)).at(-1)?.id as ChangeId;
  await store.allocateRouteTargets(of, []);
  return { id: of, changeId, planId: await plan(changeId) };
}

export async function plan(changeId: ChangeId, more: Partial<ReturnType<typeof samplePlan>> = {}): Promise<PlanId> {
  const planId = await store.nextPlanId(changeId);
  const digest = `sha256:${String(++keys).padStart(64, '0')}`;
  await store.savePlan({ ...samplePlan(planId, digest), ...more }, []);
  return planId;
}

export async function approve(id: InterconnectId, planId: PlanId, by = APPROVER): Promise<void> {
  const { digest } = await store.readPlan(planId);
  await store.decide(id, { verb: 'approve-plan', person: by, planId, digest, decision: 'approve', reason: null }, null);
}

export const APPLIED: SettledTransaction = { outcome: 'applied', reason: 'all hold it', code: null, left: [] };
export const ended = (outcome: SettledTransaction['outcome'], code: string | null): SettledTransaction => ({
  ...{ outcome, code, reason: `it was ${outcome}` },
  left: [],
});

export async function active(): Promise<InterconnectId> {
  const { id, changeId, planId } = await planned();
  await approve(id, planId);
  await store.beginApplying(changeId, 1, planId);
  await store.settleTransaction(changeId, 1, APPLIED);
  return id;
}

export const withdraw = (id: InterconnectId, by = 'officer-1', key: string | null = null) =>
  store.decide(id, { verb: 'withdraw', person: person(by), reason: 'the project has ended' }, key);

/** Everything of an interconnect that a step may have written. */
export async function everything(id: InterconnectId) {
  const ledger = await store.readLedger({ afterSequence: 0, limit: 10_000 });
  return {
    record: await store.readInterconnect(id),
    changes: await store.listChanges(id),
    approvals: await store.listApprovals(id),
    facts: ledger.filter(({ subject }) => subject.startsWith(id)).map(({ action, subject }) => `${action} ${subject}`),
    progress: (await store.readProgress({ afterSequence: 0, interconnectId: id })).map(({ message }) => message),
  };
}

/** A step taken twice is a step taken once. */
export async function twice(id: InterconnectId, step: () => Promise<unknown>): Promise<void> {
  await step();
  const once = await everything(id);
  later(1);
  await step();
  expect(await everything(id)).toEqual(once);
}
