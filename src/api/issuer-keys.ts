import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { allowInsecureRequests, discoveryRequest, processDiscoveryResponse } from 'oauth4webapi';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';

/** Where the issuer's public keys come from. `discovery`: from the metadata that the issuer publishes under its own address. */
export type IssuerKeys = { readonly jwks: JSONWebKeySet } | { readonly jwksUrl: URL } | { readonly discovery: URL };

/** Key selection by the header of a token; with the whole set that it selects from. */
export interface KeySet {
  readonly select: JWTVerifyGetKey;
  readonly all: () => JSONWebKeySet;
}

const FETCH_TIMEOUT_MS = 5_000;
/** A key that is not known is looked for at most this often: strangers' tokens name any key they like. */
export const KEYS_COOLDOWN_SECONDS = 30;
/** Keys serve for so long while the issuer is away; then no token counts until it is back. */
export const KEYS_AGE_SECONDS_MAX = 600;
/** The issuer's metadata are read again after this: the address of its keys may change. */
export const DISCOVERY_SECONDS = 3_600;
/** After a failure the issuer is left alone for so long, whoever calls. */
const FAILURE_PAUSE_MS = 2_000;

/**
 * The issuer's key set, kept by jose: rotation with overlap is followed without a refusal, an unknown key is asked for once in
 * a while, redirects are not followed. Nothing is read before the first token. Returned function throws ISSUER_UNAVAILABLE.
 */
export function createIssuerKeys(keys: IssuerKeys): () => Promise<KeySet> {
  if ('jwks' in keys) {
    const select = createLocalJWKSet(keys.jwks);
    const set: KeySet = { select, all: () => select.jwks() };
    return async () => set;
  }
  if ('jwksUrl' in keys) {
    const set = remoteKeys(keys.jwksUrl);
    return async () => set;
  }
  return discoveredKeys(keys.discovery);
}

function remoteKeys(url: URL): KeySet {
  const select = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: KEYS_COOLDOWN_SECONDS * 1_000,
    cacheMaxAge: KEYS_AGE_SECONDS_MAX * 1_000,
  });
  return { select, all: () => select.jwks() ?? { keys: [] } };
}

/** OpenID Connect Discovery 1.0, read once for all who wait. Metadata that were read serve on while the issuer is away. */
function discoveredKeys(issuer: URL): () => Promise<KeySet> {
  let found: { readonly set: KeySet; readonly href: string; readonly atMs: number } | null = null;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | null = null;
  const discover = async () => {
    try {
      const url = await readKeysAddress(issuer);
      const set = found?.href === url.href ? found.set : remoteKeys(url);
      found = { set, href: url.href, atMs: Date.now() };
    } catch (cause) {
      failedAtMs = Date.now();
      if (found === null)
        throw new WaslError('ISSUER_UNAVAILABLE', "the issuer's metadata could not be read", { cause });
    } finally {
      pending = null;
    }
  };
  return async () => {
    const nowMs = Date.now();
    const isDue = found === null || nowMs - found.atMs > DISCOVERY_SECONDS * 1_000;
    const isPaused = nowMs - failedAtMs < FAILURE_PAUSE_MS;
    if (isDue && !isPaused) pending ??= discover();
    // What was read serves meanwhile: an issuer that hangs delays nobody.
    if (pending !== null && found === null) await pending;
    if (found === null) throw new WaslError('ISSUER_UNAVAILABLE', "the issuer's metadata could not be read");
    return found.set;
  };
}

/** Throws whatever is wrong with the answer: another issuer's metadata, no address of keys, one that anybody on the way could answer for. */
async function readKeysAddress(issuer: URL): Promise<URL> {
  const isPlain = issuer.protocol === 'http:' && isLoopback(issuer.hostname);
  const response = await discoveryRequest(issuer, {
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    [allowInsecureRequests]: isPlain,
  });
  const { jwks_uri: address } = await processDiscoveryResponse(issuer, response);
  const url = new URL(address ?? '');
  if (url.protocol === 'https:' || (isPlain && isLoopback(url.hostname))) return url;
  throw new errors.JWKSInvalid('the address of the keys is not https');
}
