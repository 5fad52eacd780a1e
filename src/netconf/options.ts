import type { SessionOptions } from './connect.ts';
import { NetconfError } from './errors.ts';
import type { SshConnectOptions, SshTarget } from './ssh/connection.ts';

/**
 * What callers without types, or with a document for an inventory, can get wrong is said by the option's name before anything is
 * opened: a connection without a host key to compare with, above all, is never made.
 *
 * @throws NetconfError `INVALID_REQUEST`
 */
export function checkConnectOptions(options: SshConnectOptions & SessionOptions): void {
  if (!isObject(options)) throw invalid('options', 'an object', options);
  checkTarget(options, '');
  const { jumpHosts, name } = options;
  if (jumpHosts !== undefined && !Array.isArray(jumpHosts)) throw invalid('jumpHosts', 'a list', jumpHosts);
  const hops: readonly SshTarget[] = jumpHosts ?? [];
  for (const [index, hop] of hops.entries()) {
    if (!isObject(hop)) throw invalid(`jumpHosts[${index}]`, 'an object', hop);
    checkTarget(hop, `jumpHosts[${index}].`);
  }
  if (name !== undefined && typeof name !== 'string') throw invalid('name', 'a text', name);
  checkMilliseconds('connectTimeoutMs', options.connectTimeoutMs);
  checkSessionOptions(options);
}

/** @throws NetconfError `INVALID_REQUEST` */
export function checkSessionOptions(options: SessionOptions): void {
  const { clientCapabilities, baseVersions, limits } = options;
  if (baseVersions !== undefined && !isListOf(baseVersions, (version) => version === '1.0' || version === '1.1')) {
    throw invalid('baseVersions', "a list of '1.0' and '1.1'", baseVersions);
  }
  if (baseVersions?.length === 0) throw invalid('baseVersions', 'a list of at least one', baseVersions);
  if (clientCapabilities !== undefined && !isListOf(clientCapabilities, isText)) {
    throw invalid('clientCapabilities', 'a list of URIs', clientCapabilities);
  }
  for (const name of ['helloTimeoutMs', 'rpcTimeoutMs', 'closeTimeoutMs', 'keepaliveIntervalMs'] as const) {
    checkMilliseconds(name, options[name]);
  }
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (typeof value !== 'number' || !(value > 0)) throw invalid(`limits.${name}`, 'a number above 0', value);
  }
}

function checkTarget({ host, port, username, auth, hostKey }: SshTarget, path: string): void {
  if (!isText(host)) throw invalid(`${path}host`, 'a name or an address', host);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw invalid(`${path}port`, 'a number from 1 to 65535', port);
  }
  if (!isText(username)) throw invalid(`${path}username`, 'a text', username);
  const isHostKey =
    isObject(hostKey) &&
    (('knownHosts' in hostKey && typeof hostKey.knownHosts === 'string') ||
      ('sha256' in hostKey && isListOf(hostKey.sha256, isText)));
  if (!isHostKey) throw missing(`${path}hostKey is mandatory: { knownHosts } or { sha256 }`);
  const ways: readonly unknown[] = Array.isArray(auth) ? auth : [auth];
  if (!ways.every(isWayToLogIn)) {
    // What was given instead is not shown: it may be a password.
    throw missing(
      `${path}auth is mandatory: { password }, { privateKey }, { agent } or { keyboardInteractive }, or a list of them`,
    );
  }
}

function isWayToLogIn(way: unknown): boolean {
  if (!isObject(way)) return false;
  if ('password' in way) return typeof way.password === 'string';
  if ('privateKey' in way) return isText(way.privateKey) || Buffer.isBuffer(way.privateKey);
  if ('agent' in way) return isText(way.agent);
  return 'keyboardInteractive' in way && typeof way.keyboardInteractive === 'function';
}

/** A timer of Node's takes no more: it would go off at once. */
const MILLISECONDS_MAX = 2_147_483_647;

/** @throws NetconfError `INVALID_REQUEST` */
export function checkMilliseconds(name: string, value: number | undefined): void {
  if (value === undefined || (typeof value === 'number' && value > 0 && value <= MILLISECONDS_MAX)) return;
  throw invalid(name, `a number of milliseconds from 1 to ${MILLISECONDS_MAX}`, value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function invalid(option: string, right: string, value: unknown): NetconfError {
  const given = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
  return missing(`${option} must be ${right}; ${given}`);
}

function missing(fact: string): NetconfError {
  return new NetconfError('INVALID_REQUEST', fact);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'number') return String(value);
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}
