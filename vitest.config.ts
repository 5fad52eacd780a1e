import { defineConfig } from 'vitest/config';

/** A list that is not as expected is shown, not only counted: CI's log is all there is. */
const chaiConfig = { truncateThreshold: 2_000 };

// unit: pure and in-process, no server. integration: embedded Postgres, a Temporal server, SSH on loopback.
export default defineConfig({
  test: {
    // .ci/run sums the suites from the JSON report.
    reporters: process.env.WASL_TEST_REPORT
      ? ['default', ['json', { outputFile: process.env.WASL_TEST_REPORT }]]
      : ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          chaiConfig,
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/lab/**', 'test/bench/**'],
          // One evaluation of a module serves all files of a process: half the suite's time was that. No test replaces a module.
          isolate: false,
          maxWorkers: 2,
          // Properties over many runs, on machines with little to spare.
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          chaiConfig,
          sequence: { groupOrder: 1 },
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/postgres-setup.ts', 'test/support/temporal-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'lab',
          chaiConfig,
          sequence: { groupOrder: 2 },
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
