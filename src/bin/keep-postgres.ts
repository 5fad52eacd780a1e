import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { isAlive } from '../store/process-state.ts';
import type { Say } from './temporal-server.ts';

const LOOK_INTERVAL_MS = 1_000;
/** Between tries: a disk stays full for a while. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * A server that ends by itself (its disk was full when it recovered, the kernel needed memory) is started again, on its port, as soon as that
 * works: whoever was connected goes on.
 */
export function keepPostgres(
  { directory, server }: { readonly directory: string; readonly server: EmbeddedPostgres },
  say: Say,
): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  let { pid } = server;
  /** Of this outage. */
  const told = new Set<string>();
  const tellOnce = (text: string): void => {
    if (!told.has(text)) say(text);
    told.add(text);
  };
  const lookAfter = async (): Promise<number> => {
    if (isAlive(pid)) return LOOK_INTERVAL_MS;
    tellOnce('Postgres: the embedded server has ended; it is started again');
    try {
      ({ pid } = await startEmbeddedPostgres({ directory }));
      say('Postgres: the embedded server is there again');
      told.clear();
      return LOOK_INTERVAL_MS;
    } catch (error) {
      tellOnce(`Postgres: ${error instanceof Error ? error.message : String(error)}; tried again`);
      return RETRY_INTERVAL_MS;
    }
  };
  const keep = async (): Promise<void> => {
    for (let pauseMs = LOOK_INTERVAL_MS; ; pauseMs = await lookAfter()) {
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
    }
  };
  const keeping = keep();
  return {
    async stop() {
      stopped.abort();
      await keeping;
    },
  };
}
