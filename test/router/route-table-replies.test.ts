import { describe, expect, it } from 'vitest';
import type { PlatformName, VrfName } from '../../src/domain/names.ts';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import type { RouterReader } from '../../src/platforms/platform.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';

/** A table that was not read is absent: that is not an empty one. */
async function read(platform: PlatformName, reply: string, vrf = 'HLTH') {
  const answer = async () => parseXmlFragment(reply);
  const reader: RouterReader = {
    get: answer,
    call: answer,
    exec: async () => ({ code: 0, stdout: reply, stderr: '', signal: null }) as never,
  };
  const [table] = await PLATFORMS[platform].readRouteTables(reader, [{ vrf: vrf as VrfName, family: 'ipv4' }]);
  return table?.map(({ prefix, origin }) => `${prefix} ${origin}`);
}

const unread = expect.objectContaining({ code: 'ROUTER_PROTOCOL' });
const JUNOS = 'xmlns="http://yang.juniper.net/junos/rpc/route"';
const rt =
  '<rt><rt-destination>10.31.0.0/24</rt-destination><rt-entry><active-tag>*</active-tag><protocol-name>BGP</protocol-name></rt-entry></rt>';
const table = (inner = rt, name = 'HLTH.inet.0') =>
  `<route-table><table-name>${name}</table-name>${inner}</route-table>`;
const information = (inner = table(), namespace = JUNOS) =>
  `<route-information ${namespace}>${inner}</route-information>`;
const engines = (...parts: string[]) =>
  `<multi-routing-engine-results>${parts.map((part, index) => `<multi-routing-engine-item><re-name>node${index}</re-name>${part}</multi-routing-engine-item>`).join('')}</multi-routing-engine-results>`;

describe('Junos', () => {
  it.each([
    ['plain', information()],
    ['in the native namespace', information(table(), 'xmlns="http://xml.juniper.net/junos/23.4R1/junos-routing"')],
    ['R9a, in the wrapper of a routing engine', engines(information())],
    ['of two routing engines', engines(information(), information())],
    [
      'with its length apart',
      information(
        table(
          rt.replace(
            '10.31.0.0/24</rt-destination>',
            '10.31.0.0</rt-destination><rt-prefix-length>24</rt-prefix-length>',
          ),
        ),
      ),
    ],
  ])('%s: the route', async (_what, reply) => expect(await read('junos-yang', reply)).toEqual(['10.31.0.0/24 vpn']));

  it('no such table is an empty one', async () => {
    expect(await read('junos-yang', `<route-information ${JUNOS}/>`)).toEqual([]);
  });

  it.each([
    ['R9b, error text', '<output>error: the routing subsystem is not running</output>'],
    ['R9c, another answer', '<route-summary-information/>'],
    ['ok', '<ok/>'],
    ['nothing', ''],
    ['error text in the wrapper', engines('<output>error: timeout</output>')],
    ['an empty wrapper', '<multi-routing-engine-results/>'],
    ["another VRF's table", information(table(rt, 'AGRI.inet.0'))],
    ['a route without its protocol', information(table(rt.replace('<protocol-name>BGP</protocol-name>', '')))],
    ['a table without a name', information(`<route-table>${rt}</route-table>`)],
    ['text inside', information('error: too many routes')],
    [
      'a route without a prefix',
      information(table('<rt><rt-entry><protocol-name>BGP</protocol-name></rt-entry></rt>')),
    ],
    ['a prefix that is none', information(table(rt.replace('10.31.0.0/24', 'default')))],
  ])('%s is unread', (_what, reply) => expect(read('junos-yang', reply)).rejects.toThrow(unread));
});

