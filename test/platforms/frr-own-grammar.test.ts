/** FRR's own configuration, statement by statement: what is told of it, where it reaches, and what has no say. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { besideOf } from '../../src/platforms/frr/beside.ts';
import { ownElement } from '../../src/platforms/frr/own-configuration.ts';

const RULES = '0:\tfrom all lookup local';
const beside = (configuration: string, rules = RULES) =>
  besideOf([ownElement(0, `${configuration}\nend\n${rules}\n`)], []);
const told = (configuration: string, rules = RULES) =>
  beside(configuration, rules).unknowns.map(({ path, reach, why }) => `${path} | ${reach} | ${why}`);

/** The statement inside of these blocks, one in the other. */
const within = (blocks: readonly string[], statement: string) =>
  [...blocks, ...statement.split('\n')]
    .map((line, index) => ' '.repeat(Math.min(index, blocks.length)) + line)
    .join('\n');

const VRF = ['vrf MOH'];
const PBR = ['pbr-map STEER seq 5'];
const APPLIED = 'interface eth0\n pbr-policy STEER\n';
const BGP = ['router bgp 65000'];
const BGP_OF_VRF = ['router bgp 65000 vrf MOH'];
const FAMILY_OF_VRF = [...BGP_OF_VRF, 'address-family ipv4 unicast'];
const VPN = [...BGP, 'address-family ipv4 vpn'];
const OWN_TABLE = [...BGP, 'address-family ipv4 unicast'];
const FLOWSPEC = [...BGP, 'address-family ipv4 flowspec'];
const EVPN = [...BGP, 'address-family l2vpn evpn'];
const MAPS =
  'route-map MARK permit 10\n set extcommunity rt 65000:9 65000:8 additive\nroute-map ODD permit 10\n set wormhole 1';

const HOP = 'sends packets aside from the routes of their VRF';
const FLOWS = 'takes packets aside by flow specifications';
const BY_EVPN = 'gives and takes routes by EVPN';
const NOT = 'is not understood';

