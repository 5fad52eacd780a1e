import { childText, type XmlElement } from '../../netconf/index.ts';
import { APART, type Container, doubt, READ, type Rule, type Subtree } from '../reading/grammar.ts';
import { isOfTargets, routeTargetIn } from './policies.ts';

/** What wasl knows of Junos below the nodes that it reads; names of the modules of 24.4R1. */

const TO_OTHER_TABLES = doubt('router', 'moves routes between tables without a route target');
const INTO_OTHER_TABLE = doubt('router', 'looks routes up in another table');

const names = (text: string): readonly string[] => text.trim().split(/\s+/);
const all = (text: string): Record<string, Rule> => Object.fromEntries(names(text).map((name) => [name, READ]));

/** A community of routes: those of other kinds than route targets say nothing to a VPN. */
const community: Rule = ({ text }: XmlElement) =>
  isOfTargets(text) ? doubt('network', 'puts a route target on routes') : READ;

const ROUTE: Record<string, Rule> = {
  ...all(`name next-hop qualified-next-hop discard reject receive resolve no-resolve preference metric metric2 metric3 metric4 tag tag2
    readvertise no-readvertise install no-install retain no-retain active passive as-path color bfd-liveness-detection full brief
    description policy color2 lsp-next-hop bfd-admin-down`),
  community,
  'next-table': INTO_OTHER_TABLE,
  'rib-group': TO_OTHER_TABLES,
};
const route: Container = { children: ROUTE, otherwise: 'router' };
const ROUTES: Container = {
  children: { route, 'iso-route': READ, defaults: route, 'rib-group': TO_OTHER_TABLES },
  otherwise: 'router',
};

const ROUTING_OPTIONS: Container = {
  children: {
    ...all(`autonomous-system router-id ipv6-router-id maximum-prefixes maximum-paths multipath martians graceful-restart
      nonstop-routing description label protect multicast forwarding-table confederation options traceoptions
      l3vpn-composite-nexthop bmp no-bfd-triggered-local-repair`),
    static: ROUTES,
    aggregate: ROUTES,
    generate: ROUTES,
    rib: {
      children: {
        ...all('name maximum-prefixes maximum-paths martians multipath protect'),
        static: ROUTES,
        aggregate: ROUTES,
        generate: ROUTES,
      },
      otherwise: 'router',
    },
    'auto-export': {
      children: { ...all('disable traceoptions'), family: TO_OTHER_TABLES },
      otherwise: 'router',
    },
    'interface-routes': TO_OTHER_TABLES,
    'instance-import': doubt('router', 'takes routes out of other tables without a route target'),
    'instance-export': doubt('router', 'gives routes to other tables without a route target'),
  },
  otherwise: 'router',
};

/** Protocols towards CEs: sessions, adjacencies, timers, metrics, authentication. What gives routes to other tables is told. */
const PROTOCOLS: Subtree = {
  anywhere: new Set(
    names(`name bgp ospf ospf3 isis rip ripng pim igmp-snooping mld-snooping bfd router-discovery group neighbor area interface realm
      domain domain-id domain-vpn-tag sham-link local remote no-domain-vpn-tag level type peer-as local-as local-address local-interface
      local-preference hold-time minimum-hold-time passive description import export family inet inet6 unicast multicast any
      prefix-limit accepted-prefix-limit maximum teardown idle-timeout forever drop-excess hide-excess limit-threshold as-override
      remove-private advertise-peer-as no-advertise-peer-as advertise-inactive advertise-external multihop ttl no-nexthop-change
      multipath multiple-as authentication authentication-key authentication-key-chain authentication-algorithm authentication-type md5
      key simple-password cluster graceful-restart restart-time stale-routes-time disable long-lived advertise-to-non-llgr-neighbor
      omit-no-export receiver enable bfd-liveness-detection minimum-interval multiplier minimum-receive-interval transmit-interval
      detection-time threshold version session-mode holddown-interval no-adaptation loops private alias number no-prepend-global-as
      as-number damping out-delay log-updown mtu-discovery tcp-mss keep all none no-client-reflect metric-out igp minimum-igp offset
      delay-med-update preference external-preference labeled-preference metric interface-type hello-interval dead-interval
      retransmit-interval transit-delay poll-interval priority eligible stub nssa default-lsa default-metric metric-type type-7
      summaries no-summaries area-range exact override-metric restrict reference-bandwidth overload timeout spf-options delay holddown
      rapid-runs prefix-export-limit no-nssa-abr route-type-community lsa-refresh-interval traceoptions file filename size files flag
      no-remote-trace detail send receive shutdown point-to-point node-link-protection link-protection bandwidth-based-metrics
      wide-metrics-only net lsp-lifetime metric-in update-interval route-timeout message-size any-sender check-zero no-check-zero mode
      rp static address group-ranges dr-election-on-p2p bootstrap ssm-map query-interval query-response-interval prefix
      max-advertisement-interval min-advertisement-interval idle-after-switch-over output-queue-priority route-age-bgp-view
      enforce-first-as no-aggregator-id include-mp-next-hop accept-remote-nexthop replace nearest no-peer-loop-check choice-ident
      choice-value value limit`),
  ),
  doubts: {
    'rib-group': TO_OTHER_TABLES,
    rib: TO_OTHER_TABLES,
    'import-rib': TO_OTHER_TABLES,
    'forwarding-context': TO_OTHER_TABLES,
    evpn: doubt('vrf', 'gives and takes routes by EVPN'),
    'inet-vpn': doubt('vrf', 'exchanges VPN routes with a neighbour of the VRF'),
    'inet6-vpn': doubt('vrf', 'exchanges VPN routes with a neighbour of the VRF'),
    'vpn-apply-export': doubt('vrf', 'exports VPN routes by a policy of its own'),
    'advertise-from-main-vpn-tables': doubt('vrf', 'exports VPN routes by a policy of its own'),
  },
  otherwise: 'router',
};

