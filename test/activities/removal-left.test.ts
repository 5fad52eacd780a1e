/** A PE that carries the interconnect and cannot take part: the others are cleaned at once, and it is not forgotten. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { PeName } from '../../src/domain/names.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { active, BASIC, differing } from './active-network.ts';

const withScrapped = (inventory: Inventory, pe: string): Inventory => ({
  ...inventory,
  routers: inventory.routers.filter(({ name }) => name !== pe),
  scrapped: [{ name: pe as PeName, reason: 'burnt with the building' }],
});

/** A commit is waited for until the router must have taken it back: most of its confirm window of 30 s. */
const UNANSWERED_MS = 120_000;

describe.concurrent('a router that carries it and cannot take part', () => {
  it('is left when it does not answer to planning; the others are cleaned, and it is cleaned when it is back', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    const router = network.backbone.router('soh-pe-01');
    const fault = router.faults.set({ kind: 'refuse-connections' });
    const first = await network.carryOut(id, 'withdraw');
    expect(first.plan?.left).toEqual([{ pe: 'soh-pe-01', reason: expect.stringContaining('soh-pe-01: connect') }]);
    expect(first.plan?.routers.map(({ pe }) => pe)).toEqual(['mct-pe-01', 'nzw-pe-01', 'sll-pe-01']);
    expect(differing(network, before)).toEqual(['soh-pe-01']);
    expect(network.carriers(id)).toEqual(['soh-pe-01']);
    // Nothing can be pushed, and that is no end.
    expect(await network.plan(id, network.newChange(id, 'withdraw'))).toMatchObject({
      ...{ planId: null, left: [{ pe: 'soh-pe-01' }] },
      reason: 'the routers that were read are clean',
    });
    router.faults.clear(fault);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });

  it('is let go when it is scrapped: the others are cleaned, and nothing is left to push', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router('soh-pe-01').faults.set({ kind: 'refuse-connections' });
    const first = await network.carryOut(id, 'withdraw');
    expect(first.plan?.left).toMatchObject([{ pe: 'soh-pe-01' }]);
    network.inventories.push(withScrapped(network.backbone.inventory(), 'soh-pe-01'));
    expect(await network.plan(id, network.newChange(id, 'withdraw'))).toMatchObject({
      ...{ planId: null, left: [] },
      // It was not read.
      reason: 'nothing of it is on a router that was not scrapped',
    });
    expect(differing(network, before)).toEqual(['soh-pe-01']);
  });

  it('and scrapped before anybody asked to withdraw: nobody waits for it', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router('soh-pe-01').faults.set({ kind: 'refuse-connections' });
    network.inventories.push(withScrapped(network.backbone.inventory(), 'soh-pe-01'));
    const done = await network.carryOut(id, 'withdraw');
    expect(done).toMatchObject({ verdict: 'pass', left: [] });
    expect(done.plan?.told?.join()).toContain('soh-pe-01 was scrapped');
    expect(differing(network, before)).toEqual(['soh-pe-01']);
  });

  it(
    'and scrapped in the middle of a change: the others are given back, and nobody is called',
    async () => {
      const network = await StagedNetwork.open(DEMO_INVENTORY);
      await using _ = network;
      const before = network.texts();
      const id = network.agree(...BASIC);
      const changeId = network.newChange(id, 'provision');
      const { planId } = await network.plan(id, changeId);
      if (planId === null) throw new Error('planned');
      const input = { changeId, planId };
      await network.stages.prepareRouters(input);
      await network.stages.commitRouters(input);
      await network.stages.close();
      network.backbone.router('soh-pe-01').faults.set({ kind: 'refuse-connections' });
      network.inventories.push(withScrapped(network.backbone.inventory(), 'soh-pe-01'));
      expect(await network.recover(changeId, planId)).toMatchObject({
        outcome: 'rolled-back',
        // It was not read: nothing is said of how it is.
        reason: expect.stringMatching(/recovered: every router but soh-pe-01 \(scrapped\) is back as it was/),
        attention: [],
        left: [],
      });
      expect(differing(network, before).filter((pe) => pe !== 'soh-pe-01')).toEqual([]);
    },
    UNANSWERED_MS,
  );

  it.each([
    ['a lock that stays', { kind: 'hold-lock', sessionId: 4711 }, 'the lock of candidate was held by session 4711'],
    ['work of an operator', { kind: 'dirty-candidate' }, 'the candidate differs from running'],
    ['a login that is refused', { kind: 'refuse-authentication' }, 'the server refused every login method'],
    ['a router that does not validate', { kind: 'rpc-error', operation: 'validate' }, 'the server refused'],
  ] as const)('is left at the push: %s', async (_what, fault, reason) => {
    const { network, id, before } = await active();
    await using _ = network;
    const changeId = network.newChange(id, 'withdraw');
    const { planId } = await network.plan(id, changeId);
    network.backbone.router('mct-pe-01').faults.set(fault);
    const result = await network.push(changeId, planId);
    expect(result).toMatchObject({
      verdict: 'pass',
      left: [{ pe: 'mct-pe-01', reason: expect.stringContaining(reason) }],
    });
    expect(differing(network, before)).toEqual(['mct-pe-01']);
    const last = network.journal.findLast(({ pe }) => pe === 'mct-pe-01');
    expect(last).toMatchObject({ state: 'idle', detail: expect.stringContaining(reason) });
    network.backbone.router('mct-pe-01').faults.clear();
    // The same change once more, with the next plan.
    const next = await network.plan(id, changeId);
    expect(next.plan?.routers.map(({ pe }) => pe)).toEqual(['mct-pe-01']);
    expect(await network.push(changeId, next.planId)).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
    expect(network.carriers(id)).toEqual([]);
  });

  it.each([
    ['a commit that is refused', { kind: 'rpc-error', operation: 'confirmed-commit' }, 'the server refused'],
    ['a commit that is refused and done', { kind: 'rpc-error', operation: 'confirmed-commit', done: true }, 'refused'],
    ['an edit that is acknowledged and dropped', { kind: 'drop-edits' }, 'is not as approved'],
    ['a commit that is not answered', { kind: 'no-reply', operation: 'confirmed-commit' }, 'answer'],
  ] as const)('is put back and left: %s', { timeout: UNANSWERED_MS }, async (_what, fault, reason) => {
    const { network, id, before } = await active();
    await using _ = network;
    network.backbone.router('mct-pe-01').faults.set(fault);
    const result = await network.carryOut(id, 'withdraw');
    expect(result).toMatchObject({
      verdict: 'pass',
      left: [{ pe: 'mct-pe-01', reason: expect.stringContaining(reason) }],
    });
    expect(differing(network, before)).toEqual(['mct-pe-01']);
    expect(network.carriers(id)).toEqual(['mct-pe-01']);
    network.backbone.router('mct-pe-01').faults.clear();
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });

  it('takes no part in the recovery of the attempt that went on without it', async () => {
    const { network, id, before } = await active();
    await using _ = network;
    const changeId = network.newChange(id, 'withdraw');
    const { planId } = await network.plan(id, changeId);
    if (planId === null) throw new Error('planned');
    network.backbone.router('nzw-pe-01').faults.set({ kind: 'hold-lock', sessionId: 4711 });
    expect(await network.stages.prepareRouters({ changeId, planId })).toMatchObject({ verdict: 'pass' });
    await network.stages.commitRouters({ changeId, planId });
    await network.stages.close();
    expect(await network.recover(changeId, planId)).toMatchObject({
      outcome: 'rolled-back',
      left: [{ pe: 'nzw-pe-01', reason: expect.stringContaining('4711') }],
    });
    network.backbone.router('nzw-pe-01').faults.clear();
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect(differing(network, before)).toEqual([]);
  });
});

