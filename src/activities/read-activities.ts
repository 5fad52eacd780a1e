import pMap from 'p-map';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { ReadActivities } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readInventory, SESSIONS_AT_ONCE_MAX, withRouter } from './network.ts';
import { describeError } from './translate-errors.ts';

export function readActivities(deps: ActivityDependencies): ReadActivities {
  return {
    async checkRouter({ pe }) {
      const inventory = await readInventory(deps);
      return withRouter(deps, inventory, pe, async (router) => router.facts);
    },

    async readRouter({ pe }) {
      const inventory = await readInventory(deps);
      const text = await withRouter(deps, inventory, pe, (router) => router.readRunningText());
      return { pe, readAt: deps.now().toISOString(), text };
    },

    /** What can be read; a PE that cannot is named, for this is a picture and no gate. */
    async readMatrix() {
      const inventory = await readInventory(deps);
      const unread: { pe: PeName; reason: string }[] = [];
      const readings = await pMap(
        inventory.routers,
        async ({ name }): Promise<[PeName, readonly RunningVrf[]] | null> => {
          try {
            return [name, await withRouter(deps, inventory, name, (router) => router.readRunning())];
          } catch (error) {
            unread.push({ pe: name, reason: describeError(error).sentence });
            return null;
          }
        },
        { concurrency: SESSIONS_AT_ONCE_MAX },
      );
      const running = new Map(readings.filter((reading) => reading !== null));
      const readable = { ...inventory, routers: inventory.routers.filter((router) => running.has(router.name)) };
      return {
        readAt: deps.now().toISOString(),
        vpns: inventory.vpns.map(({ id, entity, canary }) => ({ id, entity, canary })),
        reachabilities: await deps.planner.reachability({
          network: { inventory: readable, running, required: new Set() },
        }),
        unread,
      };
    },
  };
}