const KEPT_BACK = doubt('vrf', 'keeps its routes from other routers');
const AUTO_TARGET = doubt('vrf', 'makes up a route target that is not shown');
const target: Rule = ({ text }: XmlElement) =>
  routeTargetIn(text) === null ? doubt('network', 'is not understood as a route target') : READ;
const importDefault: Rule = ({ text }: XmlElement) =>
  text.trim() === 'reject' ? READ : doubt('network', 'accepts whatever no policy decides on');

/** By what they are called: those that hand packets to another table of the same router. */
const BETWEEN_TABLES: readonly (readonly [RegExp, string])[] = [
  [/^r?lt[-\d]/, 'may join it to another instance by a logical tunnel'],
  [/^(ms|vms|ams|mams|si|sp)[-\d]/, 'gives packets to a service, which may lead to another table'],
];
const ofInstance: Rule = (element: XmlElement) => {
  const name = (childText(element, 'name') ?? element.text).trim();
  const why = BETWEEN_TABLES.find(([pattern]) => pattern.test(name))?.[1];
  return why === undefined ? READ : doubt('vrf', why);
};

/** An instance of type vrf, or of a type that is not known. */
export const INSTANCE: Container = {
  children: {
    interface: ofInstance,
    ...all(`name instance-type description route-distinguisher vrf-import vrf-export
      export-default-action vrf-table-label non-forwarding-vrf vrf-propagate-ttl
      no-vrf-propagate-ttl provider-tunnel multicast-snooping-options igmp-snooping-options mld-snooping-options access
      access-profile system`),
    'vrf-target': {
      children: { community: target, import: target, export: target, auto: AUTO_TARGET },
      otherwise: 'network',
      lists: new Set(),
    },
    'import-default-action': importDefault,
    'no-vrf-advertise': KEPT_BACK,
    // Only those of multicast are given, and it takes the place of `no-vrf-advertise`.
    'vrf-advertise-selective': KEPT_BACK,
    'routing-options': ROUTING_OPTIONS,
    protocols: PROTOCOLS,
    'forwarding-options': {
      children: {
        ...all('dhcp-relay helpers sampling load-balance multicast-replication'),
        family: doubt('router', 'sends packets to other tables by a filter'),
      },
      otherwise: 'router',
    },
  },
  otherwise: 'network',
  lists: new Set(['interface', 'vrf-import', 'vrf-export']),
};

/** One that is no VRF gives no routes to VPNs: what joins it to a VRF is told where the VRF names it. */
export const OTHER_INSTANCE: Container = { ...INSTANCE, children: { ...INSTANCE.children, interface: READ } };