describe('IOS XR', () => {
  const rib = (routes: string, vrf = '<vrf-name>HLTH</vrf-name>', more = '') =>
    `<rib xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv4-oper"><vrfs><vrf>${vrf}<afs><af><af-name>IPv4</af-name><safs><saf><saf-name>Unicast</saf-name>
    <ip-rib-route-table-names><ip-rib-route-table-name><route-table-name>default</route-table-name>${routes}</ip-rib-route-table-name></ip-rib-route-table-names></saf></safs></af></afs></vrf>${more}</vrfs></rib>`;
  const route = '<route><network>10.31.0.0/24</network><protocol-name>bgp</protocol-name></route>';

  it('reads routes of both kinds of key', async () => {
    expect(await read('iosxr-um2', rib(`<routes>${route}</routes>`))).toEqual(['10.31.0.0/24 vpn']);
    const old =
      '<route><address>10.31.0.0</address><prefix-length>24</prefix-length><protocol-name>bgp</protocol-name></route>';
    expect(await read('iosxr-um2', rib(`<routes>${old}</routes>`)), 'R9e').toEqual(['10.31.0.0/24 vpn']);
    expect(await read('iosxr-um2', rib('<routes/>'))).toEqual([]);
  });

  it.each([
    ['R9d, nothing', ''],
    [
      "R9f, another VRF's",
      rib(
        `<routes><route><network>10.33.0.0/24</network><protocol-name>bgp</protocol-name></route></routes>`,
        '<vrf-name>AGRI</vrf-name>',
      ),
    ],
    ["another VRF's beside", rib(`<routes>${route}</routes>`, undefined, '<vrf><vrf-name>AGRI</vrf-name></vrf>')],
    ['a VRF without a name', rib(`<routes>${route}</routes>`, '')],
    ['a route without a key', rib('<routes><route><protocol-name>bgp</protocol-name></route></routes>')],
    ['a route without its protocol', rib('<routes><route><network>10.31.0.0/24</network></route></routes>')],
    ['a route of an empty protocol', rib(`<routes>${route.replace('>bgp<', '> <')}</routes>`)],
    [
      'a VRF without a table',
      '<rib xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv4-oper"><vrfs><vrf><vrf-name>HLTH</vrf-name></vrf></vrfs></rib>',
    ],
    ['the tree of another model', rib(`<routes>${route}</routes>`).replace('ipv4-oper', 'ipv6-oper')],
    ['error text', '<output>error</output>'],
  ])('%s is unread', (_what, reply) => expect(read('iosxr-um2', reply)).rejects.toThrow(unread));
});

describe('FRR', () => {
  const both = (hlth: string) => `{"default":{},"HLTH":${hlth},"AGRI":{}}\n{"default":{},"HLTH":{},"AGRI":{}}\n`;
  const ROUTES = '{"10.31.0.0/24":[{"protocol":"bgp","selected":true,"nexthops":[{"labels":[16]}]}]}';

  it('reads routes', async () => expect(await read('frr', both(ROUTES))).toEqual(['10.31.0.0/24 vpn']));

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty'])('R9g: a VRF named %s has no table there', (vrf) =>
    expect(read('frr', both(ROUTES), vrf)).rejects.toThrow(unread),
  );

  it.each([
    ['a text for a table', both('"error"')],
    ['a list for a table', both('[]')],
    ['null', both('null')],
    ['a route that is no list', both('{"10.31.0.0/24":{}}')],
    ['a route of nothing', both('{"10.31.0.0/24":[null]}')],
    ['a route without its protocol', both('{"10.31.0.0/24":[{"selected":true,"nexthops":[{"labels":[16]}]}]}')],
    ['a BGP route that leads nowhere', both('{"10.31.0.0/24":[{"protocol":"bgp","selected":true}]}')],
    ['a prefix that is none', both('{"x":[{"protocol":"bgp","selected":true}]}')],
    ['no object', '[]\n{}'],
  ])('%s is unread', (_what, reply) => expect(read('frr', reply)).rejects.toThrow(unread));
});

