import type { Inventory, InventoryRouter } from '../../src/domain/inventory.ts';
import type { PeName, PlatformName } from '../../src/domain/names.ts';
import { DEMO_INVENTORY } from './api-under-test.ts';

/** The demonstration with a third ministry, or a site of another VPN, at a fifth PE (or at one of the four). */
export function withThird(
  platform: PlatformName,
  at = 'ibr-pe-01',
  site: { readonly vpn: string; readonly prefix: string } = { vpn: 'MOI', prefix: '10.30.1.0/24' },
): Inventory {
  const vrf = {
    name: site.vpn as never,
    vpn: site.vpn as never,
    routeDistinguisher: '0:65000:30001' as never,
    families: ['ipv4', 'ipv6'] as const,
    attachments: [
      { branch: 'Ibri', prefixes: [site.prefix] as never, probe: site.prefix.replace('.0/24', '.10') as never },
    ],
  };
  const isThere = DEMO_INVENTORY.routers.some(({ name }) => (name as string) === at);
  const fifth = { ...(DEMO_INVENTORY.routers[0] as InventoryRouter), name: at as PeName, platform, vrfs: [vrf] };
  return {
    ...DEMO_INVENTORY,
    entities: [...DEMO_INVENTORY.entities, { id: 'MOI' as never, name: 'Ministry of Interior' }],
    vpns: [
      ...DEMO_INVENTORY.vpns,
      { id: 'MOI' as never, entity: 'MOI' as never, prefixes: ['10.30.0.0/16'] as never, canary: false },
    ],
    routers: isThere
      ? DEMO_INVENTORY.routers.map((router) =>
          (router.name as string) === at ? { ...router, vrfs: [...router.vrfs, vrf] } : router,
        )
      : [...DEMO_INVENTORY.routers, fifth],
  };
}
