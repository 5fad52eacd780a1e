import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { SharedActivities } from '../../../src/activities/activities.ts';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { obtainTemporalBinary } from '../../../src/bin/temporal-server.ts';
import type { EntityId, PlanId } from '../../../src/domain/names.ts';
import {
  decidePlan,
  decideRequest,
  type InterconnectStatus,
  recover,
  replan,
  withdraw,
} from '../../../workflows/shared/messages.ts';
import {
  failedStage,
  MOF,
  MOH,
  openStage,
  PASSED,
  person,
  REQUEST_DIGEST,
  type Script,
  type Stage,
  until,
} from '../../support/workflow-stage.ts';

let stage: Stage;
afterEach(() => stage.close());

const open = async (script: Script = {}) => {
  stage = await openStage(script);
  return stage;
};

const sign = (handle: WorkflowHandle, party: EntityId, who = `${party.toLowerCase()}-signatory-1`) =>
  handle.executeUpdate(decideRequest, {
    args: [{ person: person(who), party, digest: REQUEST_DIGEST, decision: 'approve', reason: null }],
  });

async function approvePlan(handle: WorkflowHandle, who = 'engineer-2'): Promise<InterconnectStatus> {
  const { change } = await until(handle, (status) =>
    status.awaiting.includes('approval of the plan by the network side'),
  );
  const [planId, digest] = [change?.planId, change?.planDigest];
  if (!planId || !digest) throw new Error('no plan to approve');
  return handle.executeUpdate(decidePlan, {
    args: [{ person: person(who), planId, digest, decision: 'approve', reason: null }],
  });
}

async function provisioned(handle: WorkflowHandle): Promise<void> {
  await sign(handle, MOH);
  await sign(handle, MOF);
  await approvePlan(handle);
}

async function refusalOf(update: Promise<unknown>): Promise<string | null | undefined> {
  const error = await update.then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  const { cause } = error as WorkflowUpdateFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  return (cause as ApplicationFailure).type;
}

