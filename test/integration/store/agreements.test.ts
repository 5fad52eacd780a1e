/** Route targets belong to a flow's VPNs, signatures to a version of the agreement. */

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../../../src/domain/canonical-json.ts';
import type { InterconnectId, PersonId, VpnId } from '../../../src/domain/names.ts';
import type { InterconnectRequest } from '../../../src/domain/request.ts';
import { parseScopeEntry } from '../../../src/domain/scope.ts';
import type { Store } from '../../../src/store/store.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { UNREAD } from '../../support/signing.ts';
import { MOF, MOH, sampleInventory, sampleRequest, sampleSubmission } from '../../support/store-samples.ts';

let database: TestDatabase;
let store: Store;
let now = new Date('2026-11-28T08:00:00Z');
beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => now);
  // Four numbers: two interconnects of two flows.
  await bringIntoForce(store, sampleInventory({ to: 9004, quarantineDays: 30 }));
});
afterAll(() => database.drop());

let keys = 0;
async function asked(request = sampleRequest()): Promise<InterconnectId> {
  return (await store.createInterconnect(sampleSubmission(`key-${++keys}-of-agreements`, request))).interconnect.id;
}
const withdraw = (id: InterconnectId) =>
  store.decide(id, { verb: 'withdraw', person: 'officer-1' as PersonId, reason: 'the project has ended' }, null);
const targets = async (id: InterconnectId) =>
  (await store.readInterconnect(id)).flows?.map(({ from, to, routeTarget }) => `${from}-${to} ${routeTarget}`) ?? null;

async function query(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  await client.query(text, [...values]).finally(() => client.end());
}

/** As a modification will: the next version, in force at once. */
async function nextVersion(id: InterconnectId, request: InterconnectRequest): Promise<void> {
  await query(
    `insert into agreements (interconnect_id, version, request, digest, proposed_by, proposed_at)
     values ($1, 2, $2, $3, 'moh-clerk-1', now())`,
    [id, JSON.stringify(request), digestOf(request)],
  );
  await query('update interconnects set agreement_version = 2 where id = $1', [id]);
  const body = { requestDigest: digestOf(request), parties: [MOF, MOH] };
  await store.appendLedger({ actor: 'moh-clerk-1', action: 'request.amended', subject: id, body });
}

it('each flow has its own route target, and keeps it whatever becomes of the other flow', async () => {
  const id = await asked();
  expect(await targets(id)).toBeNull();
  await Promise.all(Array.from({ length: 4 }, () => store.allocateRouteTargets(id, [])));
  expect(await targets(id)).toEqual(['MOH-MOF 0:65000:9001', 'MOF-MOH 0:65000:9002']);
  // Turned round, and then one flow less: the numbers go with the VPNs, not with the place in the list.
  const { flows } = sampleRequest();
  await nextVersion(id, { ...sampleRequest('the other way round'), flows: [...flows].reverse() });
  expect(await targets(id)).toEqual(['MOF-MOH 0:65000:9002', 'MOH-MOF 0:65000:9001']);
  expect((await store.countRouteTargets()).inUse).toBe(2);
  await withdraw(id);
  expect(await store.countRouteTargets()).toMatchObject({ inUse: 0, quarantined: 2 });
});

it('a new version needs signatures of its own; those of the old one stay on record', async () => {
  const id = await asked();
  const sign = async (party: typeof MOH) => {
    const { requestDigest: digest } = await store.readInterconnect(id);
    const person = `${party.toLowerCase()}-signatory` as PersonId;
    await store.decide(
      id,
      { verb: 'sign', person, party, digest, decision: 'approve', reason: null, signed: UNREAD },
      null,
    );
  };
  await sign(MOH);
  await sign(MOF);
  expect((await store.readMoveFacts(id)).unsigned).toEqual([]);
  const old = (await store.readInterconnect(id)).requestDigest;
  await nextVersion(id, sampleRequest('another purpose'));
  expect((await store.readMoveFacts(id)).unsigned).toEqual(['MOF', 'MOH']);
  const onOld = {
    verb: 'sign',
    person: 'mof-2' as PersonId,
    party: MOF,
    digest: old,
    decision: 'approve',
    reason: null,
  } as const;
  await expect(store.decide(id, onOld, null)).rejects.toMatchObject({ code: 'APPROVAL_DIGEST' });
  await sign(MOH);
  expect((await store.readMoveFacts(id)).unsigned).toEqual(['MOF']);
  expect(await store.listApprovals(id)).toHaveLength(3);
  expect(await store.readInterconnect(id)).toMatchObject({
    agreementVersion: 2,
    request: { purpose: 'another purpose' },
  });
  await withdraw(id);
});

