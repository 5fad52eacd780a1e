import { type Inventory, inventorySchema } from '../../../src/domain/inventory.ts';
import { type InterconnectRequest, interconnectRequestSchema } from '../../../src/domain/request.ts';

/** The most that the address plan below numbers. */
const ROUTERS_MAX = 400;

/** `routers` PEs of both platforms: the first half has a VRF of MOH, the second one of MOF; so a change touches all of them. */
export function backboneInventory(routers: number): Inventory {
  if (routers > ROUTERS_MAX) throw new RangeError(`at most ${ROUTERS_MAX} routers`);
  const half = routers / 2;
  return inventorySchema.parse({
    version: 1,
    backbone: {
      name: `${routers} PEs`,
      asNumber: 65_000,
      routeTargetPool: { administrator: '65000', from: 9_001, to: 9_999, quarantineDays: 0 },
    },
    entities: [
      { id: 'MOH', name: 'Ministry of Health' },
      { id: 'MOF', name: 'Ministry of Finance' },
    ],
    vpns: [
      { id: 'MOH', entity: 'MOH', prefixes: ['10.100.0.0/16'] },
      { id: 'MOF', entity: 'MOF', prefixes: ['10.200.0.0/16'] },
    ],
    routers: Array.from({ length: routers }, (_, index) => {
      const [vpn, second, site] = index < half ? ['MOH', 100, index] : ['MOF', 200, index - half];
      return {
        name: `pe${String(index + 1).padStart(3, '0')}`,
        platform: index % 2 === 0 ? 'iosxr-um2' : 'junos-yang',
        management: { host: '127.0.0.1', hostKeys: [`SHA256:${'A'.repeat(43)}`], credential: 'bench' },
        vrfs: [
          {
            name: vpn,
            vpn,
            routeDistinguisher: `65000:${1_000 + index}`,
            attachments: [
              { branch: `site ${site}`, prefixes: [`10.${second}.${site}.0/24`], probe: `10.${second}.${site}.10` },
            ],
          },
        ],
      };
    }),
  });
}

/** Both directions, so that every VRF of the two VPNs imports. */
export function benchRequest(): InterconnectRequest {
  return interconnectRequestSchema.parse({
    purpose: 'what one change costs',
    flows: [
      { from: 'MOH', to: 'MOF', prefixes: ['10.100.0.0/24', '10.100.1.0/24'] },
      { from: 'MOF', to: 'MOH', prefixes: ['10.200.0.0/24'] },
    ],
    validUntil: '2099-01-01T00:00:00Z',
    policyVersion: '2026-1',
  });
}
