// A planning thread that does what its job's input tells: it is busy, dies, or takes all the memory it may have.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ id, input }) => {
  if (input.die) process.exit(3);
  const kept = [];
  while (input.devour) kept.push(new Array(100_000).fill(kept.length));
  const until = Date.now() + (input.busyMs ?? 0);
  while (Date.now() < until);
  parentPort.postMessage({ id, result: input.answer ?? 'done' });
});
