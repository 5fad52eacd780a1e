/** Signed documents beside the decisions that they say. */
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Digest } from '../domain/canonical-json.ts';
import type { InterconnectId, PersonId } from '../domain/names.ts';
import { referredId } from '../domain/sealed-text.ts';
import { signatureDigest } from '../domain/signature-digest.ts';
import type { Database, StoreTransaction } from './database.ts';
import { findEarlierRows } from './earlier-rows.ts';
import { findInterconnect } from './interconnect-rows.ts';
import { openDocument, replaceDocument, type Sealer } from './personal-rows.ts';
import { policyAcceptances } from './policy-schema.ts';
import { approvals, interconnects } from './schema.ts';

/** A signed document as it is kept: its canonical text, and the digest of what never changes of it. */
export interface SignedDecisionText {
  readonly text: string;
  readonly signature: Digest;
  /** ISO 8601: as the earliest of its signers says under it. Absent: nobody could read that. */
  readonly signedAt?: string;
  /** Of what closes, which waits for no proof: why it is not shown yet that the signatures hold. Absent: it was shown. */
  readonly unproven?: string;
}

/** A decision with the document that says it. */
export interface SignedDecision {
  readonly subject: 'policy' | 'request' | 'plan';
  /** Of the version's terms, the request or the plan. */
  readonly digest: string;
  /** A party, or `network`. */
  readonly party: string;
  readonly person: PersonId;
  /** ISO 8601 with zone. */
  readonly decidedAt: string;
  /** null: it is the word of a token, or its document does not open. */
  readonly signed: string | null;
  /** SHA-256 of a scanned form of the policy, signed by hand. null: it has none. */
  readonly form: string | null;
  /** Why its document does not open; absent: it does, or there is none. */
  readonly shut?: 'erased' | 'locked' | 'altered';
}

export interface SignedStore {
  /** What the parties of an interconnect accepted and approved, and what the network side approved of its plans. */
  listSignedDecisions(id: InterconnectId): Promise<SignedDecision[]>;
  /** Of the withdrawal that is in force; null: there is none, or it is the word of a token. */
  readSignedWithdrawal(id: InterconnectId): Promise<Pick<SignedDecision, 'signed' | 'shut'> | null>;
  /** What these have taken the place of, in order: it opens nothing any more, and shows what it once opened. */
  listEarlierDecisions(id: InterconnectId): Promise<SignedDecision[]>;
  /** What shows that the signatures hold is renewed; the signatures are the same. */
  renewSigned(id: InterconnectId, decision: SignedDecision, text: string): Promise<void>;
}

export function signedQueries(database: Database): SignedStore {
  return {
    listSignedDecisions: (id) =>
      database.read(async (db) => {
        const { accepted, decided } = await findSignedRows(db, id);
        const recorded = [
          ...accepted.map(({ entity: party, digest, person, acceptedAt, signed, form }): SignedDecision => {
            return { subject: 'policy', digest, party, person, decidedAt: acceptedAt.toISOString(), signed, form };
          }),
          ...decided.map(({ subject, digest, party, person, decidedAt, signed }): SignedDecision => {
            return { subject, digest, party, person, decidedAt: decidedAt.toISOString(), signed, form: null };
          }),
        ];
        return openAll(db, database, recorded);
      }),

    listEarlierDecisions: (id) =>
      database.read(async (db) => {
        const earlier = await findEarlierRows(db, id);
        const recorded = earlier.map(({ subject, digest, party, person, decidedAt, signed, form }): SignedDecision => {
          return { subject, digest, party, person, decidedAt: decidedAt.toISOString(), signed, form };
        });
        return openAll(db, database, recorded);
      }),

    readSignedWithdrawal: (id) =>
      database.read(async (db) => {
        const [row] = await db
          .select({ kept: interconnects.withdrawalSigned })
          .from(interconnects)
          .where(eq(interconnects.id, id));
        const kept = row?.kept ?? null;
        if (kept === null) return null;
        const found = await openDocument(db, database.keys, kept);
        return found.state === 'open' ? { signed: found.text } : { signed: null, shut: found.state };
      }),

    async renewSigned(id, { subject, digest, party, person }, signed) {
      // Who signed anew meanwhile has another signature, and their document stays; and so does one that a rotation has sealed meanwhile.
      const its = signatureDigest(JSON.parse(signed) as Parameters<typeof signatureDigest>[0]);
      await database.transact(async (tx) => {
        if (subject === 'policy') {
          const { entity, digest: of, person: by, signature } = policyAcceptances;
          const isIt = and(eq(of, digest as Digest), eq(by, person), eq(signature, its));
          const where = and(isIt, eq(entity, party as typeof entity._.data));
          const [row] = await tx.select({ kept: policyAcceptances.signed }).from(policyAcceptances).where(where);
          if (row?.kept != null && referredId(row.kept) !== null)
            return replaceDocument(tx, database.keys, row.kept, signed);
          const isAsRead = eq(policyAcceptances.signed, row?.kept ?? '');
          await tx.update(policyAcceptances).set({ signed }).where(and(where, isAsRead));
          return;
        }
        const { interconnectId, subject: about, digest: of, person: by, signature } = approvals;
        const isIt = and(eq(interconnectId, id), eq(about, subject), eq(of, digest), eq(by, person));
        const where = and(isIt, eq(signature, its));
        const [row] = await tx.select({ kept: approvals.signed }).from(approvals).where(where);
        if (row?.kept != null && referredId(row.kept) !== null)
          return replaceDocument(tx, database.keys, row.kept, signed);
        await tx
          .update(approvals)
          .set({ signed })
          .where(and(where, eq(approvals.signed, row?.kept ?? '')));
      });
    },
  };
}

