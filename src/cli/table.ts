import { type Paint, padVisible, visibleLength } from './paint.ts';

/** Columns as wide as their widest cell, two spaces apart, no trailing space. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string[] {
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