/** Histories are recorded by a script run (WASL_UPDATE_HISTORIES=1) and replayed by test/workflows. */
async function record(handle: WorkflowHandle, name: string): Promise<void> {
  if (process.env.WASL_UPDATE_HISTORIES !== '1') return;
  const directory = fileURLToPath(new URL('../../histories/', import.meta.url));
  await mkdir(directory, { recursive: true });
  const binary = await obtainTemporalBinary(cacheDirectory(), () => undefined);
  const show = ['workflow', 'show', '--output', 'json', '--address', inject('temporalAddress')];
  const { stdout } = await promisify(execFile)(binary, [...show, '--workflow-id', handle.workflowId]);
  // Whose machine it was recorded on is nobody's business.
  await writeFile(`${directory}${name}.json`, stdout.replaceAll(/"\d+@[^"]*"/g, '"worker"'));
}

describe('an interconnect', () => {
  it('is signed by both parties, planned, approved, applied, and withdrawn again', async () => {
    const { start, calls } = await open();
    const handle = await start();
    await provisioned(handle);
    await until(handle, (status) => status.lifecycle === 'active');
    expect(calls.filter((call) => call.endsWith('Routers'))).toEqual([
      'prepareRouters',
      'commitRouters',
      'verifyRouters',
      'confirmRouters',
    ]);

    await handle.executeUpdate(withdraw, {
      args: [{ person: person('moh-portal-1'), reason: 'the purpose is fulfilled' }],
    });
    await approvePlan(handle);
    const end = await handle.result();
    expect(end.lifecycle).toBe('withdrawn');
    expect(calls.filter((call) => call.startsWith('stepLifecycle'))).toEqual(
      ['plan', 'approve', 'schedule', 'start', 'activate', 'withdraw', 'complete'].map(
        (event) => `stepLifecycle ${event}`,
      ),
    );
    expect(calls.at(-2)).toBe('releaseRouteTargets');
    await record(handle, 'provision-and-withdraw');
  });

  it('ends rejected when a party does not agree, and nothing was planned', async () => {
    const { start, calls } = await open();
    const handle = await start();
    await sign(handle, MOH);
    await handle.executeUpdate(decideRequest, {
      args: [
        {
          person: person('mof-signatory-1'),
          party: MOF,
          digest: REQUEST_DIGEST,
          decision: 'reject',
          reason: 'no need',
        },
      ],
    });
    expect(await handle.result()).toMatchObject({ lifecycle: 'rejected', reason: 'no need' });
    expect(calls.some((call) => call.startsWith('planChange'))).toBe(false);
    await record(handle, 'rejected');
  });

  it('fails and gives its route targets back when verification fails', async () => {
    const verifyRouters = async () => failedStage('VERIFY_FAILED', '10.200.10.10 does not answer');
    const { start, calls } = await open({ verifyRouters });
    const handle = await start();
    await provisioned(handle);
    expect(await handle.result()).toMatchObject({
      lifecycle: 'failed',
      reason: '10.200.10.10 does not answer',
      change: { outcome: 'rolled-back' },
    });
    expect(calls).toContain('cancelRouters');
    expect(calls).not.toContain('confirmRouters');
    expect(calls.at(-2)).toBe('releaseRouteTargets');
    await record(handle, 'verification-failed');
  });

  it('recovers from the journal when the worker of the transaction is gone', async () => {
    const { start, calls } = await open({ claimWorker: async () => ({ taskQueue: 'test/nobody-polls-this' }) });
    const handle = await start();
    await provisioned(handle);
    expect(await handle.result()).toMatchObject({ lifecycle: 'failed', change: { outcome: 'rolled-back' } });
    expect(calls).toContain('recoverTransaction');
    await record(handle, 'worker-lost');
  });

  it('cancels when a router refuses the commit, without verifying', async () => {
    const { start, calls } = await open({ commitRouters: async () => failedStage('ROUTER_REFUSED', 'pe2 refused') });
    const handle = await start();
    await provisioned(handle);
    expect(await handle.result()).toMatchObject({ lifecycle: 'failed', reason: 'pe2 refused' });
    expect(calls).not.toContain('verifyRouters');
    expect(calls).toContain('cancelRouters');
  });

  it('waits for a lock, and is refused when it stays held', async () => {
    let attempts = 0;
    const prepareRouters = async () => {
      attempts += 1;
      return attempts < 2 ? failedStage('ROUTER_LOCKED', 'pe1 is locked by session 7', true) : PASSED;
    };
    const { start } = await open({ prepareRouters });
    const handle = await start();
    await provisioned(handle);
    await until(handle, (status) => status.lifecycle === 'active');
    expect(attempts).toBe(2);
    await handle.terminate();
  });

  it('plans again when the plan became stale, and the old approval is void', async () => {
    let attempts = 0;
    const prepareRouters = async () => {
      attempts += 1;
      return attempts === 1 ? failedStage('PLAN_STALE', 'pe1 differs: somebody edited it') : PASSED;
    };
    const { start, calls } = await open({ prepareRouters });
    const handle = await start();
    await provisioned(handle);
    const again = await until(handle, (status) => status.lifecycle === 'planned' && attempts === 1);
    expect(again.reason).toContain('somebody edited it');
    expect(calls).toContain('endChange refused');
    await approvePlan(handle);
    await until(handle, (status) => status.lifecycle === 'active');
    await handle.terminate();
  });

  it('stays with a person after attention, and ends when recovery can read the routers', async () => {
    let recoveries = 0;
    const { start } = await open({
      confirmRouters: async () => failedStage('COMMIT_OUTCOME_UNKNOWN', 'pe2: the reply was lost'),
      recoverTransaction: async () => {
        recoveries += 1;
        if (recoveries === 1) return { outcome: 'attention', reason: 'pe2 cannot be read', attention: [] };
        return { outcome: 'applied', reason: 'every router holds the change', attention: [] };
      },
    });
    const handle = await start();
    await provisioned(handle);
    await until(handle, (status) => status.lifecycle === 'attention');
    await handle.executeUpdate(recover, { args: [{ person: person('engineer-1') }] });
    await until(handle, (status) => status.lifecycle === 'active');
    await handle.terminate();
  });

  it('is withdrawn at its signed end date without a further approval', async () => {
    const { start, calls } = await open();
    const handle = await start({ validUntil: new Date(Date.now() + 4_000).toISOString() });
    await provisioned(handle);
    expect(await handle.result()).toMatchObject({ lifecycle: 'withdrawn' });
    expect(calls).toContain('planChange withdraw');
    await record(handle, 'expired');
  });

  it('goes back to the plan when no router was written, and another approval tries again', async () => {
    let attempts = 0;
    const prepareRouters = async () => {
      attempts += 1;
      return attempts === 1 ? failedStage('ROUTER_CANDIDATE_DIRTY', 'pe1: the candidate differs') : PASSED;
    };
    const { start, calls } = await open({ prepareRouters });
    const handle = await start();
    await provisioned(handle);
    const again = await until(handle, (status) => status.lifecycle === 'planned' && attempts === 1);
    expect(again.reason).toBe('planned again: pe1: the candidate differs');
    expect(calls.filter((call) => call === 'releaseRouteTargets')).toEqual([]);
    await approvePlan(handle);
    await until(handle, (status) => status.lifecycle === 'active');
    expect(calls.filter((call) => call.startsWith('endChange'))).toEqual(['endChange refused', 'endChange applied']);
    expect(calls.filter((call) => call === 'recordApproval')).toHaveLength(4);
    await handle.terminate();
  });

  it('ends when what was to be pushed is not authorised: no other try mends that', async () => {
    const prepareRouters = async () => failedStage('REQUEST_PERIOD', 'the agreement ended');
    const { start } = await open({ prepareRouters });
    const handle = await start();
    await provisioned(handle);
    expect(await handle.result()).toMatchObject({ lifecycle: 'failed', reason: 'the agreement ended' });
  });

  it('stays at the plan, and says why, when after a refusal it cannot even be planned', async () => {
    let plans = 0;
    const planChange: SharedActivities['planChange'] = async ({ changeId }) => {
      plans += 1;
      if (plans === 2) throw ApplicationFailure.nonRetryable('pe1: no login', 'ROUTER_AUTH_FAILED', { path: 'pe1' });
      const summary = {
        digest: `sha256:${plans}`,
        verdict: 'pass',
        reason: 'proofs pass',
        confirmTimeoutSeconds: 30,
      } as const;
      return { planId: `${changeId}-P${plans}` as never, ...summary };
    };
    const refused: unknown[] = [];
    const { start } = await open({
      planChange,
      prepareRouters: async () => (plans === 1 ? failedStage('ROUTER_HOST_KEY', 'pe1: another key') : PASSED),
      refusePlan: async ({ refusal: { code, path, fact } }) => void refused.push({ code, path, fact }),
    });
    const handle = await start();
    await provisioned(handle);
    const stuck = await until(handle, ({ awaiting }) => awaiting.includes('an engineer: replan or reject'));
    expect(refused).toEqual([{ code: 'ROUTER_AUTH_FAILED', path: 'pe1', fact: 'no login' }]);
    const planned = await until(handle, ({ lifecycle }) => lifecycle === 'planned');
    expect(planned.reason).toBe('pe1: another key; then: pe1: no login (ROUTER_AUTH_FAILED)');
    expect(stuck.change?.planId).toBeNull();
    await handle.executeUpdate(replan, { args: [{ person: person('engineer-1') }] });
    await approvePlan(handle);
    await until(handle, (status) => status.lifecycle === 'active');
    await handle.terminate();
  });

  it('takes the approval of a plan that is saved and not yet in force', async () => {
    let tellSaved = (_plan: { planId: PlanId; digest: string }): void => {};
    const saved = new Promise<{ planId: PlanId; digest: string }>((resolve) => {
      tellSaved = resolve;
    });
    let goOn = (): void => {};
    const waited = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { start } = await open({
      async planChange({ changeId }) {
        const plan = { planId: `${changeId}-P1` as PlanId, digest: `sha256:${'1'.repeat(64)}` };
        tellSaved(plan);
        await waited;
        return { ...plan, verdict: 'pass', reason: 'proofs pass', confirmTimeoutSeconds: 30 };
      },
    });
    const handle = await start();
    await sign(handle, MOH);
    await sign(handle, MOF);
    const plan = await saved;
    const decide = (who: string, digest = plan.digest) =>
      handle.executeUpdate(decidePlan, {
        args: [{ person: person(who), planId: plan.planId, digest, decision: 'approve', reason: null }],
      });
    const early = [refusalOf(decide('engineer-3', 'sha256:other')), refusalOf(decide('moh-signatory-1'))];
    // In this order: they are judged as they came.
    await sleep(500);
    const approved = decide('engineer-2');
    // Nobody is answered before the plan is made; then each is judged as ever.
    expect(await Promise.race([approved, sleep(500).then(() => 'waits')])).toBe('waits');
    goOn();
    expect(await Promise.all(early)).toEqual(['APPROVAL_DIGEST', 'APPROVAL_SELF']);
    await approved;
    await until(handle, (status) => status.lifecycle === 'active');
    await handle.terminate();
  });

  it('waits for an engineer when a proof refuses the plan', async () => {
    let plans = 0;
    const { start, calls } = await open({
      planChange: async ({ changeId }) => {
        plans += 1;
        return {
          planId: `${changeId}-P${plans}` as never,
          digest: `sha256:${plans}`,
          verdict: plans === 1 ? 'fail' : 'pass',
          reason: plans === 1 ? 'proof no-overlap: 10.1.0.0/16 overlaps' : 'proofs pass',
          confirmTimeoutSeconds: 30,
        };
      },
    });
    const handle = await start();
    await sign(handle, MOH);
    await sign(handle, MOF);
    const waiting = await until(handle, (status) => status.awaiting.includes('an engineer: replan or reject'));
    expect(waiting).toMatchObject({ lifecycle: 'requested', reason: 'proof no-overlap: 10.1.0.0/16 overlaps' });
    expect(calls.filter((call) => call === 'refusePlan')).toHaveLength(1);
    await handle.executeUpdate(replan, { args: [{ person: person('engineer-1') }] });
    await until(handle, (status) => status.lifecycle === 'planned');
    // Who planned may not approve.
    expect(await refusalOf(approvePlan(handle, 'engineer-1'))).toBe('APPROVAL_SELF');
    await approvePlan(handle, 'engineer-2');
    await until(handle, (status) => status.lifecycle === 'active');
    await handle.terminate();
  });
});

describe('a decision is refused at once', () => {
  it('by the requester, by a stranger, twice, for another text, or out of turn', async () => {
    const { start } = await open();
    const handle = await start();
    expect(await refusalOf(sign(handle, MOH, 'moh-portal-1'))).toBe('APPROVAL_SELF');
    expect(await refusalOf(sign(handle, 'MOE' as EntityId))).toBe('APPROVAL_PARTY');
    await sign(handle, MOH);
    expect(await refusalOf(sign(handle, MOH, 'moh-signatory-2'))).toBe('APPROVAL_TWICE');
    expect(await refusalOf(sign(handle, MOF, 'moh-signatory-1'))).toBe('APPROVAL_TWICE');
    const other = { person: person('mof-signatory-1'), party: MOF, digest: 'sha256:other', reason: null } as const;
    expect(await refusalOf(handle.executeUpdate(decideRequest, { args: [{ ...other, decision: 'approve' }] }))).toBe(
      'APPROVAL_DIGEST',
    );
    expect(await refusalOf(handle.executeUpdate(replan, { args: [{ person: person('engineer-1') }] }))).toBe(
      'LIFECYCLE_STEP',
    );
    // The requester may give the request up before anything was pushed.
    await handle.executeUpdate(withdraw, { args: [{ person: person('moh-portal-1'), reason: 'filed by mistake' }] });
    expect(await handle.result()).toMatchObject({ lifecycle: 'rejected', reason: 'filed by mistake' });
  });

  it('by a signatory or for an outdated digest, when it is about the plan', async () => {
    const { start } = await open();
    const handle = await start();
    await sign(handle, MOH);
    await sign(handle, MOF);
    expect(await refusalOf(approvePlan(handle, 'moh-signatory-1'))).toBe('APPROVAL_SELF');
    expect(await refusalOf(approvePlan(handle, 'moh-portal-1'))).toBe('APPROVAL_SELF');
    const { change } = await until(handle, (status) => status.lifecycle === 'planned');
    const outdated = {
      person: person('engineer-2'),
      planId: change?.planId as never,
      digest: 'sha256:old',
      reason: null,
    };
    expect(await refusalOf(handle.executeUpdate(decidePlan, { args: [{ ...outdated, decision: 'approve' }] }))).toBe(
      'APPROVAL_DIGEST',
    );
    await handle.terminate();
  });
});
