/** The drive of an interconnect: nothing that is lost, killed, late or forged at Temporal decides or ends anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, it, vi } from 'vitest';
import type { SharedActivities } from '../../../src/activities/activities.ts';
import { keepHistory } from './histories.ts';
import { failedStage, openStage, PASSED, type Stage, statusOf, untilStatus } from './stage.ts';

/** Until the worker stops. */
const hang = (): Promise<never> => Context.current().cancelled;
// Each test has a worker of its own: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

const TRANSACTION = ['prepareRouters', 'commitRouters', 'verifyRouters', 'confirmRouters'];
const transactionsOf = ({ calls }: Stage) =>
  calls.filter((call) => call.endsWith('Routers') || call === 'recoverTransaction');

describe.concurrent('an interconnect', () => {
  it('is provisioned, and withdrawn: each change one transaction, then its workflow ends', async ({ expect }) => {
    await using stage = await openStage();
    await stage.look();
    await stage.called('readFacts');
    await stage.sign();
    await stage.untilPlanned();
    const provisioning = await stage.handle.describe();
    await stage.approve();
    await stage.until(({ facts }) => facts.lifecycle === 'active');
    await keepHistory('provision', stage.client, provisioning.workflowId, provisioning.runId);
    await keepHistory('apply-change', stage.client, stage.change(`${stage.id}-C1`).workflowId);
    await stage.withdraw();
    await stage.approve();
    await untilStatus(stage, 'COMPLETED');
    expect(stage.record.facts.lifecycle).toBe('withdrawn');
    expect(transactionsOf(stage)).toEqual([...TRANSACTION, ...TRANSACTION]);
    expect(stage.record.ended).toEqual(['applied', 'applied']);
  });

  it('expires unsigned at its end', async ({ expect }) => {
    await using stage = await openStage();
    stage.record.facts.validUntil = new Date(Date.now() + 2_500).toISOString();
    await stage.look();
    const { runId, workflowId } = await stage.handle.describe();
    await stage.until(({ facts }) => facts.lifecycle === 'expired');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(stage.record.facts.validUntil));
    await untilStatus(stage, 'COMPLETED');
    await keepHistory('expired', stage.client, workflowId, runId);
  });

  it('that waits for an approval of its removal is removed at its end', async ({ expect }) => {
    await using stage = await openStage();
    stage.record.facts.lifecycle = 'active';
    stage.record.facts.unsigned = [];
    stage.record.facts.validUntil = new Date(Date.now() + 20_000).toISOString();
    await stage.withdraw();
    await stage.untilPlanned();
    expect(transactionsOf(stage)).toEqual([]);
    await stage.until(({ facts }) => facts.lifecycle === 'withdrawn');
    expect(transactionsOf(stage)).toEqual(TRANSACTION);
  });

  it('whose verification fails rolls back, ends that change, and is planned again', async ({ expect }) => {
    await using stage = await openStage({
      verifyRouters: async () => failedStage('VERIFY_FAILED', 'a canary heard it'),
    });
    await stage.sign();
    await stage.approve();
    await stage.until(({ change }) => change?.id === `${stage.id}-C2` && change.phase === 'planned');
    expect(stage.record.ended).toEqual(['rolled-back VERIFY_FAILED']);
    expect(transactionsOf(stage)).toEqual(['prepareRouters', 'commitRouters', 'verifyRouters', 'cancelRouters']);
    await keepHistory('rolled-back', stage.client, stage.change(`${stage.id}-C1`).workflowId);
  });
});

describe.concurrent('what fails for a while ends nothing', () => {
  it.for([
    ['DATABASE_UNAVAILABLE', false],
    ['CONFIGURATION', false],
    ['INTERNAL', false],
    ['CHANGE_UNKNOWN', true],
  ] as const)('a step of the record with %s (final: %s)', async ([type, nonRetryable], { expect }) => {
    let failures = 3;
    await using stage = await openStage({
      async beginApplying({ attempt }) {
        failures -= 1;
        if (failures >= (nonRetryable ? 2 : 0)) {
          throw ApplicationFailure.create({ message: 'password authentication failed (28P01)', type, nonRetryable });
        }
        stage.record.set({ phase: 'applying', attempts: attempt });
        return true;
      },
    });
    await stage.sign();
    await stage.approve();
    await stage.until(({ facts }) => facts.lifecycle === 'active');
    expect(stage.record.ended).toEqual(['applied']);
    expect(await statusOf(stage)).toBe('RUNNING');
  });

  it.for(['DATABASE_UNAVAILABLE', 'CONFIGURATION', 'ROUTER_UNREACHABLE', 'INTERNAL'])(
    'planning with %s is tried again, and nobody is asked',
    async (type, { expect }) => {
      let failures = 2;
      await using stage = await openStage({
        async planChange(input) {
          failures -= 1;
          if (failures >= 0) throw ApplicationFailure.create({ message: 'away', type, nonRetryable: true });
          return planOf(stage, input);
        },
      });
      await stage.sign();
      await stage.untilPlanned();
      expect(stage.record.ended).toEqual([`trouble ${type}`, `trouble ${type}`]);
    },
  );

  it('a stage with no answer: recovered, and tried again under the same approval', async ({ expect }) => {
    let tries = 0;
    await using stage = await openStage({
      async commitRouters() {
        tries += 1;
        if (tries === 1) throw ApplicationFailure.create({ message: 'gone', type: 'SESSION_LOST', nonRetryable: true });
        return PASSED;
      },
    });
    await stage.sign();
    await stage.approve();
    await stage.until(({ facts }) => facts.lifecycle === 'active');
    expect(stage.record.ended).toEqual(['rolled-back SESSION_LOST, again', 'applied']);
    expect(transactionsOf(stage)).toEqual(['prepareRouters', 'commitRouters', 'recoverTransaction', ...TRANSACTION]);
  });
});

