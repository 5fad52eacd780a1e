/** From a request to an active interconnect and back, through the workflows; returns what the pushes cost. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporalGateway } from '../../../src/api/temporal-gateway.ts';
import type { Lifecycle } from '../../../src/domain/lifecycle.ts';
import type { ChangeId, EntityId, InterconnectId, PersonId, PlanId } from '../../../src/domain/names.ts';
import { WaslError } from '../../../src/errors.ts';
import { type InterconnectStatus, TASK_QUEUE } from '../../../workflows/shared/messages.ts';
import { benchRequest } from '../network/backbone-inventory.ts';
import { type ChangeHistory, readChangeHistory } from './change-history.ts';
import type { BenchNetwork } from './installation.ts';
import type { WorkerReport } from './messages.ts';

const LOOK_INTERVAL_MS = 50;
const PATIENCE_MS = 120_000;
const PARTIES = ['MOF', 'MOH'] as unknown as readonly [EntityId, EntityId];
const REQUESTER = 'moh-portal-1' as PersonId;
const ENGINEER = 'engineer-2' as PersonId;

export interface MeasuredChange {
  readonly history: ChangeHistory;
  readonly report: WorkerReport;
}

/** Provisions, and withdraws again: the next run finds the network as this one did. */
export async function provisionAndWithdraw(network: BenchNetwork): Promise<MeasuredChange> {
  const { store, client } = network;
  const gateway = temporalGateway(client);
  const requestedBy = REQUESTER;
  const { interconnect } = await store.createInterconnect({
    request: benchRequest(),
    parties: PARTIES,
    requestedBy,
    requestedByEntity: 'MOH' as EntityId,
    idempotencyKey: randomUUID(),
  });
  const { id: interconnectId, requestDigest, parties } = interconnect;
  const { validUntil } = interconnect.request;
  await gateway.startInterconnect({ interconnectId, parties, requestedBy, requestDigest, validFrom: null, validUntil });
  for (const party of parties) {
    const person = `${party.toLowerCase()}-signatory-1` as PersonId;
    await gateway.decideRequest(interconnectId, {
      person,
      party,
      digest: requestDigest,
      decision: 'approve',
      reason: null,
    });
  }
  const provisioned = await approvePlan(network, interconnectId, null);
  await untilLifecycle(network, interconnectId, 'active');
  const report = await network.report();
  const history = await readChangeHistory(client, `change/${provisioned}`);

  await gateway.withdraw(interconnectId, { person: REQUESTER, reason: 'measured' });
  await approvePlan(network, interconnectId, provisioned);
  await untilLifecycle(network, interconnectId, 'withdrawn');
  return { history, report };
}

/** Waits for the plan of the change after `previous`; the worker's spans before its approval are dropped. */
async function approvePlan(network: BenchNetwork, id: InterconnectId, previous: ChangeId | null): Promise<ChangeId> {
  const gateway = temporalGateway(network.client);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { awaiting, change, lifecycle, reason } = await statusOf(network, id);
    const open = awaiting.some((each) => each.startsWith('approval of the plan')) && change?.id !== previous;
    if (open && change !== null && change.planId !== null && change.planDigest !== null) {
      await network.report();
      const { planId, planDigest: digest } = change;
      await gateway.decidePlan(id, { person: ENGINEER, planId, digest, decision: 'approve', reason: null });
      return change.id;
    }
    if (Date.now() > deadline) throw new Error(`${id} is ${lifecycle}, not planned: ${reason}`);
    await sleep(LOOK_INTERVAL_MS);
  }
}

/** Asks the record, whose readers cost the worker nothing; then the workflow, which the record is a step ahead of. */
async function untilLifecycle(network: BenchNetwork, id: InterconnectId, wanted: Lifecycle): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { lifecycle, reason } = await network.store.readInterconnect(id);
    if (lifecycle === wanted && (await statusOf(network, id)).lifecycle === wanted) return;
    if (lifecycle === 'failed' || lifecycle === 'attention' || Date.now() > deadline)
      throw new Error(`${id} is ${lifecycle}, not ${wanted}: ${reason}`);
    await sleep(LOOK_INTERVAL_MS);
  }
}

async function statusOf({ client }: BenchNetwork, id: InterconnectId): Promise<InterconnectStatus> {
  const gateway = temporalGateway(client);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await gateway.readStatus(id);
    } catch (error) {
      // A busy machine answers late; that is no result.
      if (!(error instanceof WaslError) || error.code !== 'TEMPORAL_UNAVAILABLE' || Date.now() > deadline) throw error;
    }
  }
}

/** The same workflow over activities that do nothing. */
export async function emptyChange(client: Client): Promise<ChangeHistory> {
  const changeId = `empty-${randomUUID()}` as ChangeId;
  const workflowId = `change/${changeId}`;
  const input = { changeId, planId: `${changeId}-P1` as PlanId, confirmTimeoutSeconds: 120 };
  await client.workflow.execute('applyChange', { workflowId, taskQueue: TASK_QUEUE, args: [input] });
  return readChangeHistory(client, workflowId);
}
