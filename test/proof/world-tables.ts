/** What the tables of small worlds hold: what the model says, and beside it what lies close to the routes of an agreement. */
import fc from 'fast-check';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import { bits, bruteCarried, fromBits, meet } from './brute-force.ts';
import { prefix } from './networks.ts';

const UNLISTED = ['172.16.0.0/24', '172.16.0.0/25', '0.0.0.0/0', '2001:db8::/40'] as const;

/** Which tables were not read, and what else is in those that were: by where it lies to a prefix that some VPN shares. */
export const tablesSpec = fc.record({
  unread: fc.oneof(fc.constant<number | null>(null), fc.nat(4)),
  more: fc.array(
    fc.record({
      /** Of the VPN that takes, that gives, or at this place of the network. */
      at: fc.constantFrom<'taker' | 'giver' | number>('taker', 'taker', 'giver', 0, 1, 2, 3),
      flow: fc.nat(1),
      nth: fc.nat(2),
      lies: fc.constantFrom(
        'equal',
        'lower half',
        'upper half',
        'last address',
        'around',
        'far around',
        'unlisted',
        'listed around',
      ),
      origin: fc.constantFrom('local' as const, 'vpn' as const),
    }),
    { maxLength: 3 },
  ),
});

type TablesSpec = typeof tablesSpec extends fc.Arbitrary<infer T> ? T : never;
type More = TablesSpec['more'][number];

/** What the route targets bring, what is attached, and some more. */
export function holdTables(
  view: NetworkView,
  subject: RealisedInterconnect,
  { unread, more }: TablesSpec,
): ObservedTables {
  const carried = [...bruteCarried(view)].map((line) => line.split(' '));
  const tables = new Map<string, readonly ObservedRoute[]>();
  let number = 0;
  for (const pe of view.pes) {
    for (const vrf of pe.vrfs) {
      const all = new Map<string, 'local' | 'vpn'>();
      for (const one of more) {
        const flow = subject.flows[one.flow % subject.flows.length] ?? subject.flows[0];
        const isHere =
          one.at === 'taker' ? vrf.vpn === flow?.to : one.at === 'giver' ? vrf.vpn === flow?.from : one.at === number;
        const route = isHere ? routeOf(view, one, flow) : null;
        if (route !== null) all.set(route, one.origin);
      }
      for (const [, , came = '', toPe, toVrf] of carried)
        if (toPe === pe.name && toVrf === vrf.name) all.set(came, 'vpn');
      for (const { prefixes } of vrf.attachments) for (const own of prefixes) all.set(own, 'local');
      for (const family of ['ipv4', 'ipv6'] as const) {
        if (number === unread) continue;
        const routes = [...all].filter(([one]) => one.includes(':') === (family === 'ipv6'));
        const table = routes.map(([one, origin]) => ({ prefix: prefix(one), origin }));
        tables.set(tableKey(pe.name, vrf.name, family), table);
      }
      number += 1;
    }
  }
  return tables;
}

function routeOf(
  view: NetworkView,
  { nth, lies }: More,
  flow: RealisedInterconnect['flows'][number] | undefined,
): string | null {
  if (lies === 'unlisted') return UNLISTED[nth] ?? null;
  const sites = view.pes.flatMap(({ vrfs }) => vrfs.filter(({ vpn }) => vpn === flow?.from));
  const shared =
    flow === undefined || flow.prefixes === 'whole-vpn'
      ? sites.flatMap((site) => site.attachments.flatMap((one) => one.prefixes))
      : flow.prefixes;
  const of = shared[nth % Math.max(shared.length, 1)];
  if (of === undefined) return null;
  if (lies === 'listed around') {
    const listed = view.pes.flatMap(({ vrfs }) =>
      vrfs.flatMap((vrf) => vrf.attachments.flatMap((one) => one.prefixes)),
    );
    const wider = listed.filter((one) => meet(one, of) && Number(one.split('/')[1]) < Number(of.split('/')[1]));
    return wider[nth % Math.max(wider.length, 1)] ?? null;
  }
  const length = Number(of.split('/')[1]);
  const [all, isSix] = [bits(of), of.includes(':')];
  const own = all.slice(0, length);
  const wanted = {
    equal: own,
    'lower half': `${own}0`,
    'upper half': `${own}1`,
    'last address': own.padEnd(all.length, '1'),
    around: own.slice(0, -1),
    'far around': own.slice(0, -8),
  }[lies];
  return wanted.length > all.length ? null : fromBits(wanted, isSix);
}
