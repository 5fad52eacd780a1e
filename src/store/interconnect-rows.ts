import { and, desc, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import { digestOf } from '../domain/canonical-json.ts';
import { nextLifecycle, ON_NETWORK } from '../domain/lifecycle.ts';
import type { InterconnectId } from '../domain/names.ts';
import type { InterconnectRequest, RealisedFlow } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { interconnects, lifecycleSteps } from './schema.ts';
import type { InterconnectRecord, Store } from './store.ts';

/** Rows of one listing: more is not read by a person; `before` gets the next page. */
const INTERCONNECTS_PAGE_MAX = 1_000;
const INTERCONNECTS_PAGE_DEFAULT = 100;

/** With its route targets in order of the flows: one query for record and flows. The names are spelt out for the inner scope. */
const interconnectColumns = {
  number: interconnects.number,
  id: interconnects.id,
  request: interconnects.request,
  requestDigest: interconnects.requestDigest,
  firstParty: interconnects.firstParty,
  secondParty: interconnects.secondParty,
  requestedBy: interconnects.requestedBy,
  requestedByEntity: interconnects.requestedByEntity,
  bodyDigest: interconnects.bodyDigest,
  lifecycle: interconnects.lifecycle,
  reason: interconnects.reason,
  createdAt: interconnects.createdAt,
  updatedAt: interconnects.updatedAt,
  routeTargets: sql<RouteTarget[]>`array(
    select rt.route_target from route_targets rt
    where rt.interconnect_id = "interconnects"."id" and rt.released_at is null order by rt.flow
  )`,
};

type InterconnectRow = Omit<typeof interconnects.$inferSelect, 'idempotencyKey'> & { routeTargets: RouteTarget[] };

/** null unless every flow has its route target. */
export function realiseFlows(
  request: InterconnectRequest,
  routeTargets: readonly RouteTarget[],
): readonly RealisedFlow[] | null {
  const flows = request.flows.flatMap((flow, index) => {
    const routeTarget = routeTargets[index];
    return routeTarget === undefined ? [] : [{ ...flow, routeTarget }];
  });
  return flows.length === request.flows.length ? flows : null;
}

function toRecord(row: InterconnectRow): InterconnectRecord {
  return {
    id: row.id,
    request: row.request,
    requestDigest: row.requestDigest,
    parties: [row.firstParty, row.secondParty],
    requestedBy: row.requestedBy,
    requestedByEntity: row.requestedByEntity,
    lifecycle: row.lifecycle,
    reason: row.reason,
    flows: realiseFlows(row.request, row.routeTargets),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const unknownInterconnect = (id: InterconnectId) =>
  new WaslError('INTERCONNECT_UNKNOWN', `there is no interconnect ${id}`);

/**
 * Locks the row until the store transaction ends: whoever changes something about an interconnect does so alone. Rows that refer to
 * it can be written meanwhile: progress does not wait. Throws INTERCONNECT_UNKNOWN.
 */
export async function lockInterconnect(tx: StoreTransaction, id: InterconnectId): Promise<InterconnectRecord> {
  await tx.select({ id: interconnects.id }).from(interconnects).where(eq(interconnects.id, id)).for('no key update');
  return findInterconnect(tx, id);
}

async function findInterconnect(db: Pick<StoreTransaction, 'select'>, id: InterconnectId): Promise<InterconnectRecord> {
  const [row] = await db.select(interconnectColumns).from(interconnects).where(eq(interconnects.id, id));
  if (row === undefined) throw unknownInterconnect(id);
  return toRecord(row);
}

export function interconnectQueries(
  database: Database,
): Pick<Store, 'createInterconnect' | 'readInterconnect' | 'listInterconnects' | 'stepLifecycle' | 'listRealised'> {
  return {
    createInterconnect: (input) =>
      database.transact(async (tx) => {
        const { request, requestedBy, requestedByEntity, idempotencyKey } = input;
        const [one, other] = input.parties;
        const [firstParty, secondParty] = one < other ? [one, other] : [other, one];
        const bodyDigest = digestOf({ request, parties: [firstParty, secondParty], requestedByEntity });
        const sameKey = and(
          eq(interconnects.requestedBy, requestedBy),
          eq(interconnects.idempotencyKey, idempotencyKey),
        );
        const again = await tx.select(interconnectColumns).from(interconnects).where(sameKey);
        if (again[0] !== undefined) return firstAnswer(again[0], bodyDigest);

        const at = database.clock();
        const times = { createdAt: at, updatedAt: at };
        const requestDigest = digestOf(request);
        const inserted = await tx
          .insert(interconnects)
          .values({
            ...{ request, requestDigest, firstParty, secondParty, requestedBy, requestedByEntity },
            ...{ idempotencyKey, bodyDigest, lifecycle: 'requested', ...times },
          })
          .onConflictDoNothing()
          .returning({ id: interconnects.id });
        if (inserted[0] === undefined) {
          // The same request at the same moment: it has committed by now, or the insert would still wait for it.
          const [winner] = await tx.select(interconnectColumns).from(interconnects).where(sameKey);
          if (winner === undefined) throw new WaslError('DATABASE_UNAVAILABLE', 'the same request was rolled back');
          return firstAnswer(winner, bodyDigest);
        }
        const { id } = inserted[0];
        const body = { requestDigest, request, parties: [firstParty, secondParty], entity: requestedByEntity };
        const interconnect = await findInterconnect(tx, id);
        await appendFacts(tx, at, [{ actor: requestedBy, action: 'request.submitted', subject: id, body }]);
        return { interconnect, created: true };
      }),

    readInterconnect: (id) => database.read((db) => findInterconnect(db, id)),

    async listInterconnects(filter = {}) {
      const { party, lifecycle, before, limit = INTERCONNECTS_PAGE_DEFAULT } = filter;
      const conditions: (SQL | undefined)[] = [];
      if (party !== undefined) {
        conditions.push(or(eq(interconnects.firstParty, party), eq(interconnects.secondParty, party)));
      }
      if (lifecycle !== undefined) conditions.push(eq(interconnects.lifecycle, lifecycle));
      if (before !== undefined) conditions.push(lt(interconnects.number, numberOf(before)));
      const rows = await database.read((db) =>
        db
          .select(interconnectColumns)
          .from(interconnects)
          .where(and(...conditions))
          .orderBy(desc(interconnects.number))
          .limit(Math.min(limit, INTERCONNECTS_PAGE_MAX)),
      );
      return rows.map(toRecord);
    },

    stepLifecycle: (id, event, { stepKey, actor, reason }) =>
      database.transact(async (tx) => {
        const interconnect = await lockInterconnect(tx, id);
        const sameKey = and(eq(lifecycleSteps.interconnectId, id), eq(lifecycleSteps.stepKey, stepKey));
        const [done] = await tx.select().from(lifecycleSteps).where(sameKey);
        if (done?.event === event) return interconnect;
        if (done !== undefined) {
          throw new WaslError('LIFECYCLE_STEP', `the step ${stepKey} of ${id} was ${done.event}, not ${event}`);
        }
        const at = database.clock();
        const from = interconnect.lifecycle;
        const to = nextLifecycle(from, event);
        await tx.insert(lifecycleSteps).values({ interconnectId: id, stepKey, event, from, to, actor, reason, at });
        await tx.update(interconnects).set({ lifecycle: to, reason, updatedAt: at }).where(eq(interconnects.id, id));
        await appendFacts(tx, at, [
          { actor, action: 'lifecycle.stepped', subject: id, body: { event, from, to, reason, stepKey } },
        ]);
        return { ...interconnect, lifecycle: to, reason, updatedAt: at.toISOString() };
      }),

    async listRealised() {
      const rows = await database.read((db) =>
        db
          .select(interconnectColumns)
          .from(interconnects)
          .where(inArray(interconnects.lifecycle, [...ON_NETWORK]))
          .orderBy(interconnects.number),
      );
      return rows
        .map(toRecord)
        .flatMap(({ id, parties, flows, lifecycle }) => (flows === null ? [] : [{ id, parties, flows, lifecycle }]));
    },
  };
}

function firstAnswer(row: InterconnectRow, bodyDigest: string) {
  if (row.bodyDigest !== bodyDigest) {
    throw new WaslError(
      'REQUEST_CONFLICT',
      `the idempotency key was used for ${row.id}, which asks for something else`,
    );
  }
  return { interconnect: toRecord(row), created: false };
}

/** Throws INTERCONNECT_UNKNOWN for what is no id. */
function numberOf(id: InterconnectId): number {
  const digits = /^IC-(\d{4,9})$/.exec(id)?.[1];
  if (digits === undefined) throw unknownInterconnect(id);
  return Number(digits);
}
