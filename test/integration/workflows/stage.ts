/** A worker with scripted stages and a record in memory: shows what the workflows do with each answer, without routers and database. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import '../../support/quiet-temporal.ts';
import type { SharedActivities, StageResult, TransactionActivities } from '../../../src/activities/activities.ts';
import { CHANGE_KIND_RULES } from '../../../src/domain/change-kinds.ts';
import type { ChangeId, InterconnectId, PlanId } from '../../../src/domain/names.ts';
import type { ChangeFacts, InterconnectFacts } from '../../../src/domain/next-move.ts';
import type { WorkerRecord } from '../../../src/domain/worker.ts';
import { type Driver, temporalDriver } from '../../../src/driver/driver.ts';
import { untilNewestInForce, workerVersion } from '../../../src/driver/releases.ts';
import { isVerdict } from '../../../src/errors.ts';
import { changeWorkflowId, interconnectWorkflowId, taskQueueOf } from '../../../workflows/shared/messages.ts';
import { changeFacts, moveFacts } from '../../domain/agreement-samples.ts';

export const PASSED: StageResult = { verdict: 'pass', reason: 'passed', code: null, transient: false };
export const failedStage = (code: string, reason: string): StageResult => ({
  ...{ verdict: 'fail', reason, code },
  transient: false,
});

export type Script = Partial<SharedActivities & TransactionActivities>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const PATIENCE_MS = 90_000;
const RELEASE = '0.2.0';

/** One interconnect as the record has it, moved by the same rules. */
export class Record {
  readonly facts: Writable<InterconnectFacts> = moveFacts({ unsigned: ['MOF', 'MOH'] });
  readonly ended: string[] = [];
  #changes = 0;
  #plans = 0;

  get change(): ChangeFacts | null {
    return this.facts.change;
  }

  set(some: Partial<ChangeFacts>): void {
    if (this.facts.change !== null) this.facts.change = { ...this.facts.change, ...some };
  }

  activities(id: () => InterconnectId): Script {
    const isOpen = (changeId: ChangeId) => this.change?.id === changeId;
    return {
      readFacts: async () => structuredClone(this.facts),
      openChange: async ({ kind }) => {
        if (this.change !== null) return;
        this.#changes += 1;
        this.facts.change = changeFacts({ id: `${id()}-C${this.#changes}` as ChangeId, kind, planId: null });
      },
      abandonChange: async ({ changeId, outcome }) => {
        if (isOpen(changeId)) this.#end(outcome);
      },
      noteTrouble: async ({ refusal }) => {
        const isTransient = !isVerdict(refusal.code);
        this.set({ phase: 'planning', isRefused: !isTransient, retryAt: isTransient ? soon() : null, replanBy: null });
        this.ended.push(`trouble ${refusal.code}`);
      },
      beginApplying: async ({ attempt, planId }) => {
        if (this.change?.planId !== planId) return false;
        this.set({ phase: 'applying', attempts: attempt });
        return true;
      },
      settleTransaction: async ({ changeId, attempt, result }) => {
        if (!isOpen(changeId) || this.change?.attempts !== attempt) return;
        this.#settle(this.change, result.outcome, result.code);
      },
      settleAgreement: async ({ to }) => {
        this.facts.lifecycle = to;
        this.facts.change = null;
      },
      planChange: async ({ changeId, kind }) => {
        this.#plans += 1;
        const planId = `${changeId}-P${this.#plans}` as PlanId;
        const phase = CHANGE_KIND_RULES[kind].approval === 'afterwards' ? 'approved' : 'planned';
        this.set({ planId, phase, replanBy: null, retryAt: null, confirmTimeoutSeconds: 5 });
        return { planId, reason: 'proofs pass', left: [] };
      },
    };
  }

  #settle(change: ChangeFacts, outcome: string, code: string | null): void {
    const { onlyTakesAway, to } = CHANGE_KIND_RULES[change.kind];
    if (outcome === 'applied') {
      this.facts.lifecycle = to;
      this.#end(outcome);
    } else if (outcome === 'attention') {
      this.set({ phase: 'attention', retryAt: '2099-01-01T00:00:00Z', recoverBy: null });
      this.ended.push('attention');
    } else if (onlyTakesAway || !isVerdict(code)) {
      this.set({ phase: onlyTakesAway ? 'planning' : 'approved', retryAt: soon() });
      this.ended.push(`${outcome} ${code}, again`);
    } else this.#end(`${outcome} ${code}`);
  }

  #end(outcome: string): void {
    this.ended.push(outcome);
    this.facts.change = null;
  }
}

