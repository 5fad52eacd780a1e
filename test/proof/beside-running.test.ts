import { expect, it } from 'vitest';
import { TRAIT_NOTHING_BESIDE } from '../../src/domain/network-view.ts';
import type { PlatformName } from '../../src/platforms/manifests.ts';
import { nothingBesideRunning } from '../../src/proof/beside-running.ts';
import { makePe } from './networks.ts';

const routers = (platform: PlatformName, count: number, says: readonly string[] = []) =>
  Array.from({ length: count }, (_, at) => {
    const pe = makePe(`${platform}-${at + 1}`, [{ vpn: 'MOH', own: '65000:100' }]);
    return { ...pe, platform, vrfs: pe.vrfs.map((vrf) => ({ ...vrf, traits: says })) };
  });
const WHAT = 'nothing is in the default instance of the ephemeral database of';

it.each([
  ['a platform without anything of the kind', routers('frr', 2), []],
  ['one router', routers('junos-yang', 1), [`${WHAT} junos-yang-1, which no reading shows`]],
  ['one that says that it counts for nothing', routers('junos-yang', 1, [TRAIT_NOTHING_BESIDE]), []],
  [
    'routers of two kinds',
    [...routers('iosxr-um2', 1), ...routers('junos-yang', 1)],
    [
      'nothing is in configuration groups that are applied elsewhere than to a VRF or to everything of iosxr-um2-1, which no reading shows',
      `${WHAT} junos-yang-1, which no reading shows`,
    ],
  ],
  [
    'more than are named',
    routers('junos-yang', 7),
    [`${WHAT} junos-yang-1, junos-yang-2, junos-yang-3, junos-yang-4, junos-yang-5 and 2 more, which no reading shows`],
  ],
])('of %s', (_what, pes, assumed) => {
  expect(nothingBesideRunning({ pes })).toEqual(assumed);
});
