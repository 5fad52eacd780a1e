import type { MatrixAnswer } from '../api/network-wire.ts';
import { countOf } from '../domain/count-of.ts';
import { ERRORS, isErrorCode } from '../errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Paint } from './paint.ts';
import { formatTable } from './table.ts';
import { shortTarget } from './wording.ts';

type Cell = MatrixAnswer['cells'][number];
type Route = MatrixAnswer['reachabilities'][number];

/** What a mark in the table means; only those that occur are explained. */
const LEGEND: Readonly<Record<string, string>> = {
  '!': 'under NO AGREEMENT',
  '-': 'agreed and missing on the network',
  '?': 'not read, or not understood',
  p: 'agreed or asked for, not there yet',
  s: 'suspended',
};

/** Rows reach columns: each cell counts the prefixes of the column's VPN that the row's VPN reaches, and marks what is not as agreed. */
export function showMatrix(matrix: MatrixAnswer, paint: Paint): string[] {
  const cells = new Map(matrix.cells.map((cell) => [`${cell.to} ${cell.from}`, cell]));
  const canaries = new Set(matrix.vpns.filter(({ canary }) => canary).map(({ id }) => id));
  const unreadVpns = new Set(matrix.unreadVpns);
  const marks = new Set<string>();
  const rows = matrix.vpns.map((reader) => [
    reader.canary ? `${reader.id} (canary)` : reader.id,
    ...matrix.vpns.map((target) => {
      if (target.id === reader.id) return paint('dim', '=');
      const text = cellText(
        cells.get(`${reader.id} ${target.id}`),
        unreadVpns.has(reader.id) || unreadVpns.has(target.id),
      );
      for (const mark of text.replace(/^\d+/, '')) marks.add(mark);
      if (text === '·') return paint('dim', text);
      const isBad = /[!?-]/.test(text) || (/^\d/.test(text) && (canaries.has(reader.id) || canaries.has(target.id)));
      return paint(isBad ? 'red' : /^\d/.test(text) ? 'green' : 'yellow', text);
    }),
  ]);
  const legend = Object.entries(LEGEND).flatMap(([mark, meaning]) => (marks.has(mark) ? [`${mark} ${meaning}`] : []));
  return [
    paint('bold', `Who reaches whom, read from the routers at ${matrix.readAt}`),
    ...formatTable(['FROM \\ TO', ...matrix.vpns.map((vpn) => vpn.id)], rows, paint),
    ...(legend.length === 0 ? [] : [paint('dim', legend.join('; '))]),
    '',
    ...listReach(matrix, paint),
    ...listMissing(matrix, paint),
    ...listNotThere(matrix, paint),
    ...matrix.doubts.map(({ pe, vrf, fact }) =>
      paint(
        'red',
        `NOT UNDERSTOOD: ${vrf === null ? pe : `VRF ${vrf} at ${pe}`}: ${fact}; what it lets through is unknown`,
      ),
    ),
    ...matrix.unread.map(({ pe, reason }) => paint('red', `NOT READ: ${pe}: ${reason}; what it carries is unknown`)),
  ];
}

type Judged = Pick<MatrixAnswer, 'unread' | 'doubts' | 'missing' | 'strangers' | 'reachabilities'>;

/**
 * 0 where the network was read whole and carries what was agreed and nothing else. A person must look at what is not as agreed or not
 * understood; else the class of what kept wasl from reading, the worst first.
 */
export function matrixExitCode({ unread, doubts, missing, strangers, reachabilities }: Judged): number {
  const isAsAgreed =
    missing.length + strangers.length === 0 && reachabilities.every(({ covered, from, to }) => covered || from === to);
  if (!isAsAgreed || doubts.length > 0) return EXIT.unknown;
  const codes = unread.map(({ code }) => exitCodeOf(isErrorCode(code) ? ERRORS[code].class : 'unknown'));
  return Math.max(EXIT.ok, ...codes);
}

function cellText(cell: Cell | undefined, mayHoldMore: boolean): string {
  const unread = mayHoldMore ? '?' : '';
  if (cell === undefined) return unread || '·';
  const { prefixes, covered, missing, interconnects } = cell;
  const standings = new Set(interconnects.map(({ standing }) => standing));
  const count = prefixes.length > 0 ? String(prefixes.length) : missing.length > 0 ? '0' : '';
  const bad = `${covered ? '' : '!'}${missing.length > 0 ? '-' : ''}`;
  const later = `${standings.has('planned') ? 'p' : ''}${standings.has('suspended') ? 's' : ''}`;
  return `${count}${bad}${later}${unread}` || '·';
}