describe('a statement of FRR', () => {
  it.each<[readonly string[], string, string]>([
    [[], 'wormhole', NOT],
    [[], 'constructor', NOT],
    [[], 'ip wormhole', NOT],
    [[], 'ip', NOT],
    [[], 'ipv6 wormhole', NOT],
    [[], 'ip import-table 100', "takes routes of another table into the router's own"],
    [[], 'ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf MOH', 'sends packets to a next hop in VRF MOH'],
    [[], 'ipv6 route ::/0 2001:db8::1 nexthop-vrf MOH', 'sends packets to a next hop in VRF MOH'],
    [[], 'ip route 10.0.0.0/8 192.0.2.1 table 100', 'puts a route into another table'],
    [[], 'ip route 10.0.0.0/8 192.0.2.1 label 100', 'sends packets with a label of its own'],
    [[], 'ipv6 route 2001:db8::/32 eth0 segments 2001:db8:f::1', 'sends packets along segments of its own'],
    [VRF, 'ip route 10.0.0.0/8 192.0.2.1 color 7', 'sends packets along segments of its own'],
    [VRF, 'ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf default', 'sends packets to a next hop in VRF default'],
    [VRF, 'ipv6 route ::/0 2001:db8::1 nexthop-vrf MOF', 'sends packets to a next hop in VRF MOF'],
    [VRF, 'ip wormhole', NOT],
    [VRF, 'vni 100', BY_EVPN],
    [VRF, 'interface eth0', NOT],
    [PBR, 'set vrf MOF', 'looks packets up in the table of VRF MOF'],
    [PBR, 'set nexthop 192.0.2.1', HOP],
    [PBR, 'set nexthop-group G', HOP],
    [PBR, 'set wormhole 1', NOT],
    [PBR, 'set', NOT],
    [PBR, 'wormhole', NOT],
    [[], 'router wormhole', NOT],
    [[], 'router', NOT],
    [BGP, 'wormhole', NOT],
    [BGP_OF_VRF, 'wormhole', NOT],
    [FAMILY_OF_VRF, 'wormhole', NOT],
    [FAMILY_OF_VRF, 'import vrf MOF', 'takes routes of VRF MOF without a route target that is shown'],
    [FAMILY_OF_VRF, 'redistribute table 100', 'takes routes of another table'],
    [FAMILY_OF_VRF, 'redistribute table-direct 100', 'takes routes of another table'],
    [FAMILY_OF_VRF, 'rt redirect import 65000:9', FLOWS],
    [FAMILY_OF_VRF, 'rt6 redirect import 2001:db8::1:9', FLOWS],
    [FAMILY_OF_VRF, 'route-map wormhole', NOT],
    [[...BGP_OF_VRF, 'address-family ipv6 multicast'], 'wormhole', NOT],
    [[...BGP_OF_VRF, 'address-family ipv4 labeled-unicast'], 'wormhole', NOT],
    [VPN, 'wormhole', NOT],
    [FLOWSPEC, 'local-install eth0', FLOWS],
    [EVPN, 'advertise ipv4 unicast', BY_EVPN],
    [EVPN, 'advertise ipv6 unicast', BY_EVPN],
  ])('in %j, %s is told: it %s', (blocks, statement, why) => {
    const path = [...blocks, statement].join(' ');
    expect(told(APPLIED + within(blocks, statement))).toEqual([`${path} | router | ${why}`]);
  });

  it.each<[readonly string[], string, string]>([
    [OWN_TABLE, 'import vpn', "joins the router's own table to VPNs"],
    [OWN_TABLE, 'export vpn', "joins the router's own table to VPNs"],
    [OWN_TABLE, 'import vrf MOH', "joins the router's own table to VPNs"],
    [OWN_TABLE, 'export vrf MOH', "joins the router's own table to VPNs"],
    [FAMILY_OF_VRF, 'neighbor 192.0.2.1 route-map ODD in', 'does `set wormhole 1`, which is not understood'],
    [FAMILY_OF_VRF, 'network 10.0.0.0/8 route-map ODD', 'does `set wormhole 1`, which is not understood'],
    [FAMILY_OF_VRF, 'aggregate-address 10.0.0.0/8 route-map ODD', 'does `set wormhole 1`, which is not understood'],
    [FAMILY_OF_VRF, 'redistribute static route-map ODD', 'does `set wormhole 1`, which is not understood'],
    [FAMILY_OF_VRF, 'import vrf route-map ODD', 'does `set wormhole 1`, which is not understood'],
    [VPN, 'neighbor 192.0.2.1 route-map ODD out', 'does `set wormhole 1`, which is not understood'],
  ])('in %j, %s reaches the whole network', (blocks, statement, why) => {
    const path = [...blocks, statement].join(' ');
    expect(told(`${MAPS}\n${within(blocks, statement)}`)).toEqual([`${path} | network | ${why}`]);
  });

  it('a map between PEs is told with every target that it puts, in order', () => {
    const path = [...VPN, 'neighbor 192.0.2.1 route-map MARK in'].join(' ');
    expect(told(`${MAPS}\n${within(VPN, 'neighbor 192.0.2.1 route-map MARK in')}`)).toEqual([
      `${path} | network | puts route target 65000:8 on VPN routes`,
      `${path} | network | puts route target 65000:9 on VPN routes`,
    ]);
  });

  it('a block that is not known is told once, with nothing of what is inside', () => {
    expect(told('wormhole AGRI\n inside 1\n inside 2')).toEqual(['wormhole AGRI | router | is not understood']);
    const [family] = [
      [...BGP_OF_VRF, 'address-family l2vpn evpn'],
      [...BGP_OF_VRF, 'address-family ipv4 flowspec'],
    ];
    expect(told(within(family ?? [], 'advertise ipv4 unicast\nvni 7'))).toEqual([
      `${family?.join(' ')} | router | ${BY_EVPN}`,
    ]);
    expect(told(within([...BGP_OF_VRF, 'address-family ipv4 flowspec'], 'neighbor 192.0.2.1 activate'))).toEqual([
      `${[...BGP_OF_VRF, 'address-family ipv4 flowspec'].join(' ')} | router | ${NOT}`,
    ]);
    expect(told(within([...BGP_OF_VRF, 'address-family ipv9 unicast'], 'neighbor 192.0.2.1 activate'))).toHaveLength(1);
  });

  it.each<[readonly string[], string]>([
    [[], 'frr version 10.3\nhostname pe1\nwalltime-warning 5\nmpls ldp\n wormhole 1'],
    [[], 'ip route 10.0.0.0/8 192.0.2.1'],
    [[], 'ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf default'],
    [[], 'ip prefix-list P seq 5 permit any\nipv6 prefix-list P seq 5 permit any\nip ssmpingd'],
    [VRF, 'ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf MOH\nnetns /run/netns/moh\nrpki\nno shutdown'],
    [PBR, 'match src-ip 10.0.0.0/8\ndescription a\nset dscp 5\nset ecn 1\nset pcp 1\nset vlan 5\nset queue-id 1'],
    [PBR, 'set vrf unchanged'],
    [[], 'router ospf\n wormhole 1\nrouter nhrp\nrouter isis 1'],
    [BGP, 'bgp router-id 192.0.2.1\nneighbor 192.0.2.1 remote-as 65000\ndistance 5'],
    [[...BGP_OF_VRF, 'address-family l2vpn evpn'], ''],
    [FAMILY_OF_VRF, 'route-map vpn import IN\nroute-map vpn export OUT\nimport vpn\nexport vpn'],
    [FAMILY_OF_VRF, 'redistribute connected\nredistribute static\nnetwork 10.0.0.0/8\nneighbor 192.0.2.1 activate'],
    [FAMILY_OF_VRF, 'neighbor 192.0.2.1 route-map ODD out'],
    [VPN, 'neighbor 192.0.2.1 activate\nbgp retain route-target all\nnetwork 10.0.0.0/8'],
    [FLOWSPEC, 'neighbor 192.0.2.1 activate'],
    [EVPN, 'advertise-all-vni\nadvertise default-gw\nneighbor ipv4 activate'],
    [OWN_TABLE, 'network vpn\nimport check\nexport check\nneighbor vrf activate'],
  ])('in %j, %j has no say', (blocks, statement) => {
    expect(told(`${MAPS}\n${within(blocks, statement)}`)).toEqual([]);
  });
});

