/**
 * How many milliseconds went by since it was started, by whichever of the host's clocks says more: one may be set back, the other stands still
 * while the machine is paused. What must not be late is never thought early.
 */
export type Stopwatch = () => number;

export function startStopwatch(): Stopwatch {
  const [startedMs, dateMs] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - startedMs, Date.now() - dateMs);
}
