/** How a process proves itself to Temporal, and Temporal to it. The names of the settings are those of Temporal's own tools. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { TLSConfig } from '@temporalio/client';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import { temporalHost } from './configuration.ts';
import { explaining } from './operator-error.ts';
import { readSecret } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** For `Connection` and `NativeConnection` alike. */
export interface TemporalLogin {
  readonly tls?: TLSConfig;
  /** A secret. */
  readonly apiKey?: string;
}

const CA = 'TEMPORAL_TLS_SERVER_CA_CERT_PATH';
const CERTIFICATE = 'TEMPORAL_TLS_CLIENT_CERT_PATH';
const KEY = 'TEMPORAL_TLS_CLIENT_KEY_PATH';
const NAME = 'TEMPORAL_TLS_SERVER_NAME';
const API_KEY = 'WASL_TEMPORAL_API_KEY';

/**
 * TLS by TEMPORAL_TLS or by any of its files; mTLS by certificate and key; an API key beside it or instead. Throws CONFIGURATION, also where the
 * server is not on this machine and nothing is said of TLS: TEMPORAL_TLS=0 says that the way is protected otherwise.
 */
export async function readTemporalLogin(env: Environment = process.env): Promise<TemporalLogin> {
  const named = [CA, CERTIFICATE, KEY, NAME, API_KEY].filter((setting) => env[setting]);
  const wanted = readSwitch(env.TEMPORAL_TLS);
  const [first] = named;
  if (!env.TEMPORAL_ADDRESS) {
    if (first === undefined && wanted === null) return {};
    throw refusal(first ?? 'TEMPORAL_TLS', 'TLS is set up for a Temporal server that is not named', {
      remedy: 'Set TEMPORAL_ADDRESS.',
    });
  }
  const isNear = isLoopback(temporalHost(env.TEMPORAL_ADDRESS));
  if (wanted === false || (wanted === null && first === undefined)) {
    if (first !== undefined) throw refusal('TEMPORAL_TLS', `it is off, and ${first} is set`, { remedy: 'Keep one.' });
    if (isNear || wanted === false) return {};
    throw refusal('TEMPORAL_TLS', 'what goes to Temporal would travel in clear', {
      remedy: `Set it to 1, with ${CA} where its CA is your own; or to 0, where the way is protected otherwise.`,
    });
  }
  const apiKey = env[API_KEY] && (await readSecret(env[API_KEY], { path: API_KEY, what: 'the API key' }, env));
  return { tls: await readTls(env), ...(apiKey ? { apiKey } : {}) };
}

/** Whether an operator should hear at each start that the way to Temporal is not protected by TLS. */
export const isTemporalInClear = (address: string | null, login: TemporalLogin): boolean =>
  address !== null && login.tls === undefined && !isLoopback(temporalHost(address));

async function readTls(env: Environment): Promise<TLSConfig> {
  const { [CA]: ca, [CERTIFICATE]: certificate, [KEY]: key, [NAME]: serverName } = env;
  if (Boolean(certificate) !== Boolean(key)) {
    const missing = certificate ? KEY : CERTIFICATE;
    throw refusal(missing, 'a certificate without its key, or a key without its certificate', { remedy: 'Set both.' });
  }
  const root = ca ? await readPem(ca, CA, 'the CA of Temporal') : null;
  const pair =
    certificate && key
      ? {
          crt: await readPem(certificate, CERTIFICATE, 'the certificate for Temporal'),
          key: Buffer.from(await readSecret(key, { path: KEY, what: 'the key for Temporal' }, env)),
        }
      : null;
  checkPair(root, pair);
  return {
    ...(root === null ? {} : { serverRootCACertificate: root }),
    ...(pair === null ? {} : { clientCertPair: pair }),
    ...(serverName ? { serverNameOverride: serverName } : {}),
  };
}

/** At the start, and not at the first call that is refused. */
function checkPair(ca: Buffer | null, pair: { readonly crt: Buffer; readonly key: Buffer } | null): void {
  try {
    createSecureContext({ ...(ca && { ca }), ...(pair && { cert: pair.crt, key: pair.key }) });
  } catch (cause) {
    const remedy = 'Name certificates and a key in PEM that belong together.';
    throw refusal(pair === null ? CA : CERTIFICATE, 'certificate and key for Temporal do not fit', { remedy, cause });
  }
}

function readPem(path: string, setting: string, what: string): Promise<Buffer> {
  return explaining({ path, what, remedy: `Name a file in PEM in ${setting}.` }, () => readFile(path));
}

function readSwitch(text: string | undefined): boolean | null {
  if (!text) return null;
  if (/^(1|true)$/i.test(text)) return true;
  if (/^(0|false)$/i.test(text)) return false;
  throw refusal('TEMPORAL_TLS', `${JSON.stringify(text)} is neither 1 nor 0`, { remedy: 'Set it to 1 or 0.' });
}

const refusal = (path: string, fact: string, facts: { readonly remedy: string; readonly cause?: unknown }): WaslError =>
  new WaslError('CONFIGURATION', fact, { path, ...facts });
