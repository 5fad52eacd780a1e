/** Faults from the first commit on: every change ends on all four routers or on none, and says why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InterconnectId } from '../../../src/domain/names.ts';
import { shortForm } from '../../../src/domain/route-target.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { type EndState, endState, heldByAll, type Tried, tried, wentBack } from '../../support/end-state.ts';
import { importOnIosxr } from '../../support/hand-edits.ts';
import { Installation } from '../../support/installation.ts';
import { MOH_MOF_LEARNT } from '../../support/requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];
/** Numbers of messages are no part of what is promised. */
const lost = (pe: string, operation: string, how = 'the server closed the connection') =>
  `${pe}: ${operation} (message-id N): sent, and the answer is lost (${how}): it may or may not have taken effect`;
const CONFIRMED = 'confirmed commit';
const allBack = (compensated?: string) =>
  `recovered: every router is back as it was${compensated === undefined ? '' : ` (${compensated} by a counter-change)`}`;
const ALL_HOLD = 'recovered: every one of 4 routers holds the change';

/** Beyond the routers' timer nothing is pending any more. */
const WINDOW_SECONDS = 16;

/** A measured fact against the change: it is over, and the agreement awaits another plan. */
const rolledBack = (reason: unknown) => ({
  ...{ lifecycle: 'requested', outcome: 'rolled-back', reason },
  ...{ changed: [], leftOver: [] },
});
const applied = (reason: unknown) => ({
  ...{ lifecycle: 'active', outcome: 'applied', reason },
  ...{ changed: FOUR, leftOver: [] },
});

describe('verification inside the window', () => {
  let wasl: Installation;
  beforeAll(async () => {
    wasl = await Installation.open();
  });
  afterAll(() => wasl[Symbol.asyncDispose]());

  async function pushWith(fault: Fault, pe: string, meanwhile?: (id: string) => Promise<void>): Promise<EndState> {
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const faultId = wasl.backbone.router(pe).faults.set(fault);
    await wasl.approvePlan(planId);
    await meanwhile?.(id);
    await wasl.untilTried(id);
    wasl.backbone.router(pe).faults.clear(faultId);
    const next = await wasl.untilPlanned(id);
    expect(next).toBe(`${id}-C2-P1`);
    const state = await endState(wasl, id);
    expect(wasl.learnt()).toEqual([]);
    expect(await tried(wasl, id)).toEqual([wentBack(state.reason)]);
    await wasl.signatory('MOH').withdraw(id, 'the test is over');
    await wasl.untilLifecycle(id, 'rejected');
    return state;
  }

  it('undoes three commits when the fourth is refused', async () => {
    const fault = { kind: 'rpc-error', operation: 'confirmed-commit', message: 'no resources' } as const;
    expect(await pushWith(fault, 'nzw-pe-01')).toEqual(
      rolledBack('nzw-pe-01: confirmed commit (message-id N): the server refused: operation-failed: no resources'),
    );
  });

  it('sees that a router acknowledged an edit that it dropped', async () => {
    expect(await pushWith({ kind: 'drop-edits' }, 'soh-pe-01')).toEqual(
      rolledBack(
        'soh-pe-01: VRF MOF is not as approved: the edits are not in running, although the commit was acknowledged',
      ),
    );
  });

  it('does not open what does not answer', async () => {
    expect(await pushWith({ kind: 'blackhole', target: '10.100.20.0/24' }, 'sll-pe-01')).toEqual(
      rolledBack('10.100.20.10 (10.100.20.0/24) from VRF MOF at nzw-pe-01 does not answer: 3 pings, no reply'),
    );
  });

  it('closes again when a third VRF learns a route', async () => {
    // The site that does not answer keeps verification looking, until the canary hears something.
    const state = await pushWith({ kind: 'blackhole', target: '10.200.10.0/24' }, 'nzw-pe-01', async (id) => {
      await wasl.untilProgress(id, (event) => event.stage === 'read-back' && event.status === 'done');
      const { flows } = await wasl.store.readInterconnect(id as InterconnectId);
      const ofHealth = flows?.find((flow) => flow.from === 'MOH');
      if (ofHealth === undefined) throw new Error('no route target was allocated');
      const routeTarget = shortForm(ofHealth.routeTarget);
      wasl.backbone.router('mct-pe-01').editRunning(importOnIosxr('CANARY', routeTarget));
    });
    expect(state).toEqual(rolledBack('VRF CANARY at mct-pe-01 gained 10.100.10.0/24, which nobody approved'));
  });
});

