/** A VPN with two VRFs at one router, of which the agreement shares the networks of one. */
import { expect, it } from 'vitest';
import type { Inventory, InventoryVrf } from '../../src/domain/inventory.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { StagedNetwork } from '../support/staged-network.ts';
import { differing } from './active-network.ts';

const withSecondSite = (at: string, vpn: string, prefix: string): Inventory => ({
  ...DEMO_INVENTORY,
  routers: DEMO_INVENTORY.routers.map((router) => {
    if ((router.name as string) !== at) return router;
    const probe = prefix.replace('.0/24', '.10');
    const second = {
      ...{ name: `${vpn}-2`, vpn, routeDistinguisher: '0:65000:30002', families: ['ipv4', 'ipv6'] },
      attachments: [{ branch: 'Second site', prefixes: [prefix], probe }],
    } as unknown as InventoryVrf;
    return { ...router, vrfs: [...router.vrfs, second] };
  }),
});

it.each([
  // Packets from the second site find no way back, and it is not pinged from there.
  ['mct-pe-01', 'MOH', '10.100.40.0/24', ['MOH', '10.100.10.0/24', 'MOF', '10.200.10.0/24']],
  ['soh-pe-01', 'MOF', '10.200.40.0/24', ['MOH', '10.100.10.0/24', 'MOF', '10.200.20.0/24']],
  // On Junos the two sites hear of each other by the auto-export that a flow between two VRFs of the router needs.
  ['soh-pe-01', 'MOF', '10.200.40.0/24', ['MOE', '10.150.20.0/24', 'MOF', '10.200.20.0/24']],
] as const)('%s, a second %s with %s: %j', async (at, vpn, prefix, [one, networkOfOne, other, networkOfOther]) => {
  await using network = await StagedNetwork.open(withSecondSite(at, vpn, prefix));
  const before = network.texts();
  const id = network.agree(
    { from: one, to: other, prefixes: [networkOfOne] },
    { from: other, to: one, prefixes: [networkOfOther] },
  );
  const { verdict, reason, plan } = await network.carryOut(id, 'provision');
  expect([verdict, reason]).toEqual(['pass', expect.stringContaining('each read back')]);
  const fromSecond = plan?.probes.filter(({ vrf, expect: wanted }) => vrf === `${vpn}-2` && wanted === 'reachable');
  expect(fromSecond?.map(({ target }) => target)).toEqual([null]);
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(differing(network, before)).toEqual([]);
});
