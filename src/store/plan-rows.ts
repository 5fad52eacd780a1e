import { asc, eq, max } from 'drizzle-orm';
import type { PlanId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import { lockChange } from './change-rows.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { changes, payloads, plans } from './schema.ts';
import type { Store } from './store.ts';

/** Rows of one insert: Postgres takes 65 535 parameters a statement, and a payload has three. */
const PAYLOADS_PER_INSERT = 1_000;

const unknownPlan = (id: PlanId) => new WaslError('PLAN_UNKNOWN', `there is no plan ${id}`);

export function planQueries(database: Database): Pick<Store, 'nextPlanId' | 'savePlan' | 'readPlan' | 'readPayloads'> {
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

    savePlan: (plan, planPayloads) =>
      database.transact(async (tx) => {
        const { id, changeId, digest, interconnectId, kind } = plan;
        await lockChange(tx, changeId);
        const [known] = await tx.select({ digest: plans.digest }).from(plans).where(eq(plans.id, id));
        if (known?.digest === digest) return;
        if (known !== undefined) {
          throw new WaslError('PLAN_STALE', `the plan ${id} was already saved with another digest`);
        }
        const savedAt = database.clock();
        await tx.insert(plans).values({ id, changeId, number: numberOf(id), digest, plan, savedAt });
        for (let from = 0; from < planPayloads.length; from += PAYLOADS_PER_INSERT) {
          const some = planPayloads.slice(from, from + PAYLOADS_PER_INSERT);
          await tx.insert(payloads).values(some.map(({ pe, xml }) => ({ planId: id, pe, xml })));
        }
        await tx.update(changes).set({ planId: id, refusal: null }).where(eq(changes.id, changeId));
        const routers = plan.routers.map(({ pe }) => pe);
        const proofs = plan.proofs.map(({ name, verdict }) => ({ name, verdict }));
        const body = { digest, changeId, interconnectId, kind, routers, proofs };
        await appendFacts(tx, savedAt, [{ actor: plan.createdBy, action: 'plan.saved', subject: id, body }]);
      }),

    readPlan: (id) =>
      database.read(async (db) => {
        const [row] = await db.select({ plan: plans.plan }).from(plans).where(eq(plans.id, id));
        if (row === undefined) throw unknownPlan(id);
        return row.plan;
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

async function refuseUnknownPlan(db: Pick<StoreTransaction, 'select'>, id: PlanId): Promise<void> {
  const found = await db.select({ id: plans.id }).from(plans).where(eq(plans.id, id));
  if (found.length === 0) throw unknownPlan(id);
}

function numberOf(id: PlanId): number {
  const digits = /-P(\d{1,6})$/.exec(id)?.[1];
  if (digits === undefined) throw unknownPlan(id);
  return Number(digits);
}
