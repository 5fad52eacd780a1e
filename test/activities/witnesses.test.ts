/** PEs that a change does not touch are looked at, too: they are read before it and after its commit. */
import { expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { VpnId } from '../../src/domain/names.ts';
import { shortForm } from '../../src/domain/route-target.ts';
import { baseRouteTarget } from '../../src/sim/base-route-target.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { importOnIosxr, removeImportOnIosxr } from '../support/hand-edits.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { withThird } from '../support/third-ministry.ts';

const FLOW = { from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] } as const;
/** The change gives from Sohar: Muscat is another site of MOE, and nothing is written there. */
const OTHER_SITE = 'mct-pe-01';

const withoutCanaryThere = (): Inventory => ({
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.map((router) =>
    (router.name as string) === OTHER_SITE
      ? { ...router, vrfs: router.vrfs.filter(({ vpn }) => (vpn as string) !== 'CANARY') }
      : router,
  ),
});

async function prepared(inventory: Inventory) {
  const network = await StagedNetwork.open(inventory);
  const id = network.agree(FLOW);
  const changeId = network.newChange(id, 'provision');
  const { planId, plan } = await network.plan(id, changeId);
  if (planId === null) throw new Error('planned');
  return { network, plan, input: { changeId, planId } };
}

it('another site of a party that loses what it had of it takes the change back', async () => {
  const { network, plan, input } = await prepared(withoutCanaryThere());
  await using _ = network;
  expect(plan?.routers.map(({ pe }) => pe)).not.toContain(OTHER_SITE);
  await network.stages.prepareRouters(input);
  await network.stages.commitRouters(input);
  const own = shortForm(baseRouteTarget(DEMO_INVENTORY, 'MOE' as VpnId));
  network.backbone.router(OTHER_SITE).editRunning(removeImportOnIosxr('MOE', own), 'none');
  expect(await network.stages.verifyRouters(input)).toMatchObject({
    code: 'VERIFY_FAILED',
    reason: `VRF MOE at ${OTHER_SITE} lost 10.150.20.0/24, which this change does not take away`,
  });
  await network.stages.cancelRouters(input);
});

it('one with a canary, in maintenance and away, is not asked', async () => {
  const inventory = withThird('iosxr-um2', 'ibr-pe-01', { vpn: 'CANARY', prefix: '10.250.5.0/24' });
  const routers = inventory.routers.map((router) =>
    (router.name as string) === 'ibr-pe-01' ? { ...router, maintenance: true } : router,
  );
  await using network = await StagedNetwork.open({ ...inventory, routers });
  network.backbone.router('ibr-pe-01').faults.set({ kind: 'refuse-connections' });
  expect(await network.carryOut(network.agree(FLOW), 'provision')).toMatchObject({ verdict: 'pass' });
});

it('a third party that takes what an edited VRF exports, by an agreement older than wasl, is looked at', async () => {
  const inventory = withThird('iosxr-um2', 'ibr-pe-01', { vpn: 'MOI', prefix: '10.30.1.0/24' });
  await using network = await StagedNetwork.open(inventory);
  const third = network.backbone.router('ibr-pe-01');
  const own = shortForm(baseRouteTarget(inventory, 'MOE' as VpnId));
  third.editRunning(importOnIosxr('MOI', own));
  const { changeId, planId } = await network.planned(FLOW);
  const input = { changeId, planId };
  await network.stages.prepareRouters(input);
  await network.stages.commitRouters(input);
  third.editRunning(removeImportOnIosxr('MOI', own), 'none');
  expect(await network.stages.verifyRouters(input)).toMatchObject({
    code: 'VERIFY_FAILED',
    reason: expect.stringContaining('VRF MOI at ibr-pe-01 lost 10.150.20.0/24'),
  });
  await network.stages.cancelRouters(input);
});
