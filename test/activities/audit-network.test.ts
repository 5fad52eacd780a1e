/** What an audit says of who asked comes by way of Temporal: the record of it names nobody. */
import { expect, it } from 'vitest';
import { auditWholeNetwork } from '../../src/activities/audit-network.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

it('is wasl that audited, whatever the caller says', async () => {
  const saved: unknown[] = [];
  const inventory = { ...DEMO_INVENTORY, routers: [] };
  const store = {
    readInventory: async () => ({ version: 1, inventory }),
    readInventoryImport: async () => ({ digest: digestOf(inventory), isLast: true }),
    listInterconnects: async () => [],
    listStandingInterconnects: async () => [],
    saveReadings: async () => [7],
    saveSightings: async () => undefined,
    saveAudit: async (audit: unknown) => void saved.push(audit),
  };
  const planner = {
    audit: async () => ({ result: {}, text: 'record', digest: 'sha256:0' }),
    matrix: async () => ({ missing: [], reachabilities: [], strangers: [], doubts: [] }),
  };
  const deps = { store, planner, now: () => new Date(0) } as unknown as ActivityDependencies;
  await (auditWholeNetwork as (deps: ActivityDependencies, by: string) => Promise<unknown>)(deps, 'a-minister');
  expect(saved).toMatchObject([{ by: 'wasl' }]);
});
