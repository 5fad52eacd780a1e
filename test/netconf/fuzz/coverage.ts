/** The counters that the instrumented sources keep, and what is new in them. */

export const COVERAGE_VARIABLE = '__wasl_fuzz_coverage__';

interface FileCoverage {
  readonly b: Readonly<Record<string, number[]>>;
  readonly f: Record<string, number>;
}

/** How often a place was reached matters by its order of magnitude: 1, 2, 3, 4–7, 8–15, 16–31, 32–127 and more. */
function bucketOf(count: number): number {
  if (count < 4) return 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
}

export class Coverage {
  private readonly branches: number[][] = [];
  private readonly functions: [Record<string, number>, string][] = [];

  /** Reads what the instrumented modules registered when they were loaded. */
  constructor() {
    const files = (globalThis as Record<string, unknown>)[COVERAGE_VARIABLE] as
      | Record<string, FileCoverage>
      | undefined;
    for (const { b, f } of Object.values(files ?? {})) {
      this.branches.push(...Object.values(b));
      this.functions.push(...Object.keys(f).map((key): [Record<string, number>, string] => [f, key]));
    }
    if (this.branches.length < 50)
      throw new Error('the targets are not instrumented: there is no coverage to guide by');
  }

  get places(): number {
    return this.branches.reduce((sum, counters) => sum + counters.length, 0) + this.functions.length;
  }

  /** What was reached since the last call, as numbers that name a place and an order of magnitude; the counters begin anew. */
  take(): number[] {
    const features: number[] = [];
    let place = 0;
    for (const counters of this.branches) {
      for (let arm = 0; arm < counters.length; arm += 1) {
        const count = counters[arm] ?? 0;
        if (count > 0) {
          features.push(place * 256 + bucketOf(count));
          counters[arm] = 0;
        }
        place += 1;
      }
    }
    for (const [counters, key] of this.functions) {
      const count = counters[key] ?? 0;
      if (count > 0) {
        features.push(place * 256 + bucketOf(count));
        counters[key] = 0;
      }
      place += 1;
    }
    return features;
  }
}
