/** The path to one router swallows everything from the commit on, and returns around the end of the confirm window. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { heldByAll, tried } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const CUT = 'nzw-pe-01';
const WINDOW_SECONDS = 16;

describe.concurrent('a path that is cut in the confirm window', () => {
  it.for([
    ['four seconds before its end', WINDOW_SECONDS - 4],
    ['at its end', WINDOW_SECONDS],
    ['after it', WINDOW_SECONDS + 6],
  ] as const)('and returns %s: all go back, and the approved plan is tried again', async ([, seconds], { expect }) => {
    await using wasl = await Installation.open({ worker: 'none', confirmTimeoutSeconds: WINDOW_SECONDS });
    const inventory = wasl.backbone.inventory();
    const { host, port } = inventory.routers.find(({ name }) => name === CUT)?.management ?? { host: '', port: 0 };
    const path = await startTcpProxy({ host, port });
    try {
      const through = inventory.routers.map((router) =>
        router.name === CUT ? { ...router, management: { ...router.management, port: path.port } } : router,
      );
      await bringIntoForce(wasl.store, { ...inventory, routers: through });
      await wasl.startWorker();
      const id = await wasl.agree(MOH_MOF);
      await wasl.approvePlan(await wasl.untilPlanned(id));
      await wasl.untilDone(id, 'commit', 4);
      path.stall();
      await sleep(seconds * 1_000);
      path.restore();
      await wasl.untilLifecycle(id, 'active');
      const tries = await tried(wasl, id);
      // By the stage that cancels where the path is back for it, else by the recovery; either has read every router.
      expect(tries[0]).toMatchObject({ outcome: 'rolled-back' });
      expect(tries.at(-1)).toEqual(heldByAll());
    } finally {
      await path.close();
    }
  });
});
