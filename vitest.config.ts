import { defineConfig } from 'vitest/config';
import { NameWhatHangs } from './test/support/name-what-hangs.ts';

/** A list that is not as expected is shown, not only counted: CI's log is all there is. */
const chaiConfig = { truncateThreshold: 2_000 };

/**
 * ms. What is awaited comes at once; how late a busy machine is with it is nobody's fault. The default, 1 s, is passed by any machine that
 * stands still for a moment.
 */
const expectation = { poll: { timeout: 20_000 } };

/** ms. Ends what hangs. Tests of whole transactions, many at once, take ten times as long where a machine has other work. */
const times = { testTimeout: 120_000, hookTimeout: 240_000 };

/** At once on two cores, of which the waiting ones need little. */
const WORKERS = 3;
/** Stories wait for timers of routers most of their time. */
const STORY_WORKERS = 4;
/** Embedded Postgres and a Temporal server for all files. */
const servers = ['test/support/postgres-setup.ts', 'test/support/temporal-setup.ts'];

/** Pure, and in a process of their own: who replays a workflow hooks every promise of its process, and fails on those of WebCrypto. */
const APART = ['test/workflows/replay.test.ts'];

// unit: pure and in-process, no server. integration: with servers, SSH on loopback. stories: whole installations over real time, in which
// timers of routers run out, processes are killed and servers go away.
export default defineConfig({
  test: {
    // .ci/run sums the suites from the JSON report.
    reporters: process.env.WASL_TEST_REPORT
      ? ['default', new NameWhatHangs(), ['json', { outputFile: process.env.WASL_TEST_REPORT }]]
      : ['default', new NameWhatHangs()],
    projects: [
      {
        test: {
          name: 'unit',
          chaiConfig,
          expect: expectation,
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/integration/**',
            'test/portal/**',
            'test/stories/**',
            'test/lab/**',
            'test/bench/**',
            ...APART,
          ],
          // One evaluation of a module serves all files of a process: half the suite's time was that. No test replaces a module.
          isolate: false,
          setupFiles: 'test/support/bounded-computing.ts',
          maxWorkers: WORKERS,
          ...times,
        },
      },
      {
        test: {
          name: 'unit-apart',
          chaiConfig,
          expect: expectation,
          sequence: { groupOrder: 0 },
          include: APART,
          ...times,
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          name: 'integration',
          chaiConfig,
          expect: expectation,
          // Beside the unit tests: these wait for what those compute.
          sequence: { groupOrder: 0 },
          include: ['test/integration/**/*.test.ts', 'test/portal/**/*.test.ts'],
          globalSetup: servers,
          ...times,
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          name: 'stories',
          chaiConfig,
          expect: expectation,
          sequence: { groupOrder: 1 },
          include: ['test/stories/**/*.test.ts'],
          globalSetup: servers,
          ...times,
          maxWorkers: STORY_WORKERS,
        },
      },
      {
        test: {
          name: 'lab',
          chaiConfig,
          expect: expectation,
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
