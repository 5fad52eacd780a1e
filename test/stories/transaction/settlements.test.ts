/** Whoever reaches Temporal's port can have any step told that anything ended anyhow: the record settles by what workers wrote down. */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { TransactionOutcome } from '../../../src/domain/change.ts';
import type { ChangeId, InterconnectId } from '../../../src/domain/names.ts';
import { taskQueueOf } from '../../../workflows/shared/messages.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { Installation, onServer } from '../../support/installation.ts';

const address = inject('temporalAddress');
const INTRUDER = 'intruder';
let wasl: Installation;
let connection: Connection;
let native: NativeConnection;
let intruder: Worker;
let running: Promise<void>;
beforeAll(async () => {
  wasl = await Installation.open();
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  const workflowsPath = fileURLToPath(new URL('./intruder/forge.ts', import.meta.url));
  const namespace = wasl.temporalNamespace;
  intruder = await Worker.create({ connection: native, namespace, taskQueue: INTRUDER, workflowsPath });
  running = intruder.run();
}, 120_000);
afterAll(async () => {
  intruder?.shutdown();
  await running;
  await native?.close();
  await connection?.close();
  await wasl?.[Symbol.asyncDispose]();
});

const CLAIMS = ['applied', 'refused', 'rolled-back'] as const satisfies readonly TransactionOutcome[];

it('neither applied, refused nor rolled back because somebody says so; the true end settles it', async () => {
  const { store } = wasl;
  const client = new Client({ connection, namespace: wasl.temporalNamespace });
  const queue = taskQueueOf(await store.readInstallation());
  const forge = (changeId: ChangeId, claimed: TransactionOutcome, attempt: number, planId: string | null) => {
    const result = { outcome: claimed, reason: 'the port says so', code: null, left: [] };
    const args = [queue, 'settleTransaction', { changeId, attempt, planId, result }];
    const workflowId = `forged/${changeId}/${claimed}/${attempt}/${planId}`;
    return client.workflow.execute('forge', { workflowId, taskQueue: INTRUDER, args });
  };
  const id = (await wasl.provision(MOH_MOF)) as InterconnectId;
  await wasl.untilLifecycle(id, 'active');
  await wasl.signatory('MOH').withdraw(id, 'the project has ended');
  const planId = await wasl.untilPlanned(id);
  const changeId = `${id}-C2` as ChangeId;

  for (const claimed of CLAIMS) await forge(changeId, claimed, 0, planId);
  expect(await store.readChange(changeId)).toMatchObject({ phase: 'planned', outcome: null });

  const slow = wasl.backbone.router('mct-pe-01').faults.set({ kind: 'slow', ms: 2_000 });
  await wasl.approvePlan(planId);
  await expect.poll(async () => (await store.readChange(changeId)).phase, { timeout: 90_000 }).toBe('applying');
  for (const of of [planId, null]) await Promise.all(CLAIMS.map((claimed) => forge(changeId, claimed, 1, of)));
  expect((await store.readInterconnect(id)).lifecycle).toBe('active');
  const told = (await store.readLedger({ afterSequence: 0, limit: 500 })).filter(
    ({ action }) => action === 'settlement.refused',
  );
  expect(told.map(({ body }) => body.claimed).sort()).toEqual([...CLAIMS].sort());
  wasl.backbone.router('mct-pe-01').faults.clear(slow);

  await wasl.untilLifecycle(id, 'withdrawn');
  expect((await store.readChange(changeId)).reason).not.toContain('the port says so');
  expect(wasl.changedRouters()).toEqual([]);
});

it.each([
  [
    'its plan has lost its routers',
    `update plans set plan = jsonb_set(plan::jsonb, '{routers}', '[]') where id = $1 || '-P1'`,
  ],
  ['it takes away, by its row', `update changes set kind = 'withdraw' where id = $1`],
])('goes back before it is confirmed, where somebody wrote meanwhile that %s', async (_what, statement) => {
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  const changeId = `${id}-C1` as ChangeId;
  const slow = wasl.backbone.router('nzw-pe-01').faults.set({ kind: 'slow', ms: 250 });
  await wasl.approvePlan(planId);
  await wasl.untilDone(id, 'commit', 1);
  await onServer(wasl.databaseUrl, statement.replaceAll('$1', `'${changeId}'`));
  const ended = async () => (await wasl.store.readChange(changeId)).outcome;
  await expect.poll(ended, { timeout: 90_000 }).toBe('rolled-back');
  wasl.backbone.router('nzw-pe-01').faults.clear(slow);
  expect((await wasl.store.readChange(changeId)).refusal).toMatchObject({ code: 'APPROVAL_DIGEST' });
  expect(wasl.changedRouters()).toEqual([]);
  await wasl.signatory('MOH').withdraw(id, 'the project has ended');
  await wasl.untilLifecycle(id, 'rejected');
  expect(wasl.changedRouters()).toEqual([]);
});
