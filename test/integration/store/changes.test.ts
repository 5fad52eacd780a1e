import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalEntry, Refusal } from '../../../src/domain/change.ts';
import type { ChangeId, PeName, PlanId } from '../../../src/domain/names.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { samplePlan, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let count = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
});
afterAll(() => database.drop());

async function startChange() {
  count += 1;
  const { id } = (await store.createInterconnect(sampleSubmission(`change-${count}`))).interconnect;
  return store.createChange({ interconnectId: id, kind: 'provision', requestedBy: 'engineer-1', changeKey: 'first' });
}

const entry = (changeId: ChangeId, pe: string, state: JournalEntry['state']): Omit<JournalEntry, 'at'> => ({
  ...{ changeId, pe: pe as PeName, state, detail: null },
  ...{ procedure: 'confirmed-commit-persist', persistId: 'secret' },
});

test('changes count up per interconnect and are idempotent by their key', async () => {
  const change = await startChange();
  const { interconnectId } = change;
  expect(change).toMatchObject({ id: `${interconnectId}-C1`, outcome: null, planId: null, routers: [], endedAt: null });
  const again = { interconnectId, kind: 'provision', requestedBy: 'engineer-1', changeKey: 'first' } as const;
  expect(await store.createChange(again)).toEqual(change);
  const second = await store.createChange({ ...again, kind: 'withdraw', changeKey: 'second' });
  expect(second).toMatchObject({ id: `${interconnectId}-C2`, kind: 'withdraw' });
  expect(await store.listChanges(interconnectId)).toEqual([change, second]);
  expect(await store.readChange(second.id)).toEqual(second);
});

test('why a change could not be planned stays on record until a plan is saved, and when it is given up', async () => {
  const { id, interconnectId } = await startChange();
  const at = '2026-03-01T08:00:00.000Z';
  const said = { code: 'ROUTER_AUTH_FAILED', path: 'pe1', fact: 'no login', remedy: 'Check the credential.' } as const;
  const refusal: Refusal = { ...said, at };
  await store.refusePlan(interconnectId, id, refusal, 'pe1: no login (ROUTER_AUTH_FAILED)');
  await store.refusePlan(interconnectId, id, refusal, 'repeated by the workflow server');
  expect((await store.readChange(id)).refusal).toEqual(refusal);
  expect((await store.readInterconnect(interconnectId)).reason).toBe('pe1: no login (ROUTER_AUTH_FAILED)');
  const facts = (await store.readLedger({ afterSequence: 0 })).filter(({ action }) => action === 'plan.refused');
  expect(facts.map(({ subject, body }) => [subject, body])).toEqual([[id, { interconnectId, ...said }]]);

  await store.savePlan(samplePlan(`${id}-P1` as PlanId), []);
  expect((await store.readChange(id)).refusal).toBeNull();
  const later = { ...refusal, at: '2026-03-01T09:00:00.000Z' };
  await store.refusePlan(interconnectId, id, later, 'again');
  expect((await store.endChange(id, 'refused', 'given up')).refusal).toEqual(later);
  await expect(store.refusePlan(interconnectId, id, refusal, 'too late')).rejects.toMatchObject({
    code: 'LIFECYCLE_STEP',
  });
});

test('ten changes at once get ten numbers', async () => {
  const { interconnectId } = await startChange();
  const made = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      store.createChange({ interconnectId, kind: 'modify', requestedBy: 'wasl', changeKey: `k${index}` }),
    ),
  );
  expect(new Set(made.map(({ id }) => id)).size).toBe(10);
});

test('a change ends once: the same outcome again is the same answer, another is refused', async () => {
  const { id } = await startChange();
  expect((await store.listOpenChanges()).map((open) => open.id)).toContain(id);
  const ended = await store.endChange(id, 'applied', 'verified on every PE');
  expect(ended).toMatchObject({ outcome: 'applied', reason: 'verified on every PE' });
  expect(await store.endChange(id, 'applied', 'again')).toEqual(ended);
  await expect(store.endChange(id, 'rolled-back', 'no')).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
  expect(await store.readChange(id)).toEqual(ended);
  expect((await store.listOpenChanges()).map((open) => open.id)).not.toContain(id);
  const facts = (await store.readLedger({ afterSequence: 0 })).filter(({ subject }) => subject === id);
  expect(facts.map(({ action }) => action)).toEqual(['change.started', 'change.ended']);
});

