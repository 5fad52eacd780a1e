const ROUNDS = 20;

/** ms of each of 20 runs; the first, in which code is compiled, is not counted. */
export function repeated(work: () => void): number[] {
  work();
  return Array.from({ length: ROUNDS }, () => timed(work));
}

/** ms. */
export function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