async function openAll(
  db: Pick<StoreTransaction, 'select'>,
  { keys }: Pick<Database, 'keys'>,
  recorded: readonly SignedDecision[],
): Promise<SignedDecision[]> {
  const opened: SignedDecision[] = [];
  for (const each of recorded) {
    const found = each.signed === null ? null : await openDocument(db, keys, each.signed);
    if (found === null) opened.push(each);
    else if (found.state === 'open') opened.push({ ...each, signed: found.text });
    else opened.push({ ...each, signed: null, shut: found.state });
  }
  return opened;
}

/** Of an interconnect: what its parties accepted, and what was approved, in order. */
export async function findSignedRows(db: Pick<StoreTransaction, 'select'>, id: InterconnectId) {
  const { parties } = await findInterconnect(db, id);
  const accepted = await db
    .select()
    .from(policyAcceptances)
    .where(inArray(policyAcceptances.entity, [...parties]));
  const decided = await db
    .select()
    .from(approvals)
    .where(and(eq(approvals.interconnectId, id), eq(approvals.decision, 'approve')))
    .orderBy(asc(approvals.sequence));
  return { accepted, decided };
}

/** The document goes to where personal texts are. */
export const sealSigned = async (
  sealer: Sealer,
  signed: SignedDecisionText | null | undefined,
): Promise<SignedDecisionText | null> =>
  signed == null ? null : { ...signed, text: await sealer.seal('signed-document', signed.text) };

export const columnsOf = (signed: SignedDecisionText | null | undefined) => ({
  signed: signed?.text ?? null,
  signature: signed?.signature ?? null,
});

/** The same of what may close. */
export const closingColumnsOf = (signed: SignedDecisionText | null | undefined) => ({
  ...columnsOf(signed),
  unproven: signed?.unproven !== undefined,
});

/** As it stands in the ledger and in the record. */
export const factOf = (signed: SignedDecisionText | null | undefined) =>
  signed == null
    ? {}
    : { signature: signed.signature, ...(signed.unproven === undefined ? {} : { unproven: signed.unproven }) };

/** The same of a plan's approval: from when it holds. */
export const approvalFactOf = (signed: SignedDecisionText | null | undefined) => ({
  ...factOf(signed),
  ...(signed?.signedAt === undefined ? {} : { signedAt: signed.signedAt }),
});

/** The same of what closes, which may come without a signature: then the ledger says so. */
export const closingFactOf = ({ signed, refusedSignature }: ClosingSignature) => {
  if (signed == null) return { unsigned: true, ...(refusedSignature === undefined ? {} : { refusedSignature }) };
  return factOf(signed);
};

interface ClosingSignature {
  readonly signed?: SignedDecisionText | null;
  readonly refusedSignature?: string;
}
