/** The steps that wasl itself takes, each one store transaction that may be repeated: Temporal runs an activity at least once. */
import { and, eq, ne, sql } from 'drizzle-orm';
import { type ChangePhase, describeLeft, type Refusal } from '../domain/change.ts';
import { CHANGE_KIND_RULES } from '../domain/change-kinds.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { type ChangeId, type InterconnectId, interconnectOf, type PlanId } from '../domain/names.ts';
import { nextMove, PROGRAM, retryDelaySeconds } from '../domain/next-move.ts';
import { refusalOfPlanning } from '../domain/settlement.ts';
import { ERRORS, type ErrorCode, isErrorCode, isSignatureRefused, isVerdict } from '../errors.ts';
import { announce } from './announce.ts';
import { insertChange, isOnRouters, type OpenChange } from './change-rows.ts';
import type { Database, StoreTransaction } from './database.ts';
import { findStanding, moveFacts, type Standing } from './facts-rows.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { appendFacts, findKindsStarted, type NewFact } from './ledger-rows.ts';
import { describeWholeRemoval } from './removal-in-words.ts';
import { changes, interconnects } from './schema.ts';
import { endChange, stepAgreement } from './settle.ts';
import type { SettledTransaction, Store } from './store.ts';

type DriveQueries = Pick<
  Store,
  | 'readStandingFacts'
  | 'readMoveFacts'
  | 'openChange'
  | 'abandonChange'
  | 'noteTrouble'
  | 'beginApplying'
  | 'noteRecovery'
  | 'settleTransaction'
  | 'settleAgreement'
  | 'listUndriven'
  | 'listOverslept'
  | 'listIdle'
>;

/** A PE that could not be recovered by itself is looked at again after this, without waiting for a person. */
const ATTENTION_RETRY_SECONDS = 600;
const UNDRIVEN_MAX = 500;