describe('rules of the kernel', () => {
  it.each([
    '32766:\tfrom all lookup main',
    '32767:\tfrom all lookup default',
    '1000:\tfrom all lookup [l3mdev-table]',
    '2000:\tfrom all lookup [l3mdev-table] unreachable',
    '32766:  from all  lookup main proto kernel',
  ])('%s has no say', (rule) => {
    expect(told('hostname pe1', rule)).toEqual([]);
  });

  it.each([
    '32766: from all lookup mainz',
    '99: from 10.0.0.0/8 lookup main',
    '99: from all iif eth0 lookup main',
    '99: from all lookup 100',
  ])('%s is told', (rule) => {
    expect(told('hostname pe1', rule)).toEqual([`ip rule ${rule} | router | looks packets up in another table`]);
  });
});

describe('what BGP has of a VRF', () => {
  const shown = beside(
    [
      MAPS,
      within(FAMILY_OF_VRF, 'route-map vpn import IN\nneighbor 192.0.2.1 route-map MARK in\nroute-map vpn export OUT'),
      within([...BGP_OF_VRF, 'address-family ipv6 unicast'], 'network 2001:db8::/32 route-map MARK'),
      within(['router bgp 65000 vrf MOF', 'address-family ipv4 unicast'], 'neighbor 192.0.2.1 route-map MARK out'),
      within(OWN_TABLE, 'neighbor 192.0.2.1 route-map MARK in'),
      within(['router ospf 65000 vrf MOE', 'address-family ipv4 unicast'], 'neighbor 192.0.2.1 route-map MARK in'),
      within(['router bgp 65000 view MOE', 'address-family ipv4 unicast'], 'neighbor 192.0.2.1 route-map MARK in'),
      within(['router bgp 65000 vrf MOE', 'neighbor ipv4 unicast'], 'neighbor 192.0.2.1 route-map MARK in'),
    ].join('\n'),
  );
  const marks = ['0:65000:8', '0:65000:9'];

  it.each([
    ['MOH', 'ipv4', ['IN'], marks],
    ['MOH', 'ipv6', [], marks],
    ['MOF', 'ipv4', [], []],
    ['MOE', 'ipv4', [], []],
    ['undefined', 'ipv4', [], []],
  ] as const)('%s in %s', (vrf, family, importMaps, targets) => {
    expect(shown.familyOf(vrf as VrfName, family)).toEqual({ importMaps, marks: targets });
  });
});

