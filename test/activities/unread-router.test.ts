/** What was not read is unknown, and unknown blocks what opens; what is assumed instead is told before anybody approves. */
import { describe, expect, it } from 'vitest';
import { importOnIosxr } from '../support/hand-edits.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';
import { withThird } from '../support/third-ministry.ts';

describe('a router that cannot be read', () => {
  const down = async (maintenance: boolean, vpn: string) => {
    const inventory = withThird('iosxr-um2', 'ibr-pe-01', {
      vpn,
      prefix: vpn === 'MOI' ? '10.30.1.0/24' : '10.200.30.0/24',
    });
    const network = await StagedNetwork.open({
      ...inventory,
      routers: inventory.routers.map((router) =>
        (router.name as string) === 'ibr-pe-01' ? { ...router, maintenance } : router,
      ),
    });
    network.backbone.router('ibr-pe-01').faults.set({ kind: 'refuse-connections' });
    return network;
  };

  it('keeps what opens from being planned', async () => {
    await using network = await down(false, 'MOI');
    const id = network.agree(...BOTH_WAYS);
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
      code: 'ROUTER_UNREACHABLE',
    });
  });

  it('does not where it is in maintenance and neither party is there: that is assumed, and told', async () => {
    await using network = await down(true, 'MOI');
    const { verdict, plan } = await network.carryOut(network.agree(...BOTH_WAYS), 'provision');
    expect(verdict).toBe('pass');
    expect(plan?.told?.[0]).toMatch(/^ibr-pe-01 was not read and is assumed to take none of the new route targets: /);
  });

  it.each([
    ['at the push', 'prepare'],
    ['once it is committed', 'verify'],
  ] as const)('is not assumed %s where the approved plan stands on what was read of it', async (when, stage) => {
    await using network = await down(true, 'MOI');
    const third = network.backbone.router('ibr-pe-01');
    third.faults.clear();
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    const goAway = () => {
      third.editRunning(importOnIosxr('MOI', '65000:50000'));
      third.faults.set({ kind: 'refuse-connections' });
    };
    const input = { changeId, planId };
    if (when === 'at the push') goAway();
    let result = await network.stages.prepareRouters(input);
    if (when !== 'at the push') {
      expect(await network.stages.commitRouters(input)).toMatchObject({ verdict: 'pass' });
      goAway();
      result = await network.stages.verifyRouters(input);
    }
    expect(result).toMatchObject({ code: 'PLAN_STALE', reason: expect.stringContaining('ibr-pe-01 was read when') });
    if (stage === 'verify') await network.stages.cancelRouters(input);
  });

  it('does where it is in maintenance and a party is there, with the reason', async () => {
    await using network = await down(true, 'MOF');
    const id = network.agree(...BOTH_WAYS);
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
      code: 'ROUTER_MAINTENANCE',
      path: 'ibr-pe-01',
    });
  });
});