export function driveQueries(database: Database): DriveQueries {
  /** One step under the lock of the interconnect, and its events. `work` returns null where the step was taken before. */
  async function step(
    id: InterconnectId,
    work: (tx: StoreTransaction, standing: Standing, at: Date) => Promise<NewFact[] | null>,
  ): Promise<void> {
    const at = database.clock();
    const seen = await database.transact(async (tx) => {
      await lockInterconnect(tx, id);
      const before = await findStanding(tx, id);
      const facts = await work(tx, before, at);
      if (facts === null) return null;
      await appendFacts(tx, at, facts);
      return { before, after: await findStanding(tx, id) };
    });
    if (seen !== null) await announce(database, seen.before, seen.after);
  }

  /** The same for the change that is open; null where it is over. */
  const stepChange = (
    id: ChangeId,
    work: (tx: StoreTransaction, change: OpenChange, standing: Standing, at: Date) => Promise<NewFact[] | null>,
  ) =>
    step(interconnectOf(id), async (tx, standing, at) =>
      standing.change?.id === id ? work(tx, standing.change, standing, at) : null,
    );

  return {
    readStandingFacts: (id) => database.read(async (db) => moveFacts(await findStanding(db, id))),

    readMoveFacts: (id) =>
      database.transact(async (tx) => {
        const at = database.clock();
        await lockInterconnect(tx, id);
        const standing = await findStanding(tx, id);
        const driven = { drivenRevision: sql`${interconnects.revision}`, drivenAt: at };
        await tx.update(interconnects).set(driven).where(eq(interconnects.id, id));
        return moveFacts(standing);
      }),

    openChange: (id, kind, by) =>
      step(id, async (tx, { interconnect, change }, at) => {
        if (change !== null || !CHANGE_KIND_RULES[kind].from.includes(interconnect.lifecycle)) return null;
        if (isEnd(CHANGE_KIND_RULES[kind].to)) {
          const { withdrawal, request } = interconnect;
          const reason = withdrawal?.reason ?? `the agreement ended at ${request.validUntil}`;
          await tx.update(interconnects).set({ reason, updatedAt: at }).where(eq(interconnects.id, id));
        }
        return insertChange(tx, interconnect, kind, by, at);
      }),

    abandonChange: (id, outcome, reason) =>
      stepChange(id, async (tx, change, _standing, at) => {
        if (isOnRouters(change)) return null;
        return endChange(tx, change, { outcome, reason, at });
      }),

    noteTrouble: (id, told) =>
      stepChange(id, async (tx, change, { interconnect }, at) => {
        if (isOnRouters(change)) return null;
        const [row] = await tx.select({ finding: changes.finding }).from(changes).where(eq(changes.id, id));
        const verdict = refusalOfPlanning(row?.finding ?? null, at.toISOString());
        const refusal = verdict ?? told;
        const { code, path, fact, remedy } = refusal;
        const isTransient = verdict === null;
        const tries = (change.waiting?.tries ?? 0) + 1;
        const closing = CHANGE_KIND_RULES[change.kind].onlyTakesAway;
        const nextAt = isTransient || closing ? later(at, retryDelaySeconds(tries)) : null;
        const reason = sentenceOf(refusal);
        const waiting = { reason, tries, nextAt };
        const seen = {
          phase: 'planning' as const,
          waiting,
          replanBy: null,
          finding: null,
          refusal: verdict,
        };
        await tx.update(changes).set(seen).where(eq(changes.id, id));
        await tx.update(interconnects).set({ reason, updatedAt: at }).where(eq(interconnects.id, interconnect.id));
        // Each try is an event; the ledger keeps what a rule refused, once.
        if (isTransient || change.refusal?.fact === fact) return [];
        const body = { interconnectId: interconnect.id, code, path, fact, remedy };
        return [{ actor: PROGRAM, action: 'plan.refused', subject: id, body }];
      }),

    async beginApplying(id, attempt, planId) {
      let isBegun = false;
      await stepChange(id, async (tx, change, _standing, at) => {
        isBegun = change.attempts === attempt && change.phase === 'applying';
        if (isBegun || change.attempts !== attempt - 1 || !isReady(change, planId)) return null;
        isBegun = true;
        // How often it was tried stays known: each try waits longer.
        const waiting = change.waiting && { ...change.waiting, nextAt: null };
        // The journal of the attempt begins here: what an earlier one wrote is of that one.
        const attemptEpoch = sql`${changes.journalEpoch} + 1`;
        const finding = planId === null ? {} : { finding: null };
        const begun = {
          phase: 'applying' as const,
          attempts: attempt,
          waiting,
          recoverBy: null,
          recovery: null,
          attemptEpoch,
          ...finding,
        };
        await tx.update(changes).set(begun).where(eq(changes.id, id));
        const body = { planId, attempt, at: at.toISOString() };
        return [{ actor: PROGRAM, action: 'transaction.begun', subject: id, body }];
      });
      return isBegun;
    },

    noteRecovery: (id, recovery, epoch) =>
      stepChange(id, async (tx, change) => {
        if (!isOnRouters(change)) return null;
        const isOwn = and(eq(changes.id, id), eq(changes.journalEpoch, epoch));
        const noted = { phase: 'applying' as const, recoverBy: null, recovery };
        const rows = await tx.update(changes).set(noted).where(isOwn).returning({ id: changes.id });
        return rows.length === 0 ? null : [];
      }),

    settleTransaction: (id, attempt, result) =>
      stepChange(id, async (tx, change, standing, at) => {
        const isUnderWay = change.phase === 'applying' || change.phase === 'attention';
        if (change.attempts !== attempt || !isUnderWay || isToldAlready(change, result, at)) return null;
        return settle(tx, await asStarted(tx, change), standing, result, at);
      }),

    settleAgreement: (id, to, by, reason) =>
      step(id, async (tx, { interconnect, change, carriedBy }, at) => {
        if (interconnect.lifecycle !== 'requested' || (change !== null && isOnRouters(change))) return null;
        // Whoever says that it is time: a router that was sent something was not read back clean.
        if (carriedBy.length > 0) return null;
        const ended = change === null ? [] : await endChange(tx, change, { outcome: 'abandoned', reason, at });
        return [...ended, ...(await stepAgreement(tx, id, { from: interconnect.lifecycle, to, by, reason, at }))];
      }),

    listUndriven: (olderThan) =>
      database.read(async (db) => {
        const rows = await db
          .select({ id: interconnects.id })
          .from(interconnects)
          .where(
            and(
              ne(interconnects.revision, interconnects.drivenRevision),
              sql`${interconnects.updatedAt} < ${olderThan.toISOString()}::timestamptz`,
            ),
          )
          .limit(UNDRIVEN_MAX);
        return rows.map((row) => row.id);
      }),

    listOverslept: (olderThan) =>
      database.read(async (db) => {
        const { rows } = await db.execute<{ id: InterconnectId }>(sql`
          select i.id from interconnects i
            join agreements a on a.interconnect_id = i.id and a.version = i.agreement_version
            left join changes c on c.interconnect_id = i.id and c.outcome is null
            cross join lateral (values
              ((a.request ->> 'validFrom')::timestamptz), ((a.request ->> 'validUntil')::timestamptz),
              ((c.waiting ->> 'nextAt')::timestamptz), (c.apply_until)) as hour (due)
            where i.lifecycle in ('requested', 'active', 'suspended')
              and due < ${olderThan.toISOString()}::timestamptz and (i.driven_at is null or i.driven_at < due)
            group by i.id limit ${UNDRIVEN_MAX}`);
        return rows.map((row) => row.id);
      }),

    listIdle: (olderThan) =>
      database.read(async (db) => {
        // What is on the network and asks for nothing is most of the register, and is not looked at.
        const { rows } = await db.execute<{ id: InterconnectId }>(sql`
          select i.id from interconnects i left join changes c on c.interconnect_id = i.id and c.outcome is null
            where i.lifecycle in ('requested', 'active', 'suspended')
              and (i.lifecycle = 'requested' or i.withdrawn_at is not null or c.id is not null)
              and (i.driven_at is null or i.driven_at < ${olderThan.toISOString()}::timestamptz)
            order by i.driven_at nulls first limit ${UNDRIVEN_MAX}`);
        const idle: InterconnectId[] = [];
        for (const { id } of rows) {
          const { move } = nextMove(moveFacts(await findStanding(db, id)), database.clock());
          if (move !== 'wait' && move !== 'finish') idle.push(id);
        }
        return idle;
      }),
  };
}