describe.concurrent('a reply that is lost', () => {
  async function push(
    faults: readonly (readonly [pe: string, fault: Fault])[],
    confirmTimeoutSeconds = 30,
  ): Promise<EndState & { learnt: readonly string[]; tries: readonly Tried[] }> {
    await using wasl = await Installation.open({ confirmTimeoutSeconds });
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    for (const [pe, fault] of faults) wasl.backbone.router(pe).faults.set(fault, { times: 1 });
    await wasl.approvePlan(planId);
    // Not known is no verdict: what went back is tried again, under the same approval.
    await wasl.untilLifecycle(id, 'active');
    const approvals = await wasl.store.listApprovals(id as InterconnectId);
    if (approvals.filter(({ subject }) => subject === 'plan').length !== 1) throw new Error('it was approved anew');
    return { ...(await endState(wasl, id)), learnt: wasl.learnt().sort(), tries: await tried(wasl, id) };
  }
  const inTheEnd = (...tries: unknown[]) => ({
    ...applied((tries.at(-1) as Tried).reason),
    ...{ learnt: MOH_MOF_LEARNT, tries },
  });
  const drop = (operation: string, when: 'before' | 'after'): Fault => ({ kind: 'drop-connection', operation, when });

  it('to the commit, on a router that keeps it by its persist id', async ({ expect }) => {
    expect(await push([['mct-pe-01', drop('confirmed-commit', 'after')]])).toEqual(
      inTheEnd(wentBack(lost('mct-pe-01', CONFIRMED)), heldByAll()),
    );
  });

  it('to the commit, on a router that keeps it with its session', async ({ expect }) => {
    expect(await push([['sll-pe-01', drop('confirmed-commit', 'after')]])).toEqual(
      inTheEnd(wentBack(lost('sll-pe-01', CONFIRMED)), heldByAll()),
    );
  });

  it('to a commit that never arrived', async ({ expect }) => {
    expect(await push([['nzw-pe-01', drop('confirmed-commit', 'before')]])).toEqual(
      inTheEnd(wentBack(lost('nzw-pe-01', CONFIRMED)), heldByAll()),
    );
  });

  it('to a commit that a router swallows', async ({ expect }) => {
    const reason = lost('mct-pe-01', CONFIRMED, 'no answer in 8000 ms');
    // Half of the window is over: a busy machine may leave the rest to the recovery.
    const tried = { asymmetricMatch: (said: unknown) => said === reason || said === `${reason}; ${allBack()}` };
    expect(await push([['mct-pe-01', { kind: 'no-reply', operation: 'confirmed-commit' }]], WINDOW_SECONDS)).toEqual(
      inTheEnd(wentBack(tried), heldByAll()),
    );
  });

  it('to a confirmation that was done, by persist id', async ({ expect }) => {
    expect(await push([['mct-pe-01', drop('confirming-commit', 'after')]], WINDOW_SECONDS)).toEqual(
      inTheEnd(heldByAll(`${lost('mct-pe-01', 'commit')}; ${ALL_HOLD}`)),
    );
  });

  it('to a confirmation that was done, in its session', async ({ expect }) => {
    expect(await push([['soh-pe-01', drop('confirming-commit', 'after')]], WINDOW_SECONDS)).toEqual(
      inTheEnd(heldByAll(`${lost('soh-pe-01', 'commit')}; ${ALL_HOLD}`)),
    );
  });

  it('to a confirmation that never arrived: the persist id confirms it from a new session', async ({ expect }) => {
    expect(await push([['nzw-pe-01', drop('confirming-commit', 'before')]], WINDOW_SECONDS)).toEqual(
      inTheEnd(heldByAll(`${lost('nzw-pe-01', 'commit')}; ${ALL_HOLD}`)),
    );
  });

  it('to a confirmation whose session took the change with it: the others give theirs back', async ({ expect }) => {
    expect(await push([['sll-pe-01', drop('confirming-commit', 'before')]], WINDOW_SECONDS)).toEqual(
      inTheEnd(wentBack(`${lost('sll-pe-01', 'commit')}; ${allBack('mct-pe-01, nzw-pe-01, soh-pe-01')}`), heldByAll()),
    );
  });

  it('as the router restarts inside the window', async ({ expect }) => {
    const reboot: Fault = { kind: 'reboot', operation: 'get', when: 'after', downMs: 3_000 };
    const operation = 'confirmed-commit';
    expect(await push([['nzw-pe-01', { ...reboot, operation }]], WINDOW_SECONDS)).toEqual(
      inTheEnd(wentBack(`${lost('nzw-pe-01', CONFIRMED)}; ${allBack()}`), heldByAll()),
    );
  });

  it('as the router restarts when it confirms', async ({ expect }) => {
    const reboot: Fault = { kind: 'reboot', operation: 'confirming-commit', when: 'before', downMs: 3_000 };
    expect(await push([['mct-pe-01', reboot]], WINDOW_SECONDS)).toEqual(
      inTheEnd(wentBack(`${lost('mct-pe-01', 'commit')}; ${allBack('nzw-pe-01, sll-pe-01, soh-pe-01')}`), heldByAll()),
    );
  });
});
