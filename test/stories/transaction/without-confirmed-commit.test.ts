/** Routers that keep what nobody confirms: a failed change is taken back by wasl, under the lock, and never over somebody's edit. */
import { describe, it } from 'vitest';
import type { Stage } from '../../../src/domain/change.ts';
import type { Ability } from '../../../src/sim/abilities.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { type EndState, endState, heldByAll, notBegun, type Tried, tried, wentBack } from '../../support/end-state.ts';
import { importOnIosxr, removeImportOnIosxr } from '../../support/hand-edits.ts';
import { Installation, type InstallationOptions } from '../../support/installation.ts';
import { MOH_MOF_LEARNT } from '../../support/requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'] as const;
const CANDIDATE: readonly Ability[] = ['candidate:1.0', 'validate:1.1', 'rollback-on-error:1.0'];
const WRITABLE: readonly Ability[] = ['writable-running:1.0', 'rollback-on-error:1.0'];
const WRITABLE_TRIED: readonly Ability[] = [...WRITABLE, 'validate:1.1'];
const WRITABLE_STARTUP: readonly Ability[] = [...WRITABLE_TRIED, 'startup:1.0'];

type Abilities = NonNullable<InstallationOptions['abilities']>;
/** Both kinds, on both platforms. */
const ALL: Abilities = [
  { router: 'mct-pe-01', abilities: CANDIDATE },
  { router: 'sll-pe-01', abilities: WRITABLE_TRIED },
  { router: 'nzw-pe-01', abilities: WRITABLE_STARTUP },
  { router: 'soh-pe-01', abilities: ['candidate:1.0'] },
];
/** One of each kind; the other two have a confirmed commit, one that lives in its session and one that does not. */
const MIXED: Abilities = [
  { router: 'mct-pe-01', abilities: CANDIDATE },
  { router: 'soh-pe-01', abilities: WRITABLE },
];

type Told = EndState & { readonly learnt: readonly string[]; readonly tries: readonly Tried[] };

const stays = (...tries: unknown[]) => ({
  ...{ lifecycle: 'active', outcome: 'applied', reason: (tries.at(-1) as Tried).reason },
  ...{ changed: FOUR, leftOver: [], learnt: MOH_MOF_LEARNT, tries },
});
const applied = (reason = 'confirmed on 4 routers, each read back') => stays(heldByAll(reason));
/** A measured fact against the change: it is over, and the agreement awaits another plan. */
const rolledBack = (reason: string, tries: readonly unknown[] = [wentBack(reason)]) => ({
  ...{ lifecycle: 'requested', outcome: 'rolled-back', reason },
  ...{ changed: [], leftOver: [], learnt: [], tries },
});
/** What was lost is no verdict: everything went back, and the same approval does in the end. */
const again = (reason: string) => stays(wentBack(reason), heldByAll());
const allBack = (trouble: string, compensated: string) =>
  `${trouble}; recovered: every router is back as it was (${compensated} by a counter-change)`;

/** The site behind nzw-pe-01 does not answer: verification looks on, and fails. */
const DEAF: Fault = { kind: 'blackhole', target: '10.200.10.0/24' };
const DEAF_REASON = '10.200.10.10 (10.200.10.0/24) from VRF MOH at mct-pe-01 does not answer: 3 pings, no reply';
const lost = (pe: string, operation: string) =>
  `${pe}: ${operation} (message-id N): sent, and the answer is lost (the server closed the connection): it may or may not have taken effect`;
const drop = (operation: string, when: 'before' | 'after'): Fault => ({ kind: 'drop-connection', operation, when });

async function told(wasl: Installation, id: string): Promise<Told> {
  await wasl.untilTried(id);
  return { ...(await endState(wasl, id)), learnt: wasl.learnt().sort(), tries: await tried(wasl, id) };
}

interface Push {
  readonly abilities: Abilities;
  readonly faults?: readonly (readonly [pe: string, fault: Fault])[];
  readonly confirmTimeoutSeconds?: number;
  readonly meanwhile?: (wasl: Installation, id: string) => Promise<void>;
}