/** Of an instance without IP routes: its route targets are read, wherever they stand. */
export const LAYER_2_TYPES: ReadonlySet<string> = new Set(
  names('evpn evpn-vpws mac-vrf vpls l2vpn layer2-control virtual-switch mpls-internet-multicast l2backhaul-vpn'),
);
export const KNOWN_TYPES: ReadonlySet<string> = new Set([
  ...names('vrf virtual-router forwarding no-forwarding mpls-forwarding'),
  ...LAYER_2_TYPES,
]);

/**
 * What a policy does, all of 24.4R1: what it puts on routes is read where a VRF's routes pass it, conditions only narrow what it is done to. An
 * action that is not listed may do anything.
 */
const THEN: Subtree = {
  anywhere: new Set(
    names(`accept reject next default-action community choice-ident choice-value community-name name metric metric2 metric3 metric4 tag
      tag2 preference preference2 color color2 local-preference credibility priority prefix-segment label-allocation add-path
      fib-install-priority validation-state origin srv6 aigp-originate aigp-adjust tunnel-attribute tunnel-attribute-name
      assisted-replication damping aggregate-bandwidth auto-link-bandwidth limit-bandwidth no-entropy-label-capability as-path-prepend
      as-path-expand next-hop install-nexthop trace external load-balance no-route-localize install-to-fib no-install-to-fib
      advertise-locator set-down-bit analyze class destination-class source-class forwarding-class ssm-source p2mp-lsp-root
      cos-next-hop-map tunnel-end-point-address selected-mldp-egress mhop-bfd-port no-backup bgp-output-queue-priority
      multipath-resolve source-routing-path-template label-allocation-fallback-reject resolution-map ignore-service-label
      prefix-attribute-flags ipv4-source-router-id ipv6-source-router-id router-id request-long-lived-ack send-withdrawal-on-route-change slice
      slice-name strip-as-path request-acknowledgements`),
  ),
  doubts: {
    ...Object.fromEntries(
      names(`metric metric2 metric3 metric4 tag tag2 preference preference2 color color2 local-preference credibility prefix-segment add-path
        srv6 aigp-originate aigp-adjust assisted-replication aggregate-bandwidth auto-link-bandwidth as-path-expand install-nexthop external
        load-balance advertise-locator p2mp-lsp-root bgp-output-queue-priority prefix-attribute-flags slice
        request-acknowledgements`).map((name) => [name, READ]),
    ),
    'next-hop': {
      children: { ...all('self peer-address address reject discard'), 'next-table': INTO_OTHER_TABLE },
      otherwise: 'router',
    },
    'source-based-forwarding': INTO_OTHER_TABLE,
    'map-to-interface': doubt('router', 'sends packets out of an interface of its own choice'),
    filter: doubt('router', 'gives packets to a filter'),
    'dynamic-tunnel-attributes': doubt('router', 'sends packets into a tunnel of its own choice'),
  },
  otherwise: 'network',
};
const TERM: Container = {
  children: { ...all('name from to'), ...Object.fromEntries([['then', THEN]]) },
  otherwise: 'network',
};
const POLICY: Container = {
  // What the dynamic database has is told where a VRF names the policy.
  children: { ...TERM.children, ...all('defaults dynamic-db'), term: TERM },
  otherwise: 'network',
};

const POLICY_OPTIONS: Container = {
  children: {
    'policy-statement': POLICY,
    ...all(`community prefix-list route-filter-list source-address-filter-list rib-list as-path as-path-group
    as-list as-list-group damping condition route-distinguisher rtf-prefix-list defaults tunnel-attribute mac-list vsi-policy
      resolution-map application-maps redundancy-policy satellite-policies fast-lookup-tuple-list`),
  },
  otherwise: 'network',
};

const tablesOf = ({ children }: XmlElement): string[] =>
  children.filter(({ name }) => name === 'import-rib' || name === 'export-rib').map(({ text }) => text.trim());

/** A rib group of the router that leads into no table of an instance. */
export const isHarmlessRibGroup = (ribGroup: XmlElement): boolean =>
  tablesOf(ribGroup).every((table) => /^(inet6?|iso|mpls|inet-vpn)\.\d+$/.test(table));

/** By its definition, whoever uses it: protocols, their groups and neighbours name rib groups in more places than are asked for. */
const ribGroups: Rule = (ribGroup: XmlElement) => {
  if (isHarmlessRibGroup(ribGroup)) return READ;
  const ofAllVpns = tablesOf(ribGroup).some((table) => table.startsWith('bgp.l3vpn'));
  return ofAllVpns ? doubt('network', 'moves routes of VPNs between tables without a route target') : TO_OTHER_TABLES;
};

