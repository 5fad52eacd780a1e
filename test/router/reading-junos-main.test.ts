/** Junos beside its routing instances: the router's own table and sessions, its filters, and the groups that are applied to these. */
import { describe, expect, it } from 'vitest';
import { parseXmlFragment, type XmlElement } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { f1, judge, junos, junosVrf } from './support/frames.ts';

const part = (name: string, inside: string) =>
  `<${name} xmlns="http://yang.juniper.net/junos/conf/${name}">${inside}</${name}>`;
const options = (inside: string) => part('routing-options', inside);
const protocols = (inside: string) => part('protocols', inside);
const firewall = (inside: string) => part('firewall', inside);
const group = (name: string, inside: string) => `<groups><name>${name}</name>${inside}</groups>`;
const LEAK = '<static><route><name>10.0.0.0/8</name><next-table>HLTH.inet.0</next-table></route></static>';
const term = (then: string) => `<filter><name>F</name><term><name>1</name><then>${then}</then></term></filter>`;
const FBF = firewall(
  `<family><inet>${term('<routing-instance><routing-instance-name>AGRI</routing-instance-name></routing-instance>')}</inet></family>`,
);

/** What a subtree filter leaves out (RFC 6241 §6.2), but for keys, which a server may add: of a node without children all is wanted. */
const unasked = (config: readonly XmlElement[], filter: readonly XmlElement[]): string[] =>
  config.flatMap(({ name, namespace, children }) => {
    const wanted = filter.find((each) => each.name === name && each.namespace === namespace);
    if (wanted === undefined) return name === 'name' ? [] : [name];
    return wanted.children.length === 0 ? [] : unasked(children, wanted.children);
  });

const whole = (rest: string) => parseXmlFragment(junos('', '', rest));

const policies = (members: string) =>
  `<policy-statement><name>TAG</name><then><community><choice-ident>add</choice-ident><choice-value/><community-name>C</community-name></community><accept/></then></policy-statement>
<policy-statement><name>CALLS</name><term><name>1</name><from><policy>TAG</policy></from><then><accept/></then></term></policy-statement>
<community><name>C</name><members>${members}</members></community>`;

