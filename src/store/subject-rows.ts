/** What is kept of one person, and the signed documents of an interconnect: shown for a purpose, and each time it is recorded to whom. */
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { EntityId, InterconnectId, PersonId } from '../domain/names.ts';
import type { Purpose } from '../domain/retention.ts';
import { type RecordName, referredId, referredIds } from '../domain/sealed-text.ts';
import type { Database, StoreTransaction } from './database.ts';
import { findEarlierRows, recordOf } from './earlier-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { type OpenedText, openRow, openTexts } from './personal-rows.ts';
import { type PersonalTextKind, personalKeys, personalTexts } from './personal-schema.ts';
import { policyAcceptances } from './policy-schema.ts';
import { approvals, interconnects, ledger } from './schema.ts';
import { earlierSignatures } from './signature-schema.ts';
import { findSignedRows } from './signed-rows.ts';

/** What a person said; the scan that an officer attached is of somebody else. */
const OWN_KINDS = ['signed-document', 'reason'] as const satisfies readonly PersonalTextKind[];
type OwnKind = (typeof OWN_KINDS)[number];

/** Of one person; an export that is cut there says so. */
const TEXTS_MAX = 10_000;
const DEEDS_MAX = 10_000;

export interface SubjectExport {
  readonly subject: PersonId;
  /** false: there is more of them than one export holds. */
  readonly isWhole: boolean;
  /** What they wrote and signed, by record; text is null where it was erased or cannot be opened. */
  readonly texts: readonly (RecordName & {
    readonly kind: RecordName['kind'];
    readonly what: OwnKind;
    readonly state: OpenedText['state'];
    readonly text: string | null;
    readonly writtenAt: string;
  })[];
  readonly acceptances: readonly { readonly version: string; readonly entity: EntityId; readonly at: string }[];
  /** What they did, by the ledger. */
  readonly deeds: readonly {
    readonly sequence: number;
    readonly at: string;
    readonly action: string;
    readonly subject: string;
  }[];
}

/** One signature of an interconnect's record, without what it says of the person. */
export interface SignatureRecord {
  readonly subject: 'policy' | 'request' | 'plan';
  /** A party, or `network`. */
  readonly party: string;
  readonly person: PersonId;
  readonly decidedAt: string;
  /** Of the signed document; null: it is the word of a token. */
  readonly signature: string | null;
  /** Whether the document is there. */
  readonly document: 'kept' | 'erased' | 'none';
}

export interface SubjectStore {
  exportSubject(input: {
    readonly subject: PersonId;
    readonly purpose: Purpose;
    readonly by: PersonId;
  }): Promise<SubjectExport>;
  /** INTERCONNECT_UNKNOWN. */
  listSignatures(id: InterconnectId): Promise<SignatureRecord[]>;
  /** The same with their documents; null where there is none any more, or its key is not here. */
  discloseSignatures(input: {
    readonly id: InterconnectId;
    readonly purpose: Purpose;
    readonly by: PersonId;
  }): Promise<(SignatureRecord & { readonly signed: string | null })[]>;
}

export function subjectQueries(database: Database): SubjectStore {
  return {
    exportSubject: ({ subject, purpose, by }) =>
      database.transact(async (tx) => {
        const texts = [...(await findTextsOf(tx, database, subject)), ...(await findClearTexts(tx, subject))];
        const accepted = await tx.select().from(policyAcceptances).where(eq(policyAcceptances.person, subject));
        const deeds = await findDeeds(tx, subject);
        const body = { purpose, texts: texts.length };
        const fact = { actor: by, action: 'personal-data.exported', subject: `person/${subject}`, body };
        await appendFacts(tx, database.clock(), [fact]);
        const isWhole = texts.length <= TEXTS_MAX && deeds.length <= DEEDS_MAX;
        return {
          ...{ subject, isWhole, texts: texts.slice(0, TEXTS_MAX), deeds: deeds.slice(0, DEEDS_MAX) },
          acceptances: accepted.map(({ policyVersion: version, entity, acceptedAt }) => {
            return { version, entity, at: acceptedAt.toISOString() };
          }),
        };
      }),

    listSignatures: (id) =>
      database.read(async (db) => (await findSignatures(db, database, id)).map(({ signed: _, ...record }) => record)),

    discloseSignatures: ({ id, purpose, by }) =>
      database.transact(async (tx) => {
        const found = await findSignatures(tx, database, id);
        const body = { purpose, documents: found.filter(({ signed }) => signed !== null).length };
        await appendFacts(tx, database.clock(), [{ actor: by, action: 'personal-data.disclosed', subject: id, body }]);
        return found;
      }),
  };
}

