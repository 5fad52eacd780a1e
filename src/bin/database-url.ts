/** The address of the database: what is malformed in it, whether it is safe on its way, and its password by reference. */
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import { readSecret } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `disable` is an operator's own word for a way that is protected otherwise; every other one asks for less than it seems to. */
const SAFE_MODES = ['verify-full', 'disable'];

/** The value is never repeated: it holds a password. */
export function refuseBadDatabaseUrl(text: string, path = 'DATABASE_URL'): void {
  const fact = databaseUrlFault(text);
  if (fact !== null) {
    const remedy =
      'Write it like postgres://user:password@host:5432/wasl, with % codes for the signs @ : / ? # % in a password.';
    throw new WaslError('CONFIGURATION', fact, { path, remedy });
  }
  const url = new URL(text);
  const mode = lastOf(url, 'sslmode');
  if (isNear(url) || SAFE_MODES.includes(mode ?? '')) return;
  const unsafe =
    mode === null
      ? 'what goes to the database would travel in clear'
      : `sslmode=${/^[\w-]{1,20}$/.test(mode) ? mode : '...'} does not ask who the database is`;
  throw new WaslError('CONFIGURATION', unsafe, {
    path,
    remedy:
      'End it with ?sslmode=verify-full&sslrootcert=/path/to/ca.pem; or, where the way is protected otherwise, with ?sslmode=disable.',
  });
}

/** What an operator should hear of at each start; null: nothing. */
export function isInClear(databaseUrl: string): boolean {
  const url = new URL(databaseUrl);
  return !isNear(url) && lastOf(url, 'sslmode') === 'disable';
}

/** The address with the password that `setting` refers to. Throws CONFIGURATION, also where there are two. */
export async function withPassword(text: string, setting: string, env: Environment): Promise<string> {
  const reference = env[setting];
  if (!reference) return text;
  const url = new URL(text);
  if (url.password !== '') {
    const remedy = 'Take it out of the address.';
    throw new WaslError('CONFIGURATION', 'the password of the database is there twice', { path: setting, remedy });
  }
  url.password = encodeURIComponent(await readSecret(reference, { path: setting, what: 'the password' }, env));
  if (url.password !== '') return url.href;
  // URLs of a socket without a host hold none.
  const remedy = 'Write the address with a host and a user, like postgres://user@localhost/wasl?host=/run/postgresql.';
  throw new WaslError('CONFIGURATION', 'the address of the database has no place for a password', {
    path: setting,
    remedy,
  });
}

function databaseUrlFault(text: string): string | null {
  if (!URL.canParse(text)) return 'the address of the database is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    return 'the address of the database does not begin with postgres://';
  }
  // A socket's folder may stand in the place of the host: ?host=/run/postgresql.
  if (url.hostname === '' && !url.searchParams.has('host')) return 'the address of the database names no host';
  if (url.pathname.length < 2) return 'the address of the database names no database';
  try {
    for (const part of [url.username, url.password, url.pathname, url.hostname]) decodeURIComponent(part);
  } catch {
    return 'the address of the database has a % that is no % code';
  }
  return null;
}

const isNear = (url: URL): boolean => isLoopback(hostOf(url));

/** Of a socket this machine's. The driver takes the host after the question mark before the other. */
function hostOf(url: URL): string {
  const host = lastOf(url, 'host') ?? decodeURIComponent(url.hostname);
  return host.startsWith('/') ? '127.0.0.1' : host;
}

/** Where the database is that the driver connects to. */
export const databaseHost = (databaseUrl: string): string => hostOf(new URL(databaseUrl));

/** Of a name that comes twice the driver takes the last. */
const lastOf = (url: URL, name: string): string | null => url.searchParams.getAll(name).at(-1) ?? null;
