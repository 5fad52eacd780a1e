import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { StandingInterconnect } from '../domain/inventory-effect.ts';
import { LIFECYCLE_ENDS } from '../domain/lifecycle.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import type { StoreTransaction } from './database.ts';
import { agreements, interconnects } from './schema.ts';

/** The interconnects that have not ended, with the VRFs of every plan that was, or may have been, applied for them. */
export async function listStanding(db: Pick<StoreTransaction, 'select'>): Promise<StandingInterconnect[]> {
  const rows = await db
    .select({
      id: interconnects.id,
      firstParty: interconnects.firstParty,
      secondParty: interconnects.secondParty,
      request: agreements.request,
      routeTargets: sql<RouteTarget[]>`(
        select coalesce(json_agg(rt.route_target order by rt.route_target), '[]') from route_targets rt
        where rt.interconnect_id = "interconnects"."id" and rt.released_at is null
      )`,
      carriers: sql<StandingInterconnect['carriers']>`(
        select coalesce(json_agg(distinct jsonb_build_object('pe', router ->> 'pe', 'vrf', vrf ->> 'vrf')), '[]')
        from changes c
        join plans p on p.change_id = c.id
        cross join json_array_elements(p.plan -> 'routers') as router
        cross join json_array_elements(router -> 'vrfs') as vrf
        where c.interconnect_id = "interconnects"."id"
          and (
            c.outcome = 'applied' or c.phase in ('applying', 'attention')
            or (c.outcome is null and exists (select from journal j where j.change_id = c.id and j.state = 'commit-sent'))
          )
      )`,
    })
    .from(interconnects)
    .innerJoin(
      agreements,
      and(eq(agreements.interconnectId, interconnects.id), eq(agreements.version, interconnects.agreementVersion)),
    )
    .where(notInArray(interconnects.lifecycle, [...LIFECYCLE_ENDS]))
    .orderBy(interconnects.number);
  return rows.map(({ id, firstParty, secondParty, request, routeTargets, carriers }) => {
    return { id, parties: [firstParty, secondParty], flows: request.flows, routeTargets, carriers };
  });
}
