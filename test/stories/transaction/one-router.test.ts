/** Two VPNs that are joined on one router: their routes go from table to table there, and BGP carries none of them. */
import { describe, it } from 'vitest';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { withThird } from '../../support/third-ministry.ts';

const [MOI_NETWORK, MOF_NETWORK] = ['10.30.1.0/24', '10.200.20.0/24'] as const;

describe.concurrent('R10: a route that is leaked on one Junos router', () => {
  it.for([
    ['keeps the protocol of its primary', 'primary'],
    ['is shown as BGP', 'bgp'],
  ] as const)('%s, and is verified as planned', async ([, leakedRoutes], { expect }) => {
    await using wasl = await Installation.open({
      inventory: (demo) => ({
        ...withThird('junos-yang', 'soh-pe-01', { vpn: 'MOI', prefix: MOI_NETWORK }),
        backbone: demo.backbone,
      }),
      habits: [{ router: 'soh-pe-01', habits: { leakedRoutes, staticPrefixes: [MOF_NETWORK as never] } }],
    });
    const id = await wasl.provision({
      ...MOH_MOF,
      flows: [
        { from: 'MOI', to: 'MOF', prefixes: [MOI_NETWORK] },
        { from: 'MOF', to: 'MOI', prefixes: [MOF_NETWORK] },
      ] as never,
    });
    expect(await wasl.untilTried(id)).toBe('active');
    expect(wasl.learnt()).toEqual(
      expect.arrayContaining([`soh-pe-01 MOI ${MOF_NETWORK}`, `soh-pe-01 MOF ${MOI_NETWORK}`]),
    );
    await wasl.signatory('MOI').withdraw(id, 'the project has ended');
    await wasl.approvePlan(await wasl.untilPlanned(id));
    await wasl.untilLifecycle(id, 'withdrawn');
    expect(await endState(wasl, id)).toMatchObject({ outcome: 'applied', changed: [], leftOver: [] });
    expect(wasl.learnt()).toEqual([]);
  });
});