function listReach({ reachabilities, strangers, interconnects }: MatrixAnswer, paint: Paint): string[] {
  const between = reachabilities.filter(({ from, to }) => from !== to);
  if (between.length + strangers.length === 0) return ['No VPN reaches another.'];
  const states = new Map(interconnects.map(({ id, state }) => [id, state]));
  const groups = groupBy(between, ({ to, from, via, covered, interconnects: ids }) =>
    [to, from, via, covered, ...ids].join(' '),
  );
  const lines = groups.map((group) => {
    const first = group[0] as Route;
    const prefixes = [...new Set(group.map(({ prefix }) => prefix))].join(', ');
    const places = new Set(group.map(({ toPe }) => toPe));
    const where = places.size <= 3 ? `at ${[...places].join(', ')}` : `at ${countOf(places.size, 'PE')}`;
    const agreed = first.interconnects.map((id) => `${id} (${states.get(id) ?? 'ended'})`).join(', ');
    const reach = `${paint('bold', first.to)} reaches ${prefixes} of ${paint('bold', first.from)} ${where}, route target ${shortTarget(first.via)}`;
    if (first.covered) return { isBad: false, text: `${agreed}: ${reach}` };
    const why = agreed === '' ? '' : `; ${agreed} does not let it be there`;
    return { isBad: true, text: `${paint('red', 'NO AGREEMENT')}: ${reach}${why}` };
  });
  const foreign = strangers.map(
    ({ pe, vrf, direction, other, prefix, via }) =>
      `${paint('red', 'NO AGREEMENT')}: VRF ${vrf} at ${pe}, which the inventory does not know, ${
        direction === 'reaches' ? `reaches ${prefix} of ${other}` : `gives ${prefix} to ${other}`
      }, route target ${shortTarget(via)}`,
  );
  const bad = [...lines.filter(({ isBad }) => isBad).map(({ text }) => text), ...foreign];
  const remedy =
    bad.length === 0
      ? []
      : [
          '  No agreement that stands put it there. Find out who did, and remove it on the router; if it is wanted, have it agreed after that.',
        ];
  return [...lines.filter(({ isBad }) => !isBad).map(({ text }) => text), ...bad, ...remedy];
}

function listMissing({ missing }: MatrixAnswer, paint: Paint): string[] {
  const groups = groupBy(missing, ({ interconnect, to, from }) => [interconnect, to, from].join(' '));
  return groups.map((group) => {
    const { interconnect, from, to } = group[0] as MatrixAnswer['missing'][number];
    const gaps = groupBy(group, ({ prefix }) => prefix).map((ways) => {
      const pes = [...new Set(ways.map(({ fromPe, toPe }) => (fromPe === toPe ? toPe : `${fromPe} to ${toPe}`)))];
      return `${ways[0]?.prefix} (${pes.slice(0, 3).join(', ')}${pes.length > 3 ? `, ${pes.length - 3} more` : ''})`;
    });
    return `${paint('red', 'MISSING')}: ${interconnect} lets ${to} reach ${from}, and the network does not carry ${gaps.join(', ')}`;
  });
}

/** Agreements that are not to be on the network now. */
function listNotThere({ interconnects }: MatrixAnswer, paint: Paint): string[] {
  const line = (ids: readonly string[], word: string) =>
    ids.length === 0 ? [] : [paint('yellow', `${word}: ${ids.join(', ')}`)];
  const of = (standing: Cell['interconnects'][number]['standing']) =>
    interconnects.filter((each) => each.standing === standing).map(({ id, state }) => `${id} (${state})`);
  return [
    ...line(of('changing'), 'being changed'),
    ...line(of('planned'), 'not there yet'),
    ...line(of('suspended'), 'suspended'),
  ];
}

function groupBy<T>(list: readonly T[], key: (element: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const element of list) {
    const group = groups.get(key(element)) ?? [];
    groups.set(key(element), group);
    group.push(element);
  }
  return [...groups.values()];
}
