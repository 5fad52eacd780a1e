/** How what persons wrote and signed ends: proposed by the schedule, decided by a second person, then erased. Holds keep it. */
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { EntityId, InterconnectId, PersonId } from '../domain/names.ts';
import {
  type DueRecord,
  digestProposal,
  digestSchedule,
  judgeRetention,
  type KeptBack,
  type RetentionSchedule,
  type RetentionState,
} from '../domain/retention.ts';
import type { RecordName } from '../domain/sealed-text.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import { atOneMoment, type Database, type StoreTransaction } from './database.ts';
import { findKept } from './kept-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { legalHolds, personalKeys, personalTexts, retentionProposals } from './personal-schema.ts';
import { handSignedForms, policyAcceptances } from './policy-schema.ts';
import { vacuumKeys } from './rotate-rows.ts';
import { actionKeys, interconnects } from './schema.ts';

/** Records of one proposal: as many as a person reads; what is left is proposed next. */
const RECORDS_MAX = 1_000;
const PROPOSALS_MAX = 200;

export interface RetentionProposal {
  readonly id: number;
  readonly state: RetentionState;
  readonly digest: string;
  readonly scheduleDigest: string;
  readonly authority: string;
  readonly records: readonly DueRecord[];
  readonly proposedBy: PersonId;
  readonly proposedAt: string;
  readonly decidedBy: PersonId | null;
  readonly decidedAt: string | null;
  readonly erasedBy: PersonId | null;
  readonly erasedAt: string | null;
}

export interface LegalHold {
  readonly id: number;
  /** Whom it covers; null: it covers a record. */
  readonly subject: PersonId | null;
  readonly record: RecordName | null;
  readonly reference: string;
  readonly placedBy: PersonId;
  readonly placedAt: string;
  readonly liftedBy: PersonId | null;
  readonly liftedAt: string | null;
}

export interface RetentionStore {
  /** What is due by the schedule now, and why all else is kept. */
  judgeKept(schedule: RetentionSchedule): Promise<{ readonly due: DueRecord[]; readonly keptBack: KeptBack[] }>;
  /** The same list again is the same proposal. RETENTION_NOTHING; APPROVAL_SELF for a person who is on it. */
  proposeErasure(input: { readonly schedule: RetentionSchedule; readonly by: PersonId }): Promise<RetentionProposal>;
  /** Newest first. */
  listRetentionProposals(): Promise<RetentionProposal[]>;
  /** APPROVAL_SELF for the proposer and for whoever is on the list; APPROVAL_DIGEST; RETENTION_PROPOSAL when it is decided. */
  decideErasure(input: {
    readonly id: number;
    readonly digest: string;
    readonly decision: 'authorise' | 'refuse';
    readonly by: PersonId;
  }): Promise<RetentionProposal>;
  /** RETENTION_PROPOSAL where it is not authorised, the schedule is another one, or a record is needed or held by now: nothing is erased then. */
  eraseProposed(input: {
    readonly id: number;
    readonly schedule: RetentionSchedule;
    readonly by: PersonId;
  }): Promise<RetentionProposal>;
  /** INPUT_INVALID for a record that is not there. */
  placeHold(input: {
    readonly on: { readonly subject: PersonId } | { readonly record: RecordName };
    readonly reference: string;
    readonly by: PersonId;
  }): Promise<LegalHold>;
  /** RETENTION_UNKNOWN; lifted again it stays as it was. APPROVAL_SELF for whoever is covered by it. */
  liftHold(input: { readonly id: number; readonly by: PersonId }): Promise<LegalHold>;
  /** Those that stand first. */
  listHolds(): Promise<LegalHold[]>;
}

export function retentionQueries(database: Database): RetentionStore {
  return {
    judgeKept: (schedule) =>
      atOneMoment(database, async (tx) => {
        const at = earlier(database);
        return judgeRetention(schedule, await findKept(tx, at), at);
      }),
    ...proposalQueries(database),
    ...holdQueries(database),
  };
}

/** One clock that runs ahead makes nothing due. */
function earlier({ clock, ownClock }: Database): Date {
  const [one, other] = [clock(), ownClock()];
  return one < other ? one : other;
}

