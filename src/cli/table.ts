import { withLocalTimes } from './local-time.ts';
import { type Paint, padVisible, visibleLength } from './paint.ts';

/** Columns as wide as their widest cell, two spaces apart, no trailing space. */
export function formatTable(
  headers: readonly string[],
  entries: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const { offsetOf } = paint;
  const rows =
    offsetOf === undefined ? entries : entries.map((cells) => cells.map((cell) => withLocalTimes(cell, offsetOf)));
  const widths = headers.map((header, column) =>
    Math.max(visibleLength(header), ...rows.map((row) => visibleLength(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => padVisible(cells[column] ?? '', width))
      .join('  ')
      .trimEnd();
  return [paint('dim', line(headers)), ...rows.map(line)];
}
