/** By which inventory a worker logs in, where somebody wrote one into the database. */
import { expect, it } from 'vitest';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { readImportedInventory, readTrustedInventory } from '../../src/activities/imported-inventory.ts';
import { withRouters } from '../../src/activities/network.ts';
import { readActivities } from '../../src/activities/read-activities.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { PeName } from '../../src/domain/names.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

const redirected: Inventory = {
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.map((router) => ({
    ...router,
    management: { ...router.management, host: '192.0.2.66' as never },
  })),
};

/** What is in the database and what was imported, by version from 1 on. */
function record(rows: readonly Inventory[], imported: readonly Inventory[]) {
  const opened: string[] = [];
  const store = {
    readInventory: async () => ({ version: rows.length, inventory: rows.at(-1) }),
    readInventoryVersion: async (version: number) => rows[version - 1] ?? null,
    readInventoryImport: async (version: number) => {
      const inventory = imported[version - 1];
      return { digest: inventory === undefined ? null : digestOf(inventory), isLast: version === imported.length };
    },
    readInventoryWithRouter: async () => ({ version: 1, inventory: rows[0] }),
    listInterconnects: async () => [],
    listStandingInterconnects: async () => [],
  };
  const openRouter = async ({ router }: { router: { management: { host: string } } }) => {
    opened.push(router.management.host);
    throw new Error('no login');
  };
  const deps = {
    store,
    openRouter,
    credential: () => 'secret',
    now: () => new Date(0),
  } as unknown as ActivityDependencies;
  return { deps, opened };
}
const ALTERED = { code: 'RECORD_ALTERED' };

it('what was imported is read by, and taken away by', async () => {
  const { deps } = record([DEMO_INVENTORY, redirected], [DEMO_INVENTORY, redirected]);
  expect(await readImportedInventory(deps)).toEqual({ version: 2, inventory: redirected });
  expect(await readTrustedInventory(deps)).toEqual({ version: 2, inventory: redirected });
});

it('no reading sends a credential where nobody imported a router', async () => {
  const { deps, opened } = record([redirected], [DEMO_INVENTORY]);
  const reads = readActivities(deps);
  const pe = 'mct-pe-01' as PeName;
  for (const read of [
    () => reads.checkRouter({ pe }),
    () => reads.readRouter({ pe }),
    () => reads.readMatrix(),
    () => reads.explainReach({ questions: [] }),
    () => reads.auditNetwork(),
  ]) {
    await expect(read()).rejects.toMatchObject(ALTERED);
  }
  expect(opened).toEqual([]);
});

it('what takes away goes on by the newest that was imported', async () => {
  const older = { ...DEMO_INVENTORY, backbone: { ...DEMO_INVENTORY.backbone, name: 'older' } };
  const { deps } = record([older, DEMO_INVENTORY, redirected], [older, DEMO_INVENTORY, DEMO_INVENTORY]);
  expect(await readTrustedInventory(deps)).toEqual({ version: 2, inventory: DEMO_INVENTORY });
  const added = record([DEMO_INVENTORY, redirected], [DEMO_INVENTORY]);
  expect(await readTrustedInventory(added.deps)).toEqual({ version: 1, inventory: DEMO_INVENTORY });
  await expect(readTrustedInventory(record([redirected], [DEMO_INVENTORY]).deps)).rejects.toMatchObject(ALTERED);
});

it('a router that left the inventory is reached as it was imported, or not at all', async () => {
  const none = { ...DEMO_INVENTORY, routers: [] };
  const pes = ['mct-pe-01' as PeName];
  const { routers } = await withRouters(record([DEMO_INVENTORY, none], [DEMO_INVENTORY, none]).deps, none, pes);
  expect(routers.map(({ name }) => name)).toEqual(pes);
  expect((await withRouters(record([redirected, none], [DEMO_INVENTORY, none]).deps, none, pes)).routers).toEqual([]);
});
