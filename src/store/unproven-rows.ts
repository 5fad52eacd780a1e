/** Signatures under what closed before anybody could prove them: they are proved, or found to be bad, when the authorities are there again. */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { Digest } from '../domain/canonical-json.ts';
import type { InterconnectId } from '../domain/names.ts';
import { referredId } from '../domain/sealed-text.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { openDocument, replaceDocument } from './personal-rows.ts';
import { approvals, interconnects } from './schema.ts';

/** Of each kind, newest first: an outage of authorities of some hours leaves a handful, and each look takes as many. */
const LOOK_MAX = 200;

export interface UnprovenClosing {
  readonly interconnectId: InterconnectId;
  readonly about: 'plan' | 'withdrawal';
  readonly signature: Digest;
  /** ISO 8601 with zone: when it came. */
  readonly decidedAt: string;
  /** The signed document. */
  readonly signed: string;
}

export type Settled =
  /** The document with what shows that it holds. */
  | { readonly proven: string }
  /** Why it does not hold, without names: the ledger keeps it for good. What it closed stays closed. */
  | { readonly refuted: string };

export interface UnprovenStore {
  listUnproven(): Promise<UnprovenClosing[]>;
  /** Once, whoever comes first; recorded in the ledger. False: somebody else has, or it was signed anew meanwhile. */
  settleUnproven(closing: UnprovenClosing, settled: Settled): Promise<boolean>;
}

export function unprovenQueries(database: Database): UnprovenStore {
  return {
    listUnproven: () =>
      database.read(async (db) => {
        const { interconnectId, signature, decidedAt, signed } = approvals;
        const ofPlans = await db
          .select({ interconnectId, signature, decidedAt, signed })
          .from(approvals)
          .where(and(approvals.unproven, isNotNull(signed)))
          .orderBy(desc(decidedAt))
          .limit(LOOK_MAX);
        const { id, withdrawalSignature, withdrawnAt, withdrawalSigned } = interconnects;
        const ofWithdrawals = await db
          .select({
            ...{ interconnectId: id, signature: withdrawalSignature },
            ...{ decidedAt: withdrawnAt, signed: withdrawalSigned },
          })
          .from(interconnects)
          .where(and(interconnects.withdrawalUnproven, isNotNull(withdrawalSigned)))
          .orderBy(desc(withdrawnAt))
          .limit(LOOK_MAX);
        const rows = [
          ...ofPlans.map((row) => ({ ...row, about: 'plan' as const })),
          ...ofWithdrawals.map((row) => ({ ...row, about: 'withdrawal' as const })),
        ];
        const found: UnprovenClosing[] = [];
        for (const { interconnectId: of, about, signature: its, decidedAt: at, signed: kept } of rows) {
          const document = kept === null ? null : await openDocument(db, database.keys, kept);
          const text = document === null ? kept : document.state === 'open' ? document.text : null;
          if (text === null || its === null || at === null) continue;
          found.push({ interconnectId: of, about, signature: its, decidedAt: at.toISOString(), signed: text });
        }
        return found;
      }),

    settleUnproven: ({ interconnectId: subject, about, signature }, settled) =>
      database.transact(async (tx) => {
        const own = about === 'plan' ? ofPlan(tx, subject, signature) : ofWithdrawal(tx, subject, signature);
        const row = await own.find();
        if (row === undefined) return false;
        const isProven = 'proven' in settled;
        const isSealed = row.kept !== null && referredId(row.kept) !== null;
        if (isProven && isSealed) await replaceDocument(tx, database.keys, row.kept ?? '', settled.proven);
        await own.settle(isProven && !isSealed ? settled.proven : row.kept);
        const body = { of: about, signature, ...(isProven ? {} : { reason: settled.refuted }) };
        const action = isProven ? 'signature.proven' : 'signature.refuted';
        await appendFacts(tx, database.clock(), [{ actor: 'wasl', action, subject, body }]);
        return true;
      }),
  };
}

function ofPlan(tx: StoreTransaction, id: InterconnectId, its: Digest) {
  const { interconnectId, signature, unproven, signed } = approvals;
  const where = and(eq(interconnectId, id), eq(signature, its), unproven);
  return {
    find: async () => (await tx.select({ kept: signed }).from(approvals).where(where).for('update'))[0],
    settle: (text: string | null) => tx.update(approvals).set({ signed: text, unproven: false }).where(where),
  };
}

function ofWithdrawal(tx: StoreTransaction, its: InterconnectId, digest: Digest) {
  const { id, withdrawalSignature, withdrawalUnproven, withdrawalSigned } = interconnects;
  const where = and(eq(id, its), eq(withdrawalSignature, digest), withdrawalUnproven);
  return {
    find: async () => (await tx.select({ kept: withdrawalSigned }).from(interconnects).where(where).for('update'))[0],
    settle: (text: string | null) =>
      tx.update(interconnects).set({ withdrawalSigned: text, withdrawalUnproven: false }).where(where),
  };
}
