import { defineConfig } from 'vitest/config';

/** The tests that a mutant of the proof or of a reader must not survive. */
export default defineConfig({
  test: {
    include: ['test/proof/**/*.test.ts', 'test/plan/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
  },
});
