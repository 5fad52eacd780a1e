import { and, eq, lt } from 'drizzle-orm';
import { describeGone } from '../domain/change.ts';
import { findGoneCarriers } from './carrier-rows.ts';
import type { OpenChange } from './change-rows.ts';
import type { StoreTransaction } from './database.ts';
import { changes, journal } from './schema.ts';

/** What the last attempt of a removal does not say of itself: what the ones before it took away, and where nothing ever will be. */
export async function describeWholeRemoval(
  tx: StoreTransaction,
  { id, interconnectId }: Pick<OpenChange, 'id' | 'interconnectId'>,
  lastAttempt: string,
): Promise<string> {
  const before = await tx
    .selectDistinct({ pe: journal.pe })
    .from(journal)
    .innerJoin(changes, eq(changes.id, journal.changeId))
    .where(and(eq(changes.id, id), eq(journal.state, 'confirmed'), lt(journal.epoch, changes.attemptEpoch)))
    .orderBy(journal.pe);
  const gone = await findGoneCarriers(tx, interconnectId);
  return [
    lastAttempt,
    ...(before.length === 0 ? [] : [`on ${before.map(({ pe }) => pe).join(', ')} before`]),
    ...gone.map(describeGone),
  ].join('; ');
}
