import type { FastifyBaseLogger } from 'fastify';
import type { InterconnectId } from '../domain/names.ts';
import type { Driver } from '../driver/driver.ts';

/** A caller is answered after this in any case: what is decided is decided, and stands in the record. */
const PATIENCE_MS = 700;

/** Tells the workflow to look. A workflow server that is slow or away makes it late, and the watchdog makes up for it. */
export async function lookSoon(driver: Driver, id: InterconnectId, log: FastifyBaseLogger): Promise<void> {
  const looked = driver
    .look(id)
    .catch((error: unknown) => log.warn({ err: error, interconnect: id }, 'the workflow was not told to look'));
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    patience = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([looked, late]).finally(() => clearTimeout(patience));
}
