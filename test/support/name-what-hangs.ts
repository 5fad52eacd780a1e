import type { Reporter, TestModule } from 'vitest/node';

/** ms. Whole storms excepted, no file of any suite takes this long on two slow cores. */
const PATIENCE = 5 * 60_000;
const LOOK_EVERY = 30_000;

/** Says which test files have been running for minutes: a log that merely stops tells nobody anything. */
export class NameWhatHangs implements Reporter {
  readonly #running = new Map<TestModule, number>();
  #look: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#look = setInterval(() => this.#tell(), LOOK_EVERY).unref();
  }

  onTestModuleStart(file: TestModule): void {
    this.#running.set(file, performance.now());
  }

  onTestModuleEnd(file: TestModule): void {
    this.#running.delete(file);
  }

  onTestRunEnd(): void {
    clearInterval(this.#look);
  }

  #tell(): void {
    for (const [file, since] of this.#running) {
      const minutes = Math.floor((performance.now() - since) / 60_000);
      if (performance.now() - since >= PATIENCE) {
        process.stderr.write(`\nRunning for ${minutes} minutes: ${file.relativeModuleId}\n`);
      }
    }
  }
}
