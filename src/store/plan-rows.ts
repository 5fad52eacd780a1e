import { asc, eq, max } from 'drizzle-orm';
import type { Refusal } from '../domain/change.ts';
import { CHANGE_KIND_RULES } from '../domain/change-kinds.ts';
import type { PlanId } from '../domain/names.ts';
import { retryDelaySeconds } from '../domain/next-move.ts';
import { describeVerdict, type Plan } from '../domain/plan.ts';
import { combineVerdicts } from '../domain/verdict.ts';
import { ERRORS, WaslError } from '../errors.ts';
import { announce } from './announce.ts';
import { isOnRouters, lockChange, type OpenChange } from './change-rows.ts';
import type { Database, StoreTransaction } from './database.ts';
import { findStanding } from './facts-rows.ts';
import { lockInterconnect } from './interconnect-rows.ts';
import { appendFacts } from './ledger-rows.ts';
import { changes, interconnects, payloads, plans } from './schema.ts';
import type { Store } from './store.ts';

/** Rows of one insert: Postgres takes 65 535 parameters a statement, and a payload has three. */
const PAYLOADS_PER_INSERT = 1_000;

const unknownPlan = (id: PlanId) => new WaslError('PLAN_UNKNOWN', `there is no plan ${id}`);

export function planQueries(
  database: Database,
): Pick<Store, 'nextPlanId' | 'savePlan' | 'readPlan' | 'readPayloads' | 'listPlanDigests'> {
  return {
    nextPlanId: (id) =>
      database.transact(async (tx) => {
        await lockChange(tx, id);
        const [last] = await tx
          .select({ number: max(plans.number) })
          .from(plans)
          .where(eq(plans.changeId, id));
        return `${id}-P${(last?.number ?? 0) + 1}` as PlanId;
      }),

    async savePlan(plan, planPayloads, record) {
      const { id, changeId, digest, interconnectId, kind } = plan;
      const seen = await database.transact(async (tx) => {
        await lockInterconnect(tx, interconnectId);
        const change = await lockChange(tx, changeId);
        const [known] = await tx.select({ digest: plans.digest }).from(plans).where(eq(plans.id, id));
        if (known?.digest === digest) return null;
        if (known !== undefined) {
          throw new WaslError('PLAN_STALE', `the plan ${id} was already saved with another digest`);
        }
        // Its planner was slow, or its workflow is gone: meanwhile somebody decided, or an earlier plan is being pushed.
        if (change.outcome !== null || isOnRouters(change)) {
          throw new WaslError('LIFECYCLE_STEP', `${changeId} is ${change.phase}: nothing is planned for it`);
        }
        const before = await findStanding(tx, interconnectId);
        const savedAt = database.clock();
        await tx.insert(plans).values({ id, changeId, number: numberOf(id), digest, plan, savedAt });
        for (let from = 0; from < planPayloads.length; from += PAYLOADS_PER_INSERT) {
          const some = planPayloads.slice(from, from + PAYLOADS_PER_INSERT);
          await tx.insert(payloads).values(some.map(({ pe, xml }) => ({ planId: id, pe, xml })));
        }
        await tx
          .update(changes)
          .set(planned(change, plan, savedAt))
          .where(eq(changes.id, changeId));
        const reason = describeVerdict(plan);
        await tx.update(interconnects).set({ reason, updatedAt: savedAt }).where(eq(interconnects.id, interconnectId));
        const routers = plan.routers.map(({ pe }) => pe);
        const proofs = plan.proofs.map(({ name, verdict }) => ({ name, verdict }));
        const of = { digest, changeId, interconnectId, kind, routers, proofs };
        const body = record === undefined ? of : { ...of, record };
        await appendFacts(tx, savedAt, [{ actor: plan.createdBy, action: 'plan.saved', subject: id, body }]);
        return { before, after: await findStanding(tx, interconnectId) };
      });
      if (seen !== null) await announce(database, seen.before, seen.after);
    },

    readPlan: (id) =>
      database.read(async (db) => {
        const [row] = await db.select({ plan: plans.plan }).from(plans).where(eq(plans.id, id));
        if (row === undefined) throw unknownPlan(id);
        return row.plan;
      }),

    listPlanDigests: (id) =>
      database.read(async (db) => {
        const rows = await db
          .select({ digest: plans.digest })
          .from(plans)
          .where(eq(plans.changeId, id))
          .orderBy(asc(plans.number));
        return rows.map((row) => row.digest);
      }),

    readPayloads: (id) =>
      database.read(async (db) => {
        const rows = await db
          .select({ pe: payloads.pe, xml: payloads.xml })
          .from(payloads)
          .where(eq(payloads.planId, id))
          .orderBy(asc(payloads.pe));
        if (rows.length === 0) await refuseUnknownPlan(db, id);
        return rows;
      }),
  };
}

/**
 * A plan whose proofs pass awaits its approval; where an earlier plan of the same removal was approved, that covers it. Any other is
 * refused, with the counter-example.
 */
function planned(change: OpenChange, plan: Plan, at: Date) {
  const verdict = combineVerdicts(plan.proofs.map((proof) => proof.verdict));
  const { onlyTakesAway, approval } = CHANGE_KIND_RULES[plan.kind];
  const inForce = { planId: plan.id, replanBy: null, applyUntil: null, finding: null };
  if (verdict !== 'pass') {
    const fact = describeVerdict(plan);
    const tries = (change.waiting?.tries ?? 0) + 1;
    const nextAt = onlyTakesAway ? new Date(at.getTime() + retryDelaySeconds(tries) * 1_000).toISOString() : null;
    const waiting = { reason: `${fact} (PROOF_FAILED)`, tries, nextAt };
    const refusal: Refusal = {
      code: 'PROOF_FAILED',
      path: null,
      fact,
      remedy: ERRORS.PROOF_FAILED.remedy,
      at: at.toISOString(),
    };
    return { ...inForce, phase: 'planning' as const, refusal, waiting };
  }
  const isCovered = approval === 'afterwards' || (onlyTakesAway && change.isApprovedBefore);
  // A removal that comes back for what it left waits longer each time.
  const waiting = isCovered ? change.waiting && { ...change.waiting, nextAt: null } : null;
  // Decided on already, by the approval of an earlier plan.
  const askers = isCovered ? { planAskers: [] } : {};
  return {
    ...inForce,
    ...askers,
    phase: isCovered ? ('approved' as const) : ('planned' as const),
    refusal: null,
    waiting,
  };
}

async function refuseUnknownPlan(db: Pick<StoreTransaction, 'select'>, id: PlanId): Promise<void> {
  const found = await db.select({ id: plans.id }).from(plans).where(eq(plans.id, id));
  if (found.length === 0) throw unknownPlan(id);
}

function numberOf(id: PlanId): number {
  const digits = /-P(\d{1,6})$/.exec(id)?.[1];
  if (digits === undefined) throw unknownPlan(id);
  return Number(digits);
}