describe('where a route leads', () => {
  const ways = async (platform: PlatformName, reply: string) => {
    const answer = async () => parseXmlFragment(reply);
    const exec = async () => ({ code: 0, stdout: reply, stderr: '', signal: null }) as never;
    const reader: RouterReader = { get: answer, call: answer, exec };
    const tables = [{ vrf: 'HLTH' as VrfName, family: 'ipv4' as const }];
    const [routes] = await PLATFORMS[platform].readRouteTables(reader, tables);
    return routes?.map(({ origin, towards }) => [origin, towards]);
  };

  it('Junos: its next hops, and a secondary route is another table’s whatever its protocol', async () => {
    const direct = (more: string) =>
      `<rt><rt-destination>10.31.0.0/24</rt-destination><rt-entry><active-tag>*</active-tag><protocol-name>Direct</protocol-name>${more}</rt-entry></rt>`;
    const shown = (more: string) => ways('junos-yang', information(table(direct(more))));
    expect(await shown('<nh><selected-next-hop/><via>ge-0/0/1.310</via></nh>')).toEqual([['local', 'ge-0/0/1.310']]);
    expect(await shown('<rt-entry-state>Secondary Active Int</rt-entry-state>')).toEqual([['vpn', undefined]]);
    expect(
      await shown('<nh><to>192.0.2.2</to><via>ge-0/0/2.0</via></nh><nh><to>192.0.2.1</to><via>ge-0/0/1.0</via></nh>'),
    ).toEqual([['local', '192.0.2.1 ge-0/0/1.0, 192.0.2.2 ge-0/0/2.0']]);
  });

  it('IOS XR: address, interface and VRF of its paths, in one order; a next hop in the VRF itself is a CE', async () => {
    const path = (address: string, interfaceName: string, vrf: string, label = 24_001) =>
      `<route-path><address><afi>ipv4</afi><ipv4>${address}</ipv4></address><interface-name>${interfaceName}</interface-name><next-hop-vrf-name>${vrf}</next-hop-vrf-name><labels>${label}</labels></route-path>`;
    const shown = (...paths: string[]) =>
      ways(
        'iosxr-um2',
        `<rib xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv4-oper"><vrfs><vrf><vrf-name>HLTH</vrf-name><afs><af><af-name>IPv4</af-name><safs><saf><saf-name>Unicast</saf-name><ip-rib-route-table-names><ip-rib-route-table-name><route-table-name>default</route-table-name><routes><route><network>10.31.0.0/24</network><protocol-name>bgp</protocol-name>${paths.join('')}</route></routes></ip-rib-route-table-name></ip-rib-route-table-names></saf></safs></af></afs></vrf></vrfs></rib>`,
      );
    const [one, other] = [
      path('10.255.0.2', 'Bundle-Ether1', 'default'),
      path('10.255.0.3', 'Bundle-Ether2', 'default'),
    ];
    expect(await shown(one)).toEqual([['vpn', '10.255.0.2 Bundle-Ether1 default']]);
    expect(await shown(other, one)).toEqual(await shown(one, other));
    expect(await shown(one, other)).toEqual([
      ['vpn', '10.255.0.2 Bundle-Ether1 default, 10.255.0.3 Bundle-Ether2 default'],
    ]);
    // The same way under another label.
    expect(await shown(path('10.255.0.2', 'Bundle-Ether1', 'default', 24_002))).toEqual(await shown(one));
    expect(await shown(path('192.0.2.1', 'GigabitEthernet0/0/0/1.310', 'HLTH'))).toEqual([
      ['local', '192.0.2.1 GigabitEthernet0/0/0/1.310 HLTH'],
    ]);
    expect(await shown(path('192.0.2.1', 'GigabitEthernet0/0/0/1.320', 'AGRI'))).toEqual([
      ['vpn', '192.0.2.1 GigabitEthernet0/0/0/1.320 AGRI'],
    ]);
  });

  it('FRR: address, interface and VRF of its next hops, not their labels', async () => {
    const shown = (label: number) => {
      const nexthops = [{ ip: '192.0.2.1', interfaceName: 'eth1', vrf: 'default', labels: [label] }];
      const routes = { '10.31.0.0/24': [{ protocol: 'bgp', selected: true, nexthops }] };
      return ways('frr', `${JSON.stringify({ HLTH: routes })}\n{}\n`);
    };
    expect(await shown(18)).toEqual([['vpn', '192.0.2.1 eth1 default']]);
    expect(await shown(19)).toEqual(await shown(18));
  });
});
