/** Nothing is written when a router cannot be prepared; what an operator does on a router is never undone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { InterconnectId } from '../../../src/domain/names.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState, heldByAll, notBegun, tried } from '../../support/end-state.ts';
import { importOnIosxr } from '../../support/hand-edits.ts';
import { Installation } from '../../support/installation.ts';
import { MOE_MOF, MOH_MOF_LEARNT } from '../../support/requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];

async function untilTries(wasl: Installation, id: string, tries: number): Promise<void> {
  while ((await tried(wasl, id)).length < tries) await sleep(100);
}

/** Back at the plan: both signatures hold, the reason is on record, and an approval of the new plan tries again. */
const refused = (reason: string) => ({
  ...{ lifecycle: 'requested', outcome: 'refused', reason },
  ...{ changed: [], leftOver: [] },
});
const APPLIED = {
  ...{ lifecycle: 'active', outcome: 'applied', reason: 'confirmed on 4 routers, each read back' },
  ...{ changed: FOUR, leftOver: [] },
};

describe('a router that cannot be prepared just now', () => {
  it.each<[string, Fault, string, string, RegExp]>([
    [
      "an operator's uncommitted work",
      { kind: 'dirty-candidate' },
      'nzw-pe-01',
      'ROUTER_CANDIDATE_DIRTY',
      /^nzw-pe-01: the candidate differs from running, and not by wasl's hand$/,
    ],
    [
      'a login that is refused',
      { kind: 'refuse-authentication' },
      'sll-pe-01',
      'ROUTER_AUTH_FAILED',
      /^sll-pe-01: connect: the server refused every login method for user "wasl"$/,
    ],
    [
      'another host key than the one pinned',
      { kind: 'change-host-key' },
      'mct-pe-01',
      'ROUTER_HOST_KEY',
      /^mct-pe-01: connect: the server's host key is ssh-ed25519 SHA256:\S+, pinned is SHA256:/,
    ],
  ])('%s: nothing is written, it is said, and the same approval does once it is mended', async (...story) => {
    const [, fault, pe, code, reason] = story;
    await using wasl = await Installation.open();
    const router = wasl.backbone.router(pe);
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const faultId = router.faults.set(fault);
    await wasl.approvePlan(planId);
    const { nextAt } = await wasl.untilWaiting(id, reason);
    expect(Date.parse(nextAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    if (fault.kind === 'dirty-candidate') expect(router.candidateText()).toContain('work in progress');
    // Another try, and still nothing is written; no engineer is asked for anything.
    await untilTries(wasl, id, 2);
    expect(wasl.changedRouters()).toEqual([]);
    const { changes, awaiting, isSettled, next } = await wasl.engineer(1).readInterconnect(id);
    expect(changes).toHaveLength(1);
    expect({ awaiting, isSettled }).toEqual({ awaiting: [], isSettled: false });
    expect(next).toMatch(/^wasl (tries again at |is (approved|provisioning))/);
    expect((await wasl.signatory('MOH').readInterconnect(id)).changes[0]?.waiting).toBeNull();

    router.faults.clear(faultId);
    await wasl.untilLifecycle(id, 'active');
    expect(await endState(wasl, id)).toEqual(APPLIED);
    expect(wasl.learnt().sort()).toEqual(MOH_MOF_LEARNT);
    const all = await tried(wasl, id);
    expect(all.at(-1)).toEqual(heldByAll());
    for (const each of all.slice(0, -1)) expect(each).toEqual(notBegun(expect.stringMatching(reason)));
    const ended = (await wasl.store.readLedger({ afterSequence: 0 })).filter(
      ({ action, subject }) => action === 'transaction.ended' && subject === `${id}-C1`,
    );
    expect(new Set(ended.slice(0, -1).map(({ body }) => body.code))).toEqual(new Set([code]));
    expect(
      (await wasl.store.listApprovals(id as InterconnectId)).filter(({ subject }) => subject === 'plan'),
    ).toHaveLength(1);
  });

  it('leaves three routers untouched when the fourth does not validate: that is a verdict, and planned again', async () => {
    await using wasl = await Installation.open();
    const message = 'a constraint that only this router has';
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    wasl.backbone.router('soh-pe-01').faults.set({ kind: 'rpc-error', operation: 'validate', message });
    await wasl.approvePlan(planId);
    await wasl.untilRefused(id);
    const reason = `soh-pe-01: validate (message-id N): the server refused: operation-failed: ${message}`;
    expect(await endState(wasl, id)).toEqual(refused(reason));
    expect(await tried(wasl, id)).toEqual([notBegun(reason)]);
    expect((await wasl.engineer(1).readInterconnect(id)).awaiting).toEqual([
      'approval of the plan by the network side',
    ]);
  });

  it('is not planned over while it cannot be read, and planned by itself when it can', async () => {
    await using wasl = await Installation.open();
    const router = wasl.backbone.router('mct-pe-01');
    const fault = router.faults.set({ kind: 'refuse-authentication' });
    const id = await wasl.agree(MOH_MOF);
    const sentence = 'mct-pe-01: connect: the server refused every login method for user "wasl" (ROUTER_AUTH_FAILED)';
    expect((await wasl.untilWaiting(id, /^mct-pe-01/)).reason).toBe(sentence);
    const { changes, awaiting } = await wasl.engineer(1).readInterconnect(id);
    expect(changes[0]).toMatchObject({ phase: 'planning', refusal: null, waiting: { reason: sentence } });
    expect(awaiting).toEqual([]);
    // What is behind it is the engineers'.
    const [ofParty] = (await wasl.signatory('MOH').readInterconnect(id)).changes;
    expect(ofParty).toMatchObject({ waiting: null, refusal: null, reason: null });
    router.faults.clear(fault);
    await wasl.untilPlanned(id);
    // Given up before a push: nothing to undo, no route target stays.
    await wasl.signatory('MOH').withdraw(id, 'it was only asked for');
    await wasl.untilLifecycle(id, 'rejected');
    expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'rejected', changed: [], leftOver: [] });
  });
});

