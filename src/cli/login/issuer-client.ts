/** What talks to the issuer: discovery, keys, and its refusals in words of ours. */
import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { type CryptoKeyPair, DPoP, type DPoPHandle } from 'oauth4webapi';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  type ClientAuth,
  type Configuration,
  customFetch,
  discovery,
  None,
  ResponseBodyError,
  type TokenEndpointResponse,
} from 'openid-client';
import { WaslError } from '../../errors.ts';
import type { CliIo } from '../cli-io.ts';
import type { Login } from './login-cache.ts';

const PROOF_ALGORITHM = 'ES256';
/** Of an issuer that does not say. */
const LIFETIME_SECONDS_DEFAULT = 300;

export interface IssuerAccess {
  readonly io: Pick<CliIo, 'fetch' | 'now' | 'signal'>;
  readonly issuer: string;
  readonly clientId: string;
  /** How a machine proves itself; a person's client is public. */
  readonly authentication?: ClientAuth;
}

/** Reads the issuer's metadata. Throws ISSUER_UNAVAILABLE, or LOGIN_FAILED where it is no issuer. */
export async function discoverIssuer({
  io,
  issuer,
  clientId,
  authentication = None(),
}: IssuerAccess): Promise<Configuration> {
  const url = new URL(issuer);
  // Only on this machine, which nobody listens to: the API says the same of its keys.
  const isPlain = url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return asking(issuer, () =>
    discovery(url, clientId, undefined, authentication, {
      [customFetch]: (address, options) =>
        io.fetch(address, { ...options, signal: cutBy(io.signal, options.signal) } as RequestInit),
      ...(isPlain ? { execute: [allowInsecureRequests] } : {}),
    }),
  );
}

const cutBy = (signal: AbortSignal, other?: AbortSignal) => AbortSignal.any([signal, ...(other ? [other] : [])]);

/** A new key for the tokens to come, where the issuer binds them to one. */
export async function newProofKey(config: Configuration): Promise<Login['proofKey']> {
  const { dpop_signing_alg_values_supported: algorithms = [] } = config.serverMetadata();
  if (!algorithms.includes(PROOF_ALGORITHM)) return null;
  const pair = await generateKeyPair(PROOF_ALGORITHM, { extractable: true });
  const [privateJwk, publicJwk] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)]);
  return { privateJwk: privateJwk as JWK & { kty: string }, publicJwk: publicJwk as JWK & { kty: string } };
}

export async function proofOf(key: NonNullable<Login['proofKey']>): Promise<DPoPHandle> {
  const options = { extractable: true };
  const [privateKey, publicKey] = await Promise.all([
    importJWK(key.privateJwk, PROOF_ALGORITHM, { extractable: false }),
    importJWK(key.publicJwk, PROOF_ALGORITHM, options),
  ]);
  return DPoP({}, { privateKey, publicKey } as CryptoKeyPair);
}

/** Options of a grant whose token is to be bound to the key. */
export async function boundTo(key: Login['proofKey']): Promise<{ DPoP?: DPoPHandle }> {
  return key === null ? {} : { DPoP: await proofOf(key) };
}

/** What of an answer is kept. An answer without a refresh token leaves the one there was. */
export function tokensOf(answer: TokenEndpointResponse, now: Date, renewal: Login['renewal']) {
  const {
    access_token: accessToken,
    expires_in: seconds = LIFETIME_SECONDS_DEFAULT,
    refresh_token: refreshToken,
  } = answer;
  const expiresAt = new Date(now.getTime() + seconds * 1_000).toISOString();
  if (refreshToken === undefined) return { accessToken, expiresAt, renewal };
  return { accessToken, expiresAt, renewal: { by: 'refresh-token' as const, refreshToken } };
}

/** A refusal of the issuer is LOGIN_FAILED; everything else kept it from answering. */
export async function asking<T>(issuer: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof WaslError || (cause instanceof Error && cause.name === 'AbortError')) throw cause;
    if (cause instanceof ResponseBodyError || cause instanceof AuthorizationResponseError) {
      const why = cause.error_description === undefined ? cause.error : `${cause.error}: ${cause.error_description}`;
      throw new WaslError('LOGIN_FAILED', `${issuer} refuses: ${why}`, { cause });
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WaslError('ISSUER_UNAVAILABLE', `${issuer} did not answer as an issuer does: ${why}`, { cause });
  }
}
