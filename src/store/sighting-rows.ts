import { eq, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { sightings } from './schema.ts';
import type { Store } from './store.ts';

export function sightingQueries(database: Database): Pick<Store, 'saveSightings' | 'readSighting'> {
  return {
    async saveSightings(news) {
      if (news.length === 0) return;
      // In one order for everybody: two readings that end together do not wait for each other in a circle.
      const rows = [...news]
        .sort((a, b) => (a.interconnectId < b.interconnectId ? -1 : 1))
        .map(({ seenAt, ...rest }) => ({ ...rest, seenAt: new Date(seenAt) }));
      const set = {
        seenAt: sql`excluded.seen_at`,
        alignment: sql`excluded.alignment`,
        says: sql`excluded.says`,
      };
      await database.read((db) =>
        db
          .insert(sightings)
          .values(rows)
          // A reading that took longer does not hide a younger one.
          .onConflictDoUpdate({
            target: sightings.interconnectId,
            set,
            setWhere: sql`sightings.seen_at <= excluded.seen_at`,
          }),
      );
    },

    readSighting: (id) =>
      database.read(async (db) => {
        const [row] = await db.select().from(sightings).where(eq(sightings.interconnectId, id));
        return row === undefined ? null : { ...row, seenAt: row.seenAt.toISOString() };
      }),
  };
}
