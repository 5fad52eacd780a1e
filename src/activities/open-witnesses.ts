import type { Inventory } from '../domain/inventory.ts';
import type { RouterPlan } from '../domain/plan.ts';
import type { AttemptSessions } from './attempt-sessions.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { openInventoryRouter } from './network.ts';

/** PEs outside the change whose canary VRFs must stay silent, read before it. */
export async function openWitnesses(
  deps: ActivityDependencies,
  inventory: Inventory,
  touched: readonly RouterPlan[],
  attempt: AttemptSessions,
  witnessesMax: number,
) {
  const canaries = new Set(inventory.vpns.filter((vpn) => vpn.canary).map((vpn) => vpn.id));
  const pes = inventory.routers
    .filter((router) => !touched.some((plan) => plan.pe === router.name))
    .filter((router) => router.vrfs.some((vrf) => canaries.has(vrf.vpn)))
    .slice(0, witnessesMax);
  return Promise.all(
    pes.map(async ({ name }) => {
      const router = await attempt.open(() => openInventoryRouter(deps, inventory, name));
      return { router, running: await router.readRunning() };
    }),
  );
}
