import type { Reach, Unknown } from '../../domain/network-view.ts';
import { shortForm } from '../../domain/route-target.ts';
import type { Statement } from './own-configuration.ts';
import type { RouteMaps } from './route-maps.ts';

/** What wasl knows of FRR's own configuration (10.3): everything else is told, at the highest statement that is not known. */

interface Grammar {
  /** By first word: without a say in where the routes of VPNs go, with all that is inside. */
  readonly known: ReadonlySet<string>;
  readonly looked: Readonly<Record<string, (statement: Statement, path: string) => Unknown[]>>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export function findOwnUnknowns(statements: readonly Statement[], maps: RouteMaps): Unknown[] {
  return judge(statements, topOf(maps, appliedPbrMaps(statements)), '');
}

function judge(statements: readonly Statement[], { known, looked }: Grammar, path: string): Unknown[] {
  return statements.flatMap((statement) => {
    const [first = ''] = statement.words;
    const place = `${path} ${statement.line}`.trim();
    if (Object.hasOwn(looked, first)) return looked[first]?.(statement, place) ?? [];
    return known.has(first) ? [] : [doubt(place, 'router', 'is not understood')];
  });
}

const doubt = (path: string, reach: Reach, why: string): Unknown => ({ path, reach, why });

/** By the name that the interfaces give it: a map that none of them names moves no packet. */
const appliedPbrMaps = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(
    statements
      .filter(({ words: [first] }) => first === 'interface')
      .flatMap(({ inside }) => inside.filter(({ words: [first] }) => first === 'pbr-policy'))
      .flatMap(({ words: [, map] }) => map ?? []),
  );

const topOf = (maps: RouteMaps, applied: ReadonlySet<string>): Grammar => ({
  known:
    words(`frr hostname domainname log service bgp no password enable username banner debug line interface route-map key mpls bfd
    nexthop-group allow-external-route-update agentx rpki access-list affinity-map zebra vrrp cputime-limit cputime-warning
    walltime-warning`),
  looked: {
    ip: routeIn('default'),
    ipv6: routeIn('default'),
    vrf: (statement, path) => judge(statement.inside, tableOf(statement.words[1] ?? ''), path),
    router: (statement, path) => judgeRouter(statement, path, maps),
    'pbr-map': (statement, path) => (applied.has(statement.words[1] ?? '') ? judge(statement.inside, PBR, path) : []),
  },
});

/** Of a static route: where its packets go. */
function judgeRoute({ words: parts }: Statement, path: string, vrf: string): Unknown[] {
  const after = (word: string) => (parts.includes(word) ? parts[parts.indexOf(word) + 1] : undefined);
  const lies = after('nexthop-vrf');
  return [
    ...(lies === undefined || lies === vrf
      ? []
      : [doubt(path, 'router', `sends packets to a next hop in VRF ${lies}`)]),
    ...(after('table') === undefined ? [] : [doubt(path, 'router', 'puts a route into another table')]),
    ...(after('label') === undefined ? [] : [doubt(path, 'router', 'sends packets with a label of its own')]),
    // SRv6, and policies of segment routing: they may end in the table of any VRF.
    ...((after('segments') ?? after('color'))
      ? [doubt(path, 'router', 'sends packets along segments of its own')]
      : []),
  ];
}

const IP_STATEMENTS =
  words(`prefix-list access-list as-path community-list large-community-list extcommunity-list forwarding nht protocol
  router-id multicast mroute pim igmp mld msdp ospf nd ssmpingd`);

const routeIn =
  (vrf: string) =>
  (statement: Statement, path: string): Unknown[] => {
    const [, what = ''] = statement.words;
    if (what === 'route') return judgeRoute(statement, path, vrf);
    if (what === 'import-table') return [doubt(path, 'router', "takes routes of another table into the router's own")];
    return IP_STATEMENTS.has(what) ? [] : [doubt(path, 'router', 'is not understood')];
  };

const tableOf = (vrf: string): Grammar => ({
  known: words('netns no rpki'),
  looked: {
    ip: routeIn(vrf),
    ipv6: routeIn(vrf),
    vni: (_statement, path) => [doubt(path, 'router', 'gives and takes routes by EVPN')],
  },
});

/** Without `nexthop-vrf` a next hop is one of the default VRF, whatever table the packet came into. */
const PBR: Grammar = {
  known: words('match description no'),
  looked: {
    set: ({ words: [, what = '', value = ''] }, path) => {
      if (['dscp', 'ecn', 'pcp', 'vlan', 'queue-id'].includes(what)) return [];
      if (what === 'vrf') {
        return value === 'unchanged' ? [] : [doubt(path, 'router', `looks packets up in the table of VRF ${value}`)];
      }
      const isHop = what === 'nexthop' || what === 'nexthop-group';
      return [doubt(path, 'router', isHop ? 'sends packets aside from the routes of their VRF' : 'is not understood')];
    },
  },
};

/** Of other protocols: no route that they give to BGP carries a route target. */
const OTHER_PROTOCOLS = words('ospf ospf6 isis rip ripng eigrp babel openfabric fabricd pim pim6 nhrp');

function judgeRouter(statement: Statement, path: string, maps: RouteMaps): Unknown[] {
  const [, protocol = '', , kind] = statement.words;
  if (OTHER_PROTOCOLS.has(protocol)) return [];
  if (protocol !== 'bgp') return [doubt(path, 'router', 'is not understood')];
  return judge(statement.inside, kind === 'vrf' ? bgpOfVrf(maps) : bgpOfRouter(maps), path);
}

const BGP =
  words(`bgp no neighbor timers coalesce-time read-quanta write-quanta update-delay maximum-paths segment-routing sid
  distance`);

const bgpOfVrf = (maps: RouteMaps): Grammar => ({
  known: BGP,
  looked: {
    'address-family': (statement, path) => {
      const [, family, kind] = statement.words;
      if (
        (family === 'ipv4' || family === 'ipv6') &&
        ['unicast', 'multicast', 'labeled-unicast'].includes(kind ?? '')
      ) {
        return judge(statement.inside, familyOfVrf(maps), path);
      }
      if (statement.inside.length === 0) return [];
      const isEvpn = family === 'l2vpn';
      return [doubt(path, 'router', isEvpn ? 'gives and takes routes by EVPN' : 'is not understood')];
    },
  },
});

/** Maps that a route passes on its way into the table of a VRF, with the statement that names each. */
const MARKING: Readonly<Record<string, true>> = { redistribute: true, network: true, 'aggregate-address': true };

/** The map that may put something on the routes of the VRF, where the statement of its address family names one. */
export function markingMapOf({ words: parts }: Statement): string | null {
  const [first = ''] = parts;
  const named = parts.includes('route-map') ? (parts[parts.indexOf('route-map') + 1] ?? null) : null;
  if (Object.hasOwn(MARKING, first)) return named;
  if (first === 'neighbor') return parts.at(-1) === 'in' ? named : null;
  return first === 'import' && parts[1] === 'vrf' ? named : null;
}

const familyOfVrf = (maps: RouteMaps): Grammar => {
  const marks = (statement: Statement, path: string): Unknown[] => {
    const map = markingMapOf(statement);
    return map === null ? [] : maps.effectOf(map).unread.map((why) => doubt(path, 'network', why));
  };
  return {
    known: words('label nexthop sid rd maximum-paths distance table-map bgp no export'),
    looked: {
      neighbor: marks,
      network: marks,
      'aggregate-address': marks,
      redistribute: (statement, path) =>
        /^table/.test(statement.words[1] ?? '')
          ? [doubt(path, 'router', 'takes routes of another table')]
          : marks(statement, path),
      import: (statement, path) => {
        const [, what, vrf] = statement.words;
        if (what !== 'vrf') return [];
        if (vrf === 'route-map') return marks(statement, path);
        return [doubt(path, 'router', `takes routes of VRF ${vrf} without a route target that is shown`)];
      },
      rt: (statement, path) =>
        statement.words[1] === 'vpn' ? [] : [doubt(path, 'router', 'takes packets aside by flow specifications')],
      rt6: (_statement, path) => [doubt(path, 'router', 'takes packets aside by flow specifications')],
      // The map of imports only narrows what the route targets let in; that of exports is the module's.
      'route-map': (statement, path) =>
        statement.words[1] === 'vpn' ? [] : [doubt(path, 'router', 'is not understood')],
    },
  };
};

const bgpOfRouter = (maps: RouteMaps): Grammar => ({
  known: BGP,
  looked: {
    'address-family': (statement, path) => {
      const [, family, kind] = statement.words;
      if (kind === 'vpn') return judge(statement.inside, vpnFamily(maps), path);
      if (kind === 'flowspec') return statement.inside.flatMap((one) => flowspec(one, path));
      if (family === 'l2vpn') return statement.inside.flatMap((one) => evpn(one, path));
      return statement.inside.flatMap((one) => joinsVpns(one, path));
    },
  },
});

/** A map on the sessions between PEs changes VPN routes of everybody; that of a network is all that says who takes it. */
const vpnFamily = (maps: RouteMaps): Grammar => {
  const marks = ({ words: parts }: Statement, path: string): Unknown[] => {
    const map = parts.includes('route-map') ? parts[parts.indexOf('route-map') + 1] : undefined;
    if (map === undefined) return [];
    const { targets, unread } = maps.effectOf(map);
    const put = targets.map((target) => `puts route target ${shortForm(target)} on VPN routes`);
    return [...put, ...unread].map((why) => doubt(path, 'network', why));
  };
  return { known: words('bgp no maximum-paths distance'), looked: { neighbor: marks, network: marks } };
};

const flowspec = ({ line, words: [first] }: Statement, path: string): Unknown[] =>
  first === 'local-install' ? [doubt(`${path} ${line}`, 'router', 'takes packets aside by flow specifications')] : [];

const evpn = ({ line, words: [first, what] }: Statement, path: string): Unknown[] =>
  first === 'advertise' && (what === 'ipv4' || what === 'ipv6')
    ? [doubt(`${path} ${line}`, 'router', 'gives and takes routes by EVPN')]
    : [];

/** Of the router's own table: what joins it to VPNs. */
const joinsVpns = ({ line, words: [first, what] }: Statement, path: string): Unknown[] =>
  (first === 'import' || first === 'export') && (what === 'vpn' || what === 'vrf')
    ? [doubt(`${path} ${line}`, 'network', "joins the router's own table to VPNs")]
    : [];

/** Of the kernel without anybody's doing, and of its VRFs. */
const RULE_OF_KERNEL = /^\d+: from all lookup (local|main|default|\[l3mdev-table\])( unreachable)?( proto kernel)?$/;

export function findRuleUnknowns(rules: readonly string[]): Unknown[] {
  return rules
    .filter((rule) => !RULE_OF_KERNEL.test(rule))
    .map((rule) => doubt(`ip rule ${rule}`, 'router', 'looks packets up in another table'));
}
