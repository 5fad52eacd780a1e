/** A plan names the inventory that it was made with by its digest: who writes register and ledger cannot change it under an approval. */
import { expect, it } from 'vitest';
import { requireSameInventory } from '../../src/activities/same-inventory.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';

const OTHER: Inventory = { ...DEMO_INVENTORY, vpns: DEMO_INVENTORY.vpns.toReversed() };
const PLAN = {
  ...{ id: 'IC-0001-C1-P1', kind: 'provision', inventoryVersion: 1, inventoryDigest: digestOf(DEMO_INVENTORY) },
  ...{ routers: [], probes: [] },
} as unknown as Plan;

/** Its rows and its ledger are one, as somebody writes them who owns both. */
function push(plan: Plan, versions: readonly Inventory[]) {
  const store = {
    readInventoryVersion: async (version: number) => versions[version - 1] ?? null,
    readInventoryImport: async (version: number) => ({
      digest: digestOf(versions[version - 1]),
      isLast: version === versions.length,
    }),
  };
  const current = { version: versions.length, inventory: versions.at(-1) as Inventory };
  return requireSameInventory({ store } as never, plan, current);
}
const altered = {
  code: 'RECORD_ALTERED',
  message: expect.stringMatching(/inventory 1 is not the one with which IC-0001-C1-P1/),
};

it('is held against the inventory in force, and against the one of the plan where a newer one came', async () => {
  await push(PLAN, [DEMO_INVENTORY]);
  await expect(push(PLAN, [OTHER])).rejects.toMatchObject(altered);
  await expect(push(PLAN, [OTHER, OTHER])).rejects.toMatchObject(altered);
});

it('is no matter of a removal', async () => {
  await push({ ...PLAN, kind: 'withdraw' }, [OTHER]);
});

it('stands in every plan that opens: one that names none stands on any', async () => {
  const { inventoryDigest: _digest, ...undigested } = PLAN;
  const { inventoryVersion: _version, ...unnamed } = undigested;
  for (const plan of [undigested, unnamed])
    await expect(push(plan, [DEMO_INVENTORY])).rejects.toMatchObject({ code: 'PLAN_STALE' });
  await push({ ...unnamed, kind: 'withdraw' }, [OTHER]);
});
