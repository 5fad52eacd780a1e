/** `kill -9` of the worker in every stage: another worker finds the journal and ends the change on all routers or on none. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../src/domain/change.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { type EndState, endState, heldByAll, type Tried, tried, wentBack } from '../../support/end-state.ts';
import { Installation, onServer } from '../../support/installation.ts';
import { MOH_MOF_LEARNT } from '../../support/requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];

interface Story {
  /** Keeps the stage from ending. */
  readonly pe: string;
  readonly fault: Fault;
  readonly stage: Stage;
  /** So many PEs have done the stage when the worker is killed. */
  readonly done: number;
  readonly confirmTimeoutSeconds?: number;
}

type Told = EndState & { readonly learnt: readonly string[]; readonly tries: readonly Tried[] };

async function killDuring({ pe, fault, stage, done, confirmTimeoutSeconds = 30 }: Story): Promise<Told> {
  const limits = { convergenceMs: 10_000 };
  await using wasl = await Installation.open({ worker: 'none', confirmTimeoutSeconds, limits });
  const victim = await wasl.startWorkerProcess();
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  const router = wasl.backbone.router(pe);
  const faultId = router.faults.set(fault, fault.kind === 'blackhole' ? {} : { times: 1 });
  await wasl.approvePlan(planId);
  await wasl.untilDone(id, stage, done);
  await victim.kill();
  router.faults.clear(faultId);
  await wasl.startWorker();
  await wasl.untilLifecycle(id, 'active');
  const recovery = (await wasl.progress(id)).find((event) => event.stage === 'recover');
  expect(recovery?.message).toMatch(/^the worker was lost while \w+ing; recovering from the journal$/);
  return told(wasl, id);
}

async function told(wasl: Installation, id: string): Promise<Told> {
  return { ...(await endState(wasl, id)), learnt: wasl.learnt().sort(), tries: await tried(wasl, id) };
}

const noReply = (operation: string): Fault => ({ kind: 'no-reply', operation });
const back = (stage: string, compensated = '') =>
  wentBack(`the worker was lost while ${stage}; recovered: every router is back as it was${compensated}`);
/** Nobody approves again: the next worker applies the plan that was approved. */
const inTheEnd = (...tries: unknown[]) => ({
  ...{ lifecycle: 'active', outcome: 'applied', reason: (tries.at(-1) as Tried).reason },
  ...{ changed: FOUR, leftOver: [], learnt: MOH_MOF_LEARNT, tries },
});

