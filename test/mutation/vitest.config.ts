import { defineConfig } from 'vitest/config';

/** The tests that a mutant of the proof or of a reader must not survive. */
export default defineConfig({
  test: {
    include: ['test/proof/**/*.test.ts', 'test/plan/**/*.test.ts'],
    // Seconds for each mutant; it is about time, not about verdicts.
    exclude: ['test/proof/scale.test.ts'],
    setupFiles: ['test/mutation/setup.ts'],
    isolate: false,
    testTimeout: 60_000,
  },
});
