/** What a router sends may be as long as it likes: reading it takes time in proportion, and ends at a bound. */
import { describe, expect, it } from 'vitest';
import type { PlatformName } from '../../src/domain/names.ts';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { operatorDigest } from '../../src/plan/operator-digest.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';
import { BASES, POOL } from './support/base-configurations.ts';

const PLATFORM_NAMES = ['iosxr-um2', 'junos-yang', 'frr'] as const;
const ENTRY = {
  'iosxr-um2': /<vrf>\s*<vrf-name>MOH<\/vrf-name>.*?<\/vrf>/s,
  'junos-yang': /<instance>\s*<name>MOH<\/name>.*?<\/instance>/s,
  frr: /<vrf>\s*<name>MOH<\/name>.*?<\/vrf>/s,
};
const POLICY = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';

const baseOf = (platform: PlatformName): string => BASES.find((base) => base.platform === platform)?.xml ?? '';
const read = (platform: PlatformName, xml: string) =>
  readVrfs(PLATFORMS[platform], parseXmlFragment(xml), { pool: POOL, vrfs: [] });

/** The base with VRF MOH so many times, each with `more` in it. */
function withVrfs(platform: PlatformName, count: number, more = (entry: string) => entry): string {
  const xml = baseOf(platform);
  const entry = more(ENTRY[platform].exec(xml)?.[0] ?? '');
  return xml.replace(ENTRY[platform], () =>
    Array.from({ length: count }, (_, index) => entry.replaceAll('MOH<', `V${index}<`)).join(''),
  );
}

const prefixes = (count: number) =>
  Array.from({ length: count }, (_, index) => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}/32`);

function secondsOf(work: () => void): number {
  const before = cpuSeconds();
  work();
  return cpuSeconds() - before;
}

it.each(PLATFORM_NAMES)('%s: more VRFs than any PE takes are not read', (platform) => {
  expect(() => read(platform, withVrfs(platform, 10_001))).toThrow(/^shows 1000\d VRFs; more than 10000 are not read$/);
});

it.each(PLATFORM_NAMES)('%s: of a flood of what is not understood some is told, and how much there is', (platform) => {
  const end = platform === 'junos-yang' ? '</instance>' : '</vrf>';
  const xml = baseOf(platform).replace(end, () => `${'<strange/>'.repeat(5_000)}${end}`);
  const unknowns = read(platform, xml).flatMap((vrf) => vrf.unknowns ?? []);
  expect(unknowns).toHaveLength(1_001);
  expect(unknowns.at(-1)).toEqual({
    path: 'configuration',
    reach: 'network',
    why: 'holds 4000 more that are not understood',
  });
});

describe('hundreds of VRFs name one policy, and that a list of ten thousands', () => {
  it('iosxr-um2', () => {
    const attach = (entry: string) =>
      entry.replaceAll(/<export xmlns="[^"]*">/g, (open) => `${open}<route-policy>P</route-policy>`);
    const set = `prefix-set BIG\n${prefixes(20_000).join(',\n')}\nend-set\n`;
    const policy = 'route-policy P\n  if destination in BIG then\n    pass\n  endif\nend-policy\n';
    const policies = `<route-policies><route-policy><route-policy-name>P</route-policy-name><rpl-route-policy>${policy}</rpl-route-policy></route-policy></route-policies>`;
    const sets = `<sets><prefix-sets><prefix-set><set-name>BIG</set-name><rpl-prefix-set>${set}</rpl-prefix-set></prefix-set></prefix-sets></sets>`;
    const xml = `${withVrfs('iosxr-um2', 500, attach)}<routing-policy xmlns="${POLICY}">${policies}${sets}</routing-policy>`;
    expect(secondsOf(() => operatorDigest(read('iosxr-um2', xml)))).toBeLessThan(8);
  });

  it('junos-yang', () => {
    const attach = (entry: string) =>
      entry.replace('<vrf-target>', '<vrf-import>P</vrf-import><vrf-export>P</vrf-export><vrf-target>');
    const items = prefixes(20_000).map((prefix) => `<prefix-list-item><name>${prefix}</name></prefix-list-item>`);
    const term =
      '<term><name>a</name><from><prefix-list><name>BIG</name></prefix-list></from><then><accept/></then></term>';
    const options = `<policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options"><prefix-list><name>BIG</name>${items.join('')}</prefix-list><policy-statement><name>P</name>${term}<then><reject/></then></policy-statement></policy-options>`;
    const xml = withVrfs('junos-yang', 500, attach).replace('</configuration>', () => `${options}</configuration>`);
    const vrf = read('junos-yang', xml).find(({ name }) => (name as string) === 'V0');
    expect(vrf?.policyTexts.P?.split('\n')).toHaveLength(20_004);
    expect(secondsOf(() => operatorDigest(read('junos-yang', xml)))).toBeLessThan(8);
  });
});

it.each([
  ['parentheses that are never closed', 'set extcommunity rt ( '.repeat(100_000)],
  ['empty lines', '\n'.repeat(500_000)],
  ['spaces', ' '.repeat(500_000)],
])('iosxr-um2: a policy of %s', (_what, text) => {
  const attach = (name: string) =>
    baseOf('iosxr-um2').replace(/<export xmlns="[^"]*">/, (open) => `${open}<route-policy>${name}</route-policy>`);
  for (const name of ['P', 'WASL-MOH-IPV4-EXPORT']) {
    const policy = `<route-policy><route-policy-name>${name}</route-policy-name><rpl-route-policy>${text}x</rpl-route-policy></route-policy>`;
    const xml = `${attach(name)}<routing-policy xmlns="${POLICY}"><route-policies>${policy}</route-policies></routing-policy>`;
    expect(secondsOf(() => read('iosxr-um2', xml))).toBeLessThan(8);
  }
});