describe('a route map', () => {
  const effect = (lines: string) =>
    beside(
      `route-map M permit 10\n${lines.replace(/^/gm, ' ')}\nroute-map DEEP permit 5\n set extcommunity rt 65000:1`,
    ).effectOf('M');

  it.each([
    ['set extcommunity rt 65000:9 65000:8 additive', ['0:65000:8', '0:65000:9'], []],
    ['set extcommunity rt nonsense', [], ['puts nonsense on routes, which is not understood']],
    ['set extcommunity soo 65000:9', [], []],
    ['set extcommunity bandwidth 5', [], []],
    ['set extcommunity wormhole 65000:9', [], ['does `set extcommunity wormhole 65000:9`, which is not understood']],
    ['set community soo', [], []],
    ['set wormhole soo', [], ['does `set wormhole soo`, which is not understood']],
    ['set large-community rt 65000:9', [], []],
    ['match extcommunity rt', [], []],
    ['set', [], ['does `set`, which is not understood']],
    ['zoom\nset alpha', [], ['does `set alpha`, which is not understood', 'does `zoom`, which is not understood']],
    ['call DEEP', ['0:65000:1'], []],
    ['call', [], []],
    ['match DEEP', [], []],
  ] as const)('%j', (lines, targets, unread) => {
    expect(effect(lines)).toEqual({ targets, unread });
  });

  it('its text has the lists that it names, and no others', () => {
    const { textsOf } = beside(
      'ip prefix-list A seq 5 permit any\nip prefix-list B seq 5 permit any\nipv6 prefix-list A seq 5 deny any\nroute-map\nroute-map M permit 10\n match ip address prefix-list  A',
    );
    expect(textsOf(['M', 'GONE'])).toEqual({
      M: 'route-map M permit 10\n match ip address prefix-list  A\nip prefix-list A seq 5 permit any\nipv6 prefix-list A seq 5 deny any',
    });
  });
});

it('nothing of it is known where it was not shown, or not whole', () => {
  const unshown = ['vtysh show running-config, ip rule show'];
  const paths = (code: number, text: string) => besideOf([ownElement(code, text)], []).unknowns.map(({ path }) => path);
  expect(paths(0, `hostname pe1\nend\n${RULES}`)).toEqual([]);
  expect(paths(1, `hostname pe1\nend\n${RULES}`)).toEqual(unshown);
  expect(paths(0, `hostname pe1\n${RULES}`)).toEqual(unshown);
  expect(paths(0, 'hostname pe1\nend')).toEqual(unshown);
  expect(paths(0, `end\n${RULES}`)).toEqual([]);
  expect(besideOf([], []).unknowns).toEqual([]);
});

describe('a map of policy-based routing', () => {
  const map = 'pbr-map STEER seq 5\n set vrf MOF\n';
  it.each([
    ['to an interface', 'interface eth0\n pbr-policy STEER\n', 1],
    ['to an interface of a VRF', 'interface eth0 vrf MOH\n description CE\n pbr-policy STEER\n', 1],
    ['to none', '', 0],
    ['to none, while another one is', 'interface eth0\n pbr-policy OTHER\n', 0],
    ['to none, though an interface is named so', 'interface STEER\n description pbr-policy STEER\n', 0],
  ])('that is applied %s is told as often as it moves packets', (_what, interfaces, times) => {
    expect(told(map + interfaces)).toHaveLength(times);
  });
});
