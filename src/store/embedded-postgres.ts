import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WaslError } from '../errors.ts';
import { withFileLock } from './file-lock.ts';
import { commandAsServer, type PostgresProgram, preparePostgres } from './postgres-program.ts';
import { isAlive, isNamedAlive, nameProcess } from './process-state.ts';

/** A cold disk takes seconds to recover a large write-ahead log; beyond this a person should look. */
const START_TIMEOUT_SECONDS = 60;
/** After it the server is stopped without waiting for its clients; it recovers from its log at the next start. */
const STOP_TIMEOUT_SECONDS = 10;
const STOP_POLL_MS = 10;
/** After `kill -9` of the server its children hold the shared memory for a moment; and a free port may be taken by another. */
const START_ATTEMPTS = 5;
const START_RETRY_MS = 200;
/** The whole of it: neither wasl's secrets nor the caller's locale reach the server. */
const SERVER_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
/** Owns the tables; nobody serves as it. */
const SUPERUSER = 'wasl';
const APPLICATION = 'wasl_application';
const DATABASE = 'wasl';

export interface EmbeddedPostgresOptions {
  /** Kept between starts. Holds the data, the password (mode 0600) and the server's log. */
  readonly directory: string;
  /** Default: the one that it had before, else a free one. */
  readonly port?: number;
  /** Server settings, for tests: `{ fsync: 'off' }`. The default is as durable as Postgres is. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Of the owner: migrates, and is asked by tests and people. */
  readonly databaseUrl: string;
  /** Of the role that serves; it has no rights before `migrate` gives it some. */
  readonly applicationUrl: string;
  /** The name of that role. */
  readonly application: string;
  /** Of the server's first process. */
  readonly pid: number;
  /** false: another living process started it, and `stop` leaves it running. */
  readonly owned: boolean;
  stop(): Promise<void>;
}

/**
 * A real Postgres server on loopback, on the directory's data: started, or joined when it already runs there. It has a session of
 * its own: Ctrl-C in the terminal does not reach it, and it lives until its owner stops it. When the owner died without doing
 * so, the next process that joins becomes the owner. Safe to call from several processes at once.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const program = await preparePostgres(directory);
  return withFileLock(join(directory, 'start.lock'), START_TIMEOUT_SECONDS * 1000, async () => {
    const password = await readOrMakePassword(join(directory, 'password'), program);
    const applicationPassword = await readOrMakePassword(join(directory, 'application-password'), program);
    await initialise(directory, program);
    const running = await findRunningServer(directory);
    try {
      const server = running ?? (await start(directory, program, options));
      const databaseUrl = await ensureDatabase(server.port, password, applicationPassword);
      const applicationUrl = urlOf(server.port, APPLICATION, applicationPassword, DATABASE);
      const owned = await claimOwnership(directory);
      const stop = async (): Promise<void> => (owned ? stopEmbeddedPostgres(directory) : undefined);
      return { databaseUrl, applicationUrl, application: APPLICATION, pid: server.pid, owned, stop };
    } catch (error) {
      // Nobody else knows of it yet.
      if (running === null) await stopEmbeddedPostgres(directory).catch(() => undefined);
      throw error;
    }
  });
}

/** Stops the server on this directory, whoever started it; nothing to do when none runs. */
export async function stopEmbeddedPostgres(directory: string): Promise<void> {
  const running = await findRunningServer(resolve(directory));
  if (running === null) return;
  const program = await preparePostgres(resolve(directory));
  for (const mode of ['fast', 'immediate']) {
    const stopped = await pgCtl(directory, program, ['stop', '-m', mode, '-t', String(STOP_TIMEOUT_SECONDS)]);
    if (stopped || (await findRunningServer(resolve(directory))) === null) return waitForEnd(running.pid);
  }
  throw new WaslError('DATABASE_UNAVAILABLE', `the embedded Postgres with process id ${running.pid} does not stop`);
}

/** The server's files are complete and its port is free a moment before its process has ended. */
async function waitForEnd(pid: number): Promise<void> {
  const deadline = performance.now() + STOP_TIMEOUT_SECONDS * 1000;
  while (isAlive(pid) && performance.now() < deadline) await sleep(STOP_POLL_MS);
}

