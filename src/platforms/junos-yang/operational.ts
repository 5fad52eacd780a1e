import { familyOf } from '../../domain/prefix.ts';
import { child, childrenNamed, childText, escapeText, type XmlElement } from '../../netconf/index.ts';
import type { PingRequest, RouterReader, RouteTable, VrfRoute } from '../platform.ts';
import { countEchoes } from '../reading/count-echoes.ts';
import { towards } from '../reading/towards.ts';
import { isWithout, notATable, prefixIn, protocolIn } from '../reading/unread-table.ts';

const RPC_ROUTE = 'http://yang.juniper.net/junos/rpc/route';
const RPC_PING = 'http://yang.juniper.net/junos/rpc/ping';

const TABLE = { ipv4: 'inet.0', ipv6: 'inet6.0' } as const;

/** A table that does not exist gives an empty answer. */
export async function readJunosTable(reader: RouterReader, { vrf, family }: RouteTable): Promise<VrfRoute[]> {
  const name = `${vrf}.${TABLE[family]}`;
  const reply = await reader.call(
    `<get-route-information xmlns="${RPC_ROUTE}"><table>${escapeText(name)}</table></get-route-information>`,
  );
  const tables = unwrapEngines(reply, name).flatMap((information) => {
    if (!isWithout(information, ['route-table']))
      throw notATable(name, `${information.name} with something else inside`);
    return childrenNamed(information, 'route-table');
  });
  const other = tables.find((table) => childText(table, 'table-name') !== name);
  if (other !== undefined) throw notATable(name, `table ${childText(other, 'table-name') ?? 'without a name'}`);
  const routes = tables.flatMap((table) => childrenNamed(table, 'rt')).flatMap((route) => parseRoute(route, name));
  return [...new Map(routes.map((route) => [`${route.prefix} ${route.origin}`, route])).values()];
}

/** The answer of each routing engine, where the router gives more than one. All of them are the router's. */
function unwrapEngines(reply: readonly XmlElement[], name: string): XmlElement[] {
  const found = reply.flatMap((element): XmlElement[] => {
    if (element.name === 'route-information') return [element];
    // In the YANG-compliant form an answer may stand in one more element.
    if (element.name === 'output' && element.children.length > 0) return unwrapEngines(element.children, name);
    if (element.name !== 'multi-routing-engine-results') throw notATable(name, element.name, element.text);
    return element.children.flatMap((item) => {
      if (item.name !== 'multi-routing-engine-item') throw notATable(name, item.name);
      return unwrapEngines(
        item.children.filter((part) => part.name !== 're-name'),
        name,
      );
    });
  });
  if (found.length === 0) throw notATable(name, 'nothing');
  return found;
}

function parseRoute(route: XmlElement, name: string): VrfRoute[] {
  const entries = childrenNamed(route, 'rt-entry');
  const active = entries.find((entry) => childText(entry, 'active-tag')?.includes('*')) ?? entries[0];
  const [destination, length] = [childText(route, 'rt-destination'), childText(route, 'rt-prefix-length')];
  if (active === undefined) throw notATable(name, `route ${destination ?? ''} without an entry`);
  const prefix = prefixIn(name, destination, length);
  // A CE's BGP route looks the same in brief output and counts as imported too: it does so before and after a change, and no leak hides.
  // What is leaked from another table of the router keeps the protocol of its primary; more than brief output calls it secondary.
  const isSecondary = childText(active, 'rt-entry-state')?.split(/\s+/).includes('Secondary') === true;
  const paths = childrenNamed(active, 'nh').map((hop) => [
    childText(hop, 'to'),
    childText(hop, 'via') ?? childText(hop, 'nh-local-interface'),
    childText(hop, 'nh-table'),
  ]);
  const protocol = protocolIn(name, prefix, childText(active, 'protocol-name'));
  const isForeign = isSecondary || protocol === 'BGP';
  return [{ prefix, origin: isForeign ? 'vpn' : 'local', ...towards(paths) }];
}

export async function pingJunos(reader: RouterReader, request: PingRequest) {
  const { vrf, destination, source, count } = request;
  const version = familyOf(destination) === 'ipv4' ? '<inet/>' : '<inet6/>';
  const reply = await reader.call(
    `<ping xmlns="${RPC_PING}"><count>${count}</count><rapid/>${version}` +
      (source === undefined ? '' : `<source>${escapeText(source)}</source>`) +
      `<routing-instance>${escapeText(vrf)}</routing-instance><host>${escapeText(destination)}</host></ping>`,
  );
  const results = reply.find(({ name }) => name === 'ping-results');
  const summary = results && child(results, 'probe-results-summary');
  return countEchoes(request, {
    sent: summary && childText(summary, 'probes-sent'),
    received: summary && childText(summary, 'responses-received'),
    said: results && (childText(results, 'ping-error-message') ?? childText(results, 'ping-failure')),
  });
}