const later = (at: Date, seconds: number): string => new Date(at.getTime() + seconds * 1_000).toISOString();

/** A person or the clock has another look taken; without either it is the same one, told twice. */
function isToldAlready({ phase, waiting, recoverBy }: OpenChange, result: SettledTransaction, at: Date): boolean {
  if (phase !== 'attention' || result.outcome !== 'attention' || recoverBy !== null) return false;
  return waiting?.reason === result.reason && waiting.nextAt !== null && Date.parse(waiting.nextAt) > at.getTime();
}

function sentenceOf({ path, fact, code }: Refusal): string {
  const where = path === null || fact.startsWith(path) ? '' : `${path}: `;
  return `${where}${fact} (${code})`;
}

const READY: readonly ChangePhase[] = ['planned', 'approved', 'scheduled'];

/** Decided anew meanwhile, a change is no longer what the workflow was about to push; without a plan there is nothing to push. */
function isReady({ phase, planId }: OpenChange, pushed: PlanId | null): boolean {
  if (pushed !== null) return planId === pushed && READY.includes(phase);
  // A workflow that was lost between two steps had begun with nothing, too.
  return phase === 'planning' || (phase === 'applying' && planId === null);
}

/** Its kind says where the agreement steps: that of the ledger, whatever was written into the row since. */
async function asStarted(tx: StoreTransaction, change: OpenChange): Promise<OpenChange> {
  const kind = (await findKindsStarted(tx, [change.id])).get(change.id) ?? change.kind;
  if (kind === change.kind) return change;
  await tx.update(changes).set({ kind }).where(eq(changes.id, change.id));
  return { ...change, kind };
}