async function readOrMakePassword(path: string, program: PostgresProgram): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    const password = randomBytes(24).toString('base64url');
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${password}\n`);
      // initdb reads it as the server's user.
      if (program.user.uid !== undefined && program.user.gid !== undefined) {
        await file.chown(program.user.uid, program.user.gid);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return password;
  }
}

/** Under another name first: a start that dies half-way leaves no half cluster behind. */
async function initialise(directory: string, program: PostgresProgram): Promise<void> {
  if (await exists(join(directory, 'data', 'PG_VERSION'))) return;
  const unfinished = join(directory, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  const outcome = await execute(directory, program, program.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${join(directory, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    // One call of syncfs instead of a thousand of fsync: as durable, and half a second faster.
    ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []),
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'timezone=UTC'],
  ]);
  if (outcome !== 0) throw startFailure(directory, 'initdb failed');
  await rename(unfinished, join(directory, 'data'));
}

async function start(directory: string, program: PostgresProgram, options: EmbeddedPostgresOptions) {
  const settings = Object.entries(options.settings ?? {});
  for (const [name, value] of settings) {
    if (!/^[\w.]+$/.test(name + value)) throw new WaslError('CONFIGURATION', `${name} is no plain server setting`);
  }
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    await removeStalePid(directory);
    // Whoever is connected knows the port that it had; another program may have taken it.
    const last = attempt === 1 ? await findLastPort(directory) : null;
    const port = options.port ?? last ?? (await findFreePort());
    const flags = [`-p ${port}`, ...settings.map(([name, value]) => `-c ${name}=${value}`)].join(' ');
    const log = join(directory, 'server.log');
    await pgCtl(directory, program, ['start', '-l', log, '-t', String(START_TIMEOUT_SECONDS), '-o', flags]);
    const server = await findRunningServer(directory);
    if (server !== null) return server;
    await sleep(START_RETRY_MS * attempt);
  }
  throw startFailure(directory, `it did not come up in ${START_ATTEMPTS} attempts`);
}

function startFailure(directory: string, why: string): WaslError {
  return new WaslError('DATABASE_UNAVAILABLE', `the embedded Postgres cannot start: ${why}`, {
    path: directory,
    remedy: `Read ${join(directory, 'server.log')}, or set DATABASE_URL to a Postgres server of your own.`,
  });
}

/** What postmaster.pid says (line 1: process id, 4: port), if that process is truly the server of this directory. */
async function findRunningServer(directory: string): Promise<{ readonly pid: number; readonly port: number } | null> {
  const lines = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!Number.isInteger(pid) || pid <= 1 || !Number.isInteger(port) || port <= 0) return null;
  return (await isServerProcess(pid, directory)) ? { pid, port } : null;
}

/**
 * After `kill -9` or a reboot the file stays, and its process id may belong to another program by now: Postgres would refuse to start.
 * Two servers on one data directory remain impossible: Postgres also checks its shared memory.
 */
async function removeStalePid(directory: string): Promise<void> {
  if ((await findRunningServer(directory)) === null)
    await rm(join(directory, 'data', 'postmaster.pid'), { force: true });
}

async function isServerProcess(pid: number, directory: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(join(directory, 'data'));
}

async function claimOwnership(directory: string): Promise<boolean> {
  const path = join(directory, 'owner');
  const owner = await readFile(path, 'utf8').catch(() => '');
  if (owner !== '' && owner !== nameProcess(process.pid) && isNamedAlive(owner)) return false;
  const file = await openForWriting(path, constants.O_TRUNC);
  await file.writeFile(nameProcess(process.pid)).finally(() => file.close());
  return true;
}

const urlOf = (port: number, user: string, password: string, database: string): string =>
  `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;

/** The database and the role that serves; the password of the role is what its file says. Returns the owner's address. */
async function ensureDatabase(port: number, password: string, applicationPassword: string): Promise<string> {
  const client = new pg.Client({ connectionString: urlOf(port, SUPERUSER, password, 'postgres'), ssl: false });
  try {
    await client.connect();
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
    const role = await client.query('select 1 from pg_roles where rolname = $1', [APPLICATION]);
    if (role.rowCount === 0) {
      await client.query(`create role ${APPLICATION} login password ${client.escapeLiteral(applicationPassword)}`);
    }
  } catch {
    throw new WaslError('DATABASE_UNAVAILABLE', `the embedded Postgres on port ${port} does not let wasl in`);
  } finally {
    await client.end().catch(() => undefined);
  }
  return urlOf(port, SUPERUSER, password, DATABASE);
}

/** Of the server before, by what Postgres writes down of its start; null: there was none. */
async function findLastPort(directory: string): Promise<number | null> {
  const words = await readFile(join(directory, 'data', 'postmaster.opts'), 'utf8').catch(() => '');
  const port = /"-p" "(\d{1,5})"/.exec(words)?.[1];
  return port === undefined ? null : Number(port);
}

function findFreePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolvePort(address.port) : reject(new Error('no port')),
      );
    });
  });
}

async function pgCtl(directory: string, program: PostgresProgram, args: readonly string[]): Promise<boolean> {
  const [command = '', ...rest] = args;
  return (
    (await execute(directory, program, program.pgCtl, [command, '-D', join(directory, 'data'), '-w', ...rest])) === 0
  );
}

/** Without pipes: the server would inherit them and the call would never end. */
async function execute(
  directory: string,
  program: PostgresProgram,
  file: string,
  args: readonly string[],
): Promise<number | null> {
  const log = await openForWriting(join(directory, 'server.log'), constants.O_APPEND);
  try {
    if (program.user.uid !== undefined && program.user.gid !== undefined) {
      await log.chown(program.user.uid, program.user.gid);
    }
    return await new Promise((resolveCode, reject) => {
      const command = commandAsServer(program, file, args);
      const child = spawn(command.file, command.args, {
        ...command.as,
        cwd: directory,
        env: SERVER_ENVIRONMENT,
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
      });
      child.once('error', reject);
      child.once('exit', resolveCode);
    });
  } finally {
    await log.close();
  }
}

/** Follows no symbolic link: where wasl is root, the directory belongs to a lesser user. */
function openForWriting(path: string, how: number) {
  return open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | how, 0o600);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
