/** A router that left the inventory under an interconnect is read by nobody: a picture of the whole network says so. */
import { expect, it } from 'vitest';
import { auditWholeNetwork } from '../../src/activities/audit-network.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { readActivities } from '../../src/activities/read-activities.ts';
import { readUnlistedCarriers } from '../../src/activities/unlisted-carriers.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

const NOBODY_LISTED = { ...DEMO_INVENTORY, routers: [] };
const REASON = 'soh-pe-01 left the inventory, and IC-0001 may still be on it';

function network(byJournal: Readonly<Record<string, readonly string[]>>, inventory = NOBODY_LISTED) {
  const saved: { readonly kind: string; readonly text: string }[] = [];
  const audited: unknown[] = [];
  const store = {
    readInventory: async () => ({ version: 2, inventory }),
    readInventoryImport: async () => ({ digest: digestOf(inventory), isLast: true }),
    listInterconnects: async () => [],
    listStandingInterconnects: async () =>
      Object.keys(byJournal).map((id) => ({ id, carriers: [{ pe: 'soh-pe-01', vrf: 'MOF' }] })),
    listCarriers: async (id: string) => byJournal[id],
    saveReadings: async (readings: typeof saved) => saved.push(...readings) && [1],
    saveSightings: async () => undefined,
    saveAudit: async () => undefined,
  };
  const planner = {
    audit: async (input: { readonly unread: unknown }) => {
      audited.push(input.unread);
      return { result: {}, text: 'record', digest: 'sha256:0' };
    },
    matrix: async () => ({ missing: [], reachabilities: [], strangers: [], doubts: [] }),
  };
  const deps = { store, planner, now: () => new Date(0) } as unknown as ActivityDependencies;
  return { deps, saved, audited };
}

it('is unread in the matrix and in an audit', async () => {
  const { deps, saved, audited } = network({ 'IC-0001': ['soh-pe-01'] });
  await readActivities(deps).readMatrix();
  const matrix = JSON.parse(saved.find(({ kind }) => kind === 'matrix')?.text ?? '{}');
  expect(matrix.unread).toEqual([{ pe: 'soh-pe-01', code: 'ROUTER_UNKNOWN', reason: REASON }]);
  await auditWholeNetwork(deps);
  expect(audited).toEqual([[{ pe: 'soh-pe-01', reason: REASON }]]);
});

it('is told once for all that stand on it, and not where a removal has cleaned it or the inventory has it', async () => {
  const store = (byJournal: Readonly<Record<string, readonly string[]>>) => network(byJournal).deps.store;
  const both = { 'IC-0001': ['soh-pe-01'], 'IC-0002': ['soh-pe-01', 'mct-pe-01'] };
  expect(await readUnlistedCarriers(store(both), NOBODY_LISTED)).toMatchObject([
    { pe: 'mct-pe-01', interconnects: ['IC-0002'] },
    { pe: 'soh-pe-01', interconnects: ['IC-0001', 'IC-0002'] },
  ]);
  expect(await readUnlistedCarriers(store({ 'IC-0001': [] }), NOBODY_LISTED)).toEqual([]);
  expect(await readUnlistedCarriers(store(both), DEMO_INVENTORY)).toEqual([]);
});