it('waits for a lock, names its holder while it stays, and goes on with the same approval when it is let go', async () => {
  await using wasl = await Installation.open();
  const router = wasl.backbone.router('sll-pe-01');
  const id = await wasl.agree(MOH_MOF);
  const planId = await wasl.untilPlanned(id);
  const held = router.faults.set({ kind: 'hold-lock', sessionId: 4711 });
  await wasl.approvePlan(planId);
  const { reason } = await wasl.untilWaiting(id, /lock of candidate/);
  expect(reason).toMatch(/^sll-pe-01: the lock of candidate was held by session 4711/);
  expect(wasl.changedRouters()).toEqual([]);
  router.faults.clear(held);
  await wasl.untilLifecycle(id, 'active');
  expect(await endState(wasl, id)).toEqual(APPLIED);
  expect(wasl.learnt().sort()).toEqual(MOH_MOF_LEARNT);
  const all = await tried(wasl, id);
  expect(all[0]).toEqual(notBegun(expect.stringContaining('session 4711')));
  expect(all.at(-1)).toEqual(heldByAll());
  const { changes } = await wasl.engineer(1).readInterconnect(id);
  expect(changes.map(({ outcome, refusal, planId: of }) => [outcome, refusal, of])).toEqual([
    ['applied', null, planId],
  ]);
});

it('plans again when an operator edits a VRF between plan and push: the old approval is void', async () => {
  await using wasl = await Installation.open();
  const id = await wasl.agree(MOH_MOF);
  const stale = await wasl.untilPlanned(id);
  const { digest } = await wasl.engineer(2).readPlan(stale);
  const router = wasl.backbone.router('mct-pe-01');
  router.editRunning(importOnIosxr('MOH', '65000:777'));
  const edited = wasl.texts();
  await wasl.approvePlan(stale);
  await wasl.untilRefused(id);
  const again = await wasl.untilPlanned(id);
  expect(again).toBe('IC-0001-C2-P1');
  expect(await endState(wasl, id, edited)).toEqual({
    lifecycle: 'requested',
    outcome: 'refused',
    reason:
      'mct-pe-01 differs from what the plan was made for: ' +
      'VRF MOH at mct-pe-01: ipv4 import was 65000:100, is 65000:100, 65000:777',
    changed: [],
    leftOver: [],
  });
  // Neither the old digest nor the old plan's id opens anything.
  await expect(wasl.engineer(3).decidePlan(again, { decision: 'approve', digest })).rejects.toMatchObject({
    code: 'APPROVAL_DIGEST',
  });
  await expect(wasl.engineer(3).decidePlan(stale, { decision: 'approve', digest })).rejects.toMatchObject({
    code: 'APPROVAL_DIGEST',
  });
  await wasl.approvePlan(again);
  await wasl.untilLifecycle(id, 'active');
  expect(await endState(wasl, id, edited)).toMatchObject({ lifecycle: 'active', changed: FOUR, leftOver: [] });
  expect(router.runningText()).toContain('777');
});

it('rebases on another change of wasl that landed between plan and push', async () => {
  await using wasl = await Installation.open();
  const [first, second] = [await wasl.agree(MOH_MOF), await wasl.agree(MOE_MOF)];
  const [firstPlan, secondPlan] = [await wasl.untilPlanned(first), await wasl.untilPlanned(second)];
  await wasl.approvePlan(secondPlan);
  await wasl.untilTried(second);
  const afterSecond = wasl.texts();
  const learntOfSecond = wasl.learnt();
  await wasl.approvePlan(firstPlan);
  await wasl.untilTried(first);
  expect(await endState(wasl, first, afterSecond)).toEqual({
    lifecycle: 'active',
    outcome: 'applied',
    reason: 'confirmed on 4 routers, each read back',
    changed: FOUR,
    leftOver: [],
  });
  expect(wasl.learnt().sort()).toEqual([...learntOfSecond, ...MOH_MOF_LEARNT].sort());
  const rebased = (await wasl.progress(first)).filter((event) => event.message.includes('rebased'));
  expect(rebased.map((event) => event.pe).sort()).toEqual(['nzw-pe-01', 'soh-pe-01']);

  // Withdrawal of one leaves the other: byte for byte what it was alone.
  await wasl.signatory('MOH').withdraw(first, 'the project has ended');
  await wasl.approvePlan(await wasl.untilPlanned(first));
  await wasl.untilLifecycle(first, 'withdrawn');
  expect(await endState(wasl, first, afterSecond)).toMatchObject({ lifecycle: 'withdrawn', changed: [], leftOver: [] });
  expect(wasl.learnt().sort()).toEqual(learntOfSecond.sort());
});
