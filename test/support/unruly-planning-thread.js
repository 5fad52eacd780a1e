// A planning thread that does what its job's input tells: it is busy, for a time or until the test ends that, dies, or takes all the
// memory it may have.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ id, input }) => {
  if (input.die) process.exit(3);
  const kept = [];
  while (input.devour) kept.push(new Array(100_000).fill(kept.length));
  if (input.until) Atomics.wait(input.until, 0, 0, 60_000);
  const until = Date.now() + (input.busyMs ?? 0);
  while (Date.now() < until);
  parentPort.postMessage({ id, result: input.answer ?? 'done' });
});
