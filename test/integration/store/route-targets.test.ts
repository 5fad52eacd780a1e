import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InterconnectId } from '../../../src/domain/names.ts';
import { parseRouteTarget } from '../../../src/domain/route-target.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { ENGINEER, sampleInventory, sampleSubmission } from '../../support/store-samples.ts';

const DAY_MS = 86_400_000;
let database: TestDatabase;
let store: Store;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-11-22T08:00:00Z');
  database = await createTestDatabase();
  store = await database.open(() => new Date(now));
});
afterEach(() => database.drop());

const submit = async (key: string): Promise<InterconnectId> =>
  (await store.createInterconnect(sampleSubmission(key))).interconnect.id;
const allocate = async (id: InterconnectId, avoid: readonly string[] = []) =>
  (
    await store.allocateRouteTargets(
      id,
      avoid.map((text) => parseRouteTarget(text)),
    )
  ).map((flow) => flow.routeTarget);

test('each flow gets a fresh route target, the same ones when asked again', async () => {
  await store.saveInventory(sampleInventory(), ENGINEER);
  const id = await submit('a');
  const flows = await store.allocateRouteTargets(id, []);
  expect(flows).toMatchObject([
    { from: 'MOH', to: 'MOF', routeTarget: '0:65000:9001' },
    { from: 'MOF', to: 'MOH', routeTarget: '0:65000:9002' },
  ]);
  expect(await store.allocateRouteTargets(id, [])).toEqual(flows);
  expect((await store.readInterconnect(id)).flows).toEqual(flows);
  expect(await store.countRouteTargets()).toEqual({ free: 8, inUse: 2, quarantined: 0 });
  const actions = (await store.readLedger({ afterSequence: 0 })).filter(({ subject }) => subject === id);
  expect(actions.map(({ action }) => action)).toEqual([
    'request.submitted',
    'route-target.allocated',
    'route-target.allocated',
  ]);
});

test('allocations at once never share a number, and one interconnect asked many times has one set', async () => {
  await store.saveInventory(sampleInventory({ to: 9040 }), ENGINEER);
  const other = await database.open();
  const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => submit(`c${index}`)));
  const sets = await Promise.all(
    ids.flatMap((id) => [store.allocateRouteTargets(id, []), other.allocateRouteTargets(id, [])]),
  );
  const all = sets.flatMap((flows) => flows.map(({ routeTarget }) => routeTarget));
  expect(new Set(all).size).toBe(20);
  expect(all).toHaveLength(40);
});

test('an exhausted pool allocates nothing, and says what is missing', async () => {
  await store.saveInventory(sampleInventory({ to: 9003 }), ENGINEER);
  await allocate(await submit('a'));
  const second = await submit('b');
  await expect(allocate(second)).rejects.toMatchObject({
    code: 'ROUTE_TARGET_POOL_EXHAUSTED',
    message: '2 route targets are needed and 1 are free in 65000:9001-9003',
  });
  expect((await store.readInterconnect(second)).flows).toBeNull();
  expect(await store.countRouteTargets()).toEqual({ free: 1, inUse: 2, quarantined: 0 });
});

test('what is already on a router is skipped', async () => {
  await store.saveInventory(sampleInventory(), ENGINEER);
  expect(await allocate(await submit('a'), ['65000:9001', '65000:9003', '65000:100'])).toEqual([
    '0:65000:9002',
    '0:65000:9004',
  ]);
});

test('released numbers rest in quarantine and come back after it, not before', async () => {
  await store.saveInventory(sampleInventory({ to: 9002, quarantineDays: 30 }), ENGINEER);
  const first = await submit('a');
  await allocate(first);
  await store.releaseRouteTargets(first);
  await store.releaseRouteTargets(first);
  expect((await store.readInterconnect(first)).flows).toBeNull();
  expect(await store.countRouteTargets()).toEqual({ free: 0, inUse: 0, quarantined: 2 });
  const second = await submit('b');
  now += 30 * DAY_MS - 1;
  await expect(allocate(second)).rejects.toMatchObject({ code: 'ROUTE_TARGET_POOL_EXHAUSTED' });
  now += 1;
  expect(await store.countRouteTargets()).toEqual({ free: 2, inUse: 0, quarantined: 0 });
  expect(await allocate(second)).toEqual(['0:65000:9001', '0:65000:9002']);
  const released = (await store.readLedger({ afterSequence: 0 })).filter(
    (entry) => entry.action === 'route-target.released',
  );
  expect(released.map(({ body }) => body.routeTarget).sort()).toEqual(['0:65000:9001', '0:65000:9002']);
});

test('without quarantine a number is free at once', async () => {
  await store.saveInventory(sampleInventory({ to: 9002, quarantineDays: 0 }), ENGINEER);
  const first = await submit('a');
  await allocate(first);
  await store.releaseRouteTargets(first);
  expect(await allocate(first)).toEqual(['0:65000:9001', '0:65000:9002']);
});

test.each([
  ['198.51.100.1', '1:198.51.100.1:9001'],
  ['4200000000', '2:4200000000:9001'],
])('a pool of administrator %s allocates in its encoding', async (administrator, expected) => {
  await store.saveInventory(sampleInventory({ administrator }), ENGINEER);
  expect((await allocate(await submit('a')))[0]).toBe(expected);
});

test('before the first inventory there is no pool', async () => {
  expect(await store.countRouteTargets()).toEqual({ free: 0, inUse: 0, quarantined: 0 });
  await expect(allocate(await submit('a'))).rejects.toMatchObject({ code: 'ROUTE_TARGET_POOL_EXHAUSTED' });
});

test('realised are those on the network that have their route targets', async () => {
  await store.saveInventory(sampleInventory(), ENGINEER);
  const [onNetwork, planned] = [await submit('a'), await submit('b')];
  await allocate(onNetwork);
  await allocate(planned);
  for (const event of ['plan', 'approve', 'schedule', 'start'] as const) {
    await store.stepLifecycle(onNetwork, event, { stepKey: event, actor: 'wasl', reason: null });
  }
  const { flows, parties } = await store.readInterconnect(onNetwork);
  expect(await store.listRealised()).toEqual([{ id: onNetwork, parties, flows, lifecycle: 'provisioning' }]);
});
