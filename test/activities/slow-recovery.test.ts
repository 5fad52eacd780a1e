/** Who waits for a recovery knows for which router before a request to it has failed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

/** Beyond the time after which a router that says nothing is named. */
const SILENT_MS = 6_500;

it('names a router that takes long to say anything', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  await network.stages.close();
  const { faults } = network.backbone.router('mct-pe-01');
  faults.set({ kind: 'slow', ms: SILENT_MS });
  const recovering = network.recover(changeId, planId);
  await sleep(SILENT_MS);
  faults.clear();
  expect(await recovering).toMatchObject({ outcome: 'rolled-back' });
  expect(network.recoveries).toContain('waits for mct-pe-01');
}, 60_000);
