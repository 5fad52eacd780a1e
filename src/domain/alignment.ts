import type { ChangeRecord } from './change.ts';
import { onlyTakesAway } from './change-kinds.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { InterconnectId } from './names.ts';
import { isOnNetwork } from './standing.ts';

/** Whether the network holds what was agreed, as far as it was read. */
export type Alignment = 'in-sync' | 'drifted' | 'unknown';

/** How an agreement was last found on the network. */
export interface Sighting {
  readonly interconnectId: InterconnectId;
  /** ISO 8601: when reading began. */
  readonly seenAt: string;
  readonly alignment: Alignment;
  /** What differs, or what was not read, in one sentence; null where all is as agreed. */
  readonly says: string | null;
}

export type LastRead = Omit<Sighting, 'interconnectId'>;

/**
 * What is known of the network now is what was last read of it: by a change that was confirmed and read back, or by a reading since.
 * null for what is not to be on the network, and for what a removal has begun to take away: nothing read before is true of it.
 */
export function lastRead(
  lifecycle: Lifecycle,
  changes: readonly Pick<ChangeRecord, 'kind' | 'outcome' | 'endedAt' | 'readBackAt' | 'routers'>[],
  sighting: Sighting | null,
): LastRead | null {
  if (!isOnNetwork(lifecycle) || changes.some(hasTakenAway)) return null;
  const applied = changes.findLast(({ outcome }) => outcome === 'applied');
  // Settled may be much later: the worker that read them was lost, or the record was away.
  const confirmedAt = applied?.readBackAt ?? applied?.endedAt ?? null;
  if (sighting !== null && (confirmedAt === null || Date.parse(sighting.seenAt) >= Date.parse(confirmedAt))) {
    const { seenAt, alignment, says } = sighting;
    return { seenAt, alignment, says };
  }
  return confirmedAt === null ? null : { seenAt: confirmedAt, alignment: 'in-sync', says: null };
}

const hasTakenAway = ({ kind, outcome, routers }: Pick<ChangeRecord, 'kind' | 'outcome' | 'routers'>): boolean =>
  outcome === null && onlyTakesAway(kind) && routers.some(({ state }) => state === 'confirmed');
