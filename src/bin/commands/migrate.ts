import { migrate } from '../../store/migrate.ts';
import { readMigration } from '../configuration.ts';
import { withPassword } from '../database-url.ts';
import { say } from '../foreground.ts';

export async function migrateTables(): Promise<void> {
  const { ownerUrl, application } = readMigration();
  await migrate(await withPassword(ownerUrl, 'WASL_DATABASE_OWNER_PASSWORD', process.env), application);
  say(`Postgres: the tables are of this release, and ${application} serves on them`);
}
