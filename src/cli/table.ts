import { withLocalTimes } from './local-time.ts';
import { type Paint, padVisible, visibleLength } from './paint.ts';

const GAP = '  ';

/**
 * Columns as wide as their widest cell, two spaces apart, no trailing space. Columns that the terminal has no room for stand below their
 * row, each under its own name: folded, the cells of one row would run into each other.
 */
export function formatTable(
  headers: readonly string[],
  entries: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const { offsetOf, columns = Number.POSITIVE_INFINITY } = paint;
  const rows =
    offsetOf === undefined ? entries : entries.map((cells) => cells.map((cell) => withLocalTimes(cell, offsetOf)));
  const widths = headers.map((header, column) =>
    Math.max(visibleLength(header), ...rows.map((row) => visibleLength(row[column] ?? ''))),
  );
  const beside = widths.slice(0, countFitting(widths, columns));
  const line = (cells: readonly string[]) =>
    beside
      .map((width, column) => padVisible(cells[column] ?? '', width))
      .join(GAP)
      .trimEnd();
  const below = (cells: readonly string[]) =>
    headers
      .map((header, column) => `${GAP}${paint('dim', `${header.toLowerCase()}:`)} ${cells[column] ?? ''}`)
      .filter((_, column) => column >= beside.length && (cells[column] ?? '') !== '');
  return [paint('dim', line(headers)), ...rows.flatMap((row) => [line(row), ...below(row)])];
}

/** The first column always. */
function countFitting(widths: readonly number[], columns: number): number {
  let [count, taken] = [0, 0];
  for (const width of widths) {
    taken += width + (count === 0 ? 0 : GAP.length);
    if (count > 0 && taken > columns) break;
    count += 1;
  }
  return count;
}
