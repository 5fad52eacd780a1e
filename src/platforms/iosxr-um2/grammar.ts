import { childText, type XmlElement } from '../../netconf/index.ts';
import { APART, type Container, doubt, READ, type Rule, type Subtree } from '../reading/grammar.ts';
import { TARGET_LISTS, type TargetList, targetIn } from './route-targets.ts';

/** What wasl knows of the unified models of IOS XR 24.4.1 and later below the nodes that it reads. */

export const VRF_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg';
export const BGP_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';
export const STATIC_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-static-cfg';
export const POLICY_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';
export const POLICY_MAP_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-policymap-classmap-cfg';
/** Of configuration groups it has the names, and which is applied to the whole configuration; never what they add. */
export const GROUP_MODEL = 'http://cisco.com/ns/yang/Cisco-IOS-XR-group-cfg';
export const ACCESS_LIST_MODELS = {
  ipv4: 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-ipv4-access-list-cfg',
  ipv6: 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-ipv6-access-list-cfg',
} as const;

const all = (text: string): Record<string, Rule> =>
  Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((name) => [name, READ]),
  );

const NO_LISTS: ReadonlySet<string> = new Set();
const container = (children: Record<string, Rule>, lists = NO_LISTS): Container => ({
  children,
  otherwise: 'network',
  lists,
});
const listOf = (name: string, entry: Rule): Container => container({ [name]: entry }, new Set([name]));

/** Nodes that the model of BGP adds to that of VRFs. */
const ofBgp =
  (rule: Rule): Rule =>
  ({ namespace }: XmlElement) =>
    namespace === BGP_MODEL ? rule : doubt('network', `is of the model ${namespace}, which is not read`);

/** What the reader makes no route target of is told: it stands for one that is not known. */
const targetList = (list: TargetList): Record<string, Rule> => {
  const { administrator, assigned } = TARGET_LISTS[list];
  const leaves = container(all(`${administrator} ${assigned} stitching`));
  const entry = (element: XmlElement): Rule =>
    targetIn(list, element) === null ? doubt('network', 'is not understood as a route target') : leaves;
  return { [`${list}s`]: listOf(list, entry) };
};

const ROUTE_TARGETS = container({
  ...targetList('two-byte-as-route-target'),
  ...targetList('four-byte-as-route-target'),
  ...targetList('ipv4-address-route-target'),
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

/** Multicast and flow specifications have route targets too, which are read beside; what else multicast holds moves no unicast route. */
const ADDRESS_FAMILY = container({
  import: ofBgp(IMPORT),
  export: ofBgp(EXPORT),
  advertise: doubt('vrf', 'advertises what it imported'),
  maximum: READ,
});
const ADDRESS_FAMILIES = container({
  unicast: ADDRESS_FAMILY,
  multicast: container({ ...ADDRESS_FAMILY.children, topologies: READ, topology: READ }),
  flowspec: doubt('router', 'takes packets aside by flow specifications'),
});

export const VRF: Container = container({
  ...all('vrf-name mode vpn description remote-route-filtering'),
  'evpn-route-sync': doubt('vrf', 'gives and takes routes by EVPN'),
  rd: ofBgp(READ),
  'address-family': container({ ipv4: ADDRESS_FAMILIES, ipv6: ADDRESS_FAMILIES }),
  'fallback-vrf': doubt('router', 'looks up in another VRF what it has no route for'),
});

const VRFS: Container = container({ vrf: APART, 'vrf-groups': READ, 'selective-vrf-download': READ }, new Set(['vrf']));

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
const ROUTER: Container = { children: { static: STATIC }, otherwise: 'router', namespace: STATIC_MODEL };

/** Policies and sets matter where a VRF names them, and then by their text. */
const ROUTING_POLICY: Container = container(all('route-policies sets limits editor'));

/** Without a VRF it leads to a neighbour in the table that the packet came into. */
const nextHop = (hop: XmlElement): Rule => {
  const vrf = childText(hop, 'vrf');
  return vrf === undefined ? READ : doubt('router', `sends packets to a next hop in VRF ${vrf}`);
};
const NEXT_HOPS = { nexthop1: nextHop, nexthop2: nextHop, nexthop3: nextHop };

const redirect: Container = { children: { 'default-route': READ, ...NEXT_HOPS }, otherwise: 'router' };

/** What policy-based routing does with the packets of one class; names of 7.6.1, where the model with them is published. */
const PBR_CLASS: Container = {
  children: {
    ...all('name type drop transmit police http-redirect http-enrichment'),
    'redirect-ipv4': redirect,
    'redirect-ipv6': redirect,
    'redirect-nexthop': doubt('router', 'sends packets to where a route target leads'),
    'service-function-path': doubt('router', 'sends packets along a service path'),
    decapsulate: doubt('router', 'sends on what it takes out of tunnels'),
    set: {
      children: {
        ...all('df dscp forward-class qos-group traffic-class'),
        'destination-address': doubt('router', 'sends packets to another address than they have'),
        'source-address': doubt('router', 'gives packets another source address'),
      },
      otherwise: 'router',
    },
  },
  otherwise: 'router',
};

/** Counts by its definition, whoever applies it: interfaces, VRFs and flow specifications name policies in more models than are asked for. */
const POLICY_MAP: Container = {
  children: {
    type: {
      children: {
        pbr: { children: { ...all('policy-map-name description'), class: PBR_CLASS }, otherwise: 'router' },
      },
      otherwise: 'router',
    },
  },
  otherwise: 'router',
};

/** Of access lists only next hops are asked for (ACL-based forwarding), and only they are looked for. */
const ACCESS_LISTS: Subtree = { anywhere: 'any', doubts: NEXT_HOPS, otherwise: 'router' };

/** A group that is applied to everything may add to any VRF and any policy: each is reported by its name. */
const APPLIED: Container = container({});

const ROOTS: readonly { readonly name: string; readonly namespace: string; readonly rule: Rule }[] = [
  { name: 'vrfs', namespace: VRF_MODEL, rule: VRFS },
  { name: 'routing-policy', namespace: POLICY_MODEL, rule: ROUTING_POLICY },
  { name: 'router', namespace: STATIC_MODEL, rule: ROUTER },
  { name: 'policy-map', namespace: POLICY_MAP_MODEL, rule: POLICY_MAP },
  { name: 'apply-groups', namespace: GROUP_MODEL, rule: APPLIED },
  { name: 'ipv4', namespace: ACCESS_LIST_MODELS.ipv4, rule: ACCESS_LISTS },
  { name: 'ipv6', namespace: ACCESS_LIST_MODELS.ipv6, rule: ACCESS_LISTS },
];

export const ruleOfRoot = ({ name, namespace }: XmlElement): Rule | undefined =>
  ROOTS.find((root) => root.name === name && root.namespace === namespace)?.rule;
