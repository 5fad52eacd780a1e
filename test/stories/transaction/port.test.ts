/** Whoever reaches Temporal's port may start any workflow with any input: nothing is written to a router that the record does not ask for. */
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { changeWorkflowId, taskQueueOf } from '../../../workflows/shared/messages.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { Installation } from '../../support/installation.ts';

let wasl: Installation;
let connection: Connection;
beforeAll(async () => {
  wasl = await Installation.open();
  connection = await Connection.connect({ address: inject('temporalAddress') });
});
afterAll(async () => {
  await connection.close();
  await wasl[Symbol.asyncDispose]();
});

it('neither pushes nor recovers what the record does not say is at the routers', async () => {
  const client = new Client({ connection, namespace: wasl.temporalNamespace });
  const installation = await wasl.store.readInstallation();
  let forged = 0;
  const forge = (workflow: 'applyChange' | 'recoverTransaction', changeId: string, planId: string) =>
    client.workflow.execute(workflow, {
      workflowId: `${changeWorkflowId(installation, changeId as never)}/forged-${++forged}`,
      taskQueue: taskQueueOf(installation),
      args: [{ installation, changeId, planId, confirmTimeoutSeconds: 30, trouble: 'the port says so' }],
    });
  const stop = await wasl.startWorker();
  const id = await wasl.provision(MOH_MOF);
  await wasl.untilLifecycle(id, 'active');
  const active = wasl.texts();
  await wasl.signatory('MOH').withdraw(id, 'the project has ended');
  const removal = await wasl.untilPlanned(id);
  const [provision, withdraw] = [`${id}-C1`, `${id}-C2`];

  // Under the name of the change that was approved, and under its own.
  expect(await forge('applyChange', provision, removal)).toMatchObject({ outcome: 'refused', code: 'APPROVAL_DIGEST' });
  expect(await forge('applyChange', withdraw, removal)).toMatchObject({ outcome: 'refused', code: 'LIFECYCLE_STEP' });
  // A change that sent nothing would be rolled back with the plan of one that is on the routers.
  const recovered = { outcome: 'attention', reason: expect.stringContaining('is not the plan in force') };
  expect(await forge('recoverTransaction', withdraw, `${provision}-P1`)).toMatchObject(recovered);
  expect(await forge('recoverTransaction', provision, `${provision}-P1`)).toMatchObject(recovered);
  expect(wasl.changedRouters(active)).toEqual([]);

  await wasl.approvePlan(removal);
  await wasl.untilLifecycle(id, 'withdrawn');
  expect(wasl.changedRouters()).toEqual([]);
  await stop();
});
