import { describe, expect, it } from 'vitest';
import type { PlatformName } from '../../src/domain/names.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { renderEdits } from '../../src/render/render-edits.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { BASES, POOL } from './support/base-configurations.ts';
import { ConfigTree } from './support/config-tree.ts';

const RULE = { routeTarget: parseRouteTarget('65000:9001'), scope: [parsePrefix('10.1.0.0/16')] };
const WANTED = { ipv4: { imports: [parseRouteTarget('65000:9002')], exports: [RULE] } };

/** MOH of the platform's first base with one interconnect on it, as XML. */
function provisioned(platform: PlatformName): string {
  const base = BASES.find((candidate) => candidate.platform === platform);
  const tree = new ConfigTree(platform, base?.xml ?? '');
  const running = readVrfs(PLATFORMS[platform], tree.elements(), { pool: POOL, vrfs: [] });
  tree.apply(
    renderEdits(
      platform,
      running.filter(({ name }) => name === 'MOH').map((vrf) => ({ running: vrf, wanted: WANTED })),
    ),
  );
  return tree.text();
}

function anomaliesOf(platform: PlatformName, xml: string): string[] {
  const vrfs = readVrfs(PLATFORMS[platform], parseXmlFragment(xml), { pool: POOL, vrfs: [] });
  return vrfs.flatMap(({ anomalies }) => anomalies);
}

const HAND_EDITS: readonly (readonly [PlatformName, string, string | RegExp, string, string])[] = [
  [
    'iosxr-um2',
    'a prefix made wider',
    '10.1.0.0/16',
    '10.1.0.0/16 le 32',
    'prefix-set WASL-MOH-IPV4-0-65000-9001 is not as wasl wrote it',
  ],
  ['iosxr-um2', 'a rule without additive', ') additive', ')', 'route-policy WASL-MOH-IPV4-EXPORT'],
  [
    'iosxr-um2',
    'a policy that is detached',
    /<route-policy>WASL-MOH-IPV4-EXPORT<\/route-policy>/,
    '',
    'belongs to no interconnect',
  ],
  ['iosxr-um2', 'an object of a VRF that is gone', /WASL-MOH-/g, 'WASL-OLD-', 'WASL-OLD-IPV4-EXPORT'],
  [
    'junos-yang',
    'a term that accepts all',
    '<reject/>',
    '<accept/>',
    'policy-statement WASL-MOH-IMPORT is not as wasl wrote it',
  ],
  ['junos-yang', 'another member', 'target:65000:9002', 'target:65000:100', 'community WASL-MOH-RT-0-65000-9002'],
  [
    'junos-yang',
    'a policy in front of ours',
    '<vrf-export>',
    '<vrf-export>FIRST</vrf-export><vrf-export>',
    'export policy FIRST',
  ],
  [
    'junos-yang',
    'a community that matches all but itself',
    '<name>WASL-MOH-RT-0-65000-9002</name>',
    '<name>WASL-MOH-RT-0-65000-9002</name><invert-match/>',
    'community WASL-MOH-RT-0-65000-9002 is not as wasl wrote it',
  ],
  [
    'junos-yang',
    'a prefix list that also takes what interfaces have',
    '<name>WASL-MOH-IPV4-0-65000-9001</name>',
    '<name>WASL-MOH-IPV4-0-65000-9001</name><apply-path>interfaces &lt;*&gt; unit &lt;*&gt; family inet address &lt;*&gt;</apply-path>',
    'prefix-list WASL-MOH-IPV4-0-65000-9001 is not as wasl wrote it',
  ],
  [
    'frr',
    'a rule for every route',
    '<prefix>10.1.0.0/16</prefix>',
    '<prefix>10.1.0.0/16</prefix><prefix>bad</prefix>',
    'export-rule WASL-0-65000-9001',
  ],
  [
    'frr',
    "wasl's route target on every route",
    '<export-rt>0:65000:100</export-rt>',
    '<export-rt>0:65000:9001</export-rt>',
    'vrf MOH ipv4 export-rt 0:65000:9001 belongs to no interconnect',
  ],
];

describe('hand edits under the name of wasl are seen', () => {
  it.each(HAND_EDITS)('%s: %s', (platform, _what, pattern, replacement, anomaly) => {
    const xml = provisioned(platform);
    expect(anomaliesOf(platform, xml)).toEqual([]);
    const edited = xml.replace(pattern, replacement);
    expect(edited).not.toBe(xml);
    expect(anomaliesOf(platform, edited).join('\n')).toContain(anomaly);
  });
});

it.each(['10.1.0.0/16 le 24', '10.1.2.3/16', '10.1.0.0/16 ge 20 le 24, 10.9.0.0/16 le 32'])(
  'iosxr-um2: a prefix set that a hand made %s keeps its rule in the view',
  (entry) => {
    const xml = provisioned('iosxr-um2').replace('10.1.0.0/16', entry);
    const vrfs = readVrfs(PLATFORMS['iosxr-um2'], parseXmlFragment(xml), { pool: POOL, vrfs: [] });
    const moh = vrfs.find(({ name }) => name === 'MOH');
    const scope = entry.includes(',') ? ['10.1.0.0/16', '10.9.0.0/16'] : ['10.1.0.0/16'];
    expect(moh?.share.ipv4?.exports).toEqual([{ ...RULE, scope }]);
    expect(moh?.anomalies).toEqual([
      expect.stringMatching(/^prefix-set WASL-MOH-IPV4-0-65000-9001 is not as wasl wrote it$/),
    ]);
  },
);
