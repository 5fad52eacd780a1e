import type { MatrixAnswer, WireReachability } from '../api/wire.ts';
import type { Paint } from './paint.ts';
import { formatTable } from './table.ts';
import { countOf, shortTarget } from './wording.ts';

/** Rows reach columns: each cell counts the prefixes of the column's VPN that the row's VPN reaches. Then the list in words. */
export function showMatrix(matrix: MatrixAnswer, paint: Paint): string[] {
  const between = matrix.reachabilities.filter(({ from, to }) => from !== to);
  const prefixes = groupPrefixes(between);
  const label = (vpn: MatrixAnswer['vpns'][number]) => (vpn.canary ? `${vpn.id} (canary)` : vpn.id);
  const rows = matrix.vpns.map((reader) => [
    label(reader),
    ...matrix.vpns.map((target) => {
      if (target.id === reader.id) return paint('dim', '=');
      const count = prefixes.get(`${reader.id} ${target.id}`)?.size ?? 0;
      if (count === 0) return paint('dim', '·');
      return paint(reader.canary || target.canary ? 'red' : 'green', String(count));
    }),
  ]);
  return [
    paint('bold', `Who reaches whom, read from the routers at ${matrix.readAt}`),
    ...formatTable(['FROM \\ TO', ...matrix.vpns.map((vpn) => vpn.id)], rows, paint),
    '',
    ...listReach(between, paint),
    ...matrix.unread.map(({ pe, reason }) => paint('red', `not read: ${pe}: ${reason}`)),
  ];
}

function groupPrefixes(reachabilities: readonly WireReachability[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { from, to, prefix } of reachabilities) {
    const key = `${to} ${from}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(prefix));
  }
  return groups;
}

function listReach(reachabilities: readonly WireReachability[], paint: Paint): string[] {
  if (reachabilities.length === 0) return ['No VPN reaches another.'];
  const groups = new Map<string, { first: WireReachability; prefixes: Set<string>; places: Set<string> }>();
  for (const reach of reachabilities) {
    const key = `${reach.to} ${reach.from} ${reach.via}`;
    const group = groups.get(key) ?? { first: reach, prefixes: new Set<string>(), places: new Set<string>() };
    group.prefixes.add(reach.prefix);
    group.places.add(reach.toPe);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, prefixes, places }) => {
    const where = `${countOf(places.size, 'PE')}, route target ${shortTarget(first.via)}`;
    return `${paint('bold', first.to)} reaches ${[...prefixes].join(', ')} of ${paint('bold', first.from)} (${where})`;
  });
}
