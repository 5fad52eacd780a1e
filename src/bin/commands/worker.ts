import { openBackends } from '../backends.ts';
import { readCredentials, readLimits, readPlanningMemoryMb } from '../configuration.ts';
import { say, untilStopped } from '../foreground.ts';
import { startWorker } from '../worker.ts';

export async function work(): Promise<void> {
  const credential = readCredentials();
  const backends = await openBackends(say);
  const log = (level: string, message: string, facts: Record<string, unknown> = {}) =>
    say(JSON.stringify({ time: new Date().toISOString(), level, message, ...facts }));
  try {
    const worker = await startWorker({
      ...backends,
      credential,
      limits: readLimits(),
      planningMemoryMb: readPlanningMemoryMb(),
      log,
    });
    await Promise.race([untilStopped(), worker.stopped]);
    await worker.stop();
  } finally {
    await backends.stop();
  }
}