async function push({ abilities, faults = [], confirmTimeoutSeconds = 30, meanwhile }: Push): Promise<Told> {
  await using wasl = await Installation.open({ abilities, confirmTimeoutSeconds });
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  for (const [pe, fault] of faults) {
    wasl.backbone.router(pe).faults.set(fault, fault.kind === 'blackhole' ? {} : { times: 1 });
  }
  await wasl.approvePlan(planId);
  await meanwhile?.(wasl, id);
  return await told(wasl, id);
}

describe.concurrent('routers that keep what nobody confirms', () => {
  it.for([
    ['alone', ALL],
    ['beside others', MIXED],
  ] as const)('%s: apply, keep it over a restart, and withdraw without a trace', async ([, abilities], { expect }) => {
    await using wasl = await Installation.open({ abilities });
    const id = await wasl.provision(MOH_MOF);
    expect(await told(wasl, id)).toEqual(applied());
    const after = wasl.texts();
    for (const router of wasl.backbone.routers()) router.reboot({ downMs: 1 });
    expect(wasl.changedRouters(after)).toEqual([]);
    await wasl.signatory('MOH').withdraw(id, 'the project has ended');
    await wasl.approvePlan(await wasl.untilPlanned(id));
    await wasl.untilLifecycle(id, 'withdrawn');
    const end = await endState(wasl, id);
    expect(end).toMatchObject({ lifecycle: 'withdrawn', outcome: 'applied', changed: [], leftOver: [] });
    expect(wasl.learnt()).toEqual([]);
    for (const router of wasl.backbone.routers()) expect(router.startupText()).toBe(router.runningText());
  });

  it('get the change last, when all others hold it, and say so to the approvers', async ({ expect }) => {
    await using wasl = await Installation.open({ abilities: MIXED });
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const { routers } = await wasl.engineer(2).readPlan(planId);
    expect(Object.fromEntries(routers.map(({ pe, procedure }) => [pe, procedure]))).toEqual({
      'mct-pe-01': 'candidate-reverse-delta',
      'nzw-pe-01': 'confirmed-commit-persist',
      'sll-pe-01': 'confirmed-commit-session',
      'soh-pe-01': 'writable-running-reverse-delta',
    });
    await wasl.approvePlan(planId);
    expect(await told(wasl, id)).toEqual(applied());
    const of = (stage: Stage) => async () =>
      (await wasl.progress(id)).filter((each) => each.stage === stage && each.pe !== null && each.status !== 'info');
    for (const stage of ['commit', 'confirm'] as const) {
      const events = await of(stage)();
      const first = events.findIndex(({ pe }) => pe === 'mct-pe-01' || pe === 'soh-pe-01');
      expect(
        events
          .slice(0, first)
          .filter(({ status }) => status === 'done')
          .map(({ pe }) => pe)
          .sort(),
      ).toEqual(['nzw-pe-01', 'sll-pe-01']);
    }
    const commits = await of('commit')();
    expect(commits.find(({ pe, status }) => pe === 'mct-pe-01' && status === 'done')?.message).toBe(
      'committed; it does not go back by itself',
    );
  });

  it.for([
    ['alone', ALL],
    ['beside others', MIXED],
  ] as const)('%s: give it back, byte for byte, when verification fails', async ([, abilities], { expect }) => {
    expect(await push({ abilities, faults: [['nzw-pe-01', DEAF]] })).toEqual(rolledBack(DEAF_REASON));
  });

  it('are not written when one that reverts by itself refuses', async ({ expect }) => {
    const fault: Fault = { kind: 'rpc-error', operation: 'confirmed-commit', message: 'no resources' };
    await using wasl = await Installation.open({ abilities: MIXED });
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set(fault, { times: 1 });
    await wasl.approvePlan(planId);
    expect(await told(wasl, id)).toEqual(
      rolledBack('nzw-pe-01: confirmed commit (message-id N): the server refused: operation-failed: no resources'),
    );
    const commits = (await wasl.progress(id)).filter(({ stage, pe }) => stage === 'commit' && pe !== null);
    expect([...new Set(commits.map(({ pe }) => pe))].sort()).toEqual(['nzw-pe-01', 'sll-pe-01']);
  });

  it.for([
    ['soh-pe-01', 'plain-commit', 'commit'],
    ['sll-pe-01', 'edit-running', 'edit-config'],
  ] as const)('give it back when %s refuses its %s', async ([pe, fault, operation], { expect }) => {
    const refusal: Fault = { kind: 'rpc-error', operation: fault, message: 'no resources' };
    expect(await push({ abilities: ALL, faults: [[pe, refusal]] })).toEqual(
      rolledBack(`${pe}: ${operation} (message-id N): the server refused: operation-failed: no resources`),
    );
  });

  it('are seen to have dropped an edit that they acknowledged', async ({ expect }) => {
    expect(await push({ abilities: ALL, faults: [['soh-pe-01', { kind: 'drop-edits' }]] })).toEqual(
      rolledBack(
        'soh-pe-01: VRF MOF is not as approved: the edits are not in running, although the commit was acknowledged',
      ),
    );
  });

  it('refuse in the preparation what they can try, and then nothing is written', async ({ expect }) => {
    const fault: Fault = { kind: 'rpc-error', operation: 'edit-config', message: 'a constraint of this router' };
    await using wasl = await Installation.open({ abilities: ALL });
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set(fault, { times: 1 });
    await wasl.approvePlan(planId);
    await wasl.untilRefused(id);
    const reason = `nzw-pe-01: edit-config (message-id N): the server refused: operation-failed: a constraint of this router`;
    const state = { lifecycle: 'requested', outcome: 'refused', reason };
    expect(await endState(wasl, id)).toEqual({ ...state, changed: [], leftOver: [] });
    expect(await tried(wasl, id)).toEqual([notBegun(reason)]);
  });

  it('are not written while they hold work that nobody saved, and are once it is', async ({ expect }) => {
    await using wasl = await Installation.open({ abilities: ALL });
    const router = wasl.backbone.router('nzw-pe-01');
    router.editRunning(importOnIosxr('CANARY', '65000:7'));
    const id = await wasl.provision(MOH_MOF);
    const unsaved = /nzw-pe-01: running differs from startup, and not by wasl's hand/;
    await wasl.untilWaiting(id, unsaved);
    expect(wasl.changedRouters()).toEqual(['nzw-pe-01']);
    // Theirs to save, or to take back.
    router.editRunning(removeImportOnIosxr('CANARY', '65000:7'), 'none');
    // The plan was made for a router that held it: it is made anew, and approved anew.
    await wasl.untilRefused(id);
    await wasl.approvePlan(await wasl.untilPlanned(id));
    await wasl.untilLifecycle(id, 'active');
    expect(await endState(wasl, id)).toMatchObject({ outcome: 'applied', changed: FOUR, leftOver: [] });
    expect((await tried(wasl, id))[0]).toEqual(notBegun(expect.stringMatching(unsaved)));
  });
});