/** What the rest of the configuration says of what a part of it names. */
export interface Named {
  /** A rib group that leads into no table of an instance. */
  isHarmlessRibGroup(group: string): boolean;
  /** Why policies put a route target on routes, or may; null where they do not. */
  whyMarks(policies: readonly string[]): string | null;
  /** Something may give packets to a filter of this name. */
  isApplied(filter: string): boolean;
}

/** Of the router's own table only what joins it to VPNs is asked for, and only that is looked for. */
const mainTable = ({ isHarmlessRibGroup: isHarmless }: Named): Subtree & { readonly doubts: object } => ({
  anywhere: 'any',
  doubts: {
    'rib-groups': ribGroups,
    'rib-group': (element) => (leavesOf(element).every(isHarmless) ? READ : TO_OTHER_TABLES),
    'next-table': INTO_OTHER_TABLE,
    'vpn-global-import': doubt('router', "takes routes of VPNs into the router's own table"),
    flow: doubt('router', 'takes packets aside by flow specifications'),
    'instance-import': doubt('router', "takes routes out of instances into the router's own table"),
    'instance-export': doubt('router', 'gives routes to instances without a route target'),
  },
  otherwise: 'router',
  looksUpGroups: true,
});

/** Sessions between PEs carry the VPN routes of everybody, through the policies that are named there. */
const mainProtocols = (named: Named): Subtree => {
  const policies = ({ text }: XmlElement): Rule => {
    const why = named.whyMarks(text.split(/[\s()|&!]+/).filter((name) => name !== ''));
    return why === null ? READ : doubt('network', why);
  };
  const table = mainTable(named);
  return { ...table, doubts: { ...table.doubts, import: policies, export: policies } };
};

/** What a filter does with packets beside letting them through. */
const FILTER: Subtree = {
  anywhere: 'any',
  doubts: {
    'routing-instance': doubt('router', 'sends packets to the table of another instance'),
    topology: doubt('router', 'sends packets to another table'),
    'logical-system': doubt('router', 'sends packets to another logical system'),
    'next-ip': doubt('router', 'sends packets aside from the routes of their table'),
    'next-ip6': doubt('router', 'sends packets aside from the routes of their table'),
    'next-interface': doubt('router', 'sends packets aside from the routes of their table'),
    decapsulate: doubt('router', 'sends on what it takes out of tunnels'),
  },
  otherwise: 'router',
  looksUpGroups: true,
};
const UNAPPLIED: Subtree = { ...FILTER, doubts: {} };

/** A filter counts where something names it, and by its definition where that cannot be told. */
const firewall = ({ isApplied }: Named): Subtree => ({
  ...FILTER,
  doubts: {
    ...FILTER.doubts,
    filter: (filter: XmlElement) => (isApplied(childText(filter, 'name')?.trim() ?? '') ? FILTER : UNAPPLIED),
  },
});

function leavesOf(element: XmlElement): string[] {
  return element.children.length === 0 ? [element.text.trim()] : element.children.flatMap(leavesOf);
}

/** What puts in force what running does not show. */
const SYSTEM: Subtree = {
  anywhere: 'any',
  doubts: {
    'allow-transients': doubt('network', 'lets commit scripts put in force what is not shown'),
    ephemeral: {
      anywhere: 'any',
      doubts: { instance: doubt('network', 'holds configuration that is not shown') },
      otherwise: 'network',
    },
  },
  otherwise: 'network',
  looksUpGroups: true,
};

const UNREAD_INSTANCES = doubt('network', 'holds routing instances that are not read');

export const configuration = (named: Named): Container => ({
  children: {
    version: READ,
    groups: APART,
    'policy-options': POLICY_OPTIONS,
    'routing-instances': { children: { instance: APART }, otherwise: 'network' },
    'routing-options': mainTable(named),
    protocols: mainProtocols(named),
    firewall: firewall(named),
    interfaces: APART,
    'forwarding-options': APART,
    'dynamic-profiles': APART,
    system: SYSTEM,
    'logical-systems': UNREAD_INSTANCES,
    tenants: UNREAD_INSTANCES,
  },
  otherwise: 'network',
  looksUpGroups: true,
});
