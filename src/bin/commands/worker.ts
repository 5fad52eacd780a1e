import { openBackends } from '../backends.ts';
import { openCodec } from '../codec.ts';
import {
  readAuditMinutes,
  readCheckpointSeconds,
  readDrainSeconds,
  readLimits,
  readPlanningMemoryMb,
  readProgressDays,
  readReviewMinutes,
  readWorkerListen,
  requireSetting,
} from '../configuration.ts';
import { readCredentials } from '../credentials.ts';
import { say, unlessStopped, untilStopped } from '../foreground.ts';
import { startForgetting } from '../forget-progress.ts';
import { openLedgerKey } from '../ledger-key.ts';
import { createLogger } from '../log.ts';
import { openMemory } from '../open-memory.ts';
import { startProvingClosings } from '../prove-closings.ts';
import { holdSignals } from '../signals.ts';
import { meansOfWorker } from '../trust-settings.ts';
import { startLedgerWatch } from '../watch-ledger.ts';
import { type RunningWorker, startWorker, type WorkerLog } from '../worker.ts';
import { listenForProbes } from '../worker-probes.ts';

const NOTHING_OPENS =
  'Signatures: WASL_TRUST names no trust file, so this worker opens nothing; what only takes away goes on';

export async function work(options: { readonly developmentAuthority?: boolean } = {}): Promise<void> {
  const stop = holdSignals();
  const credential = await readCredentials(requireSetting('WASL_CREDENTIALS', 'the file of router credentials'));
  const settings = {
    limits: readLimits(),
    planningMemoryMb: readPlanningMemoryMb(),
    drainSeconds: readDrainSeconds(),
    auditMinutes: readAuditMinutes(),
  };
  const listen = readWorkerListen();
  const progressDays = readProgressDays();
  const ledger = { checkpointSeconds: readCheckpointSeconds(), reviewMinutes: readReviewMinutes() };
  const { signatures, isDevelopment } = await meansOfWorker(options);
  if (signatures === null) say(NOTHING_OPENS);
  const logger = createLogger('worker');
  const codec = await openCodec({ log: (level, fact) => logger[level](fact) });
  await unlessStopped(stop, async () => {
    const backends = await openBackends(say, stop);
    const chores = [startForgetting(backends.store, progressDays)];
    const log: WorkerLog = (level, message, facts = {}) => logger[level](facts, message);
    try {
      const { store } = backends;
      const installation = await store.readInstallation();
      const signer = await openLedgerKey(installation);
      // The trust's own word first: who renames the database is not taken for a new one.
      const memory = await openMemory(store, signatures?.trust().installation ?? installation, say);
      chores.push(startLedgerWatch({ store, signer, signatures, ...ledger, follow: () => memory.follow(), log }));
      chores.push(startProvingClosings(store, signatures, log));
      let worker: RunningWorker | null = null;
      // A port in use is known before anything is taken up.
      const probes = listen && (await listenForProbes({ listen, worker: () => worker, store, codec }));
      try {
        if (probes !== null) say(`Probes and metrics: ${probes.url}`);
        worker = await startWorker({
          ...backends,
          ...settings,
          credential,
          signatures,
          isDevelopment,
          memory,
          codec,
          log,
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
      for (const chore of chores) await chore.stop();
      await backends.stop();
    }
  });
}
