import { askForTimestamp, type SignatureMeans } from '../signatures/index.ts';
import type { LedgerStore } from '../store/ledger-store.ts';

/** A timestamp vouches for every row before it, so the authority is asked now and then. */
const EVERY_MS = 3_600_000;

/**
 * A timestamp over the last checkpoint, once an hour while the ledger grows: whoever has the signing key and the database cannot make a ledger of today
 * look like one of then. Throws SIGNATURE_SOURCE where the authority does not answer; asks nobody where the trust names none.
 */
export async function stampCheckpoint(
  store: Pick<LedgerStore, 'readLastCheckpoint' | 'readLastTimestamp' | 'saveTimestamp'>,
  means: SignatureMeans,
): Promise<void> {
  const trust = means.trust();
  if (trust.timestamps.authorities.length === 0) return;
  const [checkpoint, last] = await Promise.all([store.readLastCheckpoint(), store.readLastTimestamp()]);
  const at = means.clock();
  if (checkpoint === null || checkpoint.size === last?.size) return;
  if (last !== null && at.getTime() < Date.parse(last.receivedAt) + EVERY_MS) return;
  const stamped = new TextEncoder().encode(checkpoint.note);
  const { der } = await askForTimestamp(stamped, [], { trust, ask: means.ask(trust), at });
  await store.saveTimestamp({ size: checkpoint.size, token: Buffer.from(der).toString('base64') });
}
