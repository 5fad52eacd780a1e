import { describe, expect, it } from 'vitest';
import { parseRouteTarget } from '../../src/domain/route-target.ts';
import { parseXmlFragment, type XmlElement } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { renderEdits } from '../../src/render/render-edits.ts';
import { canonicalText } from '../../src/router/canonical-text.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { ConfigTree } from './support/config-tree.ts';
import { F1_FACTS, f1, f2, judge, junos, junosVrf, readPe } from './support/frames.ts';

const AGRI_RT = '<community><name>AGRI-RT</name><members>target:64900:330</members></community>';
const agriIn = (
  then: string,
  terms = '<term><name>mine</name><from><community>AGRI-RT</community></from><then><accept/></then></term>',
) => `<policy-statement><name>AGRI-IN</name>${terms}${then}</policy-statement>${AGRI_RT}`;
const agri = (rest: string) => junosVrf('AGRI', '64900:330', rest);
const AGRI_BY_POLICY = agri('<vrf-import>AGRI-IN</vrf-import>');
const REJECT = '<then><reject/></then>';

describe('what real configurations normally hold is no unknown', () => {
  const ORDINARY = `<description>Agriculture</description><interface><name>ge-0/0/1.10</name></interface><vrf-table-label/>
    <routing-options><static><route><name>10.33.9.0/24</name><next-hop>10.33.0.2</next-hop><preference>7</preference><tag>3</tag></route></static>
      <autonomous-system><as-number>64900</as-number></autonomous-system><router-id>10.33.0.1</router-id>
      <maximum-prefixes><limit>1000</limit><threshold>80</threshold></maximum-prefixes><auto-export/></routing-options>
    <protocols><bgp><group><name>CE</name><type>external</type><peer-as>64512</peer-as><as-override/><neighbor><name>10.33.0.2</name>
      <description>CE</description><hold-time>30</hold-time><export>TO-CE</export><bfd-liveness-detection><minimum-interval>300</minimum-interval></bfd-liveness-detection>
      <family><inet><unicast><prefix-limit><maximum>100</maximum></prefix-limit></unicast></inet></family></neighbor></group></bgp>
      <ospf><area><name>0.0.0.0</name><interface><name>ge-0/0/1.10</name><metric>10</metric></interface></area></ospf></protocols>
    <forwarding-options><dhcp-relay><server-group><name>X</name></server-group></dhcp-relay></forwarding-options>`;

  it('passes with interfaces, static routes, CE protocols, limits and harmless groups', () => {
    const rest = `<apply-groups>re0</apply-groups><apply-groups>GLOBAL</apply-groups><groups><name>re0</name></groups><groups><name>GLOBAL</name></groups>
      <groups><name>UNUSED</name><routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances"><instance><name>&lt;*&gt;</name></instance></routing-instances></groups>
      <routing-options xmlns="http://yang.juniper.net/junos/conf/routing-options"><rib-groups><name>MCAST</name><import-rib>inet.0</import-rib><import-rib>inet.2</import-rib></rib-groups>
      <interface-routes><rib-group><inet>MCAST</inet></rib-group></interface-routes></routing-options>`;
    const { verdict, sentences, assumptions } = judge(f1({ agri: agri(ORDINARY), rest }));
    expect([sentences, verdict]).toEqual(['', 'pass']);
    expect(assumptions).toContain('a VRF does not export again what it imported (RFC 4364)');
    expect(assumptions).not.toContain('not assumed of');
  });
});

