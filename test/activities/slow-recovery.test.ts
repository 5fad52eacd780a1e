/** A recovery waits for what may still come, and says for what. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { PlatformName } from '../../src/domain/names.ts';
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
});

it('waits for a timer of a router, however far ahead the clock of another database server is', async () => {
  const { backbone, routers } = DEMO_INVENTORY;
  await using network = await StagedNetwork.open({
    ...DEMO_INVENTORY,
    backbone: { ...backbone, confirmTimeoutSeconds: 10 },
    routers: routers.map((router) => {
      const management = { ...router.management, confirmTimer: { unitSeconds: 1, minimumSeconds: 1 } };
      return { ...router, management, platform: 'junos-yang' as PlatformName };
    }),
  });
  const before = network.texts();
  const { changeId, planId, plan } = await network.planned({ from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] });
  expect(plan?.routers.map(({ procedure }) => procedure)).toEqual(Array(2).fill('confirmed-commit-session'));
  if (planId === null) throw new Error('planned');
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  expect(await network.stages.verifyRouters({ changeId, planId })).toMatchObject({ verdict: 'pass' });
  // Of a worker that stands still between its journal and the wire: its sessions live, and so does what is pending.
  const last = network.journal.filter(({ state }) => state === 'pending-confirm');
  network.journal.push(...last.map((entry) => ({ ...entry, state: 'confirm-sent' as const })));
  network.databaseAheadMs = 600_000;
  expect(await network.recover(changeId, planId)).toMatchObject({ outcome: 'rolled-back' });
  expect([...network.texts()].filter(([pe, text]) => before.get(pe) !== text)).toEqual([]);
});
