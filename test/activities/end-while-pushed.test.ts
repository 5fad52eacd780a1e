/** What a change stands on goes, or its signed end comes, while it is at the routers: nothing is opened over that. */
import { expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { importOnIosxr } from '../support/hand-edits.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';
import { withThird } from '../support/third-ministry.ts';

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

/** An inventory that is imported while the change is unconfirmed. */
const IMPORTED: readonly (readonly [string, (inventory: Inventory) => Inventory, string, RegExp])[] = [
  [
    'gives a VPN of the change to somebody else',
    (inventory) => ({
      ...inventory,
      vpns: inventory.vpns.map((vpn) => ((vpn.id as string) === 'MOF' ? { ...vpn, entity: 'MOE' as never } : vpn)),
    }),
    'APPROVAL_PARTY',
    /belong to MOE and MOH, not to MOF and MOH/,
  ],
  [
    'attaches what the change opens to the other side',
    (inventory) => ({
      ...inventory,
      routers: inventory.routers.map((router) => ({
        ...router,
        vrfs: router.vrfs.map((vrf) =>
          (router.name as string) === 'nzw-pe-01' && (vrf.vpn as string) === 'MOF'
            ? {
                ...vrf,
                attachments: [
                  ...vrf.attachments,
                  { branch: 'new', prefixes: ['10.100.10.0/25' as never], probe: null },
                ],
              }
            : vrf,
        ),
      })),
    }),
    'PLAN_STALE',
    /10\.100\.10\.0\/25 of MOF itself at nzw-pe-01/,
  ],
];

it.each(IMPORTED)('an inventory that %s, before the confirm: it goes back', async (_what, imported, code, reason) => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const before = network.texts();
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  network.inventories.push(imported(network.backbone.inventory()));
  const verified = await network.stages.verifyRouters({ changeId, planId });
  expect(verified).toMatchObject({ verdict: 'fail', code, reason: expect.stringMatching(reason) });
  await network.stages.cancelRouters({ changeId, planId });
  expect(isSame(before, network.texts())).toBe(true);
});

it('an inventory that lists a router more, which takes what is opened, before the confirm: it goes back', async () => {
  const whole = withThird('iosxr-um2');
  await using network = await StagedNetwork.open(whole);
  const [listed] = network.inventories;
  if (listed === undefined) throw new Error('an inventory');
  const known = listed.routers.filter(({ name }) => (name as string) !== 'ibr-pe-01');
  network.inventories[0] = { ...listed, routers: known };
  network.backbone.router('ibr-pe-01').editRunning(importOnIosxr('MOI', '65000:50000'));
  const before = network.texts();
  const { changeId, planId } = await network.planned(...BOTH_WAYS);
  await network.stages.prepareRouters({ changeId, planId });
  await network.stages.commitRouters({ changeId, planId });
  network.inventories.push(listed);
  const verified = await network.stages.verifyRouters({ changeId, planId });
  expect(verified).toMatchObject({
    verdict: 'fail',
    code: 'PLAN_STALE',
    reason: expect.stringMatching(/MOI at ibr-pe-01/),
  });
  await network.stages.cancelRouters({ changeId, planId });
  expect(isSame(before, network.texts())).toBe(true);
});
