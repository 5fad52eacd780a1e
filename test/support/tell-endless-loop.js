// A thread beside the tests of a process. Where the main thread has not come up for air for minutes, it says where that is just now:
// a test that computes for ever cannot be timed out by the thread that it keeps busy.
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';

const PATIENCE = workerData.patience;
let heardAt = performance.now();
parentPort.on('message', () => {
  heardAt = performance.now();
});

setInterval(() => {
  if (performance.now() - heardAt < PATIENCE) return;
  heardAt = performance.now();
  const session = new Session();
  session.connectToMainThread();
  const scripts = new Map();
  session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url));
  session.once('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.map(
      ({ functionName, location: { scriptId, lineNumber } }) =>
        `  at ${functionName || '(anonymous)'} ${scripts.get(scriptId)}:${lineNumber + 1}`,
    );
    writeSync(
      2,
      `\nComputing for ${PATIENCE / 1_000} s without an end, in process ${process.pid}:\n${frames.join('\n')}\n`,
    );
    session.post('Debugger.resume', () => session.disconnect());
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}, PATIENCE / 10);
