import { migrate } from '../../store/migrate.ts';
import { readMigration } from '../configuration.ts';
import { say } from '../foreground.ts';

export async function migrateTables(): Promise<void> {
  const { ownerUrl, application } = readMigration();
  await migrate(ownerUrl, application);
  say(`Postgres: the tables are of this release, and ${application} serves on them`);
}
