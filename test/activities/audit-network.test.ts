/** Who an audit is for comes by way of Temporal: what is no name of a person is not written into the record. */
import { expect, it } from 'vitest';
import { auditWholeNetwork } from '../../src/activities/audit-network.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

it.each([
  ['Auditor-1', 'auditor-1'],
  ['wasl', 'wasl'],
  ['x\u202e\u001b[31m\nfake', 'wasl'],
  ['a\u0000b\ud800', 'wasl'],
  ['a'.repeat(5_000), 'wasl'],
])('who asked is a person or nobody: %#', async (asker, by) => {
  const saved: unknown[] = [];
  const store = {
    readInventory: async () => ({ version: 1, inventory: { ...DEMO_INVENTORY, routers: [] } }),
    listInterconnects: async () => [],
    saveReadings: async () => [7],
    saveAudit: async (audit: unknown) => void saved.push(audit),
  };
  const planner = { audit: async () => ({ result: {}, text: 'record', digest: 'sha256:0' }) };
  const deps = { store, planner, now: () => new Date(0) } as unknown as ActivityDependencies;
  await auditWholeNetwork(deps, asker);
  expect(saved).toMatchObject([{ by }]);
});
