import type { Reporter, TestModule } from 'vitest/node';

/** ms. Whole storms excepted, no file of any suite takes this long on two slow cores. */
const PATIENCE = 5 * 60_000;
const LOOK_EVERY = 30_000;

/** Says which test files have been running for minutes, once for each five: a log that merely stops tells nobody anything. */
export class NameWhatHangs implements Reporter {
  readonly #running = new Map<TestModule, { readonly since: number; told: number }>();
  #look: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#look = setInterval(() => this.#tell(), LOOK_EVERY).unref();
  }

  onTestModuleStart(file: TestModule): void {
    this.#running.set(file, { since: performance.now(), told: 0 });
  }

  onTestModuleEnd(file: TestModule): void {
    this.#running.delete(file);
  }

  onTestRunEnd(): void {
    clearInterval(this.#look);
  }

  #tell(): void {
    for (const [file, state] of this.#running) {
      const times = Math.floor((performance.now() - state.since) / PATIENCE);
      if (times <= state.told) continue;
      state.told = times;
      process.stderr.write(`\nRunning for ${(times * PATIENCE) / 60_000} minutes: ${file.relativeModuleId}\n`);
    }
  }
}
