import { Worker } from 'node:worker_threads';
import fc from 'fast-check';

/** ms. A property that fails late is made smaller for hours where each run of it is slow; what it has found by then is shown. */
const TIME_FOR_A_PROPERTY = 90_000;
/** ms. No test computes this long without a pause. */
const TIME_WITHOUT_A_PAUSE = 120_000;

fc.configureGlobal({ interruptAfterTimeLimit: TIME_FOR_A_PROPERTY, markInterruptAsFailure: true });

const WATCHED = Symbol.for('wasl.test.watched');
const process_ = globalThis as { [WATCHED]?: Worker };
process_[WATCHED] ??= watchThisThread();

function watchThisThread(): Worker {
  const watcher = new Worker(new URL('tell-endless-loop.js', import.meta.url), {
    workerData: { patience: TIME_WITHOUT_A_PAUSE },
    execArgv: [],
  });
  watcher.unref();
  setInterval(() => watcher.postMessage('here'), TIME_WITHOUT_A_PAUSE / 10).unref();
  return watcher;
}
