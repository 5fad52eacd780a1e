/** What stands on an FRR router outside of the NETCONF module: its own configuration, and the kernel's rules. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WaslError } from '../../src/errors.ts';
import type { XmlElement } from '../../src/netconf/index.ts';
import { ownElement, readOwnConfiguration } from '../../src/platforms/frr/own-configuration.ts';
import { judgeFrrPolicies } from '../../src/platforms/frr/policy-safety.ts';
import { F1_FACTS, F1_VRFS, type Frame, judge, planOf, readPe } from './support/frames.ts';

const RULES4 = ['0:\tfrom all lookup local', '1000:\tfrom all lookup [l3mdev-table]', '32766:\tfrom all lookup main'];
const RULES6 = RULES4;

/** As FRR 10.3 shows it, in the order of its daemons. */
interface Own {
  readonly top?: string;
  readonly inVrf?: string;
  readonly inFamily?: string;
  readonly inBgp?: string;
  readonly inMain?: string;
  readonly rules?: readonly string[];
}
const indent = (text: string, by: number) =>
  text === ''
    ? ''
    : `${text
        .split('\n')
        .map((line) => ' '.repeat(by) + line)
        .join('\n')}\n`;
function shown(
  vrf: string,
  { top = '', inVrf = '', inFamily = '', inBgp = '', inMain = '', rules = [] }: Own = {},
): string {
  const target = `64900:${F1_FACTS.base[vrf as keyof typeof F1_FACTS.base]}`;
  return `Building configuration...

Current configuration:
!
frr version 10.3
frr defaults traditional
hostname pe-b
log file /run/frr/bgpd.log
bgp route-map delay-timer 1
service integrated-vtysh-config
!
ip prefix-list OPERATOR seq 5 permit 10.33.9.0/24
!
${top}
vrf ${vrf}
 ip route 10.32.9.0/24 10.32.0.10
 ipv6 route 2001:db8:9::/48 2001:db8::10
${indent(inVrf, 1)}exit-vrf
!
interface eth1
 description to p1
 ip address 10.0.1.1/30
 ip ospf area 0
exit
!
router bgp 64900
 bgp router-id 10.255.0.1
 no bgp default ipv4-unicast
 neighbor 10.255.0.9 remote-as 64900
 neighbor 10.255.0.9 update-source 10.255.0.1
 !
 address-family ipv4 vpn
  neighbor 10.255.0.9 activate
${indent(inMain, 2)} exit-address-family
exit
!
router bgp 64900 vrf ${vrf}
 bgp router-id 10.255.0.1
 no bgp default ipv4-unicast
 neighbor 10.32.0.10 remote-as 64512
${indent(inBgp, 1)} !
 address-family ipv4 unicast
  redistribute connected
  redistribute static
  neighbor 10.32.0.10 activate
  label vpn export auto
  rd vpn export ${target}
  rt vpn both ${target}
  route-map vpn export EXPORT-${vrf}-ipv4-0badcafe
  export vpn
  import vpn
${indent(inFamily, 2)} exit-address-family
exit
!
route-map EXPORT-${vrf}-ipv4-0badcafe permit 65535
exit
!
router ospf
 ospf router-id 10.255.0.1
exit
!
mpls ldp
 router-id 10.255.0.1
 !
 address-family ipv4
  discovery transport-address 10.255.0.1
  !
  interface eth1
  exit
  !
 exit-address-family
 !
exit
!
end
${[...RULES4, ...rules, ...RULES6].join('\n')}
`;
}

const vrfXml = (name: string, target: string, inner = '') =>
  `<vrf><name>${name}</name><rd>0:${target}</rd><ipv4><import-rt>0:${target}</import-rt><export-rt>0:${target}</export-rt>${inner}</ipv4><ipv6/></vrf>`;
const xmlOf = (element: XmlElement) =>
  `<own xmlns="${element.namespace}">${element.children.map(({ name, text }) => `<${name}>${text}</${name}>`).join('')}</own>`;
const frr = (vrfs: string, own: string, code = 0) =>
  `<vrfs xmlns="urn:wasl:frr:l3vpn">${vrfs}</vrfs>${xmlOf(ownElement(code, own))}`;