async function findTextsOf(
  tx: StoreTransaction,
  { keys }: Database,
  subject: PersonId,
): Promise<SubjectExport['texts']> {
  const rows = await tx
    .select()
    .from(personalTexts)
    .innerJoin(personalKeys, eq(personalKeys.id, personalTexts.keyId))
    .where(and(eq(personalKeys.subject, subject), inArray(personalTexts.kind, [...OWN_KINDS])))
    .orderBy(asc(personalTexts.writtenAt), asc(personalTexts.id))
    .limit(TEXTS_MAX + 1);
  const texts: SubjectExport['texts'][number][] = [];
  for (const { personal_texts: row, personal_keys: key } of rows) {
    const { kek, wrapped, recordKind, recordId } = key;
    const opened = await openRow(keys, { ...row, kek, wrapped, subject, record: { kind: recordKind, id: recordId } });
    const text = opened.state === 'open' ? opened.text : null;
    const of = { kind: key.recordKind, id: key.recordId, what: row.kind as OwnKind };
    texts.push({ ...of, state: opened.state, text, writtenAt: row.writtenAt.toISOString() });
  }
  return texts;
}

/** What lies beside its decision in clear: all of it where there is no ring, and what is of before there was one. */
async function findClearTexts(tx: StoreTransaction, subject: PersonId): Promise<SubjectExport['texts']> {
  const decided = await tx.select().from(approvals).where(eq(approvals.person, subject));
  const accepted = await tx.select().from(policyAcceptances).where(eq(policyAcceptances.person, subject));
  const withdrawn = await tx.select().from(interconnects).where(eq(interconnects.withdrawnBy, subject));
  const texts: SubjectExport['texts'][number][] = [];
  const add = (record: RecordName, what: OwnKind, text: string | null, writtenAt: Date | null) => {
    if (text === null || text === '' || referredIds(text).length > 0) return;
    texts.push({ ...record, what, state: 'open', text, writtenAt: (writtenAt ?? new Date(0)).toISOString() });
  };
  for (const { interconnectId: id, signed, reason, decidedAt } of decided) {
    add({ kind: 'interconnect', id }, 'signed-document', signed, decidedAt);
    add({ kind: 'interconnect', id }, 'reason', reason, decidedAt);
  }
  for (const { policyVersion, entity, signed, acceptedAt } of accepted)
    add({ kind: 'policy-acceptance', id: `${policyVersion}/${entity}` }, 'signed-document', signed, acceptedAt);
  const earlier = await tx.select().from(earlierSignatures).where(eq(earlierSignatures.person, subject));
  for (const each of earlier) add(recordOf(each), 'signed-document', each.signed, each.decidedAt);
  for (const { id, withdrawalSigned, withdrawalReason, withdrawnAt } of withdrawn) {
    add({ kind: 'interconnect', id }, 'signed-document', withdrawalSigned, withdrawnAt);
    // The words of a rejection stand there, too.
    const isRejection = decided.some((each) => each.interconnectId === id && each.decision === 'reject');
    if (!isRejection) add({ kind: 'interconnect', id }, 'reason', withdrawalReason, withdrawnAt);
  }
  return texts;
}

function findDeeds(tx: StoreTransaction, actor: PersonId): Promise<SubjectExport['deeds'][number][]> {
  const { sequence, at, action, subject } = ledger;
  return tx
    .select({ sequence, at, action, subject })
    .from(ledger)
    .where(eq(ledger.actor, actor))
    .orderBy(asc(sequence))
    .limit(DEEDS_MAX + 1);
}

async function findSignatures(
  db: Pick<StoreTransaction, 'select'>,
  { keys }: Database,
  id: InterconnectId,
): Promise<(SignatureRecord & { readonly signed: string | null })[]> {
  const { accepted, decided } = await findSignedRows(db, id);
  const rows = [
    ...accepted.map((each) => ({
      ...each,
      subject: 'policy' as const,
      party: each.entity,
      decidedAt: each.acceptedAt,
    })),
    ...decided,
    ...(await findEarlierRows(db, id)),
  ];
  const ids = rows
    .flatMap(({ signed }) => (signed === null ? [] : [referredId(signed)]))
    .filter((each) => each !== null);
  const opened = await openTexts(db, keys, ids, 'signed-document');
  return rows.map(({ subject, party, person, decidedAt, signature, signed }) => {
    const of = signed === null ? null : referredId(signed);
    const found = of === null ? null : (opened.get(of) ?? null);
    const text = found === null ? signed : found.state === 'open' ? found.text : null;
    const document = signed === null ? 'none' : found?.state === 'erased' ? 'erased' : 'kept';
    const record = { subject, party, person, decidedAt: decidedAt.toISOString(), signature, document } as const;
    return { ...record, signed: text };
  });
}
