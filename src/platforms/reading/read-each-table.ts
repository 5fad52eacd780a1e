import type { RouterReader, RouteTable, VrfRoute } from '../platform.ts';

/** Requests in flight on one session: routers answer them one after the other, so more only fill their buffers. */
const READS_AT_ONCE = 4;

/** For platforms that answer one table a question. */
export function readEachTable(
  readTable: (reader: RouterReader, table: RouteTable) => Promise<VrfRoute[]>,
): (reader: RouterReader, tables: readonly RouteTable[]) => Promise<VrfRoute[][]> {
  return async (reader, tables) => {
    const read: VrfRoute[][] = [];
    for (let next = 0; next < tables.length; next += READS_AT_ONCE) {
      const batch = tables.slice(next, next + READS_AT_ONCE);
      read.push(...(await Promise.all(batch.map((table) => readTable(reader, table)))));
    }
    return read;
  };
}