describe('R1 deactivated elements have no effect', () => {
  it('control: a policy that rejects the rest takes nothing new', () => {
    expect(judge(f1({ policies: agriIn(REJECT), agri: AGRI_BY_POLICY })).verdict).toBe('pass');
  });

  it.each([
    ['R1a', '<then inactive="inactive"><reject/></then>'],
    ['R1b', '<then jcmd:active="false"><reject/></then>'],
    ['R1a, the action alone', '<then><reject inactive="inactive"/></then>'],
  ])('%s: the last reject is deactivated', (_id, then) => {
    const { verdict, sentences } = judge(f1({ policies: agriIn(then), agri: AGRI_BY_POLICY }));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain('AGRI-IN');
    expect(sentences).toContain('VRF AGRI at pe-b');
  });

  it('R1c: the last term is deactivated', () => {
    const policies = `<policy-statement><name>IMP</name><term><name>a</name><from><community>X</community></from><then><accept/></then></term>
      <term inactive="inactive"><name>z</name>${REJECT}</term></policy-statement><community><name>X</name><members>target:65000:300</members></community>`;
    const xml = junos(policies, junosVrf('MOI', '65000:300', '<vrf-import>IMP</vrf-import>'));
    expect(judge(f2({ platform: 'junos-yang', xml })).verdict).toBe('unknown');
    expect(judge(f2({ platform: 'junos-yang', xml: xml.replace(' inactive="inactive"', '') })).verdict).toBe('pass');
  });

  it('a deactivated leak has no effect', () => {
    const leak = '<routing-options><instance-import inactive="inactive">X</instance-import></routing-options>';
    expect(judge(f1({ agri: agri(leak) })).verdict).toBe('pass');
  });

  const frame = f1();
  const provisioned = () => {
    const tree = new ConfigTree('junos-yang', frame.pes['pe-a']?.xml ?? '');
    const [running] = readVrfs(PLATFORMS['junos-yang'], tree.elements(), { pool: F1_FACTS.pool, vrfs: [] });
    if (running === undefined) throw new Error('no VRF');
    const scope = ['10.31.0.0/24' as never];
    const wanted = {
      ipv4: {
        imports: [parseRouteTarget('64900:7002')],
        exports: [{ routeTarget: parseRouteTarget('64900:7001'), scope }],
      },
    };
    tree.apply(renderEdits('junos-yang', [{ running, wanted }]));
    return tree.text();
  };
  const readA = (xml: string) => readPe(frame, { platform: 'junos-yang', xml, vrfs: { JUST: '10.31.0.0/24' } });

  it.each([
    ['R1d', '<policy-statement><name>WASL-JUST-IMPORT', '<policy-statement inactive="inactive"><name>WASL-JUST-IMPORT'],
    ['R1e', '<vrf-import>WASL-JUST-IMPORT', '<vrf-import inactive="inactive">WASL-JUST-IMPORT'],
    ['R1f', '<instance>', '<instance inactive="inactive">'],
    [
      'a member',
      '<community>\\s*<name>WASL-JUST-RT-0-64900-7002',
      '<community inactive="inactive"><name>WASL-JUST-RT-0-64900-7002',
    ],
  ])('%s: an object of wasl that is deactivated is an anomaly', (_id, pattern, replacement) => {
    const xml = provisioned();
    expect(readA(xml).flatMap(({ anomalies }) => anomalies)).toEqual([]);
    const edited = xml.replace(new RegExp(pattern.replace(/>(?=<)/g, '>\\s*')), replacement);
    expect(edited).not.toBe(xml);
    const [just] = readA(edited);
    expect(just?.anomalies).not.toEqual([]);
    // A removal takes away what stands there, in force or not.
    expect(just?.objects).toContain('policy-statement WASL-JUST-IMPORT');
  });

  it('R1d, R1f: what is deactivated is not read as in force', () => {
    const xml = provisioned();
    const off = readA(
      xml.replace(
        /<policy-statement>\s*<name>WASL-JUST-IMPORT/,
        '<policy-statement inactive="inactive"><name>WASL-JUST-IMPORT',
      ),
    );
    expect(off[0]?.share.ipv4?.imports).toEqual([]);
    const [gone] = readA(
      xml.replace('<instance>', '<instance jcmd:active="false" xmlns:jcmd="http://yang.juniper.net/junos/jcmd">'),
    );
    expect(gone?.operator.ipv4?.importRouteTargets).toEqual([]);
    expect(gone?.share.ipv4).toEqual({ imports: [], exports: [] });
  });

  it('R1g: active or not is a difference byte for byte', () => {
    const text = (xml: string) => canonicalText(parseXmlFragment(xml), PLATFORMS['junos-yang'].transparentContainers);
    const xml = provisioned();
    const native = xml.replace('<vrf-import>', '<vrf-import inactive="inactive">');
    const yang = xml.replace(
      '<vrf-import>',
      '<vrf-import xmlns:j="http://yang.juniper.net/junos/jcmd" j:active="false">',
    );
    expect(text(native)).not.toBe(text(xml));
    expect(text(yang)).toBe(text(native));
  });
});

