import type { MatrixAnswer } from '../api/network-wire.ts';
import type { PlanAnswer } from '../api/wire.ts';
import { visibleText } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';

type Cell = MatrixAnswer['cells'][number];

/** Beyond it nobody reads a name: a picture of so many is no answer, the list is. */
export const VPNS_DRAWN_MAX = 200;

const CELL = 26;
const LABEL = 190;
const COLOURS = {
  agreed: '#2e7d32',
  strange: '#c62828',
  missing: '#ef6c00',
  later: '#f9a825',
  unknown: '#9e9e9e',
  own: '#e0e0e0',
  moved: '#1565c0',
};
const MEANINGS: readonly (readonly [keyof typeof COLOURS, string])[] = [
  ['agreed', 'reaches, as agreed'],
  ['strange', 'reaches under NO AGREEMENT'],
  ['missing', 'agreed, and missing on the network'],
  ['later', 'agreed or asked for, not on the network'],
  ['unknown', 'not read, or not understood: unknown'],
  ['moved', 'changes with the plan: how many before → after'],
];

/** What a plan brings and takes; what it brings already counts as before where it is on the network. */
export type PlanMoves = Pick<PlanAnswer, 'id' | 'gained' | 'lost'>;

/**
 * Who reaches whom as a picture: rows reach columns, the number of prefixes in each field. VPNs of which there is nothing to say are
 * counted. With a plan, what it changes stands out, before and after.
 */
export function drawMatrix(matrix: MatrixAnswer, plan: PlanMoves | null = null): string {
  const moves = movesByPair(matrix, plan);
  const strangers = new Set(matrix.strangers.map(({ other }) => other));
  const unread = new Set(matrix.unreadVpns);
  const spoken = new Set([...matrix.cells.flatMap(({ from, to }) => [from, to]), ...unread, ...strangers]);
  for (const { from, to } of moves.values()) spoken.add(from).add(to);
  const vpns = matrix.vpns.map(({ id }) => id).filter((id) => spoken.has(id));
  if (vpns.length > VPNS_DRAWN_MAX) {
    throw new WaslError('REQUEST_TOO_LARGE', `${vpns.length} VPNs exchange routes; a picture shows ${VPNS_DRAWN_MAX}`, {
      path: '--svg',
      remedy: 'Take the list: wasl matrix, or wasl matrix --json.',
    });
  }
  const place = new Map(vpns.map((id, index) => [id, index]));
  const meanings = plan === null ? MEANINGS.filter(([key]) => key !== 'moved') : MEANINGS;
  const across = vpns.length * CELL;
  const [width, height] = [LABEL + across + 20, LABEL + across + 90 + meanings.length * 20];
  const label = (id: string) => escapeText(id.length > 24 ? `${id.slice(0, 23)}…` : id);
  const rows = vpns.map((id, y) => {
    const at = LABEL + y * CELL;
    return [
      `<text x="${LABEL - 8}" y="${at + 17}" text-anchor="end">${label(id)}</text>`,
      `<text transform="translate(${at + 17} ${LABEL - 8}) rotate(-90)">${label(id)}</text>`,
      `<rect x="${at}" y="${at}" width="${CELL}" height="${CELL}" fill="${COLOURS.own}"/>`,
    ].join('');
  });
  const drawn = new Map(matrix.cells.map((cell) => [`${cell.to} ${cell.from}`, cell]));
  const fields = vpns.flatMap((to) =>
    vpns.flatMap((from) => {
      const cell = drawn.get(`${to} ${from}`);
      const move = moves.get(`${to} ${from}`);
      const found = lookOf(cell, unread.has(to) || unread.has(from));
      const look = move !== undefined && found !== 'strange' ? 'moved' : found;
      // Something of it was not read: it may be more.
      const moved = move !== undefined && found === 'unknown' ? `${move.text}?` : move?.text;
      if (to === from || look === null) return [];
      const [x, y] = [LABEL + (place.get(from) ?? 0) * CELL, LABEL + (place.get(to) ?? 0) * CELL];
      const count = cell?.prefixes.length ?? 0;
      const text = moved ?? (count > 0 ? count : look === 'unknown' ? '?' : '');
      const title = `${to} reaches ${moved ?? count} of ${from}: ${MEANINGS.find(([key]) => key === look)?.[1] ?? look}`;
      return [
        `<g><title>${escapeText(title)}</title><rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="${COLOURS[look]}"/>` +
          `<text x="${x + CELL / 2}" y="${y + 17}" text-anchor="middle" fill="#fff"${move === undefined ? '' : ' font-size="9"'}>${text}</text></g>`,
      ];
    }),
  );
  const silent = matrix.vpns.length - vpns.length;
  const bottom = LABEL + across + 30;
  const foot = legend(matrix, meanings, bottom, silent);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.max(width, 480)}" height="${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="12" y="20" font-weight="bold">Who reaches whom (rows reach columns), ${plan === null ? '' : `before and after ${escapeText(plan.id)}, `}read at ${escapeText(matrix.readAt)}</text>`,
    ...rows,
    ...fields,
    ...foot,
    '</svg>',
  ].join('\n')}\n`;
}

function legend({ strangers }: MatrixAnswer, meanings: typeof MEANINGS, bottom: number, silent: number): string[] {
  return [
    ...meanings.map(
      ([key, meaning], line) =>
        `<rect x="12" y="${bottom + line * 20}" width="14" height="14" fill="${COLOURS[key]}"/>` +
        `<text x="34" y="${bottom + line * 20 + 12}">${meaning}</text>`,
    ),
    ...(silent > 0
      ? [
          `<text x="12" y="${bottom + meanings.length * 20 + 14}">${silent} more VPNs reach nobody, and nobody reaches them</text>`,
        ]
      : []),
    ...(strangers.length > 0
      ? [
          `<text x="12" y="${bottom + meanings.length * 20 + 34}" fill="${COLOURS.strange}">VRFs that the inventory does not know exchange routes: wasl matrix names them</text>`,
        ]
      : []),
  ];
}

/** By `to from`: the numbers of prefixes before and after. */
function movesByPair(matrix: MatrixAnswer, plan: PlanMoves | null) {
  const moves = new Map<string, { from: string; to: string; text: string }>();
  const pairs = new Map([...(plan?.gained ?? []), ...(plan?.lost ?? [])].map((one) => [`${one.to} ${one.from}`, one]));
  for (const [key, { from, to }] of pairs) {
    const of = (list: PlanMoves['gained'] = []) =>
      list.filter((one) => one.to === to && one.from === from).map(({ prefix }) => prefix);
    const before = new Set(matrix.cells.find((cell) => cell.to === to && cell.from === from)?.prefixes);
    const after = new Set([...before, ...of(plan?.gained)]);
    for (const prefix of of(plan?.lost)) after.delete(prefix);
    moves.set(key, { from, to, text: `${before.size}→${after.size}` });
  }
  return moves;
}

/** The worst of it: an agreement never hides a stranger. null: nothing to say. */
function lookOf(cell: Cell | undefined, mayHoldMore: boolean): keyof typeof COLOURS | null {
  if (cell !== undefined && !cell.covered) return 'strange';
  if (cell !== undefined && cell.missing.length > 0) return 'missing';
  if (mayHoldMore || cell?.unread === true) return 'unknown';
  if (cell === undefined) return null;
  return cell.prefixes.length > 0 ? 'agreed' : cell.interconnects.length > 0 ? 'later' : null;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escapeText = (text: string): string => visibleText(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