function frame(hlth: string, agri = frr(vrfXml('AGRI', '64900:330'), shown('AGRI'))): Frame {
  return {
    ...F1_FACTS,
    pes: {
      'pe-a': { platform: 'frr', xml: frr(vrfXml('JUST', '64900:310'), shown('JUST')), vrfs: { JUST: F1_VRFS.JUST } },
      'pe-b': { platform: 'frr', xml: hlth, vrfs: { HLTH: F1_VRFS.HLTH } },
      'pe-c': { platform: 'frr', xml: agri, vrfs: { AGRI: F1_VRFS.AGRI } },
    },
  };
}
const hlth = (own: Own, inner = '') => frr(vrfXml('HLTH', '64900:320', inner), shown('HLTH', own));
const agri = (own: Own, inner = '') => frr(vrfXml('AGRI', '64900:330', inner), shown('AGRI', own));

const map = (name: string, ...lines: readonly string[]) =>
  `route-map ${name} permit 10\n${lines.map((line) => ` ${line}`).join('\n')}\nexit\n!`;

describe('what FRR normally holds beside the module', () => {
  it.each([
    ['the configuration of the lab', {}],
    [
      'maps that only choose and mark routes',
      {
        top: map('CE-IN', 'match ip address prefix-list OPERATOR', 'set local-preference 200', 'set community 64900:1'),
        inFamily: 'neighbor 10.32.0.10 route-map CE-IN in\nneighbor 10.32.0.10 route-map CE-OUT out',
      },
    ],
    ['other protocols', { top: 'router ospf vrf HLTH\n redistribute bgp\nexit' }],
    ['a static route of its own VRF', { inVrf: 'ip route 10.9.0.0/16 10.32.0.10 nexthop-vrf HLTH' }],
    [
      'rules of the kernel',
      { rules: ['2000:\tfrom all lookup [l3mdev-table] unreachable', '32767:\tfrom all lookup default'] },
    ],
    [
      'a map of imports that only narrows',
      { top: map('IN', 'match ip address prefix-list OPERATOR'), inFamily: 'route-map vpn import IN' },
    ],
  ])('%s is no unknown', (_what, own) => {
    expect(judge(frame(hlth(own)))).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it('names the maps of imports and of exports with their text', () => {
    const own = { top: map('IN', 'match ip address prefix-list OPERATOR'), inFamily: 'route-map vpn import IN' };
    const text = hlth(own, '<export-policy>OUT</export-policy>').replace(
      'route-map IN',
      'route-map OUT permit 5\nexit\nroute-map IN',
    );
    const [vrf] = readPe(frame(text), { platform: 'frr', xml: text, vrfs: { HLTH: F1_VRFS.HLTH } });
    expect(vrf?.operator.ipv4).toMatchObject({ importPolicies: ['IN'], exportPolicies: ['OUT'] });
    expect(vrf?.policyTexts).toEqual({
      IN: 'route-map IN permit 10\n match ip address prefix-list OPERATOR\nip prefix-list OPERATOR seq 5 permit 10.33.9.0/24',
      OUT: 'route-map OUT permit 5',
    });
  });
});

describe('what joins tables without a route target is unknown, with PE and statement', () => {
  it.each<[string, Own, string]>([
    [
      'import vrf',
      { inFamily: 'import vrf AGRI' },
      'router bgp 64900 vrf HLTH address-family ipv4 unicast import vrf AGRI',
    ],
    [
      'a static route',
      { inVrf: 'ip route 0.0.0.0/0 192.0.2.1 nexthop-vrf INTERNET' },
      'vrf HLTH ip route 0.0.0.0/0 192.0.2.1 nexthop-vrf INTERNET',
    ],
    ['a static route of the router', { top: 'ip route 10.32.0.0/24 10.32.0.10 nexthop-vrf HLTH' }, 'in VRF HLTH'],
    ['a static route in a table', { top: 'ip route 10.9.0.0/16 10.0.1.2 table 100' }, 'table 100'],
    [
      'pbr to a next hop',
      {
        top: 'interface eth1\n pbr-policy STEER\nexit\npbr-map STEER seq 5\n match src-ip 10.32.0.0/24\n set nexthop 192.0.2.1 nexthop-vrf AGRI\nexit',
      },
      'pbr-map STEER seq 5 set nexthop 192.0.2.1 nexthop-vrf AGRI',
    ],
    [
      'pbr without a VRF, which means the default one',
      { top: 'interface eth1\n pbr-policy STEER\nexit\npbr-map STEER seq 5\n set nexthop 192.0.2.1\nexit' },
      'set nexthop 192.0.2.1',
    ],
    [
      'pbr to a group',
      {
        top: 'nexthop-group G\n nexthop 192.0.2.1\nexit\ninterface eth1\n pbr-policy STEER\nexit\npbr-map STEER seq 5\n set nexthop-group G\nexit',
      },
      'set nexthop-group G',
    ],
    [
      'pbr to a table',
      { top: 'interface eth1\n pbr-policy STEER\nexit\npbr-map STEER seq 5\n set vrf AGRI\nexit' },
      'in the table of VRF AGRI',
    ],
    [
      'a rule of the kernel',
      { rules: ['300:\tfrom 10.32.0.0/24 lookup 10000 proto zebra'] },
      'ip rule 300: from 10.32.0.0/24 lookup 10000 proto zebra',
    ],
    ['a rule for one device', { rules: ['99:\tfrom all iif HLTH lookup 200'] }, 'iif HLTH lookup 200'],
    ['routes of a table', { inFamily: 'redistribute table-direct 100' }, 'redistribute table-direct 100'],
    [
      'EVPN',
      { inBgp: 'address-family l2vpn evpn\n advertise ipv4 unicast\nexit-address-family' },
      'gives and takes routes by EVPN',
    ],
    ['flow specifications', { inFamily: 'rt redirect import 64900:330' }, 'rt redirect import 64900:330'],
    [
      'what nobody knows in BGP',
      { inFamily: 'wormhole AGRI' },
      'address-family ipv4 unicast wormhole AGRI` is not understood',
    ],
    ['what nobody knows', { top: 'wormhole AGRI' }, '`wormhole AGRI` is not understood'],
    [
      'a map between PEs',
      { top: map('RR-IN', 'set extcommunity rt 64900:7001'), inMain: 'neighbor 10.255.0.9 route-map RR-IN in' },
      'puts route target 64900:7001 on VPN routes',
    ],
    [
      'a VPN route by hand',
      {
        top: map('STATIC', 'set extcommunity rt 64900:7001'),
        inMain: 'network 10.31.0.0/24 rd 64900:1 label 100 route-map STATIC',
      },
      'network 10.31.0.0/24 rd 64900:1 label 100 route-map STATIC` puts route target 64900:7001 on VPN routes',
    ],
  ])('%s', (_what, own, path) => {
    const { of, sentences } = judge(frame(hlth(own)));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('pe-b: `');
    expect(sentences).toContain(path);
  });

  it('concerns nobody where neither party has a VRF, unless it may reach the whole network', () => {
    expect(judge(frame(hlth({}), agri({ inFamily: 'import vrf INTERNET' }))).verdict).toBe('pass');
    const main = { top: map('RR-IN', 'set wormhole 1'), inMain: 'neighbor 10.255.0.9 route-map RR-IN in' };
    expect(judge(frame(hlth({}), agri(main))).verdict).toBe('unknown');
  });

  it('holds no removal up', () => {
    const taking = frr(
      vrfXml('HLTH', '64900:320', '<import-rt>0:64900:7001</import-rt>'),
      shown('HLTH', { inFamily: 'import vrf AGRI' }),
    );
    const { of, assumptions } = judge(frame(taking), 'withdraw');
    expect(of('exact-reachability')).toBe('pass');
    expect(assumptions).toContain('import vrf AGRI');
  });
});

describe('route targets that BGP has and the module does not show', () => {
  it.each<[string, Own, string]>([
    ['imports', { inFamily: 'rt vpn import 64900:330 64900:7001' }, 'imports 64900:7001, which the NETCONF module'],
    ['exports', { inFamily: 'rt vpn export 64900:8' }, 'exports 64900:8'],
    ['both', { inFamily: 'rt vpn both 64900:330 64900:8' }, 'exports 64900:8'],
    ['one that is no route target', { inFamily: 'rt vpn import wormhole' }, 'has wormhole, which is not understood'],
    [
      'a map of exports by hand',
      { top: map('HAND', 'set extcommunity rt 64900:8'), inFamily: 'route-map vpn export HAND' },
      'puts 64900:8 on routes',
    ],
    [
      'a VRF that the module does not have',
      {
        top: 'router bgp 64900 vrf HIDDEN\n address-family ipv4 unicast\n  rt vpn import 64900:7001\n  import vpn\n exit-address-family\nexit',
      },
      'router bgp 64900 vrf HIDDEN address-family ipv4 unicast rt vpn import 64900:7001` imports 64900:7001',
    ],
  ])('%s', (_what, own, words) => {
    const { verdict, sentences } = judge(frame(hlth({}), agri(own)));
    expect(verdict).toBe('unknown');
    expect(sentences).toContain(words);
  });

  it('are nothing where BGP takes none in and gives none out, and those of its rules are shown', () => {
    const idle = {
      top: 'router bgp 64900 vrf HIDDEN\n address-family ipv4 unicast\n  rt vpn both 64900:7001\n exit-address-family\nexit',
    };
    expect(judge(frame(hlth({}), agri(idle))).verdict).toBe('pass');
    const rule =
      '<export-rule><name>PARTNER</name><route-target>0:64900:8</route-target><prefix>10.33.9.0/24</prefix></export-rule>';
    const ruled = {
      top: map('EXPORT-AGRI-ipv4-deadbeef', 'set extcommunity rt 64900:8', 'on-match next'),
      inFamily: 'route-map vpn export EXPORT-AGRI-ipv4-deadbeef',
    };
    expect(judge(frame(hlth({}), agri(ruled, rule))).verdict).toBe('pass');
  });
});

describe('maps that put a route target on routes', () => {
  const tagged = (statement: string, target: string) => ({
    top: map('TAG', `set extcommunity rt ${target}`),
    inFamily: statement,
  });
  const overlapping = (own: Own, inner = ''): Frame => {
    const base = frame(
      frr(vrfXml('HLTH', '64900:320', '<import-rt>0:64900:8</import-rt>'), shown('HLTH')),
      agri(own, inner),
    );
    const { 'pe-c': third } = base.pes;
    return { ...base, pes: { ...base.pes, ...(third && { 'pe-c': { ...third, vrfs: { AGRI: '10.31.0.0/16' } } }) } };
  };

  it.each([
    ['neighbor 10.32.0.10 route-map TAG in'],
    ['network 10.33.0.0/24 route-map TAG'],
    ['redistribute static route-map TAG'],
    ['aggregate-address 10.33.0.0/16 route-map TAG'],
    ['import vrf route-map TAG'],
  ])('%s is an export with it', (statement) => {
    expect(judge(overlapping(tagged(statement, '64900:8'))).of('no-overlap')).toBe('fail');
    expect(judge(overlapping(tagged(statement, '64900:9'))).verdict).toBe('pass');
    expect(judge(overlapping(tagged(statement, '64900:7001'))).of('route-target-ownership')).toBe('fail');
  });

  it.each([
    ['the export policy', { top: map('TAG', 'set extcommunity rt 64900:8') }],
    [
      'one that it calls',
      { top: `${map('TAG', 'call DEEP')}\n${map('DEEP', 'set extcommunity rt 64900:8 64900:11')}` },
    ],
  ])('%s of the module is one too', (_what, own) => {
    expect(judge(overlapping(own, '<export-policy>TAG</export-policy>')).of('no-overlap')).toBe('fail');
  });

  it.each([
    ['in force', 'neighbor 10.32.0.10 route-map TAG in', 'unknown'],
    ['towards the CE', 'neighbor 10.32.0.10 route-map TAG out', 'pass'],
  ])('one that is not understood, %s', (_what, statement, verdict) => {
    const { of, sentences } = judge(
      frame(hlth({}), agri({ top: map('TAG', 'set wormhole AGRI'), inFamily: statement })),
    );
    expect(of('exact-reachability')).toBe(verdict);
    if (verdict === 'unknown') expect(sentences).toContain('does `set wormhole AGRI`, which is not understood');
  });

  it('that take them off keep wasl from wrapping them', () => {
    const text = 'route-map OUT permit 10\n set extcommunity none';
    expect(judgeFrrPolicies(['OUT'], { OUT: text })).toContain('`set extcommunity none`');
    expect(
      judgeFrrPolicies(['OUT'], { OUT: text.replace('extcommunity none', 'extended-comm-list OWN delete') }),
    ).toContain('OWN');
    expect(judgeFrrPolicies(['OUT'], { OUT: text.replace('extcommunity none', 'metric 5') })).toBeNull();
    expect(judgeFrrPolicies(['OUT'], {})).toBeNull();
  });

  it('called in a circle are followed once', () => {
    const own = { top: `${map('A', 'call B')}\n${map('B', 'call A')}`, inFamily: 'neighbor 10.32.0.10 route-map A in' };
    expect(judge(frame(hlth(own))).verdict).toBe('pass');
  });
});

describe('a configuration as FRR 10.3 shows it: of a PE of the lab, with leaks', () => {
  const recorded = readFileSync(new URL('recordings/frr-10.3-own.txt', import.meta.url), 'utf8');
  const [vrf] = readPe(frame(''), {
    platform: 'frr',
    xml: frr(
      '<vrf><name>MOF</name><rd>0:65000:200</rd><ipv4/><ipv6><import-rt>0:65000:200</import-rt><export-rt>0:65000:200</export-rt></ipv6></vrf>',
      recorded,
    ),
    vrfs: { MOF: '10.200.10.0/24' },
  });

  it('is understood but for what leaks; its map for packets is applied to no interface', () => {
    expect(vrf?.unknowns?.map(({ path }) => path)).toEqual([
      'ip route 10.78.0.0/16 192.0.2.1 table 100',
      'vrf MOF ip route 10.77.0.0/16 192.0.2.1 nexthop-vrf LEAK',
      'router bgp 65000 vrf LEAK address-family ipv4 unicast import vrf MOF',
    ]);
  });

  it('has what its maps put on routes, and its map of imports', () => {
    expect(vrf?.operator.ipv4).toMatchObject({
      exportRules: [
        { routeTarget: '0:65000:8', scope: 'whole-vpn' },
        { routeTarget: '2:70000:1', scope: 'whole-vpn' },
      ],
      importPolicies: ['IN'],
    });
  });
});

describe('what was not shown', () => {
  const whole = shown('HLTH');
  it.each([
    ['no vtysh', 127, ''],
    ['no right', 1, 'Exiting: failed to connect to any daemons.'],
    ['cut off', 0, whole.slice(0, whole.indexOf('\nend'))],
    ['no rules', 0, whole.slice(0, whole.indexOf('\nend') + 5)],
    ['something else behind it', 0, `${whole}RTNETLINK answers: Operation not supported\n`],
  ])('%s: unknown, and no removal waits for it', (_what, code, text) => {
    const unread = frr(vrfXml('HLTH', '64900:320'), text, code);
    const { of, sentences } = judge(frame(unread));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain('pe-b: `vtysh show running-config, ip rule show` was not shown');
    expect(
      planOf(
        frame(frr(vrfXml('HLTH', '64900:320', '<import-rt>0:64900:7001</import-rt>'), text, code)),
        'withdraw',
      ).proofs.map(({ verdict }) => verdict),
    ).not.toContain('unknown');
  });

  it.each(['ROUTER_CHANNEL_REFUSED', 'ROUTER_PROTOCOL'] as const)(
    '%s is an answer that shows nothing',
    async (code) => {
      const fails = () => Promise.reject(new WaslError(code, 'no'));
      expect(await readOwnConfiguration({ get: fails, call: fails, exec: fails })).toEqual([ownElement(-1, '')]);
      const lost = () => Promise.reject(new WaslError('SESSION_LOST', 'no'));
      await expect(readOwnConfiguration({ get: lost, call: lost, exec: lost })).rejects.toThrow('no');
    },
  );

  it('is asked for with one command', async () => {
    const asked: string[] = [];
    const none = () => Promise.reject(new Error('only commands are asked'));
    const exec = async (command: string) => {
      asked.push(command);
      return { code: 0, stdout: whole, stderr: '' };
    };
    expect(await readOwnConfiguration({ get: none, call: none, exec })).toEqual([ownElement(0, whole)]);
    expect(asked).toEqual(["vtysh -c 'show running-config' && ip -4 rule show && ip -6 rule show"]);
  });
});