describe.concurrent('a reply that is lost, where nothing goes back by itself', () => {
  it.for([
    ['mct-pe-01', 'plain-commit', 'commit', 'after'],
    ['mct-pe-01', 'plain-commit', 'commit', 'before'],
    ['sll-pe-01', 'edit-running', 'edit-config', 'after'],
    ['sll-pe-01', 'edit-running', 'edit-config', 'before'],
  ] as const)('%s, %s: looked at under a new lock, taken back where it arrived', async (story, { expect }) => {
    const [pe, fault, operation, when] = story;
    expect(await push({ abilities: ALL, faults: [[pe, drop(fault, when)]] })).toEqual(again(lost(pe, operation)));
  });

  it('as the router restarts, and comes back with what it was given', async ({ expect }) => {
    const fault = { kind: 'reboot', when: 'after', downMs: 2_500, operation: 'plain-commit' } as const;
    expect(await push({ abilities: ALL, faults: [['mct-pe-01', fault]] })).toEqual(
      again(allBack(lost('mct-pe-01', 'commit'), 'mct-pe-01')),
    );
  });

  it('as the router restarts, and comes back without it: nothing was saved', async ({ expect }) => {
    const fault = { kind: 'reboot', when: 'after', downMs: 2_500, operation: 'edit-running' } as const;
    expect(await push({ abilities: ALL, faults: [['nzw-pe-01', fault]] })).toEqual(
      again(`${lost('nzw-pe-01', 'edit-config')}; recovered: every router is back as it was`),
    );
  });

  it('to the counter-change itself', async ({ expect }) => {
    const state = await push({
      abilities: ALL,
      faults: [['nzw-pe-01', DEAF]],
      meanwhile: async (wasl, id) => {
        await wasl.untilDone(id, 'read-back', 4);
        wasl.backbone.router('mct-pe-01').faults.set(drop('plain-commit', 'after'), { times: 1 });
        wasl.backbone.router('sll-pe-01').faults.set(drop('edit-running', 'before'), { times: 1 });
      },
    });
    // Deaf before anything was lost: that was measured, and stays the verdict.
    expect(state).toEqual(rolledBack(allBack(DEAF_REASON, 'sll-pe-01')));
  });

  it('to the saving: every router holds the change, and it is saved in the end', async ({ expect }) => {
    await using wasl = await Installation.open({ abilities: ALL });
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const router = wasl.backbone.router('nzw-pe-01');
    router.faults.set({ kind: 'rpc-error', operation: 'copy-config', message: 'flash is busy' }, { times: 1 });
    await wasl.approvePlan(planId);
    const refusal = 'nzw-pe-01: copy-config (message-id N): the server refused: operation-failed: flash is busy';
    expect(await told(wasl, id)).toEqual(applied(`${refusal}; recovered: every one of 4 routers holds the change`));
    expect(router.startupText()).toBe(router.runningText());
  });
});

