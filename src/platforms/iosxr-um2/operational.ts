import type { VrfName } from '../../domain/names.ts';
import { familyOf } from '../../domain/prefix.ts';
import { childrenNamed, childText, escapeText, type XmlElement } from '../../netconf/index.ts';
import type { PingRequest, RouterReader, RouteTable, VrfRoute } from '../platform.ts';
import { countEchoes } from '../reading/count-echoes.ts';
import { towards } from '../reading/towards.ts';
import { notATable, prefixIn, protocolIn } from '../reading/unread-table.ts';

const RIB = {
  ipv4: { namespace: 'http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv4-oper', root: 'rib', af: 'IPv4' },
  ipv6: { namespace: 'http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv6-oper', root: 'ipv6-rib', af: 'IPv6' },
} as const;
const PING = 'http://cisco.com/ns/yang/Cisco-IOS-XR-ping-act';
/** Seconds for each echo; inside a confirm window there is no time for the default of 2. */
const PING_TIMEOUT_SECONDS = 1;

/** Reads the RIB of one VRF. The key of a route is `network` from 24.2.1 on, `address` and `prefix-length` before. */
export async function readIosxrTable(reader: RouterReader, { vrf, family }: RouteTable): Promise<VrfRoute[]> {
  const { namespace, root, af } = RIB[family];
  const data = await reader.get(
    `<${root} xmlns="${namespace}"><vrfs><vrf><vrf-name>${escapeText(vrf)}</vrf-name><afs><af><af-name>${af}</af-name>` +
      '<safs><saf><saf-name>Unicast</saf-name><ip-rib-route-table-names><ip-rib-route-table-name>' +
      '<route-table-name>default</route-table-name><routes/></ip-rib-route-table-name></ip-rib-route-table-names>' +
      `</saf></safs></af></afs></vrf></vrfs></${root}>`,
  );
  const name = `${vrf} ${family}`;
  const rib = data.find((element) => element.name === root && element.namespace === namespace);
  if (rib === undefined || data.length > 1)
    throw notATable(name, data.map((element) => element.name).join(', ') || 'nothing');
  const [entry, ...others] = keyed(name, rib, 'vrfs', 'vrf', 'vrf-name');
  if (entry === undefined || others.length > 0) throw notATable(name, `${others.length} tables more than one`);
  const at = keyOf(entry, 'vrf-name');
  if (at !== vrf) throw notATable(name, `that of VRF ${at}`);
  const tables = keyed(name, entry, 'afs', 'af', 'af-name')
    .filter((one) => keyOf(one, 'af-name') === af)
    .flatMap((one) => keyed(name, one, 'safs', 'saf', 'saf-name'))
    .filter((one) => keyOf(one, 'saf-name') === 'Unicast')
    .flatMap((one) => keyed(name, one, 'ip-rib-route-table-names', 'ip-rib-route-table-name', 'route-table-name'))
    .filter((one) => keyOf(one, 'route-table-name') === 'default');
  if (tables.length !== 1) throw notATable(name, `one with ${tables.length} tables of unicast routes`);
  return tables
    .flatMap((table) => childrenNamed(table, 'routes'))
    .flatMap(({ children }) => children)
    .map((route) => parseRoute(name, route, vrf));
}

/** The entries of a list in its container; an entry without its key is none. */
function keyed(table: string, parent: XmlElement, container: string, list: string, key: string): XmlElement[] {
  const entries = childrenNamed(parent, container).flatMap((one) => childrenNamed(one, list));
  if (entries.some((entry) => keyOf(entry, key) === '')) throw notATable(table, `a ${list} without ${key}`);
  return entries;
}

const keyOf = (entry: XmlElement, key: string): string => childText(entry, key) ?? '';

function parseRoute(name: string, route: XmlElement, vrf: VrfName): VrfRoute {
  if (route.name !== 'route') throw notATable(name, `one with ${route.name} among its routes`);
  const network = childText(route, 'network') ?? childText(route, 'address');
  const prefix = prefixIn(name, network, childText(route, 'prefix-length'));
  const isBgp = protocolIn(name, prefix, childText(route, 'protocol-name')) === 'bgp';
  // A CE's BGP route has its next hop in the VRF itself. Where the path does not say, the route counts as imported: a leak must not hide.
  const fromCe = collect(route, 'next-hop-vrf-name').some(({ text }) => text.trim() === vrf);
  const paths = childrenNamed(route, 'route-path').map((path) => [
    childrenNamed(path, 'address')
      .flatMap((at) => [childText(at, 'ipv4') ?? childText(at, 'ipv6') ?? ''])
      .join(' '),
    childText(path, 'interface-name'),
    childText(path, 'next-hop-vrf-name'),
  ]);
  return { prefix, origin: isBgp && !fromCe ? 'vpn' : 'local', ...towards(paths) };
}

export async function pingIosxr(reader: RouterReader, request: PingRequest) {
  const { vrf, destination, source, count } = request;
  const reply = await reader.call(
    `<ping xmlns="${PING}"><destination><destination>${escapeText(destination)}</destination>` +
      `<repeat-count>${count}</repeat-count><timeout>${PING_TIMEOUT_SECONDS}</timeout>` +
      (source === undefined ? '' : `<source>${escapeText(source)}</source>`) +
      `<vrf-name>${escapeText(vrf)}</vrf-name></destination></ping>`,
  );
  const [answer] = reply
    .filter(({ name }) => name === 'ping-response')
    .flatMap((response) => childrenNamed(response, familyOf(destination)));
  return countEchoes(request, {
    sent: answer && childText(answer, 'total'),
    received: answer && childText(answer, 'hits'),
  });
}

function collect(element: XmlElement, name: string): XmlElement[] {
  if (element.name === name) return [element];
  return element.children.flatMap((child) => collect(child, name));
}
