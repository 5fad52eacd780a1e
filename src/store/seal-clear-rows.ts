/** What lies in clear, of before there was a ring, is sealed by the next rotation. */
import { and, eq, like, sql } from 'drizzle-orm';
import type { Database, StoreTransaction } from './database.ts';
import { recordOf } from './earlier-rows.ts';
import { sealForm } from './hand-signed-rows.ts';
import { sealerOf } from './personal-rows.ts';
import { handSignedForms, policyAcceptances } from './policy-schema.ts';
import { approvals, interconnects } from './schema.ts';
import { earlierSignatures } from './signature-schema.ts';

/** How many documents and scans. */
export async function sealWhatIsClear(tx: StoreTransaction, database: Database): Promise<number> {
  return (
    (await sealApprovals(tx, database)) +
    (await sealAcceptances(tx, database)) +
    (await sealEarlier(tx, database)) +
    (await sealWithdrawals(tx, database)) +
    (await sealForms(tx, database))
  );
}

/** A document is a JSON object; a reference is not. */
const IN_CLEAR = '{%';

async function sealApprovals(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(approvals).where(like(approvals.signed, IN_CLEAR));
  for (const { sequence, person: subject, interconnectId: id, signed } of rows) {
    const sealer = sealerOf(tx, database, { subject, record: { kind: 'interconnect', id } });
    const reference = await sealer.seal('signed-document', signed ?? '');
    await tx.update(approvals).set({ signed: reference }).where(eq(approvals.sequence, sequence));
  }
  return rows.length;
}

async function sealAcceptances(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(policyAcceptances).where(like(policyAcceptances.signed, IN_CLEAR));
  for (const { policyVersion, entity, person: subject, signed } of rows) {
    const record = { kind: 'policy-acceptance', id: `${policyVersion}/${entity}` } as const;
    const reference = await sealerOf(tx, database, { subject, record }).seal('signed-document', signed ?? '');
    const isIt = and(eq(policyAcceptances.policyVersion, policyVersion), eq(policyAcceptances.entity, entity));
    await tx.update(policyAcceptances).set({ signed: reference }).where(isIt);
  }
  return rows.length;
}

async function sealEarlier(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(earlierSignatures).where(like(earlierSignatures.signed, IN_CLEAR));
  for (const row of rows) {
    const sealer = sealerOf(tx, database, { subject: row.person, record: recordOf(row) });
    const signed = await sealer.seal('signed-document', row.signed ?? '');
    await tx.update(earlierSignatures).set({ signed }).where(eq(earlierSignatures.sequence, row.sequence));
  }
  return rows.length;
}

async function sealWithdrawals(tx: StoreTransaction, database: Database): Promise<number> {
  const rows = await tx.select().from(interconnects).where(like(interconnects.withdrawalSigned, IN_CLEAR));
  for (const { id, withdrawnBy, withdrawalSigned } of rows) {
    if (withdrawnBy === null) continue;
    const sealer = sealerOf(tx, database, { subject: withdrawnBy, record: { kind: 'interconnect', id } });
    const reference = await sealer.seal('signed-document', withdrawalSigned ?? '');
    await tx.update(interconnects).set({ withdrawalSigned: reference }).where(eq(interconnects.id, id));
  }
  return rows.length;
}

async function sealForms(tx: StoreTransaction, database: Database): Promise<number> {
  const { policyVersion, entity, attachedBy, content } = handSignedForms;
  const isClear = sql`position('[text:'::bytea in ${content}) <> 1`;
  const rows = await tx.select({ version: policyVersion, entity, attachedBy }).from(handSignedForms).where(isClear);
  for (const { version, entity: of, attachedBy: by } of rows) {
    const isIt = and(eq(policyVersion, version), eq(entity, of));
    // One after the other: each has megabytes.
    const [row] = await tx.select({ content }).from(handSignedForms).where(isIt);
    if (row === undefined) continue;
    const kept = await sealForm(tx, database, { version, entity: of, by, content: row.content });
    await tx.update(handSignedForms).set({ content: kept }).where(isIt);
  }
  return rows.length;
}
