import { type Inventory, inventorySchema } from '../../../src/domain/inventory.ts';

const PLACEHOLDER_KEY = `SHA256:${'A'.repeat(43)}`;

export interface VrfFixture {
  readonly vpn: string;
  /** The site's number: gives it its prefixes `10.<vpn>.<site>.0/24` and `fd00:<vpn>:<site>::/48`. */
  readonly site: number;
}

export interface RouterFixture {
  readonly name: string;
  readonly platform: 'iosxr-um2' | 'junos-yang';
  readonly vrfs: readonly VrfFixture[];
}

export const prefixOf = (vpnIndex: number, site: number): string => `10.${vpnIndex + 1}.${site}.0/24`;
export const probeOf = (vpnIndex: number, site: number): string => `10.${vpnIndex + 1}.${site}.10`;
export const prefix6Of = (vpnIndex: number, site: number): string => `fd00:${vpnIndex + 1}:${site}::/48`;
export const probe6Of = (vpnIndex: number, site: number): string => `fd00:${vpnIndex + 1}:${site}::10`;

/** An inventory of the given routers; VPNs in the order of `vpns`, so the n-th has base route target 65000:n00. */
export function makeInventory(vpns: readonly string[], routers: readonly RouterFixture[]): Inventory {
  return inventorySchema.parse({
    version: 1,
    backbone: {
      name: 'test backbone',
      asNumber: 65_000,
      routeTargetPool: { administrator: '65000', from: 90_000, to: 99_000, quarantineDays: 30 },
    },
    entities: vpns.map((vpn) => ({ id: vpn, name: vpn })),
    vpns: vpns.map((vpn, i) => ({ id: vpn, entity: vpn, prefixes: [`10.${i + 1}.0.0/16`, `fd00:${i + 1}::/32`] })),
    routers: routers.map((router) => ({
      name: router.name,
      platform: router.platform,
      management: { host: '127.0.0.1', port: 830, hostKeys: [PLACEHOLDER_KEY], credential: 'simulated' },
      vrfs: router.vrfs.map(({ vpn, site }) => {
        const index = vpns.indexOf(vpn);
        return {
          name: vpn,
          vpn,
          routeDistinguisher: `65000:${(index + 1) * 1000 + site}`,
          attachments: [
            { branch: `${vpn} site ${site}`, prefixes: [prefixOf(index, site)], probe: probeOf(index, site) },
            { branch: `${vpn} site ${site}`, prefixes: [prefix6Of(index, site)], probe: probe6Of(index, site) },
          ],
        };
      }),
    })),
  });
}

/** Two routers of each vendor; MOH on all, MOF on pe2 and pe4, ROP (nobody's partner) on pe1 and pe3. */
export const FOUR_ROUTERS = makeInventory(
  ['MOH', 'MOF', 'ROP'],
  [
    {
      name: 'pe1',
      platform: 'iosxr-um2',
      vrfs: [
        { vpn: 'MOH', site: 1 },
        { vpn: 'ROP', site: 1 },
      ],
    },
    {
      name: 'pe2',
      platform: 'iosxr-um2',
      vrfs: [
        { vpn: 'MOH', site: 2 },
        { vpn: 'MOF', site: 2 },
      ],
    },
    {
      name: 'pe3',
      platform: 'junos-yang',
      vrfs: [
        { vpn: 'MOH', site: 3 },
        { vpn: 'ROP', site: 3 },
      ],
    },
    {
      name: 'pe4',
      platform: 'junos-yang',
      vrfs: [
        { vpn: 'MOH', site: 4 },
        { vpn: 'MOF', site: 4 },
      ],
    },
  ],
);
