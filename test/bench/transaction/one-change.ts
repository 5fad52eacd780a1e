/** From a request to an active interconnect and back, through the workflows; returns what the pushes cost. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Digest } from '../../../src/domain/canonical-json.ts';
import type { Lifecycle } from '../../../src/domain/lifecycle.ts';
import type { ChangeId, EntityId, InterconnectId, PersonId, PlanId } from '../../../src/domain/names.ts';
import { planStatement, requestStatement, type Statement } from '../../../src/domain/statement.ts';
import { temporalDriver } from '../../../src/driver/driver.ts';
import type { PersonsDecision } from '../../../src/store/decision-rows.ts';
import { changeWorkflowId, taskQueueOf } from '../../../workflows/shared/messages.ts';
import { signedText } from '../../support/signing.ts';
import { benchRequest } from '../network/backbone-inventory.ts';
import { type ChangeHistory, readChangeHistory } from './change-history.ts';
import { EMPTY_INSTALLATION } from './empty-worker.ts';
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
  const { store, client, authority } = network;
  const installation = await store.readInstallation();
  const driver = temporalDriver(client, installation);
  const requestedBy = REQUESTER;
  const { interconnect } = await store.createInterconnect({
    request: benchRequest(),
    parties: PARTIES,
    requestedBy,
    requestedByEntity: 'MOH' as EntityId,
    idempotencyKey: randomUUID(),
  });
  const { id, request, requestDigest: digest, parties } = interconnect;
  const decide = async (decision: PersonsDecision, statement: Statement | null = null) => {
    const signed = statement && (await signedText(authority, decision.person, statement, installation));
    await store.decide(id, { ...decision, signed } as PersonsDecision, null);
    await driver.look(id);
  };
  const policy = await store.readPolicy(request.policyVersion);
  for (const party of parties) {
    const person = `${party.toLowerCase()}-signatory-1` as PersonId;
    const statement = requestStatement(party, { id, digest: digest as Digest }, policy);
    await decide({ verb: 'sign', person, party, digest, decision: 'approve', reason: null }, statement);
  }
  const provisioned = await approvePlan(network, id, decide);
  await untilLifecycle(network, id, 'active');
  const report = await network.report();
  const history = await readChangeHistory(client, changeWorkflowId(installation, provisioned));

  await decide({ verb: 'withdraw', person: REQUESTER, reason: 'measured' });
  await approvePlan(network, id, decide);
  await untilLifecycle(network, id, 'withdrawn');
  return { history, report };
}

/** Waits for the plan of the change in hand; the worker's spans before its approval are dropped. */
async function approvePlan(
  network: BenchNetwork,
  id: InterconnectId,
  decide: (decision: PersonsDecision, statement: Statement) => Promise<void>,
): Promise<ChangeId> {
  const { store } = network;
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
    const change = (await store.listChanges(id)).at(-1);
    if (change?.phase === 'planned' && change.planId !== null) {
      const { digest } = await store.readPlan(change.planId);
      await network.report();
      const { planId } = change;
      await decide(
        { verb: 'approve-plan', person: ENGINEER, planId, digest, decision: 'approve', reason: null },
        planStatement({ id: planId, digest: digest as Digest }),
      );
      return change.id;
    }
    if (Date.now() > deadline) throw new Error(`${id} is not planned: ${change?.reason}`);
  }
}

async function untilLifecycle({ store }: BenchNetwork, id: InterconnectId, wanted: Lifecycle): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
    const { lifecycle, reason, underWay } = await store.readInterconnect(id);
    if (lifecycle === wanted) return;
    if (underWay?.phase === 'attention' || Date.now() > deadline) {
      throw new Error(`${id} is ${lifecycle}, not ${wanted}: ${reason}`);
    }
  }
}

/** The same workflow over activities that do nothing. */
export async function emptyChange(client: Client): Promise<ChangeHistory> {
  const changeId = `empty-${randomUUID()}` as ChangeId;
  const installation = EMPTY_INSTALLATION;
  const workflowId = changeWorkflowId(installation, changeId);
  const input = { installation, changeId, planId: `${changeId}-P1` as PlanId, confirmTimeoutSeconds: 120 };
  await client.workflow.execute('applyChange', { workflowId, taskQueue: taskQueueOf(installation), args: [input] });
  return readChangeHistory(client, workflowId);
}
