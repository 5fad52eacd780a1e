import type { RouteLimit, RunningVrf, Unknown } from '../../domain/network-view.ts';
import type { Family } from '../../domain/prefix.ts';
import { child, childrenNamed, childText, descend, type XmlElement } from '../../netconf/index.ts';
import { readLimit } from '../reading/route-limit.ts';

/** `maximum-prefixes` of an instance is of its IPv4 table; of a table by its name (`MOH.inet6.0`), of that one. */
export function routeLimits(
  instance: XmlElement,
  families: readonly Family[],
): { readonly read: Pick<RunningVrf, 'routeLimits'>; readonly unknowns: readonly Unknown[] } {
  const limits: Partial<Record<Family, RouteLimit>> = {};
  const unknowns: Unknown[] = [];
  const name = childText(instance, 'name')?.trim() ?? '';
  for (const family of families) {
    for (const container of containersOf(instance, name, family)) {
      const path = `routing-instances instance ${name} routing-options maximum-prefixes`;
      const read = readLimit(container, { onlyLogs: 'log-only', path });
      unknowns.push(...read.unknowns);
      const known = limits[family];
      if (read.limit !== null && (known === undefined || read.limit.routes < known.routes)) limits[family] = read.limit;
    }
  }
  return { read: Object.keys(limits).length === 0 ? {} : { routeLimits: limits }, unknowns };
}

const TABLES: Readonly<Record<Family, string>> = { ipv4: 'inet.0', ipv6: 'inet6.0' };

function containersOf(instance: XmlElement, name: string, family: Family): XmlElement[] {
  const options = child(instance, 'routing-options');
  if (options === undefined) return [];
  const named = childrenNamed(options, 'rib').filter(
    (rib) => childText(rib, 'name')?.trim() === `${name}.${TABLES[family]}`,
  );
  const own = family === 'ipv4' ? descend(options, 'maximum-prefixes') : undefined;
  return [own, ...named.map((rib) => child(rib, 'maximum-prefixes'))].filter((each) => each !== undefined);
}
