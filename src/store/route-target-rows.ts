import { and, asc, between, eq, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import { isEnd } from '../domain/lifecycle.ts';
import type { InterconnectId, VpnId } from '../domain/names.ts';
import { PROGRAM } from '../domain/next-move.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { RealisedFlow } from '../domain/request.ts';
import { encodedParts, parseRouteTarget, type RouteTarget } from '../domain/route-target.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import { isRange, resolveScope } from '../domain/scope.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import { findGoneCarriers } from './carrier-rows.ts';
import type { Database, StoreTransaction } from './database.ts';
import { findInterconnect, lockInterconnect } from './interconnect-rows.ts';
import { currentRouteTargetPool } from './inventory-rows.ts';
import { appendFacts, type NewFact } from './ledger-rows.ts';
import { routeTargets } from './schema.ts';
import type { InterconnectRecord, Store } from './store.ts';

const DAY_MS = 86_400_000;

export function routeTargetQueries(database: Database): Pick<Store, 'allocateRouteTargets' | 'countRouteTargets'> {
  return {
    allocateRouteTargets: (id, avoid, announced = new Map()) =>
      database.transact(async (tx) => {
        const interconnect = await lockInterconnect(tx, id);
        if (interconnect.flows !== null) return await lookAgain(tx, interconnect, announced);
        // Given up while it was being planned: nothing would ever give them back.
        if (isEnd(interconnect.lifecycle)) {
          throw new WaslError('LIFECYCLE_STEP', `${id} is ${interconnect.lifecycle}: it gets no route targets`);
        }
        await lockUntilCommit(tx, 'routeTargets');
        const pool = await currentRouteTargetPool(tx);
        if (pool === null) {
          throw new WaslError('ROUTE_TARGET_POOL_EXHAUSTED', 'there is no pool before the first inventory', {
            remedy: 'Import an inventory.',
          });
        }
        const at = database.clock();
        const flows = interconnect.request.flows;
        const held = await tx
          .select({ from: routeTargets.fromVpn, to: routeTargets.toVpn })
          .from(routeTargets)
          .where(and(eq(routeTargets.interconnectId, id), isNull(routeTargets.releasedAt)));
        const bare = flows.filter((flow) => !held.some(({ from, to }) => from === flow.from && to === flow.to));
        const fresh = await chooseFree(tx, pool, bare.length, avoid, at);
        const given = bare.flatMap(({ from, to }, index) => {
          const routeTarget = fresh[index];
          return routeTarget === undefined ? [] : [{ from, to, routeTarget }];
        });
        await tx.insert(routeTargets).values(
          given.map(({ from, to, routeTarget }) => {
            const { administrator, assigned } = encodedParts(routeTarget);
            return {
              routeTarget,
              administrator,
              assigned,
              interconnectId: id,
              fromVpn: from,
              toVpn: to,
              prefixes: networksOf(interconnect, { from, to }, announced),
              allocatedAt: at,
            };
          }),
        );
        const { flows: realised } = await findInterconnect(tx, id);
        if (realised === null) throw new TypeError('every flow was given a route target');
        await appendFacts(
          tx,
          at,
          given.map(({ routeTarget, from, to }) => ({
            ...{ actor: PROGRAM, action: 'route-target.allocated', subject: id },
            body: { routeTarget, from, to },
          })),
        );
        return realised;
      }),

    countRouteTargets: () =>
      database.transact(async (tx) => {
        const pool = await currentRouteTargetPool(tx);
        if (pool === null) return { free: 0, inUse: 0, quarantined: 0 };
        const isOver = lte(routeTargets.releasedAt, quarantineEnd(pool, database.clock()));
        const [counts] = await tx
          .select({
            inUse: sql<number>`(count(*) filter (where ${isNull(routeTargets.releasedAt)}))::int`,
            released: sql<number>`(count(*) filter (where ${isNotNull(routeTargets.releasedAt)}))::int`,
            over: sql<number>`(count(*) filter (where ${isOver}))::int`,
          })
          .from(routeTargets)
          .where(inPool(pool));
        const { inUse, released, over } = counts ?? { inUse: 0, released: 0, over: 0 };
        const quarantined = released - over;
        return { free: pool.to - pool.from + 1 - inUse - quarantined, inUse, quarantined };
      }),
  };
}

type Announced = ReadonlyMap<VpnId, readonly Prefix[]>;

/** What its ranges take in now, where it has any. */
function networksOf(
  { request }: Pick<InterconnectRecord, 'request'>,
  { from, to }: Pick<RealisedFlow, 'from' | 'to'>,
  announced: Announced,
): Prefix[] | null {
  const flow = request.flows.find((each) => each.from === from && each.to === to);
  if (flow === undefined || flow.prefixes === 'whole-vpn' || !flow.prefixes.some(isRange)) return null;
  const networks = resolveScope(flow.prefixes, announced.get(from) ?? []);
  return networks === 'whole-vpn' ? null : [...networks];
}

/** Planned anew, ranges take in what is announced now. */
async function lookAgain(
  tx: StoreTransaction,
  interconnect: InterconnectRecord,
  announced: Announced,
): Promise<readonly RealisedFlow[]> {
  const { id, flows } = interconnect;
  if (flows === null) throw new TypeError('it has its route targets');
  let isNew = false;
  for (const flow of flows) {
    const prefixes = networksOf(interconnect, flow, announced);
    if (prefixes === null || prefixes.join() === [...flow.prefixes].join()) continue;
    await tx.update(routeTargets).set({ prefixes }).where(eq(routeTargets.routeTarget, flow.routeTarget));
    isNew = true;
  }
  return isNew ? ((await findInterconnect(tx, id)).flows ?? flows) : flows;
}

/**
 * Into quarantine, in the store transaction that ends the agreement; nothing else gives one back. Kept for ever where a router is gone that was
 * never read clean: should it come back, nobody else's routes carry what it takes.
 */
export async function releaseRouteTargets(tx: StoreTransaction, id: InterconnectId, at: Date): Promise<NewFact[]> {
  const gone = await findGoneCarriers(tx, id);
  if (gone.length > 0) {
    const kept = await tx
      .select({ routeTarget: routeTargets.routeTarget })
      .from(routeTargets)
      .where(and(eq(routeTargets.interconnectId, id), isNull(routeTargets.releasedAt)));
    return kept.map(({ routeTarget }) => ({
      ...{ actor: PROGRAM, action: 'route-target.kept', subject: id },
      body: { routeTarget, scrapped: gone },
    }));
  }
  const released = await tx
    .update(routeTargets)
    .set({ releasedAt: at })
    .where(and(eq(routeTargets.interconnectId, id), isNull(routeTargets.releasedAt)))
    .returning({ routeTarget: routeTargets.routeTarget });
  return released.map(({ routeTarget }) => ({
    ...{ actor: PROGRAM, action: 'route-target.released', subject: id },
    body: { routeTarget },
  }));
}

const inPool = (pool: RouteTargetPool) =>
  and(eq(routeTargets.administrator, pool.administrator), between(routeTargets.assigned, pool.from, pool.to));

const quarantineEnd = (pool: RouteTargetPool, now: Date) => new Date(now.getTime() - pool.quarantineDays * DAY_MS);

/** The lowest numbers that nobody holds, that are not in quarantine, and that were not seen on a router. */
async function chooseFree(
  tx: StoreTransaction,
  pool: RouteTargetPool,
  count: number,
  avoid: readonly RouteTarget[],
  now: Date,
): Promise<RouteTarget[]> {
  await tx.delete(routeTargets).where(and(inPool(pool), lte(routeTargets.releasedAt, quarantineEnd(pool, now))));
  const held = await tx
    .select({ assigned: routeTargets.assigned })
    .from(routeTargets)
    .where(inPool(pool))
    .orderBy(asc(routeTargets.assigned));
  const taken = new Set(held.map(({ assigned }) => assigned));
  const onRouters = new Set<string>(avoid);
  const chosen: RouteTarget[] = [];
  for (let assigned = pool.from; assigned <= pool.to && chosen.length < count; assigned++) {
    if (taken.has(assigned)) continue;
    const routeTarget = parseRouteTarget(`${pool.administrator}:${assigned}`);
    if (!onRouters.has(routeTarget)) chosen.push(routeTarget);
  }
  if (chosen.length < count) {
    const fact = `${count} route targets are needed and ${chosen.length} are free in ${pool.administrator}:${pool.from}-${pool.to}`;
    throw new WaslError('ROUTE_TARGET_POOL_EXHAUSTED', fact, { details: { needed: count, free: chosen.length } });
  }
  return chosen;
}
