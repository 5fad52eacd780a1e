import type { VrfName } from '../../domain/names.ts';
import { familyOf, parsePrefix } from '../../domain/prefix.ts';
import { childrenNamed, childText, escapeText, type XmlElement } from '../../netconf/index.ts';
import type { RouterReader } from '../platform.ts';
import type { PingRequest, RouteTable, VrfRoute } from '../router.ts';
import { countEchoes } from './count-echoes.ts';

const RIB = {
  ipv4: { namespace: 'http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv4-oper', root: 'rib', af: 'IPv4' },
  ipv6: { namespace: 'http://cisco.com/ns/yang/Cisco-IOS-XR-ip-rib-ipv6-oper', root: 'ipv6-rib', af: 'IPv6' },
} as const;
const PING = 'http://cisco.com/ns/yang/Cisco-IOS-XR-ping-act';
/** Seconds for each echo; inside a confirm window there is no time for the default of 2. */
const PING_TIMEOUT_SECONDS = 1;

/** Reads the RIB of one VRF, 24.2.1 and later, where the key of a route is `network`. */
export async function readIosxrTable(reader: RouterReader, { vrf, family }: RouteTable): Promise<VrfRoute[]> {
  const { namespace, root, af } = RIB[family];
  const data = await reader.get(
    `<${root} xmlns="${namespace}"><vrfs><vrf><vrf-name>${escapeText(vrf)}</vrf-name><afs><af><af-name>${af}</af-name>` +
      '<safs><saf><saf-name>Unicast</saf-name><ip-rib-route-table-names><ip-rib-route-table-name>' +
      '<route-table-name>default</route-table-name><routes/></ip-rib-route-table-name></ip-rib-route-table-names>' +
      `</saf></safs></af></afs></vrf></vrfs></${root}>`,
  );
  return data.flatMap((element) => collect(element, 'route')).flatMap((route) => parseRoute(route, vrf));
}

function parseRoute(route: XmlElement, vrf: VrfName): VrfRoute[] {
  const network = childText(route, 'network');
  if (network === undefined) return [];
  const isBgp = childText(route, 'protocol-name') === 'bgp';
  // A CE's BGP route has its next hop in the VRF itself. Where the path does not say, the route counts as imported: a leak must not hide.
  const fromCe = collect(route, 'next-hop-vrf-name').some(({ text }) => text.trim() === vrf);
  return [{ prefix: parsePrefix(network), origin: isBgp && !fromCe ? 'vpn' : 'local' }];
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
  if (element.name === name && (name !== 'route' || element.children.length > 0)) return [element];
  return element.children.flatMap((child) => collect(child, name));
}
