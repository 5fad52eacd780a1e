import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/domain/change.ts';
import type { ChangeKind } from '../../../src/domain/change-kinds.ts';
import type { ChangeId, InterconnectId, PeName, VrfName } from '../../../src/domain/names.ts';
import type { Store } from '../../../src/store/store.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { onServer } from '../../support/installation.ts';
import { sampleInventory, samplePlan, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let count = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open();
});
afterAll(() => database.drop());

async function agree(): Promise<InterconnectId> {
  count += 1;
  return (await store.createInterconnect(sampleSubmission(`carrier-${count}`))).interconnect.id;
}

async function open(id: InterconnectId, kind: ChangeKind): Promise<ChangeId> {
  await store.openChange(id, kind, 'engineer-1');
  const change = (await store.listChanges(id)).at(-1);
  if (change === undefined) throw new Error('a change is open');
  return change.id;
}

const entry = (changeId: ChangeId, pe: string, state: JournalEntry['state']): Omit<JournalEntry, 'at'> => ({
  ...{ changeId, pe: pe as PeName, state, detail: null },
  ...{ procedure: 'confirmed-commit-persist', persistId: 'secret' },
});

/** One attempt: each PE through these states. */
async function attempt(
  changeId: ChangeId,
  states: Readonly<Record<string, readonly JournalEntry['state'][]>>,
  number = 1,
) {
  await store.beginApplying(changeId, number, (await store.readChange(changeId)).planId);
  const { epoch } = await store.claimJournal(changeId, { begins: true });
  for (const [pe, list] of Object.entries(states)) {
    await store.appendJournal(
      ['preparing' as const, ...list].map((state) => entry(changeId, pe, state)),
      epoch,
    );
  }
}

test('the journal is timed by the database, whatever the clocks of the worker that was lost and of the one that recovers', async () => {
  const changeId = await open(await agree(), 'provision');
  const tenMinutes = 600_000;
  const behind = await database.open(() => new Date(Date.now() - tenMinutes));
  const ahead = await database.open(() => new Date(Date.now() + tenMinutes));
  await store.beginApplying(changeId, 1, null);
  const { epoch } = await behind.claimJournal(changeId, { begins: true });
  await behind.appendJournal([entry(changeId, 'pe1', 'commit-sent')], epoch);
  const { claimedAt, journal } = await ahead.claimJournal(changeId);
  const ageMs = Date.parse(claimedAt) - Date.parse(journal[0]?.at ?? '');
  expect([ageMs >= 0, ageMs < tenMinutes / 10]).toEqual([true, true]);
});

test('an attempt that begins has an empty journal; who recovers reads that of the last one alone', async () => {
  const changeId = await open(await agree(), 'provision');
  await attempt(changeId, { pe1: ['prepared', 'commit-sent', 'confirm-sent', 'rolled-back'] });
  const recovering = await store.claimJournal(changeId);
  expect(recovering.journal.map(({ state }) => state)).toContain('confirm-sent');
  await store.appendJournal([entry(changeId, 'pe1', 'unknown')], recovering.epoch);

  // Nobody begins it anew while the routers may hold what it sent: that would be forgotten.
  await expect(store.claimJournal(changeId, { begins: true })).rejects.toMatchObject({ code: 'LIFECYCLE_STEP' });
  expect((await store.claimJournal(changeId)).journal.map(({ state }) => state)).toContain('confirm-sent');

  expect(await store.beginApplying(changeId, 2, null)).toBe(true);
  const second = await store.claimJournal(changeId, { begins: true });
  expect(second.journal).toEqual([]);
  await store.appendJournal([entry(changeId, 'pe1', 'preparing')], second.epoch);
  expect((await store.claimJournal(changeId)).journal.map(({ state }) => state)).toEqual(['preparing']);
  expect((await store.readJournal(changeId)).map(({ state }) => state)).toEqual([
    ...['preparing', 'prepared', 'commit-sent', 'confirm-sent', 'rolled-back', 'unknown'],
    'preparing',
  ]);
});

test('what carries an interconnect is what its changes have put there, or may have, and none has taken away', async () => {
  const id = await agree();
  const provision = await open(id, 'provision');
  expect(await store.listCarriers(id)).toEqual([]);
  await attempt(provision, { pe1: ['prepared', 'idle'], pe2: ['prepared', 'commit-sent', 'rolled-back'] });
  expect(await store.listCarriers(id)).toEqual([]);
  const states = {
    pe1: ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'],
    pe2: ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'],
    pe3: ['prepared', 'commit-sent', 'unknown'],
  } as const;
  await attempt(provision, states, 2);
  expect(await store.listCarriers(id)).toEqual(['pe1', 'pe2', 'pe3']);
  await store.settleTransaction(provision, 2, { outcome: 'applied', reason: 'it is there', code: null, left: [] });

  const withdraw = await open(id, 'withdraw');
  await attempt(withdraw, {
    pe1: ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'],
    pe2: ['prepared', 'commit-sent', 'rolled-back'],
    pe3: ['idle'],
  });
  expect(await store.listCarriers(id)).toEqual(['pe2', 'pe3']);
});

