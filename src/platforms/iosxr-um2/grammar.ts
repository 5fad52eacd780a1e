import { type Container, doubt, READ, type Rule, type Subtree } from '../reading/grammar.ts';

/** What wasl knows of the unified models of IOS XR 24.4.1 and later below the nodes that it reads. */

export const VRF_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg';
export const BGP_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';
export const STATIC_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-static-cfg';
export const POLICY_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';

const all = (text: string): Record<string, Rule> =>
  Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((name) => [name, READ]),
  );

const container = (children: Record<string, Rule>, namespace?: string): Container =>
  namespace === undefined ? { children, otherwise: 'network' } : { children, otherwise: 'network', namespace };

const targetList = (list: string, leaves: string): Record<string, Rule> => ({
  [`${list}s`]: container({ [list]: container(all(`${leaves} stitching`)) }),
});

const ROUTE_TARGETS = container({
  ...targetList('two-byte-as-route-target', 'two-byte-as-number asn2-index'),
  ...targetList('four-byte-as-route-target', 'four-byte-as-number asn4-index'),
  ...targetList('ipv4-address-route-target', 'ipv4-address ipv4-address-index'),
});

const IMPORT = container({
  'route-policy': READ,
  'route-target': ROUTE_TARGETS,
  from: container({
    'default-vrf': doubt('vrf', 'takes routes of the default VRF without a route target'),
    'bridge-domain': doubt('vrf', 'takes routes of a bridge domain'),
    vrf: doubt('vrf', 'gives what it imports from other VRFs on as a VPN'),
  }),
});

const EXPORT = container({
  'route-policy': READ,
  'route-target': ROUTE_TARGETS,
  to: container({
    'default-vrf': doubt('vrf', 'gives routes to the default VRF without a route target'),
    vrf: doubt('vrf', 'exports again what it imported'),
  }),
});

/** Multicast and flow specifications have route targets too; what else they hold moves no unicast route. */
const ADDRESS_FAMILY = container({
  import: IMPORT,
  export: EXPORT,
  advertise: doubt('vrf', 'advertises what it imported'),
  maximum: READ,
});
const ADDRESS_FAMILIES = container({
  unicast: ADDRESS_FAMILY,
  multicast: container({ ...ADDRESS_FAMILY.children, topologies: READ, topology: READ }),
  flowspec: ADDRESS_FAMILY,
});

export const VRF: Container = container({
  ...all('vrf-name mode vpn description remote-route-filtering rd evpn-route-sync'),
  'address-family': container({ ipv4: ADDRESS_FAMILIES, ipv6: ADDRESS_FAMILIES }),
  'fallback-vrf': doubt('router', 'looks up in another VRF what it has no route for'),
});

export const VRFS: Container = container({ vrf: 'apart', 'vrf-groups': READ, 'selective-vrf-download': READ });

/** Static routes of one table: what leads to a neighbour or an interface moves nothing between VRFs. */
const STATIC_ROUTES: Subtree = {
  anywhere: new Set([
    ...['ipv4', 'ipv6', 'unicast', 'multicast', 'prefixes', 'prefix', 'prefix-address', 'prefix-length'],
    ...['nexthop-interfaces', 'nexthop-interface', 'interface-name', 'nexthop-addresses', 'nexthop-address', 'address'],
    ...['nexthop-interface-addresses', 'nexthop-interface-address', 'distance-metric', 'tag', 'metric', 'permanent'],
    ...['track', 'description', 'prefer-rib-over-ldp', 'non-recurse', 'bfd', 'fast-detect', 'multihop'],
    ...['minimum-interval', 'multiplier'],
  ]),
  doubts: {
    vrfs: doubt('router', 'sends packets to a next hop in another VRF'),
    vrflabel: doubt('router', 'sends packets with the label of a VRF'),
  },
  otherwise: 'router',
};

const STATIC: Container = {
  children: {
    'address-family': STATIC_ROUTES,
    vrfs: {
      children: { vrf: { children: { 'vrf-name': READ, 'address-family': STATIC_ROUTES }, otherwise: 'router' } },
      otherwise: 'router',
    },
  },
  otherwise: 'router',
};

/** Of the routing processes this model has the static routes alone. */
export const ROUTER: Container = { children: { static: STATIC }, otherwise: 'router', namespace: STATIC_MODEL };

/** Policies and sets matter where a VRF names them, and then by their text. */
export const ROUTING_POLICY: Container = container(all('route-policies sets limits editor'));
