import fc from 'fast-check';
import { disagreements } from './differential.ts';
import { type SmallWorld, smallWorld } from './worlds.ts';

export interface Found {
  /** How many worlds were looked at, the one that disagrees among them. */
  readonly worlds: number;
  readonly sentences: readonly string[];
  /** With its world, as fast-check tells it. */
  readonly report: string;
}

interface SearchOptions {
  readonly seed: number;
  readonly runs: number;
  readonly milliseconds?: number;
  /** Until the world that disagrees is as small as may be. */
  readonly shrinks: boolean;
}

/** Worlds against the slow model, up to the first that disagrees; without sentences: none did. */
export function search({ seed, runs, milliseconds, shrinks }: SearchOptions): Found {
  const property = fc.property(smallWorld, (world: SmallWorld) => {
    const found = disagreements(world);
    if (found.length > 0) throw new Error(found.join('\n'));
  });
  const outcome = fc.check(property, {
    ...{ seed, numRuns: runs, endOnFailure: !shrinks },
    ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds }),
  });
  if (!outcome.failed) return { worlds: outcome.numRuns, sentences: [], report: '' };
  const [world] = outcome.counterexample ?? [];
  return {
    worlds: outcome.numRuns,
    sentences: world === undefined ? [] : told(world),
    report: fc.defaultReportMessage(outcome) ?? '',
  };
}

function told(world: SmallWorld): string[] {
  try {
    return disagreements(world);
  } catch (error) {
    return [String(error)];
  }
}
