/** What a decision that was taken anew has taken the place of: evidence of what was pushed by it is its document. */
import { and, asc, eq, inArray, or } from 'drizzle-orm';
import type { InterconnectId } from '../domain/names.ts';
import type { RecordName } from '../domain/sealed-text.ts';
import type { StoreTransaction } from './database.ts';
import { findInterconnect } from './interconnect-rows.ts';
import { earlierSignatures } from './signature-schema.ts';

export type EarlierRow = typeof earlierSignatures.$inferSelect;
type NewRow = typeof earlierSignatures.$inferInsert;

/** The word of a token stands in the ledger, and nothing more shows it. */
export async function keepEarlier(tx: StoreTransaction, row: NewRow): Promise<void> {
  if (row.signed != null || row.form != null) await tx.insert(earlierSignatures).values(row);
}

/** Of an interconnect, in order: what its parties had accepted before, and how its plans had been approved before. */
export async function findEarlierRows(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<EarlierRow[]> {
  const { parties } = await findInterconnect(db, id);
  const { interconnectId, subject, party, sequence } = earlierSignatures;
  const isTheirs = and(eq(subject, 'policy'), inArray(party, [...parties]));
  return db
    .select()
    .from(earlierSignatures)
    .where(or(isTheirs, eq(interconnectId, id)))
    .orderBy(asc(sequence));
}

/** The record in which its person said it. */
export const recordOf = ({ policyVersion, interconnectId, party }: EarlierRow): RecordName =>
  interconnectId === null
    ? { kind: 'policy-acceptance', id: `${policyVersion}/${party}` }
    : { kind: 'interconnect', id: interconnectId };
