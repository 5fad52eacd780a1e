import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type ReadNetworkInput, taskQueueOf } from '../../workflows/shared/messages.ts';
import { digestOf } from '../domain/canonical-json.ts';
import type { PeName } from '../domain/names.ts';
import type { Reading, ReadingKind } from '../domain/reading.ts';
import { translateTemporalError } from '../driver/temporal-error.ts';
import { WaslError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { explanationSchema, matrixSchema, routerCheckSchema } from './network-wire.ts';
import type { RouterReads } from './router-reads.ts';
import { requireWorkers } from './workers-alive.ts';

/** A read waits for the slowest router. */
const READ_TIMEOUT_MS = 100_000;
/** Beginning one needs the workflow server only, which answers at once or is away. */
const START_TIMEOUT_MS = 4_000;
/** Who asks a moment after others gets what they got; longer, and somebody who looks whether a hand edit is gone would see the past. */
const SHARED_FOR_MS = 1_000;
/** How soon somebody who waits for a worker is told that it died. */
const LOOK_INTERVAL_MS = 500;

/** At once, of one API process. */
const EXPLANATIONS_MAX = 4;

/** The one that was just made is among the newest. */
const AUDITS_LOOKED_AT = 20;

type ReadStore = Pick<Store, 'listReadings' | 'readReading' | 'listAudits' | 'listWorkers' | 'isWritable'>;

/** By a workflow of that very name on any worker: API processes share it, too. Only the number of the reading goes through Temporal. */
export function temporalRouterReads(client: Client, store: ReadStore, installation: string): RouterReads {
  const taskQueue = taskQueueOf(installation);

  /** Those of this process: who asks between the end of one and its being looked for would begin another. */
  const underWay = new Map<string, ReturnType<typeof begin>>();
  function read(...[input, kind, pe]: Parameters<typeof begin>): ReturnType<typeof begin> {
    const key = `${kind} ${pe ?? ''}`;
    const reading = underWay.get(key) ?? begin(input, kind, pe).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return reading;
  }

  async function begin(
    input: ReadNetworkInput,
    kind: ReadingKind,
    pe: PeName | null,
  ): Promise<Reading & { readonly text: string }> {
    const [young] = await store.listReadings({ kind, pe, savedWithinMs: SHARED_FOR_MS, limit: 1 });
    if (young !== undefined) return store.readReading(young.id);
    return run(input, kind + (pe === null ? '' : `/${pe}`));
  }

  async function run(input: ReadNetworkInput, name: string): Promise<Reading & { readonly text: string }> {
    await requireWorkers(store);
    try {
      const workflowId = `wasl/${installation}/read/${name}`;
      const handle = await client.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
        client.workflow.start('readNetwork', {
          ...{ workflowId, taskQueue, args: [input], workflowExecutionTimeout: READ_TIMEOUT_MS },
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      );
      const deadline = Date.now() + READ_TIMEOUT_MS;
      const result = whileWorkersLive(store, () => client.withDeadline(deadline, () => handle.result()));
      const { readingId } = (await result) as { readonly readingId: number };
      return await store.readReading(readingId);
    } catch (error) {
      throw translateTemporalError(error);
    }
  }
  let explaining = 0;
  return {
    async check(pe) {
      const { text } = await read({ read: 'check', pe }, 'check', pe);
      return routerCheckSchema.parse(JSON.parse(text));
    },
    async read(pe) {
      const { readAt, digest, text } = await read({ read: 'running', pe }, 'running', pe);
      return { pe, readAt, digest, text };
    },
    async matrix() {
      const { text } = await read({ read: 'matrix' }, 'matrix', null);
      return matrixSchema.parse(JSON.parse(text));
    },
    async explain(questions) {
      // Each reads the whole network, and questions differ: they cannot share a reading as the others do.
      if (explaining >= EXPLANATIONS_MAX) {
        throw new WaslError('RATE_LIMITED', `${EXPLANATIONS_MAX} explanations are under way`, {
          remedy: 'Try again in a second.',
        });
      }
      explaining++;
      try {
        const { text } = await run({ read: 'explanation', questions }, `explanation/${digestOf(questions)}`);
        return explanationSchema.parse(JSON.parse(text));
      } finally {
        explaining--;
      }
    },
    async audit() {
      const { digest } = await read({ read: 'audit' }, 'audit', null);
      const audit = (await store.listAudits(AUDITS_LOOKED_AT)).find((one) => one.digest === digest);
      if (audit === undefined) throw new WaslError('READING_UNKNOWN', 'the audit has left the record already');
      return audit;
    },
  };
}

/** Throws what `requireWorkers` throws as soon as it does, instead of waiting for nobody. */
async function whileWorkersLive<T>(store: ReadStore, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const watch = async (): Promise<never> => {
    for (;;) {
      await sleep(LOOK_INTERVAL_MS, undefined, { signal: stop.signal, ref: false });
      await requireWorkers(store);
    }
  };
  const watching = watch();
  watching.catch(() => undefined);
  try {
    return await Promise.race([work(), watching]);
  } finally {
    stop.abort();
  }
}
