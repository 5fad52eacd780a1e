/** What readers could not understand in small worlds, policies of operators as text, and what tables hold beyond the inventory. */
import fc from 'fast-check';
import type { NetworkView, VrfView } from '../../src/domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { bruteCarried } from './brute-force.ts';
import { prefix } from './networks.ts';

export const PLATFORMS = ['iosxr-um2', 'junos-yang', 'frr'] as const;

/** Groups, leaks and the like as far as they reach; a hand edit; an import policy by its text. */
const DOUBTS = {
  group: { unknowns: [{ path: 'apply-groups EDGE', reach: 'vrf', why: 'was not resolved' }] },
  leak: { unknowns: [{ path: 'instance-import', reach: 'router', why: 'is not understood' }] },
  anywhere: { unknowns: [{ path: 'groups', reach: 'network', why: 'is not understood' }] },
  outside: { unknowns: [{ path: 'rib-groups', reach: 'router', why: 'is not understood', ofRouter: true }] },
  edited: { anomalies: ['a term of WASL-AAA-EXPORT has words of somebody else'] },
  pattern: { policyTexts: { IN: 'accept 65000:*' } },
  literal: { policyTexts: { IN: 'accept 65000:100' } },
  naming: { policyTexts: { IN: 'accept 65000:9002, 65000:9003' } },
  textless: { policyTexts: {} },
} as const;

type Doubt = keyof typeof DOUBTS;

export const doubt: fc.Arbitrary<Doubt | null> = fc.oneof(
  { weight: 20, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(DOUBTS) as Doubt[])) },
);

export function withDoubt(vrf: VrfView, which: Doubt | null): VrfView {
  if (which === null) return vrf;
  const more = DOUBTS[which];
  if (!('policyTexts' in more)) return { ...vrf, ...more };
  const operator = Object.entries(vrf.operator).map(([family, one]) => [family, { ...one, importPolicies: ['IN'] }]);
  return { ...vrf, ...more, operator: Object.fromEntries(operator) };
}

/** Which tables were not read, and what else is in those that were. */
export const tablesSpec = fc.record({
  unread: fc.oneof({ weight: 4, arbitrary: fc.constant<number | null>(null) }, fc.nat(5)),
  more: fc.array(
    fc.record({
      table: fc.nat(7),
      route: fc.constantFrom(
        '0.0.0.0/0',
        '10.0.0.0/9',
        '10.1.1.0/25',
        '10.1.1.0/24',
        '192.0.2.128/25',
        '2001:db8::/40',
      ),
      origin: fc.constantFrom('local' as const, 'vpn' as const),
    }),
    { maxLength: 3 },
  ),
});

type TablesSpec = typeof tablesSpec extends fc.Arbitrary<infer T> ? T : never;

/** What the route targets bring, what is attached, and some more. */
export function holdTables(view: NetworkView, { unread, more }: TablesSpec): ObservedTables {
  const carried = [...bruteCarried(view)].map((line) => line.split(' '));
  const tables = new Map<string, readonly ObservedRoute[]>();
  let number = 0;
  for (const pe of view.pes) {
    for (const vrf of pe.vrfs) {
      const own = vrf.attachments.flatMap(({ prefixes }) => prefixes.map((one) => [one, 'local'] as const));
      const came = carried.filter(([, , , toPe, toVrf]) => toPe === pe.name && toVrf === vrf.name);
      const added = more.filter(({ table }) => table === number).map(({ route, origin }) => [route, origin] as const);
      const all = new Map<string, 'local' | 'vpn'>([
        ...added,
        ...came.map(([, , one = '']) => [one, 'vpn'] as const),
        ...own,
      ]);
      for (const family of ['ipv4', 'ipv6'] as const) {
        const routes = [...all].filter(([one]) => one.includes(':') === (family === 'ipv6'));
        const key = tableKey(pe.name, vrf.name, family);
        if (number !== unread)
          tables.set(
            key,
            routes.map(([one, origin]) => ({ prefix: prefix(one), origin })),
          );
      }
      number += 1;
    }
  }
  return tables;
}
