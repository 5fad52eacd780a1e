/** Nothing is written when a router cannot be prepared; what an operator does on a router is never undone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { importOnIosxr } from '../../support/hand-edits.ts';
import { Installation } from '../../support/installation.ts';
import { MOE_MOF, MOH_MOF_LEARNT } from './requests.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];

describe('a router that refuses to be prepared', () => {
  let wasl: Installation;
  beforeAll(async () => {
    wasl = await Installation.open();
  });
  afterAll(() => wasl[Symbol.asyncDispose]());

  /** Planned while all is well, then pushed with a fault in place. */
  async function pushWith(fault: Parameters<ReturnType<typeof router>['faults']['set']>[0], pe: string) {
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const faultId = router(pe).faults.set(fault);
    await wasl.approvePlan(planId);
    await wasl.untilRefused(id);
    return { id, clear: () => router(pe).faults.clear(faultId) };
  }
  const router = (pe: string) => wasl.backbone.router(pe);
  /** Back at the plan: both signatures hold, the reason is on record, and an approval of the new plan tries again. */
  const refused = (reason: string) => ({ lifecycle: 'planned', outcome: 'refused', reason, changed: [], leftOver: [] });

  it("leaves an operator's uncommitted work alone", async () => {
    const { id, clear } = await pushWith({ kind: 'dirty-candidate' }, 'nzw-pe-01');
    expect(router('nzw-pe-01').candidateText()).toContain('work in progress');
    clear();
    expect(await endState(wasl, id)).toEqual(
      refused("planned again: nzw-pe-01: the candidate differs from running, and not by wasl's hand"),
    );
  });

  it('says that a login is refused, and plans when it is asked again', async () => {
    const noLogin = 'sll-pe-01: connect: the server refused every login method for user "wasl"';
    const { id, clear } = await pushWith({ kind: 'refuse-authentication' }, 'sll-pe-01');
    clear();
    expect(await endState(wasl, id)).toEqual(refused(`${noLogin}; then: ${noLogin} (ROUTER_AUTH_FAILED)`));
  });

  it('does not talk to a router with another host key', async () => {
    const { id, clear } = await pushWith({ kind: 'change-host-key' }, 'mct-pe-01');
    clear();
    const state = await endState(wasl, id);
    expect(state).toEqual(refused(state.reason ?? ''));
    const fingerprint = router('mct-pe-01').fingerprint;
    expect(state.reason).toMatch(
      /^mct-pe-01: connect: the server's host key is ssh-ed25519 SHA256:\S+, pinned is SHA256:/,
    );
    expect(state.reason).toContain(`pinned is ${fingerprint}`);
  });

  it('leaves three routers untouched when the fourth does not validate', async () => {
    const message = 'a constraint that only this router has';
    const { id, clear } = await pushWith({ kind: 'rpc-error', operation: 'validate', message }, 'soh-pe-01');
    clear();
    expect(await endState(wasl, id)).toEqual(
      refused(`planned again: soh-pe-01: validate (message-id N): the server refused: operation-failed: ${message}`),
    );
  });

  it('does not plan over a router that it cannot read, and plans when asked again', async () => {
    const fault = router('mct-pe-01').faults.set({ kind: 'refuse-authentication' });
    const id = await wasl.agree(MOH_MOF);
    await expect(wasl.untilPlanned(id)).rejects.toThrow(
      'not planned: mct-pe-01: connect: the server refused every login method for user "wasl" (ROUTER_AUTH_FAILED)',
    );
    const { changes } = await wasl.engineer(1).readInterconnect(id);
    expect(changes[0]?.refusal).toMatchObject({
      code: 'ROUTER_AUTH_FAILED',
      path: 'mct-pe-01',
      fact: 'connect: the server refused every login method for user "wasl"',
      remedy: 'Check the credential named in the inventory.',
    });
    // The parties read the sentence; what to do about it is the engineers'.
    expect((await wasl.signatory('MOH').readInterconnect(id)).changes[0]?.refusal).toBeNull();
    router('mct-pe-01').faults.clear(fault);
    await wasl.engineer(1).replan(id);
    await wasl.untilPlanned(id);
    // Given up before a push: nothing to undo, no route target stays.
    await wasl.signatory('MOH').withdraw(id, 'it was only asked for');
    await wasl.untilLifecycle(id, 'rejected');
    expect(await endState(wasl, id)).toMatchObject({ lifecycle: 'rejected', changed: [], leftOver: [] });
  });
});

it('waits for a lock, and names its holder when it stays', async () => {
  await using wasl = await Installation.open();
  const router = wasl.backbone.router('sll-pe-01');
  const first = await wasl.agree(MOH_MOF);
  const firstPlan = await wasl.untilPlanned(first);
  router.faults.set({ kind: 'hold-lock', sessionId: 4711 });
  await wasl.approvePlan(firstPlan);
  await wasl.untilRefused(first);
  const state = await endState(wasl, first);
  expect(state).toMatchObject({ lifecycle: 'planned', outcome: 'refused', changed: [] });
  expect(state.reason).toMatch(/^planned again: sll-pe-01: the lock of candidate was held by session 4711/);
  expect(state.leftOver).toEqual(['a lock of candidate on sll-pe-01']);
  router.faults.clear();

  // Nobody signs again: the new plan is approved, and the record has both tries.
  const secondPlan = await wasl.untilPlanned(first);
  expect(secondPlan).toBe(`${first}-C2-P1`);
  router.faults.set({ kind: 'hold-lock', sessionId: 4712, seconds: 4 });
  await wasl.approvePlan(secondPlan);
  await wasl.untilTried(first);
  const { changes } = await wasl.engineer(1).readInterconnect(first);
  expect(changes.map(({ outcome, refusal }) => [outcome, refusal?.code])).toEqual([
    ['refused', 'ROUTER_LOCKED'],
    ['applied', undefined],
  ]);
  const ended = (await wasl.store.readLedger({ afterSequence: 0 })).filter(({ action }) => action === 'change.ended');
  expect(ended.map(({ body }) => [body.outcome, body.code])).toEqual([
    ['refused', 'ROUTER_LOCKED'],
    ['applied', null],
  ]);
  expect(await endState(wasl, first)).toEqual({
    lifecycle: 'active',
    outcome: 'applied',
    reason: 'confirmed on 4 routers, each read back',
    changed: FOUR,
    leftOver: [],
  });
  expect(wasl.learnt().sort()).toEqual(MOH_MOF_LEARNT);
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
  await wasl.untilTried(id);
  while ((await wasl.untilPlanned(id)) === stale) await sleep(50);
  const again = await wasl.untilPlanned(id);
  expect(again).toBe('IC-0001-C2-P1');
  expect(await endState(wasl, id, edited)).toEqual({
    lifecycle: 'planned',
    outcome: 'refused',
    reason:
      'planned again: mct-pe-01 differs from what the plan was made for: ' +
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
  await wasl.untilTried(id);
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
  await wasl.untilTried(first);
  expect(await endState(wasl, first, afterSecond)).toMatchObject({ lifecycle: 'withdrawn', changed: [], leftOver: [] });
  expect(wasl.learnt().sort()).toEqual(learntOfSecond.sort());
});