describe.concurrent('a worker that is killed, with routers that keep what nobody confirms', () => {
  interface Story {
    readonly abilities: Abilities;
    readonly pe: string;
    readonly fault: Fault;
    readonly stage: Stage;
    /** So many PEs have done the stage when the worker is killed. */
    readonly done: number;
  }

  async function killDuring({ abilities, pe, fault, stage, done }: Story): Promise<Told> {
    const limits = { convergenceMs: 10_000 };
    await using wasl = await Installation.open({ worker: 'none', confirmTimeoutSeconds: 16, abilities, limits });
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
    return await told(wasl, id);
  }
  const noReply = (operation: string): Fault => ({ kind: 'no-reply', operation });
  const lostWhile = (stage: string) => `the worker was lost while ${stage}`;

  it('while preparing: another one begins anew', async ({ expect }) => {
    const fault = noReply('validate');
    expect(await killDuring({ abilities: ALL, pe: 'mct-pe-01', fault, stage: 'prepare', done: 3 })).toEqual(
      stays(
        {
          ...{ outcome: 'refused', states: ['idle'] },
          reason: `${lostWhile('preparing')}; recovered: no commit had been sent, no router was written`,
        },
        heldByAll(),
      ),
    );
  });

  it('while committing', async ({ expect }) => {
    const fault = noReply('plain-commit');
    const others = 'nzw-pe-01, sll-pe-01, soh-pe-01';
    expect(await killDuring({ abilities: ALL, pe: 'mct-pe-01', fault, stage: 'commit', done: 3 })).toEqual(
      again(allBack(lostWhile('committing'), others)),
    );
  });

  it.for([
    ['alone', ALL, 'mct-pe-01, nzw-pe-01, sll-pe-01, soh-pe-01'],
    ['beside others', MIXED, 'mct-pe-01, soh-pe-01'],
  ] as const)('while verifying, %s: what nobody verified does not stay', async ([, abilities, all], { expect }) => {
    const story = { pe: 'nzw-pe-01', fault: DEAF, stage: 'read-back', done: 4 } as const;
    expect(await killDuring({ abilities, ...story })).toEqual(again(allBack(lostWhile('verifying'), all)));
  });

  it('while confirming: every router holds the verified change', async ({ expect }) => {
    const fault = noReply('copy-config');
    expect(await killDuring({ abilities: ALL, pe: 'nzw-pe-01', fault, stage: 'confirm', done: 3 })).toEqual(
      applied(`${lostWhile('confirming')}; recovered: every one of 4 routers holds the change`),
    );
  });

  it('while confirming those that revert: one lost it, so the others give it back', async ({ expect }) => {
    const fault = noReply('confirming-commit');
    expect(await killDuring({ abilities: MIXED, pe: 'sll-pe-01', fault, stage: 'confirm', done: 1 })).toEqual(
      again(allBack(lostWhile('confirming'), 'mct-pe-01, nzw-pe-01, soh-pe-01')),
    );
  });

  it('while rolling back', async ({ expect }) => {
    const limits = { convergenceMs: 1_000 };
    await using wasl = await Installation.open({ worker: 'none', abilities: ALL, limits });
    const victim = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set(DEAF);
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'commit', 4);
    wasl.backbone.router('mct-pe-01').faults.set(noReply('plain-commit'), { times: 1 });
    await wasl.untilDone(id, 'cancel', 3);
    await victim.kill();
    await wasl.startWorker();
    // What was measured before the worker was lost is why.
    expect(await told(wasl, id)).toEqual(rolledBack(allBack(DEAF_REASON, 'mct-pe-01')));
  });
});

