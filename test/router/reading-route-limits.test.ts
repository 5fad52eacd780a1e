/** How many routes a table may hold, as each platform says it. */
import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { F1_FACTS, f1, junos, junosVrf, readPe, xr } from './support/frames.ts';

describe('Junos', () => {
  const read = (options: string) => {
    const instance = junosVrf('JUST', '64900:310', `<routing-options>${options}</routing-options>`);
    const vrfs = [{ name: 'JUST', families: ['ipv4', 'ipv6'] }] as never;
    const [vrf] = readVrfs(PLATFORMS['junos-yang'], parseXmlFragment(junos('', instance)), {
      pool: F1_FACTS.pool,
      vrfs,
    });
    return { limits: vrf?.routeLimits, unknowns: vrf?.unknowns?.map(({ why }) => why) };
  };
  const limit = (inner: string) => `<maximum-prefixes>${inner}</maximum-prefixes>`;

  it.each([
    ['', undefined],
    [limit('<limit>1000</limit><threshold>80</threshold>'), { ipv4: { routes: 1000, drops: true } }],
    [limit('<limit>1000</limit><log-only/>'), { ipv4: { routes: 1000, drops: false } }],
    [`<rib><name>JUST.inet.0</name>${limit('<limit>7</limit>')}</rib>`, { ipv4: { routes: 7, drops: true } }],
    [
      `${limit('<limit>9</limit>')}<rib><name>JUST.inet.0</name>${limit('<limit>7</limit>')}</rib>`,
      { ipv4: { routes: 7, drops: true } },
    ],
    [
      `${limit('<limit>7</limit>')}<rib><name>JUST.inet.0</name>${limit('<limit>9</limit>')}</rib>`,
      { ipv4: { routes: 7, drops: true } },
    ],
    [
      `${limit('<limit>7</limit>')}<rib><name>JUST.inet.0</name>${limit('<limit>7</limit><log-only/>')}</rib>`,
      { ipv4: { routes: 7, drops: true } },
    ],
    [`<rib><name>JUST.inet6.0</name>${limit('<limit>7</limit>')}</rib>`, { ipv6: { routes: 7, drops: true } }],
    [`<rib><name>HLTH.inet6.0</name>${limit('<limit>7</limit>')}</rib>`, undefined],
    ['<rib><name>JUST.inet.0</name></rib>', undefined],
  ])('%s', (options, limits) => {
    expect(read(options)).toEqual({ limits, unknowns: undefined });
  });

  it.each(['<limit>$limit</limit>', '<threshold>80</threshold>', '<limit>0</limit>'])(
    '%s is not understood',
    (inner) => {
      expect(read(limit(inner))).toEqual({
        limits: undefined,
        unknowns: ['limits how many routes there may be, by what is not understood'],
      });
    },
  );
});

describe('IOS XR', () => {
  const read = (maximum: string) => {
    const family = `<address-family><ipv4><unicast>${maximum}</unicast></ipv4></address-family>`;
    const xml = xr(`<vrf><vrf-name>JUST</vrf-name>${family}</vrf>`, {}, '');
    const [vrf] = readPe(f1(), { platform: 'iosxr-um2', xml, vrfs: { JUST: '10.31.0.0/24' } });
    return { limits: vrf?.routeLimits, unknowns: vrf?.unknowns?.map(({ why }) => why) };
  };

  it.each([
    ['', undefined],
    ['<maximum><prefix><limit>500</limit><threshold>80</threshold></prefix></maximum>', { routes: 500, drops: true }],
    ['<maximum><prefix><limit>500</limit><warning-only/></prefix></maximum>', { routes: 500, drops: false }],
  ])('%s', (maximum, limit) => {
    expect(read(maximum)).toEqual({ limits: limit && { ipv4: limit }, unknowns: undefined });
  });

  it('what is said otherwise is not understood', () => {
    const why = 'limits how many routes there may be, by what is not understood';
    expect(read('<maximum><prefix><count>500</count></prefix></maximum>').unknowns).toEqual([why]);
  });
});