it('an empty pool is said and leaves nothing half given; quarantine ends by the clock', async () => {
  const first = await asked();
  // Two in quarantine, and of the two that are left one is on a router.
  await expect(store.allocateRouteTargets(first, ['0:65000:9003' as never])).rejects.toMatchObject({
    code: 'ROUTE_TARGET_POOL_EXHAUSTED',
  });
  expect(await targets(first)).toBeNull();
  expect((await store.countRouteTargets()).inUse).toBe(0);
  await store.allocateRouteTargets(first, []);
  expect(await targets(first)).toEqual(['MOH-MOF 0:65000:9003', 'MOF-MOH 0:65000:9004']);
  const second = await asked();
  await expect(store.allocateRouteTargets(second, [])).rejects.toMatchObject({ code: 'ROUTE_TARGET_POOL_EXHAUSTED' });
  now = new Date(now.getTime() + 30 * 86_400_000);
  await store.allocateRouteTargets(second, []);
  expect(await targets(second)).toEqual(['MOH-MOF 0:65000:9001', 'MOF-MOH 0:65000:9002']);
  await expect(store.allocateRouteTargets('IC-9999' as InterconnectId, [])).rejects.toMatchObject({
    code: 'INTERCONNECT_UNKNOWN',
  });
});

it('two interconnects never get one number, however many ask at once', async () => {
  await bringIntoForce(store, sampleInventory({ from: 9101, to: 9140 }));
  const ids = await Promise.all(Array.from({ length: 12 }, () => asked()));
  await Promise.all(ids.map((id) => store.allocateRouteTargets(id, [])));
  const given = (await Promise.all(ids.map(targets))).flatMap((each) => each ?? []);
  expect(new Set(given.map((each) => each.split(' ')[1])).size).toBe(24);
});

it('flows of the same two VPNs in one direction are one flow', async () => {
  const { flows } = sampleRequest();
  const one = flows.filter(({ from }) => from === ('MOH' as VpnId));
  const id = await asked({ ...sampleRequest('one direction'), flows: one });
  await store.allocateRouteTargets(id, []);
  expect(await targets(id)).toHaveLength(1);
});

it('of an agreed range counts what planning found, and nothing that was not signed', async () => {
  const sample = sampleRequest('a range');
  const [there, back] = sample.flows;
  if (there === undefined || back === undefined) throw new Error('the sample has two flows');
  const ranged = { ...there, prefixes: [parseScopeEntry('10.100.0.0/16 le 24')] };
  const id = await asked({ ...sample, flows: [ranged, back] });
  const announced = (...prefixes: string[]) => new Map([['MOH', prefixes]]) as never;
  const first = async () => (await store.readInterconnect(id)).flows?.[0]?.prefixes;
  await store.allocateRouteTargets(id, [], announced('10.100.1.0/24', '10.100.2.0/25', '10.9.0.0/16'));
  expect(await first()).toEqual(['10.100.1.0/24']);
  const before = (await store.readInterconnect(id)).flows?.map(({ routeTarget }) => routeTarget);
  const again = await store.allocateRouteTargets(id, [], announced('10.100.1.0/24', '10.100.3.0/24'));
  expect(again[0]?.prefixes).toEqual(['10.100.1.0/24', '10.100.3.0/24']);
  expect(again.map(({ routeTarget }) => routeTarget)).toEqual(before);
  await query(`update route_targets set prefixes = '{10.100.1.0/24,10.66.0.0/16}' where interconnect_id = $1`, [id]);
  expect(await first()).toEqual(['10.100.1.0/24']);
});
