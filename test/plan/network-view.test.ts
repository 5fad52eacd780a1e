import { expect, test } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { inventorySchema } from '../../src/domain/inventory.ts';
import type { PeName } from '../../src/domain/names.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import { parseRouteDistinguisher } from '../../src/domain/route-target.ts';
import { buildNetworkView } from '../../src/plan/network-view.ts';
import { makeVrf, pe, vpn } from '../proof/networks.ts';

const management = {
  host: '127.0.0.1',
  hostKeys: [`SHA256:${'A'.repeat(43)}`],
  credential: 'lab',
};
const inventory: Inventory = inventorySchema.parse({
  version: 1,
  backbone: { name: 'sample', asNumber: 65_000, routeTargetPool: { administrator: '65000', from: 9_000, to: 9_999 } },
  entities: [{ id: 'MOH', name: 'Health' }],
  vpns: [
    { id: 'MOH', entity: 'MOH', prefixes: ['10.100.0.0/16'] },
    { id: 'WATCH', entity: 'MOH', prefixes: ['10.90.0.0/16'], canary: true },
  ],
  routers: [
    {
      name: 'pe2',
      platform: 'frr',
      management,
      vrfs: [{ name: 'WATCH', vpn: 'WATCH', routeDistinguisher: '65000:902' }],
    },
    {
      name: 'pe1',
      platform: 'iosxr-um2',
      management,
      vrfs: [
        {
          name: 'MOH',
          vpn: 'MOH',
          routeDistinguisher: '65000:101',
          attachments: [{ branch: 'main', prefixes: ['10.100.10.0/24'], probe: '10.100.10.1' }],
        },
      ],
    },
  ],
});

const running = (name: string, distinguisher: string | null): RunningVrf => ({
  ...makeVrf({ vpn: null, name, own: '65000:100' }),
  routeDistinguisher: distinguisher === null ? null : parseRouteDistinguisher(distinguisher),
});
const read = (one: readonly RunningVrf[], two: readonly RunningVrf[] = [running('WATCH', null)]) =>
  new Map<PeName, readonly RunningVrf[]>([
    [pe('pe1'), one],
    [pe('pe2'), two],
  ]);

test('joins the inventory with what was read, sorted by name', () => {
  const view = buildNetworkView(inventory, read([running('ZZZ', null), running('MOH', '65000:101')]));
  expect(
    view.pes.map(({ name, platform, vrfs }) => [name, platform, vrfs.map((vrf) => [vrf.name, vrf.vpn, vrf.canary])]),
  ).toEqual([
    // A VRF that the inventory does not know is kept, without a VPN.
    [
      'pe1',
      'iosxr-um2',
      [
        ['MOH', 'MOH', false],
        ['ZZZ', null, false],
      ],
    ],
    ['pe2', 'frr', [['WATCH', 'WATCH', true]]],
  ]);
  expect(view.pes[0]?.vrfs[0]?.attachments[0]?.prefixes).toEqual(['10.100.10.0/24']);
});

test.each([
  ['a VRF that is not on the router', read([]), 'VRF_MISSING', 'VRF MOH of MOH is not on pe1'],
  ['a PE that was not read', new Map([[pe('pe1'), [running('MOH', null)]]]), 'ROUTER_UNREACHABLE', 'pe2 was not read'],
  [
    'a PE that is not in the inventory',
    new Map([...read([running('MOH', null)]), [pe('pe9'), []]]),
    'ROUTER_UNKNOWN',
    'pe9 was read but is not in the inventory',
  ],
  [
    'a VRF of that name with another route distinguisher',
    read([running('MOH', '65000:999')]),
    'INVENTORY_INVALID',
    'VRF MOH at pe1 has route distinguisher 65000:999, the inventory says 65000:101',
  ],
  [
    'a VRF that is named twice',
    read([running('MOH', null), running('MOH', null)]),
    'ROUTER_PROTOCOL',
    'pe1 names one VRF twice',
  ],
])('refuses %s', (_, found, code, message) => {
  expect(() => buildNetworkView(inventory, found)).toThrow(expect.objectContaining({ code, message }));
});

test("a third party's missing VRF is no reason to refuse", () => {
  const view = buildNetworkView(inventory, read([running('MOH', null)], []), { required: new Set([vpn('MOH')]) });
  expect(view.pes[1]?.vrfs).toEqual([]);
  expect(() => buildNetworkView(inventory, read([]), { required: new Set([vpn('MOH')]) })).toThrow('is not on pe1');
});