describe('R2 what is inherited is not known', () => {
  const bare = (name: string, rd: string, inner: string) =>
    `<instance><name>${name}</name>${inner}<instance-type>vrf</instance-type><route-distinguisher><rd-type>${rd}</rd-type></route-distinguisher></instance>`;
  const byGroup = '<apply-groups>VRF-DEFAULTS</apply-groups>';

  it.each([
    ['R2a', f1({ just: bare('JUST', '64900:310', byGroup) }), 'VRF-DEFAULTS'],
    ['R2b', f1({ just: byGroup + bare('JUST', '64900:310', '') }), 'VRF-DEFAULTS'],
    ['R2c', f1({ peC: junos(`<apply-groups>EDGE</apply-groups>${agriIn(REJECT)}`, AGRI_BY_POLICY) }), 'EDGE'],
    [
      'R2c, inside of the policy',
      f1({
        peC: junos(
          agriIn(REJECT).replace('<name>AGRI-IN</name>', '<name>AGRI-IN</name><apply-groups>EDGE</apply-groups>'),
          AGRI_BY_POLICY,
        ),
      }),
      'EDGE',
    ],
    [
      'R2d',
      f2({
        platform: 'junos-yang',
        xml: junos(
          '',
          '<instance><name>MOI</name><apply-groups>EXTRANET-ALL</apply-groups><instance-type>vrf</instance-type></instance>',
          '<groups><name>EXTRANET-ALL</name></groups>',
        ),
      }),
      'EXTRANET-ALL',
    ],
    ['R2f', f2({}, { platform: 'junos-yang', xml: junos('', junosVrf('MOF', '65000:200', '', '<auto/>')) }), 'auto'],
    [
      'a group of the whole configuration',
      f1({
        rest: '<apply-groups>ALL</apply-groups><groups><name>ALL</name><routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances"/></groups>',
      }),
      'ALL',
    ],
    ['a group that is not shown', f1({ rest: '<apply-groups>AWAY</apply-groups>' }), 'AWAY'],
  ])('%s is unknown, with the name of the group', (_id, frame, name) => {
    const { of, sentences } = judge(frame);
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(name);
  });

  it.each([
    ['R2a', bare('JUST', '64900:310', byGroup)],
    ['R2f', junosVrf('JUST', '64900:310', '', '<auto/>')],
  ])('%s: the edit that would cut the VPN itself is refused', (_id, instance) => {
    const running = readPe(f1(), { platform: 'junos-yang', xml: junos('', instance), vrfs: { JUST: '10.31.0.0/24' } });
    const wanted = { ipv4: { imports: [parseRouteTarget('64900:7002')], exports: [] } };
    const edits = running.map((vrf) => ({ running: vrf, wanted }));
    expect(() => renderEdits('junos-yang', edits)).toThrow(expect.objectContaining({ code: 'OWN_TARGETS_UNKNOWN' }));
    // What takes away is not kept from it.
    expect(() =>
      renderEdits(
        'junos-yang',
        edits.map((edit) => ({ ...edit, retires: [] })),
      ),
    ).not.toThrow();
  });
});

