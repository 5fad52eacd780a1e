/** What operators' policies, and wasl's where a hand was on them, do with VPN routes of everybody. */
import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { F2_VRFS, f1, f2, judge, junos, junosVrf, xr, xrTarget, xrTargets, xrVrf } from './support/frames.ts';

const community = (name: string, member: string) =>
  `<community><name>${name}</name><members>${member}</members></community>`;
const term = (from: string, then: string, name = 'a') =>
  `<term><name>${name}</name>${from === '' ? '' : `<from>${from}</from>`}<then>${then}</then></term>`;
const put = (name: string, how = 'add') =>
  `<community><choice-ident>${how}</choice-ident><choice-value/><community-name>${name}</community-name></community>`;
const policy = (name: string, body: string) => `<policy-statement><name>${name}</name>${body}</policy-statement>`;
const REJECT = '<then><reject/></then>';
const OWN = term('<community>X</community>', '<accept/>', 'own');
const X = community('X', 'target:65000:300');

/** The third party on Junos. */
const moi = (policies: string, rest: string, target?: string) =>
  f2({ platform: 'junos-yang', xml: junos(policies, junosVrf('MOI', '65000:300', rest, target)) });
const IMP = '<vrf-import>IMP</vrf-import>';

describe('Junos: an import chain that takes more than the route targets it names', () => {
  it.each([
    ['names its own', policy('IMP', OWN + REJECT), IMP],
    [
      'leaves the rest to a default of rejecting',
      policy('IMP', OWN),
      `${IMP}<import-default-action>reject</import-default-action>`,
    ],
    [
      'marks what it takes',
      policy('IMP', term('<community>X</community>', `${put('C')}<accept/>`) + REJECT) + community('C', '65000:7'),
      IMP,
    ],
    [
      'takes a route target off first',
      policy('IMP', term('', put('C', 'delete')) + OWN + REJECT) + community('C', 'target:65000:7'),
      IMP,
    ],
  ])('is not one that %s', (_what, policies, rest) => {
    expect(judge(moi(policies + X, rest))).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it.each([
    ['a term puts the route target on that the next one takes', policy('IMP', term('', put('X')) + OWN + REJECT), IMP],
    [
      'a policy before it puts the route target on',
      policy('MARK', term('', put('X'))) + policy('IMP', OWN + REJECT),
      `<vrf-import>MARK</vrf-import>${IMP}`,
    ],
    [
      'a policy that is asked puts it on',
      policy('MARK', term('', put('X'))) +
        policy('IMP', term('<policy>MARK</policy><community>X</community>', '<accept/>') + REJECT),
      IMP,
    ],
    [
      'the default rejects, and a term accepts all',
      policy('IMP', '<then><accept/></then>'),
      `${IMP}<import-default-action>reject</import-default-action>`,
    ],
    [
      'a policy of the dynamic database stands first',
      policy('DYN', '<dynamic-db/>') + policy('IMP', OWN + REJECT),
      `<vrf-import>DYN</vrf-import>${IMP}`,
    ],
    ['the default of the instance accepts', '', '<import-default-action>accept</import-default-action>'],
  ])('%s', (_what, policies, rest) => {
    const { verdict, sentences } = judge(moi(policies + X, rest));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('VRF MOI at pe3');
  });

  it('a pattern is seen where the default rejects', () => {
    const rest = `${IMP}<import-default-action>reject</import-default-action>`;
    expect(judge(moi(policy('IMP', OWN) + community('X', 'target:.*'), rest)).verdict).toBe('unknown');
  });
});

describe('Junos: a vrf-target that is no route target', () => {
  it.each(['0x2:65000:9001', 'target:*:*', 'TARGET:65000:9001'])('%s is unknown', (text) => {
    const { verdict, sentences } = judge(moi('', '', `<community>${text}</community>`));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain(`vrf-target community ${text}`);
  });
});

/** MOF takes 65000:7 by an agreement older than wasl; MOX has 10.100.0.0/16, in which lies what MOF gains. */
const TAKES_7 = {
  xml: xr(xrVrf('MOF', '65000:200', { imports: xrTargets(xrTarget('65000:200'), xrTarget('65000:7')) })),
};
const OF_MOX = { vrfs: { MOX: F2_VRFS.MOX } };
const mox = (policies: string, rest: string) =>
  f2({ ...OF_MOX, platform: 'junos-yang', xml: junos(policies + X, junosVrf('MOX', '65000:300', rest)) }, TAKES_7);
const FROM_CE = '<protocols><bgp><group><name>CE</name><import>IN</import></group></bgp></protocols>';
const AGGREGATE =
  '<routing-options><aggregate><route><name>10.100.0.0/16</name><policy>IN</policy></route></aggregate></routing-options>';
const PUTS_Y = term('', `${put('X')}${put('Y')}<accept/>`);

describe('Junos: what is put on routes is given on with them', () => {
  it.each([
    ['vrf-export', '<vrf-export>IN</vrf-export>'],
    ['the import policy of a CE', FROM_CE],
    ['the policy of an aggregate', AGGREGATE],
  ])('a route target by %s', (_what, rest) => {
    const { of, sentences } = judge(mox(policy('IN', PUTS_Y) + community('Y', 'target:65000:7'), rest));
    expect(of('no-overlap')).toBe('fail');
    expect(sentences).toContain('10.100.0.0/16 of MOX');
  });

  it.each([
    ['a member in numbers', PUTS_Y, community('Y', '0x2:65000:7'), 'puts 0x2:65000:7'],
    ['a community that is not there', PUTS_Y, '', 'puts community Y'],
    [
      'a community of the dynamic database',
      PUTS_Y,
      '<community><name>Y</name><dynamic-db/></community>',
      'puts community Y',
    ],
    ['a policy of the dynamic database', '<dynamic-db/>', '', 'dynamic database'],
  ])('%s is unknown', (_what, body, communities, words) => {
    for (const rest of ['<vrf-export>IN</vrf-export>', FROM_CE]) {
      const { verdict, sentences } = judge(mox(policy('IN', body) + communities, rest));
      expect(verdict).toBe('unknown');
      expect(sentences).toContain(words);
    }
  });

  it('an export policy that marks otherwise is understood', () => {
    const frame = mox(policy('EXP', PUTS_Y) + community('Y', '65000:50'), '<vrf-export>EXP</vrf-export>');
    expect(judge(frame)).toMatchObject({ sentences: '', verdict: 'pass' });
  });
});

describe('Junos: what a policy does beside accepting and marking', () => {
  const nextTable = '<next-hop><next-table>HLTH.inet.0</next-table></next-hop><accept/>';
  it.each([
    ['a lookup in another table', nextTable, 'looks routes up in another table'],
    [
      'source based forwarding',
      '<source-based-forwarding><next-hop><next-table>X.inet.0</next-table></next-hop></source-based-forwarding>',
      'looks routes up in another table',
    ],
    ['an action that is not of the module', '<teleport>HLTH</teleport>', 'is not understood'],
  ])('%s is unknown', (_what, then, words) => {
    const { verdict, sentences } = judge(f1({ policies: policy('IN', term('', then)) }));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain(words);
  });

  it('what real policies do is no unknown', () => {
    const then =
      '<metric><metric>10</metric></metric><local-preference><local-preference>200</local-preference></local-preference><next-hop><self/></next-hop>' +
      '<as-path-prepend>64900 64900</as-path-prepend><load-balance><per-packet/></load-balance><origin>igp</origin><ipv4-source-router-id><router-id>10.0.0.1</router-id></ipv4-source-router-id><next>policy</next>';
    expect(judge(f1({ policies: policy('IN', term('<protocol>bgp</protocol>', then)) }))).toMatchObject({
      sentences: '',
      verdict: 'pass',
    });
  });

  it('an instance that keeps its routes from other routers gives nothing', () => {
    const { verdict, sentences } = judge(f1({ just: junosVrf('JUST', '64900:310', '<no-vrf-advertise/>') }));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('keeps its routes from other routers');
  });
});

describe('a hand on what is called WASL, in a VRF of a third party', () => {
  const wasl = (last: string, member = 'target:65000:9500', more = '') =>
    moi(
      policy(
        'WASL-MOI-IMPORT',
        term('<community>WASL-MOI-RT-0-65000-9500</community>', '<accept/>', 'ipv4') +
          term('<community>WASL-MOI-RT-0-65000-300</community>', '<accept/>', 'own') +
          more +
          last,
      ) +
        community('WASL-MOI-RT-0-65000-9500', member) +
        community('WASL-MOI-RT-0-65000-300', 'target:65000:300') +
        community('Z', 'target:65000:9001'),
      '<vrf-import>WASL-MOI-IMPORT</vrf-import>',
    );

  it.each([
    ['Junos: the last term accepts', wasl('<then><accept/></then>')],
    ['Junos: a community is a pattern', wasl(REJECT, 'target:.*')],
    ['Junos: a term more', wasl(REJECT, undefined, term('<community>Z</community>', '<accept/>', 'z'))],
  ])('%s', (_what, frame) => {
    const { verdict, sentences } = judge(frame);
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('VRF MOI at pe3');
    expect(sentences).toContain('vrf-import');
  });

  it('Junos: a route target more is put on what goes out', () => {
    const giving = policy('WASL-MOI-EXPORT', term('', `${put('WASL-MOI-RT-0-65000-300')}${put('Z')}<accept/>`, 'own'));
    const communities = community('WASL-MOI-RT-0-65000-300', 'target:65000:300') + community('Z', 'target:65000:7');
    const { verdict, sentences } = judge(moi(giving + communities, '<vrf-export>WASL-MOI-EXPORT</vrf-export>'));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('puts 65000:7 on routes by');
  });

  it.each([
    ['another policy is applied, too', '  apply GOOD\n  apply MORE\n  set extcommunity rt (65000:9500) additive'],
    ['the route targets are replaced', '  set extcommunity rt (65000:7)'],
    ['two are set', '  set extcommunity rt (65000:9500, 65000:7) additive'],
  ])('IOS XR: %s', (_what, body) => {
    const name = 'WASL-MOX-IPV4-EXPORT';
    const exports = `<route-policy>${name}</route-policy>${xrTargets(xrTarget('65000:300'))}`;
    const policies = {
      [name]: `route-policy ${name}\n${body}\nend-policy`,
      GOOD: 'route-policy GOOD\n  pass\nend-policy',
      MORE: 'route-policy MORE\n  set extcommunity rt (65000:7) additive\nend-policy',
    };
    const frame = f2({ ...OF_MOX, xml: xr(xrVrf('MOX', '65000:300', { exports }), policies) }, TAKES_7);
    const { verdict, sentences } = judge(frame);
    expect(verdict).toBe('unknown');
    expect(sentences).toMatch(/puts 65000:7 on routes by WASL-MOX-IPV4-EXPORT|route target 65000:7/);
  });
});

const MOX_BY_POLICY = { exports: `<route-policy>E</route-policy>${xrTargets(xrTarget('65000:300'))}` };
const xrMox = (body: string, sets?: string, more = '') =>
  f2(
    {
      ...OF_MOX,
      xml: xr(xrVrf('MOX', '65000:300', MOX_BY_POLICY), { E: `route-policy E\n${body}\nend-policy` }, sets) + more,
    },
    TAKES_7,
  );
const rtSet =
  '<extended-community-rt-sets><extended-community-rt-set><set-name>C</set-name><rpl-extended-community-rt-set>extcommunity-set rt C\n  65000:7\nend-set</rpl-extended-community-rt-set></extended-community-rt-set></extended-community-rt-sets>';
const prefixSet =
  '<prefix-sets><prefix-set><set-name>C</set-name><rpl-prefix-set>prefix-set C\n  10.0.0.0/8\nend-set</rpl-prefix-set></prefix-set></prefix-sets>';

describe('IOS XR: what export policies put on routes', () => {
  it.each([
    [
      'behind # in an expression',
      "  if as-path in (ios-regex '_ #_') then set extcommunity rt (65000:7) additive endif",
      undefined,
    ],
    ['in capitals', '  SET EXTCOMMUNITY RT (65000:7) ADDITIVE', undefined],
    ['by a set, of which another kind has the name', '  set extcommunity rt C additive', rtSet + prefixSet],
  ])('%s', (_what, body, sets) => {
    expect(judge(xrMox(body, sets)).of('no-overlap')).toBe('fail');
  });

  it('extended communities of a kind that is not known are unknown, of others not', () => {
    const { verdict, sentences } = judge(xrMox('  set extcommunity combo C additive'));
    expect([verdict, sentences]).toEqual(['unknown', expect.stringContaining('of the kind combo')]);
    expect(judge(xrMox('  set extcommunity soo (65000:1)\n  set extcommunity color RED\n  pass')).verdict).toBe('pass');
  });

  it('route targets that are taken out of import policies are unknown', () => {
    const source =
      '<router xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><bgp><as><as-number>65000</as-number><address-families><address-family>' +
      '<af-name>vpnv4-unicast</af-name><vrf><all><source><rt><import-policy/></rt></source></all></vrf></address-family></address-families></as></bgp></router>';
    const { verdict, sentences } = judge(f2({ xml: xr(xrVrf('MOI', '65000:300')) + source }));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('source rt import-policy');
  });
});

describe('what stands twice where the model has it once', () => {
  const moiXr = (edit: (xml: string) => string) =>
    f2({ xml: edit(xr(xrVrf('MOI', '65000:300'), { E: 'route-policy E\nend-policy' })) });
  const BGP = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"';
  const more = `<import ${BGP}>${xrTargets(xrTarget('65000:9001'))}</import>`;
  it.each([
    ['IOS XR: import', moiXr((xml) => xml.replace('</import>', `</import>${more}`))],
    [
      'IOS XR: route-target',
      moiXr((xml) => xml.replace('</route-target>', `</route-target>${xrTargets(xrTarget('65000:9001'))}`)),
    ],
    ['IOS XR: unicast', moiXr((xml) => xml.replace('</unicast>', `</unicast><unicast>${more}</unicast>`))],
    [
      'IOS XR: the policy of exports',
      moiXr((xml) =>
        xml.replace(`<export ${BGP}>`, `<export ${BGP}><route-policy>E</route-policy><route-policy>F</route-policy>`),
      ),
    ],
    [
      'IOS XR: a policy',
      moiXr((xml) =>
        xml.replace(
          '</route-policies>',
          '<route-policy><route-policy-name>E</route-policy-name><rpl-route-policy>route-policy E\n  pass\nend-policy</rpl-route-policy></route-policy></route-policies>',
        ),
      ),
    ],
    ['Junos: a policy', moi(policy('IMP', '<then><accept/></then>') + policy('IMP', OWN + REJECT) + X, IMP)],
    [
      'Junos: the route target',
      moi('', '', '<community>target:65000:300</community><community>target:65000:9001</community>'),
    ],
  ])('%s is unknown', (_what, frame) => {
    const { verdict, sentences } = judge(frame);
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('stands there more than once');
  });

  it('IOS XR: route targets of another model are not skipped', () => {
    const frame = moiXr((xml) => xml.replace(`<import ${BGP}>`, '<import xmlns="urn:other">'));
    expect(judge(frame).sentences).toContain('is of the model urn:other');
  });
});

describe('what is asked for', () => {
  const paths = (filter: string): string[] => {
    const below = (path: string, { name, children }: ReturnType<typeof parseXmlFragment>[number]): string[] => [
      `${path}/${name}`,
      ...children.flatMap((child) => below(`${path}/${name}`, child)),
    ];
    return parseXmlFragment(filter).flatMap((root) => below('', root));
  };

  it.each([
    '/configuration/system/scripts/commit/allow-transients',
    '/configuration/system/configuration-database/ephemeral/instance',
    '/configuration/system/configuration-database/ephemeral/ignore-ephemeral-default',
    '/configuration/groups/system/scripts/commit/allow-transients',
    '/configuration/routing-options/vpn-global-import',
    '/configuration/routing-options/flow',
    '/configuration/routing-options/aggregate/route/next-table',
    '/configuration/routing-options/rib/generate/route/next-table',
  ])('Junos: %s', (path) => {
    expect(paths(PLATFORMS['junos-yang'].configFilter)).toContain(path);
  });

  it.each([
    '/router/bgp/as/address-families/address-family/vrf/all/source',
    '/router/bgp/instances/instance/as/vrfs/vrf/address-families/address-family/permanent-network',
  ])('IOS XR: %s', (path) => {
    expect(paths(PLATFORMS['iosxr-um2'].configFilter)).toContain(path);
  });

  const system = (inside: string) => `<system xmlns="http://yang.juniper.net/junos/conf/system">${inside}</system>`;
  const TRANSIENTS = '<scripts><commit><allow-transients/></commit></scripts>';
  it.each([
    ['transient changes of commit scripts', system(TRANSIENTS)],
    [
      'an ephemeral instance',
      system(
        '<configuration-database><ephemeral><instance><name>E</name></instance></ephemeral></configuration-database>',
      ),
    ],
    [
      'transient changes by a group',
      `<groups><name>G</name>${system(TRANSIENTS)}</groups><apply-groups>G</apply-groups>`,
    ],
  ])('Junos: %s are unknown', (_what, rest) => {
    expect(judge(f1({ rest })).verdict).toBe('unknown');
  });
});

describe('a part of a third VRF that is not as the model says', () => {
  const BGP = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"';
  const xrMoi = (more: Parameters<typeof xrVrf>[2]) => ({ xml: xr(xrVrf('MOI', '65000:300', more)) });
  const frrMoi = (inside: string) => ({
    platform: 'frr' as const,
    xml: `<vrfs xmlns="urn:wasl:frr:l3vpn"><vrf><name>MOI</name>${inside}</vrf></vrfs>`,
  });
  const TAKING = {
    xml: xr(xrVrf('MOF', '65000:200', { imports: xrTargets(xrTarget('65000:200'), xrTarget('65000:9001')) })),
  };

  it.each([
    ['IOS XR: too large', xrMoi({ imports: xrTargets(xrTarget('99999999:1')) })],
    ['IOS XR: a part missing', xrMoi({ imports: xrTargets(xrTarget('65000:1').replace(/<asn2.*index>/, '')) })],
    ['IOS XR: a VRF twice', { xml: xr(xrVrf('MOI', '65000:300') + xrVrf('MOI', '65000:301')) }],
    ['FRR: an import', frrMoi('<rd>0:65000:1</rd><ipv4><import-rt>x</import-rt></ipv4>')],
    [
      'FRR: a rule',
      frrMoi('<rd>0:65000:1</rd><ipv4><export-rule><name>P</name><route-target>x</route-target></export-rule></ipv4>'),
    ],
  ])('%s: unknown to what opens, and a removal goes on', (_what, third) => {
    expect(judge(f2(third)).verdict).toBe('unknown');
    expect(judge(f2(third, TAKING), 'withdraw').verdict).toBe('pass');
  });

  it.each([
    ['IOS XR', xrMoi({ beside: `<rd ${BGP}><auto/></rd>` })],
    ['FRR', frrMoi('<rd>x</rd><ipv4><import-rt>0:65000:300</import-rt></ipv4>')],
  ])('%s: a route distinguisher that is none moves no route', (_what, third) => {
    expect(judge(f2(third)).verdict).toBe('pass');
  });
});

describe('a route target of the pool on every route of a third VRF, which its taker takes whole', () => {
  const both = xrTargets(xrTarget('65000:300'), xrTarget('65000:9500'));
  const module =
    '<vrfs xmlns="urn:wasl:frr:l3vpn"><vrf><name>MOI</name><ipv4><export-rt>0:65000:9500</export-rt></ipv4></vrf></vrfs>';
  it.each([
    ['IOS XR', { xml: xr(xrVrf('MOI', '65000:300', { exports: both })) }],
    ['FRR', { platform: 'frr' as const, xml: module }],
  ])('%s', (_what, third) => {
    const { verdict, sentences } = judge(f2(third));
    expect(verdict).toBe('unknown');
    expect(sentences).toMatch(/65000:9500` puts a route target of wasl's pool on every route/);
  });
});

it('FRR: a family that the inventory does not list takes routes all the same', () => {
  const xml =
    '<vrfs xmlns="urn:wasl:frr:l3vpn"><vrf><name>MOI</name><ipv4><import-rt>0:65000:300</import-rt></ipv4>' +
    '<ipv6><import-rt>0:65000:9001</import-rt></ipv6></vrf></vrfs>';
  const { of, sentences } = judge(f2({ platform: 'frr', xml }));
  expect(of('route-target-ownership')).toBe('fail');
  expect(sentences).toContain('VRF MOI at pe3 already carries route target 65000:9001');
});
