import type { Clock } from './database.ts';

/** A server that another one took over from may keep another time. */
const MEASURE_INTERVAL_MS = 10_000;

export interface DatabaseClock {
  readonly now: Clock;
  stop(): void;
}

/**
 * Now, by the database: dates are held against one clock, however wrong those of the hosts are. Between two questions the time that went by
 * is counted, which no host sets. `ask` reads the server's clock. Throws what the first question throws; one that fails later changes nothing.
 */
export async function followDatabaseClock(ask: () => Promise<Date>): Promise<DatabaseClock> {
  let aheadMs = 0;
  const measure = async (): Promise<void> => {
    const asked = performance.now();
    const at = await ask();
    aheadMs = at.getTime() - (asked + performance.now()) / 2;
  };
  await measure();
  const timer = setInterval(() => void measure().catch(() => undefined), MEASURE_INTERVAL_MS).unref();
  return { now: () => new Date(Math.round(performance.now() + aheadMs)), stop: () => clearInterval(timer) };
}
