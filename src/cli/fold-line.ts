import { columnsOf, toOutput, visibleLength } from './paint.ts';

/** Begins what goes on from the line before, so that a long text of others cannot make its own tail look like a line of ours. */
const CONTINUATION = '  ↳ ';
/** A terminal narrower than this is none that anybody reads on. */
const COLUMNS_MIN = 20;
/** A word is kept whole where that leaves the row at least this full. */
const FILLED_MIN = 0.6;

interface Row {
  text: string;
  columns: number;
  /** Where the row could end: behind its last space. */
  space: { readonly length: number; readonly columns: number } | null;
}

/** A line as it is written to a terminal of so many columns: where the terminal would wrap it, it goes on marked. */
export function foldLine(line: string, columns: number): string {
  const output = toOutput(line);
  if (columns < COLUMNS_MIN || visibleLength(line) <= columns) return output;
  const rows: string[] = [];
  let row: Row = { text: '', columns: 0, space: null };
  for (const piece of output.match(PIECE) ?? []) {
    const width = piece.length > 2 ? 0 : columnsOf(piece);
    if (row.columns + width > columns) row = breakRow(row, columns, rows);
    row.text += piece;
    row.columns += width;
    if (piece === ' ') row.space = { length: row.text.length, columns: row.columns };
  }
  return [...rows, row.text].join('\n');
}

/** A colour, or one character. */
const PIECE = new RegExp(`${String.fromCharCode(27)}\\[\\d+m|.`, 'gsu');

function breakRow(row: Row, columns: number, rows: string[]): Row {
  const isFilled = row.space !== null && row.space.columns >= columns * FILLED_MIN;
  const end = isFilled && row.space !== null ? row.space : { length: row.text.length, columns: row.columns };
  rows.push(row.text.slice(0, end.length));
  const rest = row.text.slice(end.length);
  return { text: CONTINUATION + rest, columns: CONTINUATION.length + row.columns - end.columns, space: null };
}