describe('flow specifications', () => {
  it.each([
    ['of the router', options('<flow><route><name>F</name></route></flow>'), 'routing-options flow'],
    ['of every session', protocols('<bgp><family><inet><flow/></inet></family></bgp>'), 'bgp family inet flow'],
    [
      'of a group of sessions',
      protocols('<bgp><group><name>RR</name><family><inet-vpn><flow/></inet-vpn></family></group></bgp>'),
      'bgp group RR family inet-vpn flow',
    ],
    [
      'of one session',
      protocols(
        '<bgp><group><name>RR</name><neighbor><name>192.0.2.9</name><family><inet6-vpn><flow/></inet6-vpn></family></neighbor></group></bgp>',
      ),
      'neighbor 192.0.2.9 family inet6-vpn flow',
    ],
  ])('%s: unknown, with the place', (_what, rest, path) => {
    const { of, sentences } = judge(f1({ rest }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(`${path}\` takes packets aside by flow specifications`);
    expect(unasked(whole(rest), parseXmlFragment(PLATFORMS['junos-yang'].configFilter))).toEqual([]);
  });
});

describe('groups that are applied inside of a part', () => {
  it.each([
    [
      'routing-options',
      `${options('<apply-groups>G</apply-groups>')}${group('G', options(LEAK))}`,
      'routing-options apply-groups G',
    ],
    [
      'static routes',
      `${options('<static><apply-groups>G</apply-groups></static>')}${group('G', options(LEAK))}`,
      'routing-options static apply-groups G',
    ],
    [
      'a rib group of the group',
      `${options('<apply-groups>G</apply-groups>')}${group('G', options('<rib-groups><name>R</name><import-rib>inet.0</import-rib><import-rib>HLTH.inet.0</import-rib></rib-groups>'))}`,
      'apply-groups G',
    ],
    [
      'protocols',
      `${protocols('<bgp><group><name>PE</name><apply-groups>G</apply-groups></group></bgp>')}${group('G', protocols('<bgp><group><name>&lt;*&gt;</name><import>TAG</import></group></bgp>'))}`,
      'protocols bgp group PE apply-groups G',
    ],
    ['filters', `${firewall('<apply-groups>G</apply-groups>')}${group('G', FBF)}`, 'firewall apply-groups G'],
    ['one that is not shown', options('<apply-groups>AWAY</apply-groups>'), 'apply-groups AWAY'],
    [
      'one that applies another',
      `${options('<apply-groups>G</apply-groups>')}${group('G', '<apply-groups>H</apply-groups>')}`,
      'apply-groups G',
    ],
    [
      'one that applies another inside',
      `${options('<apply-groups>G</apply-groups>')}${group('G', options('<apply-groups>H</apply-groups>'))}`,
      'apply-groups G',
    ],
  ])('%s: unknown, with place and name', (_what, rest, path) => {
    const { of, sentences } = judge(f1({ rest, policies: policies('target:64900:5') }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(path);
    expect(unasked(whole(rest), parseXmlFragment(PLATFORMS['junos-yang'].configFilter))).toEqual([]);
  });

  it.each([
    [
      'what moves nothing',
      `${options('<apply-groups>G</apply-groups>')}${group('G', options('<router-id>10.0.0.1</router-id>'))}`,
    ],
    ['something elsewhere', `${options('<apply-groups>G</apply-groups>')}${group('G', FBF)}`],
    ['nothing, applied nowhere', group('G', options(LEAK) + FBF)],
    [
      'what moves nothing, to all of the configuration',
      `<apply-groups>G</apply-groups>${group('G', options('<autonomous-system><as-number>64900</as-number></autonomous-system>'))}`,
    ],
  ])('that add %s pass', (_what, rest) => {
    expect(judge(f1({ rest }))).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it.each([
    ['filters', FBF],
    ['policies of sessions', protocols('<bgp><import>TAG</import></bgp>')],
  ])('of the whole configuration that add %s are unknown', (_what, inside) => {
    const rest = `<apply-groups>G</apply-groups>${group('G', inside)}`;
    const { of, sentences } = judge(f1({ rest, policies: policies('target:64900:5') }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('configuration apply-groups G');
  });
});

describe('filters', () => {
  it.each([
    ['into another instance', FBF, 'firewall family inet filter F term 1 then routing-instance'],
    [
      'of no family',
      firewall(term('<routing-instance><routing-instance-name>AGRI</routing-instance-name></routing-instance>')),
      'filter F',
    ],
    [
      'to a next hop',
      firewall(`<family><inet6>${term('<next-ip6><address>2001:db8::1</address></next-ip6>')}</inet6></family>`),
      'next-ip6',
    ],
    [
      'out of tunnels',
      firewall(`<family><inet>${term('<decapsulate><gre/></decapsulate>')}</inet></family>`),
      'decapsulate',
    ],
    [
      'to a logical system',
      firewall(`<family><inet>${term('<logical-system>LS1</logical-system>')}</inet></family>`),
      'logical-system LS1',
    ],
  ])('%s: unknown on a router of a party, where it is not shown what applies them', (_what, rest, path) => {
    const { of, sentences } = judge(f1({ rest }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('pe-b: `');
    expect(sentences).toContain(path);
    expect(judge(f1({ peC: junos('', junosVrf('AGRI', '64900:330'), rest) })).verdict).toBe('pass');
    expect(unasked(whole(rest), parseXmlFragment(PLATFORMS['junos-yang'].configFilter))).toEqual([]);
  });

  const interfaces = (inside: string, name = 'ge-0/0/1') =>
    part('interfaces', `<interface><name>${name}</name><unit><name>10</name>${inside}</unit></interface>`);
  const inet = (inside: string) => `<family><inet>${inside}</inet></family>`;
  const WITHIN = '<interface><name>ge-0/0/1.10</name></interface>';
  const applied = (rest: string, within = WITHIN) =>
    judge(f1({ hlth: junosVrf('HLTH', '64900:320', within), rest: FBF + rest }));

  it.each([
    ['to an interface', interfaces(inet('<filter><input><filter-name>F</filter-name></input></filter>'))],
    [
      'by a list of filters',
      interfaces(inet('<filter><output-list>E</output-list><output-list>F</output-list></filter>')),
    ],
    ['to what fails its reverse path', interfaces(inet('<rpf-check><fail-filter>F</fail-filter></rpf-check>'))],
    ['to a table', interfaces('') + part('forwarding-options', inet('<filter><input>F</input></filter>'))],
    [
      'by another filter',
      interfaces('') + firewall('<filter><name>E</name><term><name>1</name><filter>F</filter></term></filter>'),
    ],
    ['by a group', interfaces('') + group('G', interfaces(inet('<filter><input>F</input></filter>'), '&lt;*&gt;'))],
    [
      'by a group that is not shown',
      interfaces(inet('<filter><input>E</input></filter><apply-groups>HIDDEN</apply-groups>')),
    ],
    [
      'to the interfaces of a range',
      interfaces('') +
        part(
          'interfaces',
          '<interface-range><name>R</name><unit><name>0</name><family><inet><filter><input>F</input></filter></inet></family></unit></interface-range>',
        ),
    ],
    ['to subscribers', interfaces('') + part('dynamic-profiles', '<name>PPP</name>')],
    ['nobody sees where: no interface is shown', ''],
    ['nobody sees where: not the interface of the VRF', interfaces('', 'ge-0/0/2')],
  ])('that is applied %s counts', (_what, rest) => {
    const { of, sentences } = applied(rest);
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('filter F term 1 then routing-instance');
    expect(unasked(whole(rest), parseXmlFragment(PLATFORMS['junos-yang'].configFilter))).toEqual([]);
  });

  it.each([
    ['none is', interfaces('')],
    ['another one is', interfaces(inet('<filter><input><filter-name>E</filter-name></input></filter>'))],
    ['it was, and is deactivated', interfaces(inet('<filter inactive="inactive"><input>F</input></filter>'))],
  ])('that nothing applies moves no packet: %s', (_what, rest) => {
    expect(applied(rest)).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it('that count and let through move nothing', () => {
    expect(
      judge(f1({ rest: firewall(`<family><inet>${term('<count>c</count><accept/>')}</inet></family>`) })).verdict,
    ).toBe('pass');
  });
});

describe('policies on the sessions between PEs', () => {
  const bgp = (place: string) => protocols(`<bgp>${place}</bgp>`);
  it.each([
    ['of all', bgp('<import>TAG</import>')],
    ['of a group', bgp('<group><name>PE</name><export>CALLS</export></group>')],
    [
      'of a neighbour',
      bgp(
        '<group><name>PE</name><neighbor><name>10.0.0.9</name><import>( CALLS &amp;&amp; TAG )</import></neighbor></group>',
      ),
    ],
  ])('%s that put a route target on routes are unknown for the whole network', (_what, rest) => {
    const third = (members: string) =>
      judge(f1({ peC: junos(policies(members), junosVrf('AGRI', '64900:330'), rest) }));
    const { of, sentences } = third('target:64900:7001');
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('puts target:64900:7001 on the routes that pass it');
    expect(third('64900:5').verdict).toBe('pass');
    expect(unasked(whole(rest), parseXmlFragment(PLATFORMS['junos-yang'].configFilter))).toEqual([]);
  });

  it('one that is not on the router is unknown', () => {
    expect(judge(f1({ rest: bgp('<import>GONE</import>') })).sentences).toContain(
      'names policy GONE, which is not on the router',
    );
  });
});