describe('R3 routes moved without a route target', () => {
  const FROM_HLTH =
    '<policy-statement><name>FROM-HLTH</name><term><name>1</name><from><instance>HLTH</instance></from><then><accept/></then></term></policy-statement>';
  const options = (xml: string) => `<routing-options>${xml}</routing-options>`;

  it.each([
    ['R3a', options('<instance-import>FROM-HLTH</instance-import>'), 'instance-import FROM-HLTH'],
    ['R3b', options('<static><rib-group>HLTH-TO-AGRI</rib-group></static>'), 'rib-group HLTH-TO-AGRI'],
    [
      'interface routes',
      options('<interface-routes><rib-group><inet>G</inet></rib-group></interface-routes>'),
      'interface-routes',
    ],
    [
      'next-table',
      options('<static><route><name>10.32.0.0/16</name><next-table>HLTH.inet.0</next-table></route></static>'),
      'next-table HLTH.inet.0',
    ],
    [
      'next-table in a rib',
      options(
        '<rib><name>AGRI.inet6.0</name><static><route><name>::/0</name><next-table>HLTH.inet6.0</next-table></route></static></rib>',
      ),
      'next-table',
    ],
    [
      'auto-export by a rib group',
      options('<auto-export><family><inet><unicast><rib-group>G</rib-group></unicast></inet></family></auto-export>'),
      'auto-export family',
    ],
    ['a protocol', '<protocols><ospf><rib-group>G</rib-group></ospf></protocols>', 'ospf rib-group G'],
    [
      'a filter',
      '<forwarding-options><family><inet><filter><input>F</input></filter></inet></family></forwarding-options>',
      'forwarding-options family',
    ],
    ['what nobody knows', options('<wormhole>HLTH</wormhole>'), 'wormhole HLTH'],
  ])('%s in a third VRF of a PE of the change is unknown, with its place', (_id, rest, path) => {
    const { of, sentences } = judge(f1({ policies: FROM_HLTH, agri: agri(rest) }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('VRF AGRI at pe-b');
    expect(sentences).toContain(path);
    // The same on a PE where neither party is: it cannot see their tables.
    if (path.includes('wormhole')) return;
    expect(judge(f1({ peC: junos(FROM_HLTH, agri(rest)) })).verdict).toBe('pass');
  });

  it('R3c: a rib group of the taking VRF', () => {
    const rest =
      '<protocols><bgp><family><inet><unicast><rib-group>LEAK-TO-MOI</rib-group></unicast></inet></family></bgp></protocols>';
    const { of, sentences } = judge(
      f2({}, { platform: 'junos-yang', xml: junos('', junosVrf('MOF', '65000:200', rest)) }),
    );
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('rib-group LEAK-TO-MOI');
  });

  it.each([
    [
      'R3d',
      '<instance><name>V</name><instance-type>evpn</instance-type><vrf-target><community>target:65000:9001</community></vrf-target></instance><instance><name>W</name><instance-type>mpls-internet-multicast</instance-type></instance>',
    ],
    [
      'R3d, deeper',
      '<instance><name>V</name><instance-type>mac-vrf</instance-type><protocols><evpn><vni-options><vni><name>1</name><vrf-target><target>target:65000:9001</target></vrf-target></vni></vni-options></evpn></protocols></instance>',
    ],
  ])('%s: an instance of another type that uses the route target', (_id, instances) => {
    const xml = junos('', junosVrf('MOI', '65000:300') + instances);
    const { of, sentences } = judge(f2({ platform: 'junos-yang', xml }));
    expect(of('route-target-ownership')).toBe('fail');
    expect(sentences).toContain('VRF V at pe3');
    expect(judge(f2({ platform: 'junos-yang', xml: xml.replaceAll('9001', '77') })).verdict).toBe('pass');
  });

  it.each([
    [
      'logical systems',
      '<logical-systems xmlns="http://yang.juniper.net/junos/conf/logical-systems"><name>LS1</name></logical-systems>',
      'LS1',
    ],
    [
      'the own table takes from a VRF',
      '<routing-options xmlns="http://yang.juniper.net/junos/conf/routing-options"><instance-import>FROM-HLTH</instance-import></routing-options>',
      'instance-import FROM-HLTH',
    ],
    [
      'the own table leads into a VRF',
      '<routing-options xmlns="http://yang.juniper.net/junos/conf/routing-options"><static><route><name>10.0.0.0/8</name><next-table>HLTH.inet.0</next-table></route></static></routing-options>',
      'next-table HLTH.inet.0',
    ],
    [
      'the own table of IPv6 leads into a VRF',
      '<routing-options xmlns="http://yang.juniper.net/junos/conf/routing-options"><rib><name>inet6.0</name><static><route><next-table>HLTH.inet6.0</next-table></route></static></rib></routing-options>',
      'next-table HLTH.inet6.0',
    ],
    [
      'a rib group of the own table',
      '<routing-options xmlns="http://yang.juniper.net/junos/conf/routing-options"><rib-groups><name>G</name><import-rib>inet.0</import-rib><import-rib>HLTH.inet.0</import-rib></rib-groups><interface-routes><rib-group><inet>G</inet></rib-group></interface-routes></routing-options>',
      'rib-group',
    ],
  ])('%s', (_what, rest, path) => {
    const { of, sentences } = judge(f1({ rest }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(path);
    const [asked] = parseXmlFragment(PLATFORMS['junos-yang'].configFilter);
    expect(unasked(parseXmlFragment(rest), asked?.children ?? [])).toEqual([]);
  });

  /** What a subtree filter leaves out (RFC 6241 §6.2), but for keys, which a server may add: of a node without children all is wanted. */
  const unasked = (config: readonly XmlElement[], filter: readonly XmlElement[]): string[] =>
    config.flatMap(({ name, namespace, children }) => {
      const wanted = filter.find((each) => each.name === name && each.namespace === namespace);
      if (wanted === undefined) return name === 'name' ? [] : [name];
      return wanted.children.length === 0 ? [] : unasked(children, wanted.children);
    });

  const ribGroup = (table: string, into: string) =>
    `<routing-options xmlns="http://yang.juniper.net/junos/conf/routing-options"><rib-groups><name>G</name><import-rib>${table}</import-rib><import-rib>${into}</import-rib></rib-groups></routing-options>`;

  it('a rib group that leads into a table of an instance, wherever a protocol names it', () => {
    const { of, sentences } = judge(f1({ rest: ribGroup('inet.0', 'HLTH.inet.0') }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('rib-groups G');
    expect(judge(f1({ rest: ribGroup('inet.0', 'inet.2') })).verdict).toBe('pass');
  });

  it('one that takes the routes of all VPNs, on a PE where neither party is', () => {
    const at = (table: string) => judge(f1({ peC: junos('', agri(''), ribGroup(table, 'AGRI.inet.0')) }));
    expect([at('bgp.l3vpn.0').of('exact-reachability'), at('inet.0').verdict]).toEqual(['unknown', 'pass']);
  });

  it.each(['virtual-router', 'forwarding'])('an instance of type %s that takes routes out of a VRF', (type) => {
    const instance = `<instance><name>V</name><instance-type>${type}</instance-type>${options('<instance-import>FROM-HLTH</instance-import>')}</instance>`;
    expect(judge(f1({ hlth: junosVrf('HLTH', '64900:320') + instance })).of('exact-reachability')).toBe('unknown');
  });

  it('a static route that carries a route target of the change is seen', () => {
    const rest = options(
      '<static><route><name>10.31.0.0/24</name><discard/><community>target:64900:7001</community></route></static>',
    );
    expect(judge(f1({ agri: agri(rest) })).of('exact-reachability')).toBe('unknown');
    expect(judge(f1({ agri: agri(rest.replace('target:64900:7001', '64900:5')) })).verdict).toBe('pass');
  });

  it("a CE's import policy that puts the route target on routes is seen", () => {
    const policies = `<policy-statement><name>CE-IN</name><then><community><choice-ident>add</choice-ident><choice-value/><community-name>C</community-name></community><accept/></then></policy-statement><community><name>C</name><members>target:64900:7001</members></community>`;
    const rest = '<protocols><bgp><group><name>CE</name><import>CE-IN</import></group></bgp></protocols>';
    expect(judge(f1({ policies, agri: agri(rest) })).of('route-target-ownership')).toBe('fail');
  });
});

describe('interfaces that join an instance to another one of its router', () => {
  const of = (name: string) => `<interface><name>${name}</name></interface>`;

  it.each([
    ['a logical tunnel', 'lt-0/0/10.1', 'may join it to another instance by a logical tunnel'],
    ['a redundant one', 'rlt0.1', 'may join it to another instance by a logical tunnel'],
    ['a service interface', 'ms-0/2/0.100', 'gives packets to a service'],
    ['an inline service', 'si-0/0/0.1', 'gives packets to a service'],
    ['services together', 'ams0.1', 'gives packets to a service'],
  ])('%s of a party is unknown, with its name; of a third VRF it concerns nobody', (_what, name, why) => {
    const { of: verdictOf, sentences } = judge(f1({ hlth: junosVrf('HLTH', '64900:320', of(name)) }));
    expect(verdictOf('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('VRF HLTH at pe-b');
    expect(sentences).toContain(`interface ${name}\` ${why}`);
    expect(judge(f1({ agri: agri(of(name)) })).verdict).toBe('pass');
  });

  it('of an instance that is no VRF they concern nobody', () => {
    const router = `<instance><name>LAB</name><instance-type>virtual-router</instance-type>${of('lt-0/0/10.2')}</instance>`;
    expect(judge(f1({ hlth: junosVrf('HLTH', '64900:320') + router })).verdict).toBe('pass');
  });

  it.each(['ge-0/0/1.10', 'ae0.100', 'irb.5', 'lo0.3', 'vt-0/0/10.1', 'ps0.1', 'xe-0/1/0:0.7'])(
    '%s is none',
    (name) => {
      expect(judge(f1({ hlth: junosVrf('HLTH', '64900:320', of(name)) })).verdict).toBe('pass');
    },
  );
});

describe('R6 members of communities that are patterns', () => {
  const pe3 = (members: string, community = 'X') =>
    f2({
      platform: 'junos-yang',
      xml: junos(
        `<policy-statement><name>IMP</name><term><name>a</name><from><community>${community}</community></from><then><accept/></then></term><term><name>z</name>${REJECT}</term></policy-statement><community><name>X</name>${members
          .split(' ')
          .map((member) => `<members>${member}</members>`)
          .join('')}</community>`,
        junosVrf('MOI', '65000:300', '<vrf-import>IMP</vrf-import>'),
      ),
    });

  it.each([
    'target:65000:300',
    'target:65000L:300',
    'target:192.0.2.1:7',
    'origin:65000:300',
    '65000:300 target:65000:300',
  ])('control: %s passes', (members) => expect(judge(pe3(members)).verdict).toBe('pass'));

  it.each([
    ...[
      'target:.*',
      '.*',
      '^.*$',
      'target:.+',
      '^target:6.+',
      'target:65000.*',
      'target:65000:9{1}001',
      'target:*:*',
      '*:*',
    ],
    ...['.*:9001', 'target:6500[0-9]:[0-9]*', 'target:65000:(300|9001)', 'target:65000:300 target:65000:9[0-9]+'],
    ...['target:65000:9...', '0x0002:65000:9001', 'target:6*:9001', '^target:65000:9001$', 'target:0xFDE8:9001'],
  ])('%s is no literal: unknown', (members) => {
    const { of, sentences } = judge(pe3(members));
    expect(of('exact-reachability')).not.toBe('pass');
    expect(sentences).toContain('IMP');
  });

  it('an alternative that names the route target fails', () => {
    expect(judge(pe3('target:65000:9001|target:65000:300')).of('route-target-ownership')).toBe('fail');
  });

  it('a community that is not there is unknown', () => {
    expect(judge(pe3('target:65000:300', 'GONE')).of('exact-reachability')).toBe('unknown');
  });

  it.each([
    ['a policy that it asks', '<from><policy>SUB</policy></from><then><accept/></then>', ''],
    [
      'a default action',
      '<from><community>X</community></from><then><default-action>accept</default-action></then>',
      '<community><name>X</name><members>target:.*</members></community>',
    ],
  ])('%s', (_what, term, more) => {
    const policies = `<policy-statement><name>IMP</name><term><name>a</name>${term}</term><term><name>z</name>${REJECT}</term></policy-statement>${more}`;
    const xml = junos(policies, junosVrf('MOI', '65000:300', '<vrf-import>IMP</vrf-import>'));
    expect(judge(f2({ platform: 'junos-yang', xml })).of('exact-reachability')).toBe('unknown');
  });
});
