import { digestOfText } from '../domain/canonical-json.ts';
import type { PeName } from '../domain/names.ts';
import { PROGRAM } from '../domain/names.ts';
import type { ReadingReference } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { noteSightings } from './note-sightings.ts';
import { readWholeNetwork } from './read-whole-network.ts';

/**
 * Reads every PE, proves in a planning thread, and keeps what came of it with what it stands on. Who asked for it the API has recorded:
 * what comes by way of Temporal names nobody.
 */
export async function auditWholeNetwork(deps: ActivityDependencies): Promise<ReadingReference> {
  const { store } = deps;
  const network = await readWholeNetwork(deps);
  const { readAt: at, version, inventory, running, texts, unread, agreements } = network;
  const readings = Object.fromEntries(
    [...texts].map(([pe, { readAt, text }]) => [pe, { readAt, digest: digestOfText(text) }]),
  ) as Record<PeName, { readonly readAt: string; readonly digest: ReturnType<typeof digestOfText> }>;
  const { result, text, digest } = await deps.planner.audit({
    ...{ at, inventoryVersion: version, inventory, agreements, readings },
    running: Object.fromEntries(running),
    unread: unread.map(({ pe, reason }) => ({ pe, reason })),
  });
  const common = { reader: 'audit', changeId: null };
  const ids = await store.saveReadings([
    ...[...texts].map(([pe, reading]) => ({ ...common, ...reading, kind: 'running' as const, pe })),
    { ...common, kind: 'audit', pe: null, readAt: at, text },
  ]);
  const digests = Object.fromEntries(Object.entries(readings).map(([pe, reading]) => [pe, reading.digest]));
  await noteSightings(deps, network, await deps.planner.matrix({ inventory, running, agreements }));
  await store.saveAudit({ at, by: PROGRAM, digest, result, readings: digests });
  return { readingId: ids.at(-1) ?? 0 };
}