it('what it took away before a worker died stays away; what went back by itself is left', async () => {
  const { network, id, before } = await active();
  await using _ = network;
  const changeId = network.newChange(id, 'withdraw');
  const { planId } = await network.plan(id, changeId);
  if (planId === null) throw new Error('planned');
  const input = { changeId, planId };
  await network.stages.prepareRouters(input);
  await network.stages.commitRouters(input);
  // The worker has written that it confirms, and dies: two routers keep it by their persist id, two lose it with the session.
  const epoch = Math.max(...network.journal.map((entry) => entry.epoch));
  const pending = network.journal.filter(({ state, changeId: of }) => state === 'pending-confirm' && of === changeId);
  network.journal.push(...pending.map((entry) => ({ ...entry, state: 'confirm-sent' as const, epoch })));
  await network.stages.close();
  const recovered = await network.recover(changeId, planId);
  expect(recovered).toMatchObject({
    ...{ outcome: 'applied', reason: 'recovered: 2 of 4 routers are clean', attention: [] },
    left: [{ pe: 'sll-pe-01' }, { pe: 'soh-pe-01' }],
  });
  expect(differing(network, before)).toEqual(['sll-pe-01', 'soh-pe-01']);
  expect(network.carriers(id)).toEqual(['sll-pe-01', 'soh-pe-01']);
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(differing(network, before)).toEqual([]);
});
