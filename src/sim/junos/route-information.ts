import {
  type Address,
  contains,
  type Family,
  networkAddress,
  type Prefix,
  parseAddress,
  parsePrefix,
  prefixLength,
} from '../../domain/prefix.ts';
import { shortForm } from '../../domain/route-target.ts';
import type { Habits } from '../habits.ts';
import { RpcError } from '../netconf/rpc-error.ts';
import type { OperationalContext } from '../personality.ts';
import type { VpnRoute } from '../vpn/route-exchange.ts';
import { childText, tag, textTag, type XmlElement } from '../xml/element.ts';
import { RPC_ROUTE } from './namespaces.ts';

const TABLE_SUFFIX = { ipv4: 'inet.0', ipv6: 'inet6.0' } as const;
/** Junos' names and preferences. */
const BGP = { name: 'BGP', preference: '170' };
const DIRECT = { name: 'Direct', preference: '0' };
const STATIC = { name: 'Static', preference: '5' };

function protocolOf({ origin, isLeaked, prefix }: VpnRoute, { leakedRoutes, staticPrefixes }: Habits) {
  if (origin === 'vpn' && !(isLeaked === true && leakedRoutes === 'primary')) return BGP;
  return staticPrefixes.includes(prefix) ? STATIC : DIRECT;
}

/** rpc get-route-information of junos-rpc-route. A table that does not exist gives an empty answer, as on the router. */
export function getRouteInformation(input: XmlElement, context: OperationalContext): string {
  const table = childText(input, 'table');
  const select = readSelection(input);
  const isDetailed = ['detail', 'extensive'].includes(childText(input, 'level') ?? '');
  const tables = context.exchange.vrfsOf(context.router).flatMap((vrf) =>
    (['ipv4', 'ipv6'] as const).flatMap((family) => {
      const name = `${vrf}.${TABLE_SUFFIX[family]}`;
      if (table !== undefined && table !== name) return [];
      const routes = context.exchange.table(context.router, vrf, family) ?? [];
      return routes.length === 0 ? [] : [renderTable(name, routes, select(routes, family), isDetailed, context.habits)];
    }),
  );
  return tag('route-information', tables.join(''), RPC_ROUTE.namespace);
}

type Selection = (routes: readonly VpnRoute[], family: Family) => readonly VpnRoute[];

/** `destination` with `match`: an address asks for its longest match, a prefix for all inside it, unless said otherwise. */
function readSelection(input: XmlElement): Selection {
  const text = childText(input, 'destination');
  if (text === undefined) return (routes) => routes;
  const destination = readDestination(text);
  const match = childText(input, 'match') ?? (text.includes('/') ? 'range' : 'best');
  if (match === 'exact') return (routes) => routes.filter((route) => route.prefix === destination);
  if (match === 'range') {
    return (routes) => routes.filter((route) => contains(destination as Prefix, route.prefix));
  }
  return (routes) => {
    const covering = routes.filter((route) => contains(route.prefix, destination));
    const longest = Math.max(...covering.map((route) => prefixLength(route.prefix)));
    return covering.filter((route) => prefixLength(route.prefix) === longest);
  };
}

function readDestination(text: string): Prefix | Address {
  try {
    return text.includes('/') ? parsePrefix(text) : parseAddress(text);
  } catch {
    throw new RpcError({
      tag: 'invalid-value',
      message: `invalid prefix ${text}`,
      info: { 'bad-element': 'destination' },
    });
  }
}

function renderTable(
  name: string,
  all: readonly VpnRoute[],
  shown: readonly VpnRoute[],
  isDetailed: boolean,
  habits: Habits,
): string {
  const byPrefix = new Map<Prefix, VpnRoute[]>();
  for (const route of shown) {
    const paths = byPrefix.get(route.prefix);
    if (paths === undefined) byPrefix.set(route.prefix, [route]);
    else paths.push(route);
  }
  const entries = [...byPrefix].map(([prefix, paths]) => {
    const destination = isDetailed
      ? textTag('rt-destination', networkAddress(prefix)) + textTag('rt-prefix-length', String(prefixLength(prefix)))
      : textTag('rt-destination', prefix);
    return tag('rt', destination + paths.map((path, i) => renderPath(path, i === 0, isDetailed, habits)).join(''));
  });
  const count = String(new Set(all.map((route) => route.prefix)).size);
  return tag(
    'route-table',
    textTag('table-name', name) +
      textTag('destination-count', count) +
      textTag('total-route-count', String(all.length)) +
      textTag('active-route-count', count) +
      entries.join(''),
  );
}

function renderPath(route: VpnRoute, isActive: boolean, isDetailed: boolean, habits: Habits): string {
  const { name, preference } = protocolOf(route, habits);
  const communities = [...route.targets].map((target) => textTag('extended-community', `target:${shortForm(target)}`));
  return tag(
    'rt-entry',
    (isActive ? textTag('active-tag', '*') + tag('current-active', '') : '') +
      textTag('protocol-name', name) +
      textTag('preference', preference) +
      (isDetailed && communities.length > 0 ? tag('communities', communities.join('')) : ''),
  );
}
