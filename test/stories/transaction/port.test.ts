/** Whoever reaches Temporal's port may start any workflow with any input: nothing is written to a router that the record does not ask for. */
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Digest } from '../../../src/domain/canonical-json.ts';
import type { EntityId, InterconnectId, PersonId, PlanId } from '../../../src/domain/names.ts';
import { planStatement, requestStatement, type Statement } from '../../../src/domain/statement.ts';
import { createDevelopmentAuthority } from '../../../src/signatures/index.ts';
import { changeWorkflowId, taskQueueOf } from '../../../workflows/shared/messages.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { Installation } from '../../support/installation.ts';
import { signedText, UNREAD } from '../../support/signing.ts';

type Forged =
  | { readonly verb: 'sign'; readonly party: EntityId }
  | { readonly verb: 'approve-plan'; readonly planId: PlanId };

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

it('opens nothing for whoever owns the database, writes every row and the whole chain, and has no key', async () => {
  const stop = await wasl.startWorker();
  const before = wasl.texts();
  const forger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const installation = await wasl.store.readInstallation();
  const forge = async (id: string, person: string, of: Statement, decision: Forged, withDocument: boolean) => {
    const signed = withDocument ? await signedText(forger, person, of, installation) : UNREAD;
    const said = { person: person as PersonId, digest: of.subject.digest, decision: 'approve', reason: null } as const;
    // The store writes rows and ledger as their owner would who knows wasl by heart: what differs is that nobody signed.
    await wasl.store.decide(id as InterconnectId, { ...decision, ...said, signed }, null);
  };
  for (const [withDocument, reason] of [
    [false, /does not hold/],
    [true, /does not hold/],
  ] as const) {
    const { interconnect } = await wasl.portal('MOH').submitRequest(MOH_MOF, `key-forged-${withDocument}`);
    const { id, requestDigest, request } = interconnect;
    const policy = await wasl.store.readPolicy(request.policyVersion);
    for (const party of ['MOH', 'MOF'] as unknown as EntityId[]) {
      const of = requestStatement(party, { id, digest: requestDigest as Digest }, policy);
      await forge(id, `ghost-${party}`, of, { verb: 'sign', party }, withDocument);
    }
    await wasl.engineer(1).resume(id);
    const planId = (await wasl.untilPlanned(id)) as PlanId;
    const { digest } = await wasl.store.readPlan(planId);
    await forge(id, 'ghost-net', planStatement({ id: planId, digest }), { verb: 'approve-plan', planId }, withDocument);
    await wasl.engineer(1).resume(id);
    await wasl.untilWaiting(id, reason);
    expect(wasl.changedRouters(before)).toEqual([]);
    await wasl.signatory('MOH').withdraw(id, 'nobody asked for it');
    await wasl.untilLifecycle(id, 'rejected');
  }
  expect(wasl.changedRouters(before)).toEqual([]);
  await stop();
});
