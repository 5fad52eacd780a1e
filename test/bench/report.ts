/** What every suite hands back, and how it is shown to people. */

/** `ratio` = the peer's time (or bytes) over ours: above 1 we need less than the peer. */
export interface BenchRow {
  readonly name: string;
  readonly peer: string;
  readonly ratio: number;
  /** Ours, where the figure itself is of interest. */
  readonly milliseconds?: number;
}

export interface SuiteResult {
  readonly rows: readonly BenchRow[];
}

/** Prints one line for people while the suite runs. */
export type Print = (line: string) => void;

export type Suite = (print: Print) => Promise<SuiteResult>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** `412 (388–530)`: the median, and the extremes that a busy machine makes. */
export function spread(values: readonly number[], digits = 0): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}

export function printTable(print: Print, head: readonly string[], body: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  print(line(head));
  print(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of body) print(line(row));
}
