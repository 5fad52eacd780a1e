/** The signed end comes while a change is at the routers: nothing is opened beyond it. */
import { expect, it } from 'vitest';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

const ENDED = '2026-03-01T08:00:00Z';

async function pushed(endsBefore: 'commit' | 'confirm') {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const before = network.texts();
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  if (endsBefore === 'commit') {
    // Once the gate has been passed: when the routers are locked.
    const locked = network.backbone.router('mct-pe-01');
    const looks = setInterval(() => {
      if (locked.lockHolder('candidate') !== undefined) network.validUntil = ENDED;
    }, 1);
    const prepared = await network.stages.prepareRouters({ changeId, planId });
    clearInterval(looks);
    return { ...prepared, isBack: isSame(before, network.texts()) };
  }
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  network.validUntil = ENDED;
  const verified = await network.stages.verifyRouters({ changeId, planId });
  await network.stages.cancelRouters({ changeId, planId });
  return { ...verified, isBack: isSame(before, network.texts()) };
}

const isSame = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
  [...one].every(([name, text]) => other.get(name) === text);

it.each(['commit', 'confirm'] as const)('before the %s: it goes back', async (moment) => {
  expect(await pushed(moment)).toMatchObject({ verdict: 'fail', code: 'NOT_ITS_TIME', isBack: true });
});
