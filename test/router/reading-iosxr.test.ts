import { describe, expect, it } from 'vitest';
import { Capabilities } from '../../src/netconf/index.ts';
import { MANIFESTS } from '../../src/platforms/manifests.ts';
import { refuseOtherDialect } from '../../src/router/dialect.ts';
import { F2_VRFS, f1Xr, f2, judge, xr, xrTarget, xrTargets, xrVrf } from './support/frames.ts';

const OWN = xrTargets(xrTarget('64900:320'));
const moi = (more: Parameters<typeof xrVrf>[2]) => f2({ xml: xr(xrVrf('MOI', '65000:300', more)) });

describe('what real configurations normally hold is no unknown', () => {
  it('passes with descriptions, modes, limits, policies and every kind of set', () => {
    const beside =
      '<description>Interior</description><mode><big/></mode><vpn><id>1:1</id></vpn><rd xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><two-byte-as><two-byte-as-number>65000</two-byte-as-number><asn2-index>300</asn2-index></two-byte-as></rd>';
    const exports = `<route-policy>MOI-EXP</route-policy>${xrTargets(xrTarget('65000:300'))}`;
    const policies = {
      'MOI-EXP':
        'route-policy MOI-EXP\n  # set extcommunity rt (65000:77)\n  set local-preference 200\n  pass\nend-policy',
    };
    const xml = xr(xrVrf('MOI', '65000:300', { beside, exports }), policies);
    const { verdict, sentences, assumptions } = judge(f2({ xml }));
    expect([sentences, verdict]).toEqual(['', 'pass']);
    expect(assumptions).toContain('a VRF does not export again what it imported (RFC 4364)');
  });
});

describe('a policy under a name that every object of the language has', () => {
  it.each(['constructor', '__proto__', 'toString'])('%s that names a route target of the change is seen', (name) => {
    const policies = {
      [name]: `route-policy ${name}\n  if extcommunity rt matches-any (65000:9001) then\n    pass\n  endif\nend-policy`,
    };
    const xml = xr(xrVrf('MOI', '65000:300', { imports: `<route-policy>${name}</route-policy>${OWN}` }), policies);
    const { of, sentences } = judge(f2({ xml }));
    expect(of('route-target-ownership')).toBe('fail');
    expect(sentences).toContain(`policy ${name}`);
  });
});