test('plans are numbered, saved once by digest, and read back as they were', async () => {
  const { id } = await startChange();
  const planId = await store.nextPlanId(id);
  expect(planId).toBe(`${id}-P1`);
  const plan = samplePlan(planId);
  const payloads = [
    { pe: 'pe1' as PeName, xml: '<config>é "&amp;" \n</config>' },
    { pe: 'pe2' as PeName, xml: '<config/>' },
  ];
  await store.savePlan(plan, payloads);
  await store.savePlan(plan, payloads);
  await expect(store.savePlan(samplePlan(planId, 'sha256:other'), [])).rejects.toMatchObject({ code: 'PLAN_STALE' });
  expect(await store.readPlan(planId)).toEqual(plan);
  expect(await store.readPayloads(planId)).toEqual(payloads);
  expect(await store.readChange(id)).toMatchObject({ planId });
  expect(await store.nextPlanId(id)).toBe(`${id}-P2`);
  const facts = (await store.readLedger({ afterSequence: 0 })).filter(({ subject }) => subject === planId);
  expect(facts).toMatchObject([{ action: 'plan.saved', actor: plan.createdBy, body: { digest: plan.digest } }]);
});

test('the journal keeps its order, and a change shows where each PE stands last', async () => {
  const { id } = await startChange();
  const { epoch, journal } = await store.claimJournal(id);
  expect(journal).toEqual([]);
  await store.appendJournal([], epoch);
  await store.appendJournal([entry(id, 'pe2', 'preparing'), entry(id, 'pe1', 'preparing')], epoch);
  await store.appendJournal([{ ...entry(id, 'pe2', 'commit-sent'), detail: 'sent' }], epoch);
  const rows = await store.readJournal(id);
  expect(rows.map(({ pe, state }) => `${pe} ${state}`)).toEqual(['pe2 preparing', 'pe1 preparing', 'pe2 commit-sent']);
  expect(rows[0]).toEqual({ ...entry(id, 'pe2', 'preparing'), at: expect.stringMatching(/Z$/) });
  expect((await store.readChange(id)).routers).toEqual([
    { pe: 'pe1', state: 'preparing', detail: null },
    { pe: 'pe2', state: 'commit-sent', detail: 'sent' },
  ]);
});

test('who lost the journal to a later claim writes no more', async () => {
  const { id } = await startChange();
  const first = await store.claimJournal(id);
  await store.appendJournal([entry(id, 'pe1', 'prepared')], first.epoch);
  const second = await store.claimJournal(id);
  expect(second.epoch).toBeGreaterThan(first.epoch);
  expect(second.journal.map(({ state }) => state)).toEqual(['prepared']);
  await expect(store.appendJournal([entry(id, 'pe1', 'commit-sent')], first.epoch)).rejects.toMatchObject({
    code: 'SESSION_LOST',
  });
  await store.appendJournal([entry(id, 'pe1', 'cancel-sent')], second.epoch);
  expect((await store.readJournal(id)).map(({ state }) => state)).toEqual(['prepared', 'cancel-sent']);
});

test('an append that meets a claim in its last moment waits for it, and is refused', async () => {
  const { id } = await startChange();
  const { epoch } = await store.claimJournal(id);
  const claimant = new pg.Client({ connectionString: database.databaseUrl });
  await claimant.connect();
  await claimant.query('begin');
  await claimant.query('update changes set journal_epoch = journal_epoch + 1 where id = $1', [id]);
  const append = expect(store.appendJournal([entry(id, 'pe1', 'commit-sent')], epoch)).rejects.toMatchObject({
    code: 'SESSION_LOST',
  });
  // Long enough for the append to reach the server and wait there.
  await sleep(300);
  await claimant.query('commit');
  await claimant.end();
  await append;
  expect(await store.readJournal(id)).toEqual([]);
});

test('a claim among running appends sees every entry that its holder was told is written', async () => {
  const { id } = await startChange();
  const { epoch } = await store.claimJournal(id);
  const appends = Array.from({ length: 20 }, (_, index) =>
    store.appendJournal([entry(id, `pe${index}`, 'prepared')], epoch),
  );
  const claim = store.claimJournal(id);
  const outcomes = await Promise.allSettled(appends);
  const written = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect((await claim).journal.length).toBe(written);
  expect((await store.readJournal(id)).length).toBe(written);
});

test('what is unknown is said to be unknown', async () => {
  const { id } = await startChange();
  const change = `${id}9` as ChangeId;
  const unknownChange = { code: 'CHANGE_UNKNOWN' };
  await expect(store.readChange(change)).rejects.toMatchObject(unknownChange);
  await expect(store.endChange(change, 'applied', '')).rejects.toMatchObject(unknownChange);
  await expect(store.nextPlanId(change)).rejects.toMatchObject(unknownChange);
  await expect(store.claimJournal(change)).rejects.toMatchObject(unknownChange);
  await expect(store.appendJournal([entry(change, 'pe1', 'idle')], 1)).rejects.toMatchObject(unknownChange);
  await expect(store.savePlan(samplePlan(`${change}-P1` as PlanId), [])).rejects.toMatchObject(unknownChange);
  const plan = `${id}-P1` as PlanId;
  await expect(store.readPlan(plan)).rejects.toMatchObject({ code: 'PLAN_UNKNOWN' });
  await expect(store.readPayloads(plan)).rejects.toMatchObject({ code: 'PLAN_UNKNOWN' });
});
