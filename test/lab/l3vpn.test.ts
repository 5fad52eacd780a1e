/**
 * Stories on three real PEs: MOH at two of them, MOF and MOE at two, a canary ministry everywhere. Each has packets to show for it, and
 * during all of them the ministries' own branches talk to each other. What wasl says is held against customer edges, FRR and the labels
 * on P, none of which come through wasl.
 */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { tellAgreements } from './stories/agreements.ts';
import { tellFailures } from './stories/failures.ts';
import { tellKilledWorkers } from './stories/killed-workers.ts';
import { tellOperationalState } from './stories/operational-state.ts';
import { tellOtherClients } from './stories/other-clients.ts';
import { tellRouters } from './stories/routers.ts';
import { ADMIN, withdraw } from './support/people.ts';
import { type LabStage, openLabStage } from './support/stage.ts';

let stage: LabStage;

beforeAll(async () => {
  stage = await openLabStage('l3vpn');
}, 600_000);

// A story that failed half way must not make the next ones fail.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const client = await stage.wasl.clientOf(ADMIN);
  for (const { id } of await client.listInterconnects({ lifecycle: 'active' })) await withdraw(stage.wasl, id);
});

afterAll(async () => {
  try {
    expect(await stage?.changedSince()).toEqual([]);
  } finally {
    await stage?.close();
  }
});

tellAgreements(() => stage);
tellOperationalState(() => stage);
tellOtherClients(() => stage);
tellFailures(() => stage);
tellKilledWorkers(() => stage);
tellRouters(() => stage);
