import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disagreements } from './differential.ts';
import { PROPERTY_TIMEOUT_MS } from './networks.ts';
import { smallWorld } from './worlds.ts';

test(
  'verdicts and plans of small crowded networks are those of the slow model',
  () => {
    fc.assert(
      fc.property(smallWorld, (world) => {
        expect(disagreements(world)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  },
  PROPERTY_TIMEOUT_MS,
);
