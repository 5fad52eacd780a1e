import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ERRORS, WaslError } from '../errors.ts';
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { makeFolder } from '../store/make-folder.ts';
import { migrate, migrateOrCheck } from '../store/migrate.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { cacheDirectory, readBackends, stateDirectory } from './configuration.ts';
import { isInClear, withPassword } from './database-url.ts';
import { keepPostgres } from './keep-postgres.ts';
import { explaining } from './operator-error.ts';
import { openPersonalKeys } from './personal-keys.ts';
import { settleAll } from './settle-all.ts';
import { startOnce } from './start-once.ts';
import { isTemporalInClear, readTemporalLogin, type TemporalLogin } from './temporal-login.ts';
import { obtainTemporalBinary, type Say, startTemporalServer } from './temporal-server.ts';

/** Where `temporal server start-dev` listens unless told otherwise. */
const TEMPORAL_PORT_DEFAULT = 7233;

const OWNS_TABLES =
  'Postgres: the role of DATABASE_URL owns the tables, and so could rewrite the ledger: `wasl migrate --help` shows how it need not';

const IN_CLEAR = (setting: string) =>
  `${setting}: not on this machine, and without TLS, as it was told: what passes can be read on the way`;

export interface RunningBackends {
  readonly store: Store;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalLogin: TemporalLogin;
  /** Closes the store and stops the servers that this process started. */
  stop(): Promise<void>;
}

/**
 * The two servers that wasl stands on: those that DATABASE_URL and TEMPORAL_ADDRESS name, else an embedded Postgres and a Temporal
 * development server in the state directory, started once and shared by the processes of this machine.
 */
export async function openBackends(say: Say, until: AbortSignal): Promise<RunningBackends> {
  const { databaseUrl: given, temporalAddress, temporalNamespace } = readBackends();
  const databaseUrl = given && (await withPassword(given, 'WASL_DATABASE_PASSWORD', process.env));
  const temporalLogin = await readTemporalLogin();
  if (databaseUrl !== null && isInClear(databaseUrl)) say(IN_CLEAR('DATABASE_URL'));
  if (isTemporalInClear(temporalAddress, temporalLogin)) say(IN_CLEAR('TEMPORAL_ADDRESS'));
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  try {
    const [url, address] = await settleAll([
      databaseUrl ?? startOwnPostgres(stops, say),
      temporalAddress ?? startOwnTemporal(stops, say, until),
    ]);
    until.throwIfAborted();
    if (databaseUrl !== null && (await atDatabase(() => migrateOrCheck(url))) === 'owner') say(OWNS_TABLES);
    const keys = await openPersonalKeys(say);
    const store = await atDatabase(() => openStore({ databaseUrl: url, keys }));
    stops.push(() => store.close());
    until.throwIfAborted();
    return { store, temporalAddress: address, temporalNamespace, temporalLogin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** At start a person reads it, who can look where the setting points. */
async function atDatabase<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    // A remedy of its own knows more.
    const isPlain = error instanceof WaslError && error.remedy === ERRORS.DATABASE_UNAVAILABLE.remedy;
    if (!isPlain) throw error;
    const remedy = 'Start the database, or correct DATABASE_URL; then start this again.';
    throw new WaslError(error.code, error.message, { path: 'DATABASE_URL', remedy, cause: error });
  }
}

function inStateDirectory<T>(action: () => Promise<T>): Promise<T> {
  const remedy = 'Name a folder in WASL_STATE_DIR that this user may write.';
  return explaining({ path: stateDirectory(), what: 'the state directory', remedy }, action);
}

async function startOwnPostgres(stops: (() => Promise<void>)[], say: Say): Promise<string> {
  const directory = join(stateDirectory(), 'postgres');
  const postgres = await inStateDirectory(() => startEmbeddedPostgres({ directory }));
  stops.push(() => postgres.stop());
  await atDatabase(() => migrate(postgres.databaseUrl, postgres.application));
  if (postgres.owned) {
    const kept = keepPostgres({ directory, server: postgres }, say);
    stops.push(() => kept.stop());
  }
  say(`Postgres: ${postgres.owned ? 'started' : 'joined'} the embedded server in ${directory}`);
  return postgres.applicationUrl;
}

async function startOwnTemporal(stops: (() => Promise<void>)[], say: Say, until: AbortSignal): Promise<string> {
  const address = `127.0.0.1:${TEMPORAL_PORT_DEFAULT}`;
  const found = () => {
    say(`Temporal: using the server at ${address}`);
    return address;
  };
  if (await answers(address)) return found();
  const binary = await obtainTemporalBinary(cacheDirectory(), say, until);
  const directory = join(stateDirectory(), 'temporal');
  await inStateDirectory(() => makeFolder(directory));
  const databaseFile = join(directory, 'temporal.db');
  const start = () => startTemporalServer(binary, { databaseFile, port: TEMPORAL_PORT_DEFAULT });
  const server = await startOnce(join(directory, 'start.lock'), () => answers(address), start);
  if (server === null) return found();
  stops.push(() => server.stop());
  say(`Temporal: started a development server at ${address}, its history in ${directory}`);
  return address;
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
