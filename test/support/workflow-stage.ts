/** A worker with scripted activities: shows what the workflows do with each answer, without routers and without a database. */
import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import './quiet-temporal.ts';
import type { SharedActivities, StageResult, TransactionActivities } from '../../src/activities/activities.ts';
import type { ChangeId, EntityId, InterconnectId, PersonId, PlanId } from '../../src/domain/names.ts';
import type { runInterconnect } from '../../workflows/run-interconnect.ts';
import { type InterconnectStatus, type RunInterconnectInput, readStatus } from '../../workflows/shared/messages.ts';

export const PASSED: StageResult = { verdict: 'pass', reason: 'passed', code: null, transient: false };
export const failedStage = (code: string, reason: string, transient = false): StageResult => ({
  verdict: 'fail',
  reason,
  code,
  transient,
});

export const MOH = 'MOH' as EntityId;
export const MOF = 'MOF' as EntityId;
export const person = (name: string): PersonId => name as PersonId;
export const REQUEST_DIGEST = `sha256:${'a'.repeat(64)}`;

export interface Stage {
  readonly client: Client;
  readonly taskQueue: string;
  /** Names of the activities in order of their calls, with what matters of their input. */
  readonly calls: string[];
  start(overrides?: Partial<RunInterconnectInput>): Promise<WorkflowHandle<typeof runInterconnect>>;
  close(): Promise<void>;
}

export type Script = Partial<SharedActivities & TransactionActivities>;

export async function openStage(script: Script = {}): Promise<Stage> {
  const address = inject('temporalAddress');
  const taskQueue = `test/${randomUUID()}`;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const calls: string[] = [];
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    activities: recorded({ ...scripted(taskQueue), ...script }, calls),
  });
  const running = worker.run();
  return {
    client,
    taskQueue,
    calls,
    start(overrides = {}) {
      const interconnectId = `IC-${Math.floor(Math.random() * 1e8) + 1000}` as InterconnectId;
      const input: RunInterconnectInput = {
        interconnectId,
        parties: [MOF, MOH],
        requestedBy: person('moh-portal-1'),
        requestDigest: REQUEST_DIGEST,
        validFrom: null,
        validUntil: '2099-01-01T00:00:00Z',
        ...overrides,
      };
      return client.workflow.start('runInterconnect', {
        workflowId: `test/${input.interconnectId}`,
        taskQueue,
        args: [input],
      }) as Promise<WorkflowHandle<typeof runInterconnect>>;
    },
    async close() {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}

/** Waits for a state that the workflow must reach; the test's own timeout bounds it. */
export async function until(
  handle: WorkflowHandle,
  reached: (status: InterconnectStatus) => boolean,
): Promise<InterconnectStatus> {
  for (;;) {
    const status = await handle.query(readStatus);
    if (reached(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function scripted(taskQueue: string): SharedActivities & TransactionActivities {
  let plans = 0;
  return {
    recordApproval: async () => undefined,
    stepLifecycle: async () => undefined,
    createChange: async ({ changeKey }) => ({ changeId: `${changeKey.replace('/', '-C')}` as ChangeId }),
    endChange: async () => undefined,
    refusePlan: async () => undefined,
    releaseRouteTargets: async () => undefined,
    async planChange({ changeId }) {
      plans += 1;
      const planId = `${changeId}-P${plans}` as PlanId;
      const digest = `sha256:${String(plans).padStart(64, '0')}`;
      return { planId, digest, verdict: 'pass', reason: 'proofs pass', confirmTimeoutSeconds: 30 };
    },
    awaitTurn: async () => undefined,
    leaveTurn: async () => undefined,
    claimWorker: async () => ({ taskQueue }),
    recoverTransaction: async () => ({ outcome: 'rolled-back', reason: 'recovered: all back', attention: [] }),
    checkRouter: async () => null,
    readRouter: async () => null,
    readMatrix: async () => null,
    prepareRouters: async () => PASSED,
    commitRouters: async () => PASSED,
    verifyRouters: async () => PASSED,
    confirmRouters: async () => PASSED,
    cancelRouters: async () => PASSED,
  };
}

function recorded(activities: SharedActivities & TransactionActivities, calls: string[]) {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (input: Record<string, unknown> | undefined) => {
      const detail = input?.event ?? input?.outcome ?? input?.kind;
      calls.push(typeof detail === 'string' ? `${name} ${detail}` : name);
      return (activity as (argument: unknown) => Promise<unknown>)(input);
    },
  ]);
  return Object.fromEntries(wrapped) as Record<string, (input: unknown) => Promise<unknown>>;
}
