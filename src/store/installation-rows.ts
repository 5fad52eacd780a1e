import { WaslError } from '../errors.ts';
import type { Database } from './database.ts';
import { installation } from './schema.ts';
import type { Store } from './store.ts';

/** The migration names an installation once; a restored backup keeps the name, an empty database gets another. */
export function installationQueries(database: Database): Pick<Store, 'readInstallation' | 'readMarkSecret'> {
  return {
    readInstallation: async () => (await readRow(database)).id,
    readMarkSecret: async () => (await readRow(database)).markSecret,
  };
}

function readRow(database: Database): Promise<typeof installation.$inferSelect> {
  return database.read(async (db) => {
    const [row] = await db.select().from(installation).limit(1);
    if (row !== undefined) return row;
    throw new WaslError('CONFIGURATION', 'the database names no installation', {
      path: 'DATABASE_URL',
      remedy: 'Start `wasl serve` once: it brings the tables up to date.',
    });
  });
}