describe.concurrent('a worker that is killed', () => {
  it('while preparing: another one begins anew, for nothing was written', async ({ expect }) => {
    const story = { pe: 'soh-pe-01', fault: noReply('validate'), stage: 'prepare', done: 3 } as const;
    expect(await killDuring(story)).toEqual(
      inTheEnd(
        {
          ...{ outcome: 'refused', states: ['idle'] },
          reason: 'the worker was lost while preparing; recovered: no commit had been sent, no router was written',
        },
        heldByAll(),
      ),
    );
  });

  it('while committing, with the change pending on three routers', async ({ expect }) => {
    const story = { pe: 'nzw-pe-01', fault: noReply('confirmed-commit'), stage: 'commit', done: 3 } as const;
    expect(await killDuring(story)).toEqual(inTheEnd(back('committing'), heldByAll()));
  });

  it('while verifying, with the change pending on all', async ({ expect }) => {
    const fault: Fault = { kind: 'blackhole', target: '10.200.10.0/24' };
    const story = { pe: 'nzw-pe-01', fault, stage: 'read-back', done: 4 } as const;
    expect(await killDuring(story)).toEqual(inTheEnd(back('verifying'), heldByAll()));
  });

  it('while confirming, with one router left that keeps the change by its persist id', async ({ expect }) => {
    const fault = noReply('confirming-commit');
    // The next worker must be there before the window ends, on a machine that has other things to do.
    const story = { pe: 'mct-pe-01', fault, stage: 'confirm', done: 3, confirmTimeoutSeconds: 40 } as const;
    expect(await killDuring(story)).toEqual(
      inTheEnd(heldByAll('the worker was lost while confirming; recovered: every one of 4 routers holds the change')),
    );
  });

  it('while confirming, with one router left that loses the change with its session', async ({ expect }) => {
    const fault = noReply('confirming-commit');
    const story = { pe: 'soh-pe-01', fault, stage: 'confirm', done: 3, confirmTimeoutSeconds: 16 } as const;
    const compensated = ' (mct-pe-01, nzw-pe-01, sll-pe-01 by a counter-change)';
    expect(await killDuring(story)).toEqual(inTheEnd(back('confirming', compensated), heldByAll()));
  });

  it('while verifying: what somebody writes into the journal then confirms nothing', async ({ expect }) => {
    const persists = ['candidate:1.0', 'confirmed-commit:1.1', 'validate:1.1', 'rollback-on-error:1.0'] as const;
    const abilities = ['soh-pe-01', 'sll-pe-01'].map((router) => ({ router, abilities: persists }));
    const limits = { convergenceMs: 10_000 };
    await using wasl = await Installation.open({ worker: 'none', abilities, limits });
    const victim = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const { faults } = wasl.backbone.router('nzw-pe-01');
    const deaf = faults.set({ kind: 'blackhole', target: '10.200.10.0/24' });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'read-back', 4);
    await onServer(
      wasl.databaseUrl,
      `insert into journal (change_id, pe, state, procedure, persist_id, epoch, at)
        select change_id, pe, 'confirm-sent', procedure, persist_id, epoch, now() from journal where state = 'commit-sent'`,
    );
    await victim.kill();
    faults.clear(deaf);
    await wasl.startWorker();
    await wasl.untilLifecycle(id, 'active');
    expect(await told(wasl, id)).toEqual(inTheEnd(back('verifying'), heldByAll()));
  });

  it('and then the one that recovers, too', async ({ expect }) => {
    await using wasl = await Installation.open({ worker: 'none' });
    const victim = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set(noReply('confirmed-commit'), { times: 1 });
    wasl.backbone.router('mct-pe-01').faults.set(noReply('cancel-commit'), { times: 1 });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'commit', 3);
    await victim.kill();
    const second = await wasl.startWorkerProcess();
    await wasl.untilDone(id, 'recover', 3);
    await second.kill();
    await wasl.startWorker();
    await wasl.untilLifecycle(id, 'active');
    expect(await told(wasl, id)).toEqual(inTheEnd(back('committing'), heldByAll()));
  });

  it('in a second try, while verifying: what the first one had begun to confirm decides nothing', async ({
    expect,
  }) => {
    await using wasl = await Installation.open({
      ...{ worker: 'none', confirmTimeoutSeconds: 16 },
      limits: { convergenceMs: 10_000 },
    });
    const first = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const router = wasl.backbone.router('soh-pe-01');
    const faultId = router.faults.set(noReply('confirming-commit'), { times: 1 });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'confirm', 3);
    await first.kill();
    router.faults.clear(faultId);
    const deaf = wasl.backbone.router('nzw-pe-01').faults.set({ kind: 'blackhole', target: '10.200.10.0/24' });
    const second = await wasl.startWorkerProcess();
    await wasl.untilDone(id, 'read-back', 8);
    await second.kill();
    wasl.backbone.router('nzw-pe-01').faults.clear(deaf);
    await wasl.startWorker();
    await wasl.untilLifecycle(id, 'active');
    const compensated = ' (mct-pe-01, nzw-pe-01, sll-pe-01 by a counter-change)';
    expect(await told(wasl, id)).toEqual(inTheEnd(back('confirming', compensated), back('verifying'), heldByAll()));
  });
});

describe('a worker that is told to stop', () => {
  it('ends its transaction and settles it though nobody else is there, and begins no other', async () => {
    await using wasl = await Installation.open({ worker: 'none', confirmTimeoutSeconds: 30 });
    const worker = await wasl.startWorkerProcess(30);
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set({ kind: 'slow', ms: 300 });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'prepare', 4);
    const toldAt = performance.now();
    expect(await worker.terminate()).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(30_000);
    expect(await told(wasl, id)).toEqual(inTheEnd(heldByAll()));
  });
});