test('rows that somebody took out of the journal, or altered in it, make no router clean', async () => {
  const id = await agree();
  const provision = await open(id, 'provision');
  const put = ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'] as const;
  await attempt(provision, { pe1: put, pe2: put });
  await store.settleTransaction(provision, 1, { outcome: 'applied', reason: 'it is there', code: null, left: [] });
  await onServer(
    database.databaseUrl,
    `delete from journal where change_id = '${provision}' and pe = 'pe1'`,
    `update journal set state = 'rolled-back' where change_id = '${provision}' and pe = 'pe2' and state = 'confirmed'`,
    `update changes set kind = 'withdraw' where id = '${provision}'`,
  );
  expect(await store.listCarriers(id)).toEqual(['pe1', 'pe2']);

  const withdraw = await open(id, 'withdraw');
  await attempt(withdraw, { pe1: put, pe2: ['prepared', 'commit-sent', 'rolled-back'] });
  expect(await store.listCarriers(id)).toEqual(['pe2']);
  const left = [{ pe: 'pe2' as PeName, reason: 'away' }];
  await store.settleTransaction(withdraw, 1, { outcome: 'applied', reason: 'partly', code: null, left });
  expect(await store.listCarriers(id)).toEqual(['pe2']);
});

test('the VRFs that plans which reached routers put something into', async () => {
  const [first, second] = [await agree(), await agree()];
  for (const id of [first, second]) {
    const changeId = await open(id, 'provision');
    const plan = samplePlan(await store.nextPlanId(changeId));
    const [router] = plan.routers;
    if (router === undefined) throw new Error('the sample has a router');
    const delta = { vrf: 'MOH' as VrfName, vpn: null, before: {}, after: {}, operations: [] };
    await store.savePlan({ ...plan, routers: [{ ...router, vrfs: [delta] }] }, []);
    if (id === first) await attempt(changeId, { pe1: ['prepared', 'commit-sent'] });
  }
  const covered = await store.listCoveredVrfs([first, second]);
  expect([...covered.keys()]).toEqual([first]);
  expect(covered.get(first)?.get('pe1' as PeName)).toEqual(new Set(['MOH']));
  expect(await store.listCoveredVrfs([])).toEqual(new Map());
});

test('a router that left the inventory is found in the newest one that has it', async () => {
  const inventory = sampleInventory();
  const { version } = await bringIntoForce(store, inventory);
  const [router] = inventory.routers;
  if (router === undefined) throw new Error('the sample has a router');
  const other = { ...router, name: 'pe2' as PeName };
  await bringIntoForce(store, { ...inventory, routers: [other] });
  expect(await store.readInventoryWithRouter('pe1' as PeName)).toEqual({ version, inventory });
  expect(await store.readInventoryWithRouter('pe2' as PeName)).toMatchObject({ version: version + 1 });
  expect(await store.readInventoryWithRouter('pe9' as PeName)).toBeNull();
  expect(await store.readInventoryVersion(version)).toEqual(inventory);
  expect(await store.readInventoryVersion(version + 9)).toBeNull();
});

test.each([
  ['let go', false],
  ['let go, and took back while the others were cleaned,', true],
])(
  'a router that two admins %s was not read clean: its route targets are never given to anybody else',
  async (_, isBack) => {
    const inventory = sampleInventory();
    await bringIntoForce(store, inventory);
    const id = await agree();
    const flows = await store.allocateRouteTargets(id, []);
    const provision = await open(id, 'provision');
    const put = ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'] as const;
    await attempt(provision, { pe8: put, pe9: put });
    await store.settleTransaction(provision, 1, { outcome: 'applied', reason: 'it is there', code: null, left: [] });
    const scrapped = [{ name: 'pe9' as PeName, reason: 'burnt with the building' }];
    await bringIntoForce(store, { ...inventory, scrapped });
    expect([await store.listCarriers(id), await store.listScrappedCarriers(id)]).toEqual([['pe8'], ['pe9']]);

    const withdraw = await open(id, 'withdraw');
    await attempt(withdraw, { pe8: put });
    if (isBack) await bringIntoForce(store, inventory);
    await store.settleTransaction(withdraw, 1, { outcome: 'applied', reason: 'clean', code: null, left: [] });
    const { lifecycle, reason } = await store.readInterconnect(id);
    expect([lifecycle, reason]).toEqual([
      'withdrawn',
      expect.stringMatching(/^clean; pe9 was scrapped or replaced: .* not taken away/),
    ]);
    const kept = (await store.readLedger({ afterSequence: 0, limit: 5_000 })).filter(
      ({ action, subject }) => action === 'route-target.kept' && subject === id,
    );
    expect(kept.map(({ body }) => body)).toHaveLength(flows.length);
    for (const { routeTarget } of flows) {
      expect(kept.map(({ body }) => body)).toContainEqual({ routeTarget, scrapped: ['pe9'] });
    }
    const next = await store.allocateRouteTargets(await agree(), []);
    expect(next.filter(({ routeTarget }) => flows.some((flow) => flow.routeTarget === routeTarget))).toEqual([]);
  },
);