const soon = () => new Date(Date.now() + 300).toISOString();

export interface Stage {
  readonly record: Record;
  readonly client: Client;
  readonly driver: Driver;
  readonly installation: string;
  readonly id: InterconnectId;
  readonly handle: WorkflowHandle;
  /** Names of the activities, in order of their calls. */
  readonly calls: string[];
  change(id: string): WorkflowHandle;
  /** Begins the workflow, or has it look. */
  look(): Promise<void>;
  sign(): Promise<void>;
  until(reached: (record: Record) => boolean): Promise<void>;
  untilPlanned(): Promise<void>;
  approve(): Promise<void>;
  withdraw(): Promise<void>;
  called(name: string, times?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openStage(script: Script = {}, dataConverter: DataConverter = {}): Promise<Stage> {
  const address = inject('temporalAddress');
  const installation = randomUUID().slice(0, 12);
  const id = `IC-${1000 + Math.floor(Math.random() * 1e6)}` as InterconnectId;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, dataConverter });
  const record = new Record();
  const calls: string[] = [];
  const taskQueue = taskQueueOf(installation);
  const worker = await Worker.create({
    connection: native,
    dataConverter,
    taskQueue,
    workerDeploymentOptions: workerVersion(installation, RELEASE),
    workflowBundle: { codePath: inject('workflowBundlePath') },
    stickyQueueScheduleToStartTimeout: '1 second',
    activities: recorded({ ...scripted(taskQueue), ...record.activities(() => id), ...script }, calls),
    shutdownGraceTime: '1 second',
  });
  const running = worker.run();
  const driver = temporalDriver(client, installation);
  const living = [{ version: RELEASE, draining: false, ageMs: 0 } as WorkerRecord];
  const releases = { client, installation, release: RELEASE, log: () => undefined };
  await untilNewestInForce({ ...releases, store: { listWorkers: async () => living } }, () => false);
  const until = async (reached: (record: Record) => boolean): Promise<void> => {
    for (const last = Date.now() + PATIENCE_MS; !reached(record); await sleep(30)) {
      if (Date.now() > last) throw new Error(`it stays at ${JSON.stringify(record.facts)} after ${calls.join(' ')}`);
    }
  };
  const stage: Stage = {
    ...{ record, client, driver, installation, id, calls, until },
    handle: client.workflow.getHandle(interconnectWorkflowId(installation, id)),
    change: (changeId) => client.workflow.getHandle(changeWorkflowId(installation, changeId as ChangeId)),
    look: () => driver.look(id),
    async sign() {
      record.facts.unsigned = [];
      await driver.look(id);
    },
    untilPlanned: () => until(({ change }) => change?.phase === 'planned'),
    async approve() {
      await stage.untilPlanned();
      record.set({ phase: 'approved' });
      await driver.look(id);
    },
    async withdraw() {
      record.facts.withdrawal = { by: 'officer-1', reason: 'the project has ended' };
      await driver.look(id);
    },
    called: (name, times = 1) => until(() => calls.filter((call) => call === name).length >= times),
    async [Symbol.asyncDispose]() {
      await stage.handle.terminate('the test is over').catch(() => undefined);
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
  return stage;
}

function scripted(taskQueue: string): Script {
  return {
    takeTurn: async () => ({ ahead: [] }),
    leaveTurn: async () => ({ waiting: [] }),
    claimWorker: async () => ({ taskQueue }),
    recoverTransaction: async () => ({ outcome: 'rolled-back', reason: 'recovered: all back', attention: [] }),
    prepareRouters: async () => PASSED,
    commitRouters: async () => PASSED,
    verifyRouters: async () => PASSED,
    confirmRouters: async () => PASSED,
    cancelRouters: async () => PASSED,
  };
}

function recorded(activities: Script, calls: string[]) {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (input: unknown) => {
      calls.push(name);
      return (activity as (argument: unknown) => Promise<unknown>)(input);
    },
  ]);
  return Object.fromEntries(wrapped) as { [name: string]: (input: unknown) => Promise<unknown> };
}

export const statusOf = (stage: Stage) => stage.handle.describe().then(({ status }) => status.name);

export async function untilStatus(stage: Stage, wanted: string): Promise<void> {
  while ((await statusOf(stage)) !== wanted) await sleep(50);
}
