import { openBackends } from '../backends.ts';
import {
  readAuditMinutes,
  readDrainSeconds,
  readLimits,
  readPlanningMemoryMb,
  readProgressDays,
  readWorkerListen,
  requireSetting,
} from '../configuration.ts';
import { readCredentials } from '../credentials.ts';
import { say, unlessStopped, untilStopped } from '../foreground.ts';
import { startForgetting } from '../forget-progress.ts';
import { createLogger } from '../log.ts';
import { holdSignals } from '../signals.ts';
import { type RunningWorker, startWorker } from '../worker.ts';
import { listenForProbes } from '../worker-probes.ts';

export async function work(): Promise<void> {
  const stop = holdSignals();
  const credential = readCredentials(requireSetting('WASL_CREDENTIALS', 'the file of router credentials'));
  const settings = {
    limits: readLimits(),
    planningMemoryMb: readPlanningMemoryMb(),
    drainSeconds: readDrainSeconds(),
    auditMinutes: readAuditMinutes(),
  };
  const listen = readWorkerListen();
  const progressDays = readProgressDays();
  const logger = createLogger('worker');
  await unlessStopped(stop, async () => {
    const backends = await openBackends(say, stop);
    const forgetting = startForgetting(backends.store, progressDays);
    try {
      let worker: RunningWorker | null = null;
      // A port in use is known before anything is taken up.
      const probes = listen && (await listenForProbes({ listen, worker: () => worker, store: backends.store }));
      try {
        if (probes !== null) say(`Probes and metrics: ${probes.url}`);
        worker = await startWorker({
          ...backends,
          ...settings,
          credential,
          log: (level, message, facts = {}) => logger[level](facts, message),
        });
        await Promise.race([untilStopped(stop), worker.stopped]);
      } finally {
        // The probes answer while the worker drains, too.
        try {
          await worker?.stop();
        } finally {
          await probes?.close();
        }
      }
    } finally {
      await forgetting.stop();
      await backends.stop();
    }
  });
}