test('a router that is another one under its name was not read clean: the one before may hold it still', async () => {
  const inventory = sampleInventory();
  const [sample] = inventory.routers;
  if (sample === undefined) throw new Error('the sample has a router');
  const withKey = (letter: string) => ({
    ...inventory,
    routers: [
      ...inventory.routers,
      {
        ...sample,
        name: 'pe9' as PeName,
        management: { ...sample.management, host: '192.0.2.99', hostKeys: [`SHA256:${letter.repeat(43)}`] },
      },
    ],
  });
  await bringIntoForce(store, withKey('B'));
  const id = await agree();
  const flows = await store.allocateRouteTargets(id, []);
  const put = ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'] as const;
  const provision = await open(id, 'provision');
  await attempt(provision, { pe8: put, pe9: put });
  await store.settleTransaction(provision, 1, { outcome: 'applied', reason: 'it is there', code: null, left: [] });
  await bringIntoForce(store, withKey('E'));
  expect([await store.listCarriers(id), await store.listScrappedCarriers(id)]).toEqual([['pe8', 'pe9'], []]);

  const withdraw = await open(id, 'withdraw');
  await attempt(withdraw, { pe8: put });
  await store.settleTransaction(withdraw, 1, { outcome: 'applied', reason: 'clean', code: null, left: [] });
  expect((await store.readInterconnect(id)).reason).toMatch(/^clean; pe9 was scrapped or replaced: /);
  const entries = await store.readLedger({ afterSequence: 0, limit: 5_000 });
  const kept = entries.filter(({ action, subject }) => action === 'route-target.kept' && subject === id);
  expect(kept).toHaveLength(flows.length);
});

test('a removal in parts says at its end where each took place', async () => {
  const id = await agree();
  const provision = await open(id, 'provision');
  const put = ['prepared', 'commit-sent', 'confirm-sent', 'confirmed'] as const;
  await attempt(provision, { pe1: put, pe2: put });
  await store.settleTransaction(provision, 1, { outcome: 'applied', reason: 'it is there', code: null, left: [] });
  const withdraw = await open(id, 'withdraw');
  await attempt(withdraw, { pe1: put });
  const left = [{ pe: 'pe2' as PeName, reason: 'away' }];
  await store.settleTransaction(withdraw, 1, { outcome: 'applied', reason: 'confirmed on 1 router', code: null, left });
  await attempt(withdraw, { pe2: put }, 2);
  await store.settleTransaction(withdraw, 2, {
    outcome: 'applied',
    reason: 'confirmed on 1 router',
    code: null,
    left: [],
  });
  expect((await store.readInterconnect(id)).reason).toBe('confirmed on 1 router; on pe1 before');
});

test('what somebody writes into the ledger lets no router go', async () => {
  const own = await createTestDatabase();
  const other = await own.open();
  try {
    await bringIntoForce(other, sampleInventory());
    const { id } = (await other.createInterconnect(sampleSubmission('altered'))).interconnect;
    await other.openChange(id, 'provision', 'engineer-1');
    const change = (await other.listChanges(id)).at(-1);
    if (change === undefined) throw new Error('a change is open');
    await other.beginApplying(change.id, 1, null);
    const { epoch } = await other.claimJournal(change.id, { begins: true });
    const states = ['preparing', 'prepared', 'commit-sent'] as const;
    await other.appendJournal(
      states.map((state) => entry(change.id, 'pe1', state)),
      epoch,
    );
    await onServer(
      own.databaseUrl,
      'alter table ledger disable trigger user',
      `update ledger set body = jsonb_set(body::jsonb, '{scrapped}', '["pe1"]') where action = 'inventory.imported'`,
    );
    expect([await other.listCarriers(id), await other.listScrappedCarriers(id)]).toEqual([['pe1'], []]);
  } finally {
    await own.drop();
  }
});