function proposalQueries(
  database: Database,
): Pick<RetentionStore, 'proposeErasure' | 'listRetentionProposals' | 'decideErasure' | 'eraseProposed'> {
  return {
    proposeErasure: ({ schedule, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const at = database.clock();
        const due = earlier(database);
        const records = judgeRetention(schedule, await findKept(tx, due), due).due.slice(0, RECORDS_MAX);
        if (records.length === 0) throw new WaslError('RETENTION_NOTHING', 'no record is due by the schedule');
        refuseOwn(records, by);
        const scheduleDigest = digestSchedule(schedule);
        const digest = digestProposal(records, scheduleDigest);
        const known = (await findProposals(tx)).find((each) => each.state === 'proposed' && each.digest === digest);
        if (known !== undefined) return known;
        const { authority } = schedule;
        const given = { digest, scheduleDigest, authority, records, proposedBy: by, proposedAt: at };
        const [row] = await tx
          .insert(retentionProposals)
          .values({ state: 'proposed', ...given })
          .returning();
        const proposal = toProposal(row);
        const body = { digest, scheduleDigest, authority, records: records.length };
        await appendFacts(tx, at, [{ actor: by, action: 'retention.proposed', subject: subjectOf(proposal.id), body }]);
        return proposal;
      }),

    listRetentionProposals: () => database.read(async (db) => (await findProposals(db)).slice(0, PROPOSALS_MAX)),

    decideErasure: ({ id, digest, decision, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const at = database.clock();
        const proposal = await requireProposal(tx, id);
        const state = decision === 'authorise' ? 'authorised' : 'refused';
        if (proposal.digest !== digest)
          throw new WaslError('APPROVAL_DIGEST', `the proposal ${id} has the digest ${proposal.digest}`);
        if (proposal.state === state && proposal.decidedBy === by) return proposal;
        if (proposal.state !== 'proposed')
          throw new WaslError('RETENTION_PROPOSAL', `the proposal ${id} is ${proposal.state}`);
        if (proposal.proposedBy === by) throw new WaslError('APPROVAL_SELF', 'you proposed it: another person decides');
        refuseOwn(proposal.records, by);
        await tx
          .update(retentionProposals)
          .set({ state, decidedBy: by, decidedAt: at })
          .where(eq(retentionProposals.id, id));
        const body = { digest, decision };
        await appendFacts(tx, at, [{ actor: by, action: 'retention.decided', subject: subjectOf(id), body }]);
        return requireProposal(tx, id);
      }),

    async eraseProposed({ id, schedule, by }) {
      const erased = await database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const at = database.clock();
        const proposal = await requireProposal(tx, id);
        if (proposal.state === 'erased') return proposal;
        await requireErasable(tx, proposal, schedule, earlier(database));
        await eraseRecords(tx, proposal, at);
        await tx
          .update(retentionProposals)
          .set({ state: 'erased', erasedBy: by, erasedAt: at })
          .where(eq(retentionProposals.id, id));
        const { digest, records } = proposal;
        const body = { digest, records: records.length };
        await appendFacts(tx, at, [{ actor: by, action: 'retention.erased', subject: subjectOf(id), body }]);
        return requireProposal(tx, id);
      });
      await vacuumKeys(database);
      return erased;
    },
  };
}

/** All of it, or none: what was authorised is one list. */
async function requireErasable(
  tx: StoreTransaction,
  { id, state, digest, scheduleDigest, records }: RetentionProposal,
  schedule: RetentionSchedule,
  at: Date,
): Promise<void> {
  const no = (fact: string) => new WaslError('RETENTION_PROPOSAL', fact);
  if (state !== 'authorised') throw no(`the proposal ${id} is ${state}, not authorised`);
  if (digestSchedule(schedule) !== scheduleDigest) throw no('the schedule is another one than it was proposed by');
  if (digestProposal(records, digestSchedule(schedule)) !== digest)
    throw new WaslError('RECORD_ALTERED', `the list of the proposal ${id} is not the one that was authorised`);
  const { due, keptBack } = judgeRetention(schedule, await findKept(tx, at), at);
  const missing = records.find(({ keyId }) => !due.some((each) => each.keyId === keyId));
  if (missing === undefined) return;
  const { subject, kind, id: record } = missing;
  const back = keptBack.find((each) => each.subject === subject && each.kind === kind && each.id === record);
  throw no(`${kind} ${record} of ${subject} is not erased: ${back?.why ?? 'it was erased already'}`);
}

async function eraseRecords(tx: StoreTransaction, { id, records }: RetentionProposal, at: Date): Promise<void> {
  const keyIds = records.map(({ keyId }) => keyId);
  await tx.update(personalTexts).set({ sealed: null }).where(inArray(personalTexts.keyId, keyIds));
  await tx
    .update(personalKeys)
    .set({ wrapped: null, erasedAt: at, erasedBy: id })
    .where(inArray(personalKeys.id, keyIds));
  for (const { kind, id: record, subject } of records) {
    if (kind !== 'interconnect') continue;
    const isIts = eq(actionKeys.interconnectId, record as typeof actionKeys.$inferSelect.interconnectId);
    await tx.delete(actionKeys).where(and(isIts, eq(actionKeys.person, subject)));
  }
}

