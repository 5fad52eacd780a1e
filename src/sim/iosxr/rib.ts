import type { Family } from '../../domain/prefix.ts';
import { networkAddress, prefixLength } from '../../domain/prefix.ts';
import { buildNode, schemaAt } from '../datastore/build.ts';
import { type ContainerSchema, inModule, type YangModule } from '../datastore/schema.ts';
import type { DataNode } from '../datastore/tree.ts';
import type { Habits } from '../habits.ts';
import type { OperationalContext } from '../personality.ts';
import type { VpnRoute } from '../vpn/route-exchange.ts';
import { RIB_IPV4, RIB_IPV6 } from './namespaces.ts';

/**
 * Cisco-IOS-XR-ip-rib-ipv4-oper of 24.2.1 and later, where the key of a route is `network`; IPv6 by analogy under
 * `ipv6-rib` of Cisco-IOS-XR-ip-rib-ipv6-oper, whose text was not at hand.
 */
function ribSchema(module: YangModule, root: string): ContainerSchema {
  const { container, list, leaf } = inModule(module);
  const prefix = container('prefix', [leaf('prefix'), leaf('prefix-length')]);
  const route = list(
    'route',
    ['network'],
    [
      leaf('network'),
      prefix,
      leaf('protocol-name'),
      leaf('instance'),
      leaf('distance'),
      leaf('metric'),
      leaf('active'),
    ],
  );
  const table = list(
    'ip-rib-route-table-name',
    ['route-table-name'],
    [leaf('route-table-name'), container('routes', [route])],
  );
  const saf = list('saf', ['saf-name'], [leaf('saf-name'), container('ip-rib-route-table-names', [table])]);
  const af = list('af', ['af-name'], [leaf('af-name'), container('safs', [saf])]);
  return container(root, [container('vrfs', [list('vrf', ['vrf-name'], [leaf('vrf-name'), container('afs', [af])])])]);
}

const RIBS = {
  ipv4: { schema: ribSchema(RIB_IPV4, 'rib'), afName: 'IPv4' },
  ipv6: { schema: ribSchema(RIB_IPV6, 'ipv6-rib'), afName: 'IPv6' },
} as const;

/** The administrative distances of the platform; BGP routes are those of other routers (iBGP). */
const BGP = { name: 'bgp', distance: '200' };
const CONNECTED = { name: 'connected', distance: '0' };
const STATIC = { name: 'static', distance: '1' };

export function buildRib(family: Family, context: OperationalContext, vrfs: readonly string[]): DataNode {
  const { schema, afName } = RIBS[family];
  const all = context.exchange.vrfsOf(context.router);
  const wanted = vrfs.length === 0 ? all : all.filter((vrf) => vrfs.includes(vrf));
  const vrfSchema = schemaAt(schema, 'vrfs', 'vrf');
  const afSchema = schemaAt(vrfSchema, 'afs', 'af');
  const safSchema = schemaAt(afSchema, 'safs', 'saf');
  const tableSchema = schemaAt(safSchema, 'ip-rib-route-table-names', 'ip-rib-route-table-name');
  const vrfNodes = wanted.flatMap((vrf) => {
    const routes = context.exchange.table(context.router, vrf, family);
    if (routes === undefined) return [];
    const routeSchema = schemaAt(tableSchema, 'routes', 'route');
    const best = routes.filter((route, i) => route.prefix !== routes[i - 1]?.prefix);
    const routesNode = buildNode(schemaAt(tableSchema, 'routes'), {
      route: best.map((route) =>
        buildNode(routeSchema, describeRoute(route, schemaAt(routeSchema, 'prefix'), context.habits)),
      ),
    });
    const table = buildNode(tableSchema, { 'route-table-name': 'default', routes: [routesNode] });
    const tables = buildNode(schemaAt(safSchema, 'ip-rib-route-table-names'), { 'ip-rib-route-table-name': [table] });
    const saf = buildNode(safSchema, { 'saf-name': 'Unicast', 'ip-rib-route-table-names': [tables] });
    const safs = buildNode(schemaAt(afSchema, 'safs'), { saf: [saf] });
    const af = buildNode(afSchema, { 'af-name': afName, safs: [safs] });
    const afs = buildNode(schemaAt(vrfSchema, 'afs'), { af: [af] });
    return [buildNode(vrfSchema, { 'vrf-name': vrf, afs: [afs] })];
  });
  const vrfsNode = buildNode(schemaAt(schema, 'vrfs'), { vrf: vrfNodes });
  return buildNode(schema, { vrfs: [vrfsNode] });
}

function describeRoute(route: VpnRoute, prefixSchema: ReturnType<typeof schemaAt>, { staticPrefixes }: Habits) {
  const local = staticPrefixes.includes(route.prefix) ? STATIC : CONNECTED;
  const { name, distance } = route.origin === 'vpn' ? BGP : local;
  const prefix = buildNode(prefixSchema, {
    prefix: networkAddress(route.prefix),
    'prefix-length': String(prefixLength(route.prefix)),
  });
  return {
    network: route.prefix,
    prefix: [prefix],
    'protocol-name': name,
    distance,
    metric: '0',
    active: 'true',
  };
}
