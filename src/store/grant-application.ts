/** What the role that serves may do: it owns nothing, and what vouches for the record it can only add to. */
import pg from 'pg';
import { WaslError } from '../errors.ts';

/** In which nothing is ever changed. */
const APPEND_ONLY = ['ledger', 'ledger_nodes', 'ledger_checkpoints', 'ledger_cosignatures'];

/** As the owner of the tables, after each migration: new tables come with no rights. Throws CONFIGURATION for a role that needs none. */
export async function grantApplication(client: pg.Client, application: string): Promise<void> {
  const { rows } = await client.query<{ is_owner: boolean }>(
    `select pg_has_role(r.oid, c.relowner, 'member') as is_owner
     from pg_roles r, pg_class c where r.rolname = $1 and c.oid = to_regclass('ledger')`,
    [application],
  );
  const [found] = rows;
  if (found === undefined)
    throw unfit(`there is no role ${application}`, `Create it: create role ${application} login`);
  if (found.is_owner) {
    throw unfit(
      `the role ${application} can act as the owner of the tables`,
      'Name a role in DATABASE_URL that is no superuser and no member of the owner.',
    );
  }
  const role = pg.escapeIdentifier(application);
  for (const statement of [
    `grant usage on schema public, drizzle to ${role}`,
    `grant select on all tables in schema drizzle to ${role}`,
    `grant select, insert, update, delete on all tables in schema public to ${role}`,
    `grant usage, select on all sequences in schema public to ${role}`,
    // To ask whether the disk has room (is-writable.ts).
    `grant truncate on write_probe to ${role}`,
    ...((await mayGrantMaintain(client)) ? [`grant maintain on personal_keys to ${role}`] : []),
    `revoke update, delete, truncate on ${APPEND_ONLY.join(', ')} from ${role}`,
  ]) {
    await client.query(statement);
  }
}

/** To write the table of keys anew once some are gone (rotate-rows.ts). Of Postgres 17. */
async function mayGrantMaintain(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `select current_setting('server_version_num')::int >= 170000 as may`,
  );
  return rows[0]?.may === true;
}

const unfit = (fact: string, remedy: string) => new WaslError('CONFIGURATION', fact, { path: 'DATABASE_URL', remedy });
