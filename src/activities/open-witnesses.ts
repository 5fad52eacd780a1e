import type { Inventory, InventoryRouter } from '../domain/inventory.ts';
import type { VpnId } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import type { AttemptSessions } from './attempt-sessions.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { openInventoryRouter } from './network.ts';

/**
 * PEs outside the change that are read before it and after its commit: canary VRFs must stay silent, and the other sites of the parties must
 * keep what they have of them. One in maintenance is not asked.
 */
export async function openWitnesses(
  deps: ActivityDependencies,
  inventory: Inventory,
  plan: Plan,
  attempt: AttemptSessions,
  witnessesMax: number,
) {
  const canaries = new Set(inventory.vpns.filter((vpn) => vpn.canary).map((vpn) => vpn.id));
  const parties = new Set(plan.gained.flatMap(({ from, to }) => [from, to]));
  const holds = (vpns: ReadonlySet<VpnId>, { vrfs }: InventoryRouter) => vrfs.some(({ vpn }) => vpns.has(vpn));
  const untouched = inventory.routers.filter(
    ({ name, maintenance }) => maintenance !== true && !plan.routers.some(({ pe }) => pe === name),
  );
  const watched = [
    ...untouched.filter((router) => holds(canaries, router)),
    ...untouched.filter((router) => !holds(canaries, router) && holds(parties, router)),
  ];
  return Promise.all(
    watched.slice(0, witnessesMax).map(async ({ name }) => {
      const router = await attempt.open(() => openInventoryRouter(deps, inventory, name));
      return { router, running: await router.readRunning() };
    }),
  );
}
