/** Routing tables as routers would show them, and what may come to them or go. */
import { localPrefixes, type NetworkView } from '../../src/domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { bruteCarried } from './brute-force.ts';
import { pe, prefix, vrfName } from './networks.ts';

/** What the routers would show: local routes, those of the VRF's own VPN elsewhere, and what the brute-force model carries. */
export function observe(view: NetworkView): Map<string, ObservedRoute[]> {
  const carried = [...bruteCarried(view)].map((line) => line.split(' '));
  const tables = new Map<string, ObservedRoute[]>();
  for (const one of view.pes) {
    for (const vrf of one.vrfs) {
      for (const family of ['ipv4', 'ipv6'] as const) {
        const local = localPrefixes(vrf, family);
        const own = view.pes.flatMap((far) =>
          far.vrfs
            .filter((twin) => twin !== vrf && twin.vpn !== null && twin.vpn === vrf.vpn)
            .flatMap((twin) => localPrefixes(twin, family)),
        );
        const foreign = carried
          .filter(([, , , toPe, toVrf]) => toPe === one.name && toVrf === vrf.name)
          .map(([, , text = '']) => prefix(text))
          .filter((text) => text.includes(':') === (family === 'ipv6'));
        tables.set(tableKey(one.name, vrf.name, family), [
          ...local.map((text) => ({ prefix: text, origin: 'local' as const })),
          ...[...new Set([...own, ...foreign])].map((text) => ({ prefix: text, origin: 'vpn' as const })),
        ]);
      }
    }
  }
  return tables;
}

export const key = (at: string, name: string, family: 'ipv4' | 'ipv6' = 'ipv4') =>
  tableKey(pe(at), vrfName(name), family);

export function alterTable(
  tables: ObservedTables,
  of: string,
  alter: (routes: readonly ObservedRoute[]) => ObservedRoute[],
) {
  return new Map([...tables].map(([name, routes]) => [name, name === of ? alter(routes) : [...routes]]));
}
export const add =
  (text: string, origin: 'vpn' | 'local' = 'vpn') =>
  (routes: readonly ObservedRoute[]) => [...routes, { prefix: prefix(text), origin }];
export const drop = (text: string) => (routes: readonly ObservedRoute[]) =>
  routes.filter((route) => route.prefix !== text);