describe('R2e a group inside of a VRF', () => {
  it('is unknown, with its name', () => {
    const xml = xr(
      '<vrf><vrf-name>MOI</vrf-name><apply-groups>EXTRANET</apply-groups><address-family><ipv4><unicast/></ipv4></address-family></vrf>',
    );
    const { of, sentences } = judge(f2({ xml }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('EXTRANET');
    expect(sentences).toContain('VRF MOI at pe3');
  });
});

describe('a VRF whose routes an EVPN instance gives to other routers', () => {
  it('is unknown', () => {
    const beside = '<evpn-route-sync><vpn-id>100</vpn-id></evpn-route-sync>';
    const { of, sentences } = judge(f2({}, { xml: xr(xrVrf('MOF', '65000:200', { beside })) }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('vrfs vrf MOF evpn-route-sync` gives and takes routes by EVPN');
  });
});

describe('flow specifications of a VRF', () => {
  it('may take its packets to another one', () => {
    const xml = xr(xrVrf('MOF', '65000:200')).replace('<ipv4>', '<ipv4><flowspec/>');
    const { of, sentences } = judge(f2({}, { xml }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('vrfs vrf MOF address-family ipv4 flowspec` takes packets aside');
  });
});

describe('what only takes away', () => {
  it('is told of what was not understood, and passes', () => {
    const mof = xrVrf('MOF', '65000:200', { imports: xrTargets(xrTarget('65000:200'), xrTarget('65000:9001')) });
    const third = xrVrf('MOI', '65000:300', { beside: '<apply-group>EXTRANET</apply-group>' });
    const frame = f2({ xml: xr(third), vrfs: { MOI: F2_VRFS.MOI, MOX: F2_VRFS.MOX } }, { xml: xr(mof) });
    const { of, assumptions } = judge(frame, 'withdraw');
    expect(of('exact-reachability')).toBe('pass');
    expect(assumptions).toContain('EXTRANET');
    expect(assumptions).toContain('VRF MOX at pe3');
  });
});

describe('R4 what is exported again, the default VRF, stitching', () => {
  const ALL = { ALL: 'route-policy ALL\n  pass\nend-policy' };

  it('control: AGRI takes only what HLTH itself has', () => expect(judge(f1Xr()).verdict).toBe('pass'));

  it.each([
    ['R4a', { exports: `<to><vrf><allow-imported-vpn/></vrf></to>${OWN}` }, 'export to vrf'],
    ['R4b', { imports: `<from><vrf><advertise-as-vpn/></vrf></from>${OWN}` }, 'import from vrf'],
    [
      'R4c',
      { exports: `<to><default-vrf><route-policy>ALL</route-policy><allow-imported-vpn/></default-vrf></to>${OWN}` },
      'export to default-vrf',
    ],
    [
      'import of the default VRF',
      { imports: `<from><default-vrf><route-policy>ALL</route-policy></default-vrf></from>${OWN}` },
      'import from default-vrf',
    ],
    [
      'a bridge domain',
      { imports: `<from><bridge-domain><advertise-as-vpn/></bridge-domain></from>${OWN}` },
      'import from bridge-domain',
    ],
    ['a fallback VRF', { beside: '<fallback-vrf>INTERNET</fallback-vrf>' }, 'fallback-vrf INTERNET'],
    ['what nobody knows', { imports: `${OWN}<wormhole>AGRI</wormhole>` }, 'import wormhole AGRI'],
  ])('%s is unknown, and the assumption is not printed as if it held', (_id, hlth, path) => {
    const { of, sentences, assumptions } = judge(f1Xr({ hlth, policies: ALL }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('VRF HLTH at pe-b');
    expect(sentences).toContain(path);
    expect(assumptions).toContain('not assumed of VRF HLTH at pe-b');
  });

  it('in a VRF that neither gives nor takes it touches nothing', () => {
    const exports = `<to><vrf><allow-imported-vpn/></vrf></to>${xrTargets(xrTarget('65000:300'))}`;
    const { verdict, assumptions } = judge(moi({ exports }));
    expect(verdict).toBe('pass');
    expect(assumptions).toContain('not assumed of VRF MOI at pe3');
  });

  it('R4d: a third VRF imports the route target with stitching', () => {
    const imports = xrTargets(xrTarget('65000:9001', 'enable'), xrTarget('65000:300'));
    expect(judge(moi({ imports })).of('route-target-ownership')).toBe('fail');
  });

  it('multicast that imports the route target', () => {
    const xml = xr(xrVrf('MOI', '65000:300')).replace(
      '<ipv4>',
      `<ipv4><multicast><import xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg">${xrTargets(xrTarget('65000:9001'))}</import></multicast>`,
    );
    expect(judge(f2({ xml })).of('route-target-ownership')).toBe('fail');
  });
});

describe("R5 an operator's own extranet in a policy", () => {
  const takesSeven = {
    xml: xr(xrVrf('MOF', '65000:200', { imports: xrTargets(xrTarget('65000:200'), xrTarget('65000:7')) })),
  };
  const mox = (exports: string, policies = {}, sets?: string) =>
    f2({ xml: xr(xrVrf('MOX', '65000:300', { exports }), policies, sets), vrfs: { MOX: F2_VRFS.MOX } }, takesSeven);
  const own = xrTargets(xrTarget('65000:300'));
  const byPolicy = `<route-policy>MOX-EXP</route-policy>${own}`;
  const policy = (statements: string, name = 'MOX-EXP', head = name) => ({
    [name]: `route-policy ${head}\n${statements}\n  pass\nend-policy`,
  });
  const set = (kind: string, name: string, leaf: string, text: string) =>
    `<${kind}s><${kind}><set-name>${name}</set-name><${leaf}>${text}</${leaf}></${kind}></${kind}s>`;
  const rtSet = (members: string) =>
    set(
      'extended-community-rt-set',
      'PARTNERS',
      'rpl-extended-community-rt-set',
      `extcommunity-set rt PARTNERS\n  ${members}\nend-set`,
    );

  it('control: as a plain export, and without it', () => {
    const plain = judge(mox(xrTargets(xrTarget('65000:300'), xrTarget('65000:7'))));
    expect(plain.of('no-overlap')).toBe('fail');
    expect(judge(mox(own)).verdict).toBe('pass');
  });

  it.each([
    [
      'R5',
      policy('  if destination in MOX-SHARED then\n    set extcommunity rt (65000:7) additive\n  endif'),
      undefined,
    ],
    ['in a list', policy('  set extcommunity rt (65000:300, 65000:7) additive'), undefined],
    ['by a set', policy('  set extcommunity rt PARTNERS additive'), rtSet('65000:300,\n  65000:7')],
    [
      'in a policy that it applies',
      { ...policy('  apply TAG'), ...policy('  set extcommunity rt (65000:7) additive', 'TAG') },
      undefined,
    ],
  ])('%s: the same answer', (_what, policies, sets) => {
    const { of, sentences } = judge(mox(byPolicy, policies, sets));
    expect(of('no-overlap')).toBe('fail');
    expect(sentences).toContain('10.100.10.0/24 of MOH, new in MOF, overlaps 10.100.0.0/16 of MOX at pe3');
  });

  it.each([
    [
      'a parameter',
      { ...policy('  apply TAG(65000:7)'), ...policy('  set extcommunity rt ($rt) additive', 'TAG', 'TAG($rt)') },
      undefined,
      '$rt',
    ],
    ['a set that is not there', policy('  set extcommunity rt PARTNERS additive'), undefined, 'PARTNERS'],
    [
      'a set with a wildcard',
      policy('  set extcommunity rt PARTNERS additive'),
      rtSet("ios-regex '65000:.*'"),
      'ios-regex',
    ],
    ['a policy that is not there', {}, undefined, 'MOX-EXP'],
    ['an applied one that is not there', policy('  apply TAG'), undefined, 'TAG'],
  ])('%s is unknown', (_what, policies, sets, name) => {
    const { of, sentences } = judge(mox(byPolicy, policies, sets));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(name);
  });

  it('a set that names the route target of the change', () => {
    expect(
      judge(mox(byPolicy, policy('  set extcommunity rt PARTNERS additive'), rtSet('65000:9001'))).of(
        'route-target-ownership',
      ),
    ).toBe('fail');
  });
});

describe('R7 another dialect is never read as nothing', () => {
  const UM1 = `<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg"><vrf><vrf-name>MOI</vrf-name><address-family><ipv4><unicast>
    <import xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><route-target><two-byte-as-rts><two-byte-as-rt><as-number>65000</as-number><index>9001</index><stitching>false</stitching></two-byte-as-rt></two-byte-as-rts></route-target></import>
    </unicast></ipv4></address-family></vrf></vrfs>`;
  const NATIVE = `<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-infra-rsi-cfg"><vrf><vrf-name>MOI</vrf-name><bgp xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ipv4-bgp-cfg"><import-route-targets/></bgp></vrf></vrfs>`;

  it.each([
    ['R7a', UM1, 'two-byte-as-rts', F2_VRFS.MOI],
    ['R7b', NATIVE, 'Cisco-IOS-XR-infra-rsi-cfg', F2_VRFS.MOI],
    ['R7b, though no VRF is listed there', NATIVE, 'Cisco-IOS-XR-infra-rsi-cfg', null],
    [
      'a child of another model',
      UM1.replace(/Cisco-IOS-XR-um-router-bgp-cfg/g, 'Cisco-IOS-XR-um-router-bgp2-cfg'),
      'import',
      F2_VRFS.MOI,
    ],
  ])('%s', (_id, xml, name, prefix) => {
    const { of, sentences } = judge(f2({ xml, vrfs: prefix === null ? {} : { MOI: prefix } }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(name);
    expect(sentences).toContain('pe3');
  });

  const hello = (...uris: string[]) => new Capabilities(['urn:ietf:params:netconf:base:1.1', ...uris]);
  const bgp = (revision: string) =>
    `http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg?module=Cisco-IOS-XR-um-router-bgp-cfg&revision=${revision}`;
  const open = (capabilities: Capabilities, platform: 'iosxr-um2' | 'junos-yang' | 'frr' = 'iosxr-um2') =>
    refuseOtherDialect(capabilities, MANIFESTS[platform], 'pe3');

  it.each([
    ['an earlier revision', hello(bgp('2024-05-10')), 'iosxr-um2' as const, '2024-05-10'],
    ['another vendor', hello('http://xml.juniper.net/netconf/junos/1.0'), 'iosxr-um2' as const, 'Juniper'],
    ['XR listed as Junos', hello(bgp('2024-09-17')), 'junos-yang' as const, 'Cisco'],
    ['XR listed as FRR', hello(bgp('2024-09-17')), 'frr' as const, 'Cisco'],
  ])('%s: PLATFORM_MISMATCH', (_what, capabilities, platform, word) => {
    expect(() => open(capabilities, platform)).toThrow(
      expect.objectContaining({ code: 'PLATFORM_MISMATCH', path: 'pe3' }),
    );
    expect(() => open(capabilities, platform)).toThrow(word);
  });

  it('what fits, or says nothing, is opened', () => {
    expect(() => open(hello(bgp('2024-09-17')))).not.toThrow();
    expect(() => open(hello(bgp('2025-03-01')))).not.toThrow();
    expect(() => open(hello())).not.toThrow();
    expect(() =>
      open(hello('http://yang.juniper.net/junos/conf/root?module=junos-conf-root'), 'junos-yang'),
    ).not.toThrow();
  });
});

describe('R8 a PE that does not show what the inventory lists on it', () => {
  it.each([
    ['R8a', '<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg"/>'],
    ['R8b', xr('').replace(/^.*<\/vrfs>/, '')],
    ['another VRF only', xr(xrVrf('OTHER', '64900:340'))],
  ])('%s: unknown, with PE and VRF', (_id, agri) => {
    const { of, sentences } = judge(f1Xr({ agri }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('VRF AGRI at pe-c');
  });

  it('control: one that takes the route target fails', () => {
    const agri = xr(xrVrf('AGRI', '64900:330', { imports: xrTargets(xrTarget('64900:7001')) }));
    const { of, sentences } = judge(f1Xr({ agri }));
    expect(of('route-target-ownership')).toBe('fail');
    expect(sentences).toContain('VRF AGRI at pe-c already carries route target 64900:7001, which should be fresh');
  });
});

describe('static routes', () => {
  const STATIC = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-static-cfg';
  const prefix = (inside: string) =>
    `<address-family><ipv4><unicast><prefixes><prefix><prefix-address>10.99.0.0</prefix-address><prefix-length>16</prefix-length>${inside}</prefix></prefixes></unicast></ipv4></address-family>`;
  const routes = (vrf: string, inside: string) =>
    `<router xmlns="${STATIC}"><static>${vrf === '' ? prefix(inside) : `<vrfs><vrf><vrf-name>${vrf}</vrf-name>${prefix(inside)}</vrf></vrfs>`}</static></router>`;
  const hop =
    '<nexthop-addresses><nexthop-address><address>192.0.2.1</address><tag>7</tag></nexthop-address></nexthop-addresses>';
  const judged = (router: string) => judge(f2({}, { xml: xr(xrVrf('MOF', '65000:200')) + router }));

  it('to neighbours and interfaces move nothing between VRFs', () => {
    const bfd =
      '<nexthop-interface-addresses><nexthop-interface-address><interface-name>Bundle-Ether1</interface-name><address>192.0.2.5</address><bfd><fast-detect><minimum-interval>50</minimum-interval></fast-detect></bfd></nexthop-interface-address></nexthop-interface-addresses>';
    expect(judged(routes('MOF', hop + bfd)).verdict).toBe('pass');
    expect(judged(routes('', hop)).verdict).toBe('pass');
  });

  it.each([
    ['to a next hop in another VRF', 'MOF', `<vrfs><vrf><vrf-name>INTERNET</vrf-name>${hop}</vrf></vrfs>`, 'vrfs'],
    ['of the router itself into a VRF', '', `<vrfs><vrf-only><vrf-name>MOF</vrf-name></vrf-only></vrfs>`, 'vrfs'],
    [
      'with the label of a VRF',
      'MOF',
      '<nexthop-interfaces><nexthop-interface><interface-name>tunnel-ip1</interface-name><vrflabel>24001</vrflabel></nexthop-interface></nexthop-interfaces>',
      'vrflabel 24001',
    ],
    ['by a way that is not known', 'MOF', '<wormholes><wormhole>MOF</wormhole></wormholes>', 'wormholes'],
  ])('%s: unknown, with its path', (_what, vrf, inside, path) => {
    const { of, sentences } = judged(routes(vrf, inside));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(path);
    expect(sentences).toContain('pe2');
  });

  it('concern nobody where neither party has a VRF', () => {
    const leak = routes('MOI', `<vrfs><vrf><vrf-name>INTERNET</vrf-name>${hop}</vrf></vrfs>`);
    expect(judge(f2({ xml: xr(xrVrf('MOI', '65000:300')) + leak })).verdict).toBe('pass');
  });
});

describe('policy-based routing', () => {
  const policyMap = (actions: string) =>
    `<policy-map xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-policymap-classmap-cfg"><type><pbr><policy-map-name>STEER</policy-map-name><description>to the scrubber</description>
<class><name>WEB</name><type>traffic</type>${actions}</class><class><name>class-default</name><type>traffic</type><transmit/></class></pbr></type></policy-map>`;
  const accessList = (hops: string, family = 'ipv4') =>
    `<${family} xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-${family}-access-list-cfg"><access-lists><access-list><access-list-name>ABF</access-list-name>
<sequences><sequence><sequence-number>10</sequence-number><permit>${hops}</permit></sequence></sequences></access-list></access-lists></${family}>`;
  const judged = (more: string) => judge(f2({}, { xml: xr(xrVrf('MOF', '65000:200')) + more }));

  it.each([
    ['to a neighbour', policyMap('<redirect-ipv4><nexthop1><address>192.0.2.1</address></nexthop1></redirect-ipv4>')],
    [
      'that marks and limits',
      policyMap('<set><dscp>46</dscp></set><police><rate><value>1</value><unit>mbps</unit></rate></police>'),
    ],
    ['by an access list to a neighbour', accessList('<nexthop1><ipv4>192.0.2.1</ipv4><track>T1</track></nexthop1>')],
  ])('%s moves nothing between VRFs', (_what, more) => {
    expect(judged(more)).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it.each([
    [
      'a next hop in another VRF',
      policyMap(
        '<redirect-ipv4><nexthop1><address>192.0.2.1</address></nexthop1><nexthop2><address>192.0.2.2</address><vrf>INTERNET</vrf></nexthop2></redirect-ipv4>',
      ),
      'policy-map type pbr STEER class WEB redirect-ipv4 nexthop2 192.0.2.2` sends packets to a next hop in VRF INTERNET',
    ],
    [
      'a VRF alone',
      policyMap('<redirect-ipv6><nexthop1><vrf>MOI</vrf></nexthop1></redirect-ipv6>'),
      'redirect-ipv6 nexthop1` sends packets to a next hop in VRF MOI',
    ],
    [
      'a route target',
      policyMap('<redirect-nexthop><route-target><as-number>65000:300</as-number></route-target></redirect-nexthop>'),
      'class WEB redirect-nexthop` sends packets to where a route target leads',
    ],
    ['tunnels', policyMap('<decapsulate><gre/></decapsulate>'), 'decapsulate'],
    [
      'another address',
      policyMap('<set><destination-address><ipv4>192.0.2.1</ipv4></destination-address></set>'),
      'set destination-address',
    ],
    ['an action that is not known', policyMap('<wormhole>MOI</wormhole>'), 'class WEB wormhole MOI` is not understood'],
    [
      'an access list',
      accessList('<nexthop1><ipv4>192.0.2.1</ipv4><vrf>MOI</vrf></nexthop1>'),
      'ipv4 access-lists access-list ABF sequences sequence 10 permit nexthop1` sends packets to a next hop in VRF MOI',
    ],
    [
      'an access list of IPv6',
      accessList('<nexthop3><ipv6>2001:db8::1</ipv6><vrf>MOI</vrf></nexthop3>', 'ipv6'),
      'permit nexthop3',
    ],
  ])('to %s: unknown, with PE and path, however it is applied', (_what, more, path) => {
    const { of, sentences } = judged(more);
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('pe2: `');
    expect(sentences).toContain(path);
  });

  const leak = accessList('<nexthop1><ipv4>192.0.2.1</ipv4><vrf>INTERNET</vrf></nexthop1>');

  it('concerns nobody where neither party has a VRF', () => {
    expect(judge(f2({ xml: xr(xrVrf('MOI', '65000:300')) + leak })).verdict).toBe('pass');
  });

  it('holds no removal up', () => {
    const mof = xrVrf('MOF', '65000:200', { imports: xrTargets(xrTarget('65000:200'), xrTarget('65000:9001')) });
    const { of, assumptions } = judge(f2({}, { xml: xr(mof) + leak }), 'withdraw');
    expect(of('exact-reachability')).toBe('pass');
    expect(assumptions).toContain('access-list ABF');
  });
});

describe('policies of BGP', () => {
  const AS = (inside: string) =>
    `<router xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><bgp><as><as-number>65000</as-number>${inside}</as></bgp></router>`;
  const family = (name: string, inside: string) =>
    `<address-families><address-family><af-name>${name}</af-name>${inside}</address-family></address-families>`;
  const peer = (inside: string) => `<neighbors><neighbor><address>192.0.2.9</address>${inside}</neighbor></neighbors>`;
  const IN = '<route-policy><in>TAG</in></route-policy>';
  const TAG = (rt: string) => ({ TAG: `route-policy TAG\n  set extcommunity rt (${rt}) additive\n  pass\nend-policy` });
  const PASS = { TAG: 'route-policy TAG\n  set local-preference 200\n  pass\nend-policy' };
  const pe3 = (bgp: string, policies: Readonly<Record<string, string>>) =>
    judge(f2({ xml: xr(xrVrf('MOI', '65000:300'), policies) + bgp }));

  it.each([
    [
      'a neighbour',
      AS(peer(family('vpnv4-unicast', IN))),
      'router bgp 65000 neighbors neighbor 192.0.2.9 address-families address-family vpnv4-unicast route-policy in TAG',
    ],
    ['its exports', AS(peer(family('vpnv4-unicast', IN.replaceAll('in>', 'out>')))), 'route-policy out TAG'],
    [
      'a group',
      AS(
        `<neighbor-groups><neighbor-group><neighbor-group-name>RR</neighbor-group-name>${family('vpnv6-unicast', IN)}</neighbor-group></neighbor-groups>`,
      ),
      'neighbor-group RR',
    ],
    [
      'a group of families',
      AS(
        `<af-groups><af-group><af-group-name>VPN</af-group-name>${family('vpnv4-unicast', IN)}</af-group></af-groups>`,
      ),
      'af-group VPN',
    ],
  ])('of %s that put a route target on VPN routes are unknown for the whole network', (_what, bgp, path) => {
    const { of, sentences } = pe3(bgp, TAG('65000:7'));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(path);
    expect(sentences).toContain('puts route target 65000:7 on the routes that pass it');
    expect(pe3(bgp, PASS)).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it.each([
    ['a neighbour', AS(peer(family('vpnv4-flowspec', ''))), 'address-family vpnv4-flowspec'],
    [
      'a neighbour of a VRF',
      AS(`<vrfs><vrf><vrf-name>MOF</vrf-name>${peer(family('ipv4-flowspec', ''))}</vrf></vrfs>`),
      'vrfs vrf MOF neighbors neighbor 192.0.2.9 address-families address-family ipv4-flowspec',
    ],
  ])('flow specifications of %s are unknown on a router of a party', (_what, bgp, path) => {
    const mof = xr(xrVrf('MOF', '65000:200')) + bgp;
    const { of, sentences } = judge(f2({}, { xml: mof }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(`${path}\` takes packets aside by flow specifications`);
    expect(judge(f2({ xml: xr(xrVrf('MOI', '65000:300')) + bgp })).verdict).toBe('pass');
  });

  it('routes that are given on with other route targets', () => {
    const bgp = AS(peer(family('vpnv4-unicast', '<import><re-originate/></import>')));
    expect(pe3(bgp, {}).sentences).toContain('re-originate` gives VPN routes on with other route targets');
  });

  it('routes of its own that come back with other route targets (RFC 7611)', () => {
    const own = (inside: string) => AS(peer(family('vpnv4-unicast', `<accept-own>${inside}</accept-own>`)));
    const { of, sentences } = pe3(own(''), {});
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('vpnv4-unicast accept-own` takes routes of its own back with other route targets');
    expect(pe3(own('<inheritance-disable/>'), {}).verdict).toBe('pass');
  });

  const ofVrf = (inside: string, vrf = 'MOX') => AS(`<vrfs><vrf><vrf-name>${vrf}</vrf-name>${inside}</vrf></vrfs>`);
  const leaf = '<route-policy>TAG</route-policy>';
  it.each([
    ['a CE', ofVrf(peer(family('ipv4-unicast', IN)))],
    [
      'a network',
      ofVrf(
        family(
          'ipv4-unicast',
          `<networks><network><address>10.100.0.0</address><address-prefix>16</address-prefix>${leaf}</network></networks>`,
        ),
      ),
    ],
    ['redistribution', ofVrf(family('ipv4-unicast', `<redistribute><static>${leaf}</static></redistribute>`))],
    [
      'an aggregate',
      ofVrf(
        family(
          'ipv4-unicast',
          `<aggregate-addresses><aggregate-address><address>10.100.0.0</address><address-prefix>16</address-prefix>${leaf}</aggregate-address></aggregate-addresses>`,
        ),
      ),
    ],
  ])('of a VRF at %s are exports with what they put on routes', (_what, bgp) => {
    const takesSeven = {
      xml: xr(xrVrf('MOF', '65000:200', { imports: xrTargets(xrTarget('65000:200'), xrTarget('65000:7')) })),
    };
    const mox = (policies: Readonly<Record<string, string>>) =>
      judge(f2({ xml: xr(xrVrf('MOX', '65000:300'), policies) + bgp, vrfs: { MOX: F2_VRFS.MOX } }, takesSeven));
    expect(mox(TAG('65000:7')).of('no-overlap')).toBe('fail');
    expect(mox(TAG('65000:8')).verdict).toBe('pass');
    expect(mox(TAG('65000:9001')).of('route-target-ownership')).toBe('fail');
    expect(mox(TAG('$rt')).of('exact-reachability')).toBe('unknown');
  });

  it.each([
    ['of a bridge domain', '<import><from><bridge-domain/></from></import>', 'takes routes of a bridge domain'],
    [
      'that its import policy names',
      '<source><route-target><route-policy/></route-target></source>',
      'lets the VRF take what its import policy names',
    ],
  ])('of a VRF: it takes routes %s', (_what, inside, why) => {
    const mof = xr(xrVrf('MOF', '65000:200')) + ofVrf(family('ipv4-unicast', inside), 'MOF');
    const { of, sentences } = judge(f2({}, { xml: mof }));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('router bgp 65000 vrfs vrf MOF');
    expect(sentences).toContain(why);
  });

  it('towards a CE put nothing on VPN routes', () => {
    expect(
      pe3(ofVrf(peer(family('ipv4-unicast', IN.replaceAll('in>', 'out>'))), 'MOI'), TAG('65000:9001')).verdict,
    ).toBe('pass');
  });
});