/** What becomes of change and agreement after one network transaction. */
async function settle(
  tx: StoreTransaction,
  change: OpenChange,
  { interconnect }: Standing,
  result: SettledTransaction,
  at: Date,
): Promise<NewFact[]> {
  const { outcome, code, left } = result;
  const reason = left.length === 0 ? result.reason : `${result.reason}; ${describeLeft(left)}`;
  const { id, kind } = change;
  const rule = CHANGE_KIND_RULES[kind];
  const tried: NewFact = {
    actor: PROGRAM,
    action: 'transaction.ended',
    subject: id,
    body: { ...result, attempt: change.attempts, routers: change.routers },
  };
  const say = { reason, updatedAt: at };
  await tx.update(changes).set({ recovery: null }).where(eq(changes.id, id));
  // Nobody writes in the name of what is settled.
  if (outcome !== 'attention') {
    await tx
      .update(changes)
      .set({ finding: null, journalEpoch: sql`${changes.journalEpoch} + 1` })
      .where(eq(changes.id, id));
  }
  const tries = (change.waiting?.tries ?? 0) + 1;

  if (outcome === 'applied' && left.length === 0) {
    const whole = rule.onlyTakesAway ? await describeWholeRemoval(tx, change, reason) : reason;
    const ended = await endChange(tx, change, { outcome, reason: whole, at });
    const step = { from: interconnect.lifecycle, to: rule.to, by: PROGRAM, reason: whole, at };
    return [tried, ...ended, ...(await stepAgreement(tx, interconnect.id, step))];
  }
  if (outcome === 'attention') {
    const waiting = { reason, tries, nextAt: later(at, ATTENTION_RETRY_SECONDS) };
    const refusal = isVerdict(code) ? refusalOf(code, reason, at) : change.refusal;
    await tx.update(changes).set({ phase: 'attention', waiting, refusal, recoverBy: null }).where(eq(changes.id, id));
    await tx.update(interconnects).set(say).where(eq(interconnects.id, interconnect.id));
    return [tried];
  }
  // What was measured before a person had to look stays the verdict.
  const verdict = isVerdict(code) ? code : (change.refusal?.code ?? null);
  const isInfrastructure = !isVerdict(verdict);
  if (rule.onlyTakesAway || isInfrastructure) {
    // What takes away is planned again until nothing is left; what opens is tried again with the plan that was approved.
    const phase = rule.onlyTakesAway ? 'planning' : 'approved';
    const nextAt = later(at, retryDelaySeconds(tries));
    const waiting = { reason, tries, nextAt };
    const isUnapproved = rule.onlyTakesAway && isSignatureRefused(code);
    const said = isUnapproved ? code : isInfrastructure ? null : verdict;
    const refusal = said === null || outcome === 'applied' ? null : whyAgain(said, interconnect.id, reason, at);
    await tx
      .update(changes)
      .set({ phase, waiting, refusal, left: [...left], recoverBy: null })
      .where(eq(changes.id, id));
    await tx.update(interconnects).set(say).where(eq(interconnects.id, interconnect.id));
    return [tried];
  }
  const refusal = refusalOf(verdict, reason, at);
  const ended = await endChange(tx, change, {
    outcome: outcome === 'applied' ? 'rolled-back' : outcome,
    reason,
    refusal,
    at,
  });
  await tx.update(interconnects).set(say).where(eq(interconnects.id, interconnect.id));
  return [tried, ...ended];
}

/** Of what is tried again. */
function whyAgain(code: string, id: InterconnectId, reason: string, at: Date): Refusal {
  const refusal = refusalOf(code, reason, at);
  if (!isSignatureRefused(code)) return refusal;
  return { ...refusal, remedy: `wasl interconnect replan ${id}, then approve the new plan.` };
}

function refusalOf(code: string | null, reason: string, at: Date): Refusal {
  const known: ErrorCode = code !== null && isErrorCode(code) ? code : 'INTERNAL';
  return { code: known, path: null, fact: reason, remedy: ERRORS[known].remedy, at: at.toISOString() };
}
