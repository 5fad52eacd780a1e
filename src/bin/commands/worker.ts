import { openBackends } from '../backends.ts';
import { readLimits, readPlanningMemoryMb, requireSetting } from '../configuration.ts';
import { readCredentials } from '../credentials.ts';
import { say, untilStopped } from '../foreground.ts';
import { startWorker } from '../worker.ts';

export async function work(): Promise<void> {
  const credential = readCredentials(requireSetting('WASL_CREDENTIALS', 'the file of router credentials'));
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