describe.concurrent("an operator's edit between the push and its undoing", () => {
  const edit = (wasl: Installation) => wasl.backbone.router('mct-pe-01').editRunning(importOnIosxr('MOE', '65000:777'));
  const differences =
    "the operator's configuration of mct-pe-01 changed: another VRF was changed, added or removed (there are now CANARY, MOE)";
  const inTheWay =
    'mct-pe-01 holds the change: mct-pe-01 was changed by somebody since the push, and no counter-change goes over that';

  it('is not gone over: an alarm names router and edit, and recovery ends it once a person has acted', async ({
    expect,
  }) => {
    await using wasl = await Installation.open({ abilities: MIXED });
    const before = wasl.texts();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set(DEAF);
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'read-back', 4);
    edit(wasl);
    const edited = wasl.backbone.router('mct-pe-01').runningText();
    const alarm = {
      ...{ lifecycle: 'requested', outcome: null, leftOver: [], learnt: [] },
      ...{ reason: `${DEAF_REASON}; ${inTheWay}: ${differences}`, changed: ['mct-pe-01'] },
    };
    expect(await told(wasl, id)).toMatchObject(alarm);
    expect(wasl.backbone.router('mct-pe-01').runningText()).toBe(edited);
    const { awaiting } = await wasl.engineer(1).readInterconnect(id);
    expect(awaiting).toEqual(['an engineer: mend the routers named, then recover']);

    // Asked again before anything was mended: the same answer, and still nobody's work is touched.
    await wasl.engineer(1).recover(id);
    await wasl.untilProgress(id, (event, all) => {
      const alarms = all.filter((each) => each.stage === 'recover' && each.pe === null && each.status === 'failed');
      return alarms.length === 2 && alarms[1]?.sequence === event.sequence;
    });
    expect(wasl.backbone.router('mct-pe-01').runningText()).toBe(edited);
    await wasl.untilAwaited(id, 'an engineer: mend the routers named, then recover');

    wasl.backbone.router('mct-pe-01').editRunning(removeImportOnIosxr('MOE', '65000:777'), 'none');
    await wasl.engineer(1).recover(id);
    // It was measured to be deaf: nobody pushes it again under the old approval.
    expect(await wasl.untilPlanned(id)).toBe(`${id}-C2-P1`);
    const reason = allBack('a person asks', 'mct-pe-01');
    const tries = [
      ...[alarm.reason, alarm.reason.replace(DEAF_REASON, 'a person asks')].map((why) => ({
        ...{ outcome: 'attention', reason: why },
        states: expect.any(Array),
      })),
      wentBack(reason),
    ];
    expect({ ...(await told(wasl, id)), changed: wasl.changedRouters(before) }).toEqual(rolledBack(reason, tries));
    const { changes } = await wasl.engineer(1).readInterconnect(id);
    expect(changes[0]?.refusal?.code).toBe('VERIFY_FAILED');
  });

  it('is found by the recovery of a killed worker, too', async ({ expect }) => {
    const limits = { convergenceMs: 10_000 };
    await using wasl = await Installation.open({ worker: 'none', confirmTimeoutSeconds: 16, abilities: MIXED, limits });
    const victim = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('nzw-pe-01').faults.set(DEAF);
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'read-back', 4);
    await victim.kill();
    edit(wasl);
    await wasl.startWorker();
    expect(await told(wasl, id)).toMatchObject({
      ...{ lifecycle: 'requested', outcome: null, changed: ['mct-pe-01'], leftOver: [], learnt: [] },
      reason: `the worker was lost while verifying; ${inTheWay}: ${differences}`,
    });
  });
});
