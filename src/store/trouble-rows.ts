import { sql } from 'drizzle-orm';
import type { Trouble } from '../domain/trouble.ts';
import type { Database } from './database.ts';
import type { Store } from './store.ts';

/** What monitoring rings for, counted. */
export function troubleQueries(database: Database): Pick<Store, 'countTroubled'> {
  return {
    countTroubled: (overdueSince) =>
      database.read(async (db) => {
        const { rows } = await db.execute<Record<Trouble, number>>(sql`
          select
            (select count(*)::int from changes c where c.outcome is null and c.phase = 'attention') as attention,
            (select count(*)::int from changes c
              where c.outcome is null and c."left" is not null and c."left"::text <> '[]') as left,
            (select count(*)::int from interconnects i
              join agreements a on a.interconnect_id = i.id and a.version = i.agreement_version
              where i.lifecycle in ('active', 'suspended')
                and (a.request ->> 'validUntil')::timestamptz < ${overdueSince.toISOString()}::timestamptz) as overdue,
            (select count(*)::int from sightings s
              join interconnects i on i.id = s.interconnect_id
              where s.alignment = 'drifted' and i.lifecycle = 'active'
                and not exists (
                  select from changes c
                  where c.interconnect_id = i.id and c.outcome = 'applied' and c.ended_at > s.seen_at
                )) as drifted`);
        return rows[0] ?? { attention: 0, left: 0, overdue: 0, drifted: 0 };
      }),
  };
}