describe.concurrent('whoever kills', () => {
  it('the workflow of a transaction: its routers are recovered, and it is tried again', async ({ expect }) => {
    let isFirst = true;
    await using stage = await openStage({
      verifyRouters: () => {
        if (!isFirst) return Promise.resolve(PASSED);
        isFirst = false;
        return hang();
      },
    });
    await stage.sign();
    await stage.approve();
    await stage.called('verifyRouters');
    const { workflowId, runId } = await stage.handle.describe();
    await stage.change(`${stage.id}-C1`).terminate('by hand');
    await stage.until(({ facts }) => facts.lifecycle === 'active');
    await keepHistory('child-lost', stage.client, workflowId, runId);
    await keepHistory('recovery', stage.client, `${stage.change(`${stage.id}-C1`).workflowId}/recovery`);
    expect(stage.record.ended).toEqual(['rolled-back SESSION_LOST, again', 'applied']);
  });

  it.for(['readFacts', 'planChange', 'prepareRouters', 'commitRouters', 'verifyRouters', 'confirmRouters'])(
    'the workflow of an interconnect during %s: begun anew, it goes on from the record',
    async (name, { expect }) => {
      await using stage = await openStage({ [name]: once(name, () => stage) });
      await stage.sign();
      if (name.endsWith('Routers')) await stage.approve();
      await stage.called(name);
      await stage.handle.terminate('by hand');
      await stage.look();
      if (!name.endsWith('Routers')) await stage.approve();
      await stage.until(({ facts }) => facts.lifecycle === 'active');
      const wasPushed = name.endsWith('Routers');
      expect(stage.record.ended).toEqual(wasPushed ? ['rolled-back SESSION_LOST, again', 'applied'] : ['applied']);
    },
  );

  it('it while there was nothing to push: it is planned again', async ({ expect }) => {
    let plans = 0;
    await using stage = await openStage({
      planChange: async () => {
        plans += 1;
        return { planId: null, reason: 'nothing is left', left: [] };
      },
      settleTransaction: async (input) => {
        if (plans === 1) await hang();
        return stage.record.activities(() => stage.id).settleTransaction?.(input);
      },
    });
    await stage.sign();
    await stage.called('settleTransaction');
    await stage.handle.terminate('by hand');
    await stage.look();
    await stage.until(({ facts }) => facts.lifecycle === 'active');
    expect(plans).toBe(2);
  });

  it('it by cancelling: it ends, and is begun anew', async ({ expect }) => {
    await using stage = await openStage();
    await stage.look();
    await stage.handle.cancel();
    await untilStatus(stage, 'CANCELLED');
    await stage.sign();
    await stage.approve();
    await stage.until(({ facts }) => facts.lifecycle === 'active');
    expect(stage.record.ended).toEqual(['applied']);
  });
});

type PlanInput = Parameters<SharedActivities['planChange']>[0];

function planOf({ record, id }: Stage, input: PlanInput): ReturnType<SharedActivities['planChange']> {
  const { planChange } = record.activities(() => id);
  if (planChange === undefined) throw new Error('the record plans');
  return planChange(input);
}

/** The first call never answers. */
function once(name: string, stage: () => Stage) {
  let isFirst = true;
  return (input: never): Promise<unknown> => {
    if (isFirst) {
      isFirst = false;
      return hang();
    }
    const own = stage().record.activities(() => stage().id) as { [key: string]: (argument: never) => Promise<unknown> };
    return own[name]?.(input) ?? Promise.resolve(PASSED);
  };
}

describe.concurrent('whoever reaches the port', () => {
  it('decides nothing by signals, updates and queries of the old names, nor by looks', async ({ expect }) => {
    await using stage = await openStage();
    await stage.sign();
    await stage.untilPlanned();
    const before = structuredClone(stage.record.facts);
    const forged = { person: 'ghost', planId: stage.record.change?.planId, digest: 'sha256:0', decision: 'approve' };
    for (const name of ['decideRequest', 'decidePlan', 'withdraw', 'replan', 'recover', 'turnCame']) {
      await stage.handle.signal(name, forged);
      const update = stage.handle.executeUpdate(name, { args: [forged] });
      await expect(
        Promise.race([update, sleep(3_000).then(() => Promise.reject(new Error('late')))]),
      ).rejects.toThrow();
    }
    for (let looks = 0; looks < 30; looks++) await stage.handle.signal('look', forged);
    await sleep(1_000);
    expect(stage.record.facts).toEqual(before);
    expect(transactionsOf(stage)).toEqual([]);
  });

  it('begins a transaction that the gate refuses, and nothing follows from it', async ({ expect }) => {
    await using stage = await openStage({
      prepareRouters: async () => failedStage('APPROVAL_DIGEST', 'the network side has not approved'),
    });
    await stage.sign();
    await stage.untilPlanned();
    const { installation, id } = stage;
    const planId = stage.record.change?.planId ?? '';
    const args = [{ installation, changeId: `${id}-C1`, planId, confirmTimeoutSeconds: 5 }];
    const options = { workflowId: 'forged', taskQueue: `wasl/${installation}`, args };
    const result = await stage.client.workflow.execute('applyChange', { ...options, workflowId: `forged/${id}` });
    expect(result).toMatchObject({ outcome: 'refused', code: 'APPROVAL_DIGEST' });
    expect(transactionsOf(stage)).toEqual(['prepareRouters']);
    expect(stage.record.change?.phase).toBe('planned');
  });
});
