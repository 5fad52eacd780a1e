import { expect, it } from 'vitest';
import { drawMatrix, VPNS_DRAWN_MAX } from '../../src/cli/draw-matrix.ts';
import { SILENT_MATRIX } from '../support/api-under-test.ts';

const vpnOf = (id: string) => ({ id, entity: id, canary: false });
const cell = (to: string, from: string, more: object = {}) => ({
  ...{ from, to, prefixes: ['10.1.0.0/24', '10.2.0.0/24'], uncovered: [], missing: [], interconnects: [] },
  ...{ covered: true, unread: false, ...more },
});
const draw = (ids: readonly string[], cells: ReturnType<typeof cell>[], more: object = {}) =>
  drawMatrix({ ...SILENT_MATRIX, vpns: ids.map(vpnOf), cells, ...more });

it('draws who reaches whom, the worst that is to be said of each pair, and leaves out whom nothing concerns', () => {
  const svg = draw(
    ['MOF', 'MOH', 'MOE', 'MOI', 'QUIET'],
    [
      cell('MOF', 'MOH'),
      cell('MOH', 'MOF', { covered: false, missing: ['10.9.0.0/24'] }),
      cell('MOE', 'MOF', { missing: ['10.9.0.0/24'] }),
      cell('MOI', 'MOH', { prefixes: [], interconnects: [{ id: 'IC-0001', state: 'requested', standing: 'planned' }] }),
    ],
    { unreadVpns: ['MOI'] },
  );
  const titles = [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
  expect(titles).toContain('MOF reaches 2 of MOH: reaches, as agreed');
  expect(titles).toContain('MOH reaches 2 of MOF: reaches under NO AGREEMENT');
  expect(titles).toContain('MOE reaches 2 of MOF: agreed, and missing on the network');
  expect(titles).toContain('MOI reaches 0 of MOH: not read, or not understood: unknown');
  expect(titles).toContain('MOF reaches 0 of MOI: not read, or not understood: unknown');
  expect(titles.some((title) => /(MOE reaches \d of MOH)|QUIET/.test(title ?? ''))).toBe(false);
  expect(svg).toContain('1 more VPNs reach nobody');
});

it('a name is text, whatever it holds', () => {
  const name = `<script>&"'\u202e`;
  const svg = draw([name, 'MOF'], [cell('MOF', name)]);
  expect(svg).toContain('&lt;script&gt;&amp;&quot;&apos;');
  expect(svg).not.toMatch(/<script|\u202e/);
});

it('more than anybody could read is refused in words', () => {
  const ids = Array.from({ length: VPNS_DRAWN_MAX + 1 }, (_, index) => `V${index}`);
  const cells = ids.map((id) => cell(id, 'V0'));
  expect(() => draw(ids, cells)).toThrow(/201 VPNs exchange routes; a picture shows 200/);
  expect(draw(ids.slice(0, -1), cells.slice(0, -1))).toContain('</svg>');
});

it('shows what a plan changes, before and after', () => {
  const move = (prefix: string) => ({ from: 'MOH', fromPe: 'a', prefix, to: 'MOF', toPe: 'b', via: '0:65000:1' });
  const matrix = {
    ...SILENT_MATRIX,
    vpns: ['MOF', 'MOH', 'MOE'].map(vpnOf),
    cells: [cell('MOF', 'MOH'), cell('MOE', 'MOF')],
  };
  const titles = (gained: string[], lost: string[]) => {
    const svg = drawMatrix(matrix, { id: 'IC-0001-C1-P1', gained: gained.map(move), lost: lost.map(move) });
    expect(svg).toContain('before and after IC-0001-C1-P1');
    return [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
  };
  const moved = 'changes with the plan: how many before → after';
  expect(titles(['10.3.0.0/24', '10.1.0.0/24'], [])).toEqual([
    `MOF reaches 2→3 of MOH: ${moved}`,
    'MOE reaches 2 of MOF: reaches, as agreed',
  ]);
  expect(titles([], ['10.1.0.0/24'])[0]).toBe(`MOF reaches 2→1 of MOH: ${moved}`);
  const news = drawMatrix(
    { ...SILENT_MATRIX, vpns: ['MOF', 'MOH'].map(vpnOf) },
    { id: 'P', gained: [move('10.1.0.0/24')], lost: [] },
  );
  expect(news).toContain('MOF reaches 0→1 of MOH');
  const unread = drawMatrix(
    { ...SILENT_MATRIX, vpns: ['MOF', 'MOH'].map(vpnOf), unreadVpns: ['MOH'] },
    { id: 'P', gained: [move('10.1.0.0/24')], lost: [] },
  );
  expect(unread).toContain('MOF reaches 0→1? of MOH');
  expect(drawMatrix(matrix)).not.toContain('changes with the plan');
});