function holdQueries(database: Database): Pick<RetentionStore, 'placeHold' | 'liftHold' | 'listHolds'> {
  return {
    placeHold: ({ on, reference, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const at = database.clock();
        if ('record' in on) await requireRecord(tx, on.record);
        const of = 'subject' in on ? { subject: on.subject } : { recordKind: on.record.kind, recordId: on.record.id };
        const [row] = await tx
          .insert(legalHolds)
          .values({ ...of, reference, placedBy: by, placedAt: at })
          .returning();
        const hold = toHold(row);
        const { id, subject, record } = hold;
        const fact = { actor: by, action: 'hold.placed', subject: `hold/${id}`, body: { subject, record, reference } };
        await appendFacts(tx, at, [fact]);
        return hold;
      }),

    liftHold: ({ id, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'retention');
        const at = database.clock();
        const [known] = await tx.select().from(legalHolds).where(eq(legalHolds.id, id));
        if (known === undefined) throw new WaslError('RETENTION_UNKNOWN', `there is no legal hold ${id}`);
        if (known.liftedAt !== null) return toHold(known);
        if (known.subject === by) throw new WaslError('APPROVAL_SELF', 'it stands on what is kept of you');
        const isIt = and(eq(legalHolds.id, id), isNull(legalHolds.liftedAt));
        const [row] = await tx.update(legalHolds).set({ liftedBy: by, liftedAt: at }).where(isIt).returning();
        await appendFacts(tx, at, [{ actor: by, action: 'hold.lifted', subject: `hold/${id}`, body: {} }]);
        return toHold(row);
      }),

    listHolds: () =>
      database.read(async (db) => {
        const rows = (await db.select().from(legalHolds).orderBy(asc(legalHolds.id))).map(toHold);
        return [
          ...rows.filter(({ liftedAt }) => liftedAt === null),
          ...rows.filter(({ liftedAt }) => liftedAt !== null),
        ];
      }),
  };
}

/** A hold on a name that was written wrong would cover nothing, and nobody would know. */
async function requireRecord(tx: StoreTransaction, { kind, id }: RecordName): Promise<void> {
  const [version = '', entity = ''] = id.split('/');
  const [found] =
    kind === 'interconnect'
      ? await tx
          .select({ id: interconnects.id })
          .from(interconnects)
          .where(eq(interconnects.id, id as InterconnectId))
      : await tx
          .select({ id: policyAcceptances.entity })
          .from(policyAcceptances)
          .where(and(eq(policyAcceptances.policyVersion, version), eq(policyAcceptances.entity, entity as EntityId)));
  const scans =
    kind === 'interconnect'
      ? []
      : await tx
          .select({ id: handSignedForms.entity })
          .from(handSignedForms)
          .where(and(eq(handSignedForms.policyVersion, version), eq(handSignedForms.entity, entity as EntityId)));
  if (found !== undefined || scans.length > 0) return;
  throw new WaslError('INPUT_INVALID', `there is no record ${id}`, { path: 'record', remedy: 'Check its name.' });
}

const subjectOf = (id: number): string => `retention/${id}`;

/** Nobody has a hand in the end of what shows what they did themselves. */
function refuseOwn(records: readonly DueRecord[], by: PersonId): void {
  if (records.every(({ subject }) => subject !== by)) return;
  throw new WaslError('APPROVAL_SELF', 'what is kept of you is on the list: another person does this');
}

async function findProposals(db: Pick<StoreTransaction, 'select'>): Promise<RetentionProposal[]> {
  const rows = await db.select().from(retentionProposals).orderBy(asc(retentionProposals.id));
  return rows.reverse().map(toProposal);
}

async function requireProposal(tx: StoreTransaction, id: number): Promise<RetentionProposal> {
  const [row] = await tx.select().from(retentionProposals).where(eq(retentionProposals.id, id));
  if (row === undefined) throw new WaslError('RETENTION_UNKNOWN', `there is no proposal ${id}`);
  return toProposal(row);
}

function toProposal(row: typeof retentionProposals.$inferSelect | undefined): RetentionProposal {
  if (row === undefined) throw new TypeError('what was inserted comes back');
  const { proposedAt, decidedAt, erasedAt } = row;
  return {
    ...row,
    proposedAt: proposedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    erasedAt: erasedAt?.toISOString() ?? null,
  };
}

function toHold(row: typeof legalHolds.$inferSelect | undefined): LegalHold {
  if (row === undefined) throw new TypeError('what was inserted or updated comes back');
  const { recordKind, recordId, placedAt, liftedAt, ...rest } = row;
  return {
    ...rest,
    record: recordKind === null || recordId === null ? null : { kind: recordKind, id: recordId },
    placedAt: placedAt.toISOString(),
    liftedAt: liftedAt?.toISOString() ?? null,
  };
}
