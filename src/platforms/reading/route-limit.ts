import type { RouteLimit, Unknown } from '../../domain/network-view.ts';
import { child, childText, type XmlElement } from '../../netconf/index.ts';

export interface ReadLimit {
  readonly limit: RouteLimit | null;
  readonly unknowns: readonly Unknown[];
}

const NONE: ReadLimit = { limit: null, unknowns: [] };

/** How many routes a table may hold: `limit`, and the empty leaf with which it is only logged. A limit that is no number is not understood. */
export function readLimit(
  container: XmlElement | undefined,
  { onlyLogs, path }: { readonly onlyLogs: string; readonly path: string },
): ReadLimit {
  if (container === undefined) return NONE;
  const text = childText(container, 'limit')?.trim() ?? '';
  if (/^[1-9]\d{0,9}$/.test(text)) {
    return { limit: { routes: Number(text), drops: child(container, onlyLogs) === undefined }, unknowns: [] };
  }
  return {
    limit: null,
    unknowns: [{ path, reach: 'vrf', why: 'limits how many routes there may be, by what is not understood' }],
  };
}
