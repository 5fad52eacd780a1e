import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../../src/domain/canonical-json.ts';
import type { EntityId, InterconnectId, PersonId } from '../../../src/domain/names.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import {
  ENGINEER,
  MOF,
  MOH,
  MOH_CLERK,
  sampleInventory,
  sampleRequest,
  sampleSubmission,
} from '../../support/store-samples.ts';

const NOW = '2026-11-22T08:00:00.123Z';
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => new Date(NOW));
});
afterAll(() => database.drop());

const actionsAbout = async (subject: string) =>
  (await store.readLedger({ afterSequence: 0, limit: 5_000 })).filter((entry) => entry.subject === subject);

test('the inventory in force is the last one imported, as it was given', async () => {
  expect(await store.readInventory()).toBeNull();
  const first = await store.saveInventory(sampleInventory(), ENGINEER);
  const second = await store.saveInventory(sampleInventory({ quarantineDays: 1 }), ENGINEER);
  expect(second.version).toBeGreaterThan(first.version);
  expect(await store.readInventory()).toEqual({
    version: second.version,
    inventory: sampleInventory({ quarantineDays: 1 }),
  });
  expect((await actionsAbout(`inventory/${first.version}`)).map(({ action, actor }) => [action, actor])).toEqual([
    ['inventory.imported', ENGINEER],
  ]);
});

test('a request becomes an interconnect whose parties are in order and whose digest is that of the request', async () => {
  const { interconnect, created } = await store.createInterconnect({ ...sampleSubmission('a'), parties: [MOH, MOF] });
  expect(created).toBe(true);
  expect(interconnect).toEqual({
    id: expect.stringMatching(/^IC-\d{4}$/),
    request: sampleRequest(),
    requestDigest: digestOf(sampleRequest()),
    parties: [MOF, MOH],
    requestedBy: MOH_CLERK,
    requestedByEntity: MOH,
    lifecycle: 'requested',
    reason: null,
    flows: null,
    createdAt: NOW,
    updatedAt: NOW,
  });
  expect(await store.readInterconnect(interconnect.id)).toEqual(interconnect);
  const [fact] = await actionsAbout(interconnect.id);
  expect(fact).toMatchObject({ action: 'request.submitted', actor: MOH_CLERK, at: NOW });
  expect(fact?.body).toMatchObject({ requestDigest: interconnect.requestDigest, request: sampleRequest() });
});

test('the same key and body give the first answer, another body is a conflict, another person has keys of their own', async () => {
  const { interconnect } = await store.createInterconnect(sampleSubmission('same'));
  expect(await store.createInterconnect(sampleSubmission('same'))).toEqual({ interconnect, created: false });
  await expect(
    store.createInterconnect(sampleSubmission('same', sampleRequest('something else'))),
  ).rejects.toMatchObject({ code: 'REQUEST_CONFLICT', message: expect.stringContaining(interconnect.id) });
  const other = await store.createInterconnect({ ...sampleSubmission('same'), requestedBy: 'moh-clerk-2' as PersonId });
  expect(other.created).toBe(true);
  expect((await actionsAbout(interconnect.id)).length).toBe(1);
});

test('twenty identical requests at once make one interconnect', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => store.createInterconnect(sampleSubmission('race'))),
  );
  expect(new Set(answers.map(({ interconnect }) => interconnect.id)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
});

test('one entity twice is refused', async () => {
  await expect(store.createInterconnect({ ...sampleSubmission('alone'), parties: [MOH, MOH] })).rejects.toMatchObject({
    code: 'REQUEST_PARTIES',
  });
});

test('lists newest first, by party, lifecycle and page', async () => {
  const ids: InterconnectId[] = [];
  const moe = 'MOE' as EntityId;
  for (const key of ['l1', 'l2', 'l3']) {
    const submission = { ...sampleSubmission(key), parties: [moe, MOH] as const };
    ids.unshift((await store.createInterconnect(submission)).interconnect.id);
  }
  const [newest, middle, oldest] = ids;
  const list = async (filter: Parameters<Store['listInterconnects']>[0]) =>
    (await store.listInterconnects(filter)).map(({ id }) => id);
  expect(await list({ party: moe })).toEqual(ids);
  expect((await list({ party: MOH })).slice(0, 3)).toEqual(ids);
  expect(await list({ party: MOF })).not.toContain(newest);
  expect(await list({ party: moe, limit: 2 })).toEqual([newest, middle]);
  expect(await list({ party: moe, ...(middle === undefined ? {} : { before: middle }) })).toEqual([oldest]);
  expect(await list({ party: moe, lifecycle: 'active' })).toEqual([]);
  await expect(list({ before: 'nonsense' as InterconnectId })).rejects.toMatchObject({ code: 'INTERCONNECT_UNKNOWN' });
});

test('steps follow the table; the same step key again changes nothing; an illegal step is refused and leaves no trace', async () => {
  const { id } = (await store.createInterconnect(sampleSubmission('steps'))).interconnect;
  const planned = await store.stepLifecycle(id, 'plan', { stepKey: 's1', actor: 'wasl', reason: 'planned' });
  expect(planned).toMatchObject({ lifecycle: 'planned', reason: 'planned' });
  expect(await store.stepLifecycle(id, 'plan', { stepKey: 's1', actor: 'wasl', reason: 'again' })).toEqual(planned);
  await expect(
    store.stepLifecycle(id, 'activate', { stepKey: 's2', actor: 'wasl', reason: null }),
  ).rejects.toMatchObject({
    code: 'LIFECYCLE_STEP',
    message: 'an interconnect that is planned cannot activate',
    remedy: 'From planned one can: approve, plan, reject, fail.',
  });
  await expect(
    store.stepLifecycle(id, 'approve', { stepKey: 's1', actor: 'wasl', reason: null }),
  ).rejects.toMatchObject({ code: 'LIFECYCLE_STEP', message: `the step s1 of ${id} was plan, not approve` });
  expect(await store.readInterconnect(id)).toEqual(planned);
  expect((await actionsAbout(id)).map(({ action }) => action)).toEqual(['request.submitted', 'lifecycle.stepped']);
});

test('of two different steps at once from one state, one is refused', async () => {
  const { id } = (await store.createInterconnect(sampleSubmission('two-steps'))).interconnect;
  const outcomes = await Promise.allSettled([
    store.stepLifecycle(id, 'reject', { stepKey: 'a', actor: 'wasl', reason: null }),
    store.stepLifecycle(id, 'fail', { stepKey: 'b', actor: 'wasl', reason: null }),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('an unknown interconnect is said to be unknown, whatever is asked of it', async () => {
  const id = 'IC-9999' as InterconnectId;
  const unknown = { code: 'INTERCONNECT_UNKNOWN' };
  await expect(store.readInterconnect(id)).rejects.toMatchObject(unknown);
  await expect(store.stepLifecycle(id, 'plan', { stepKey: 'x', actor: 'wasl', reason: null })).rejects.toMatchObject(
    unknown,
  );
  await expect(store.allocateRouteTargets(id, [])).rejects.toMatchObject(unknown);
  await expect(store.releaseRouteTargets(id)).rejects.toMatchObject(unknown);
  await expect(
    store.createChange({ interconnectId: id, kind: 'provision', requestedBy: 'wasl', changeKey: 'x' }),
  ).rejects.toMatchObject(unknown);
  const event = {
    interconnectId: id,
    changeId: null,
    pe: null,
    stage: 'plan',
    status: 'info',
    message: '',
    elapsedMs: null,
  } as const;
  await expect(store.appendProgress([event])).rejects.toMatchObject(unknown);
});
