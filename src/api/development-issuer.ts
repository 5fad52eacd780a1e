import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import type { AuthConfig, Role } from './authentication.ts';

const ISSUER = 'urn:wasl:development-issuer';
const AUDIENCE = 'wasl';
const KEY_ID = 'development';
/** Long enough for a demonstration, short enough to be useless afterwards. */
const TOKEN_LIFETIME_SECONDS_DEFAULT = 8 * 3_600;

export interface TokenRequest {
  readonly person: string;
  readonly roles: readonly Role[];
  /** Needed by the roles portal and party-approver. */
  readonly entity?: string;
  readonly lifetimeSeconds?: number;
}

export interface DevelopmentIssuer {
  /** For `createApi`: holds the public key only. */
  readonly auth: AuthConfig;
  /** For a second process that must mint or verify with the same key; a secret. */
  readonly privateJwk: JWK;
  mintToken(request: TokenRequest): Promise<string>;
}

/**
 * An issuer without any login, for the demo and for tests: whoever holds it is whoever they say.
 * Throws CONFIGURATION unless the API's host is a loopback address; the API checks each connection again.
 */
export async function createDevelopmentIssuer(options: {
  readonly apiHost: string;
  readonly clock: () => Date;
  readonly privateJwk?: JWK;
}): Promise<DevelopmentIssuer> {
  const { apiHost, clock } = options;
  if (!isLoopback(apiHost)) {
    throw new WaslError('CONFIGURATION', `the development issuer does not start for an API on ${apiHost}`, {
      remedy: 'Bind the API to 127.0.0.1, or configure the issuer and key set of your identity provider.',
    });
  }
  const privateJwk = options.privateJwk ?? (await createPrivateJwk());
  const { d: _secret, ...publicPart } = privateJwk;
  const publicJwk = { ...publicPart, kid: KEY_ID, alg: 'EdDSA', use: 'sig' };
  const key = await importJWK(privateJwk, 'EdDSA');
  return {
    auth: { issuer: ISSUER, audience: AUDIENCE, keys: { jwks: { keys: [publicJwk] } }, loopbackOnly: true },
    privateJwk,
    mintToken({ person, roles, entity, lifetimeSeconds = TOKEN_LIFETIME_SECONDS_DEFAULT }) {
      const issuedAtSeconds = Math.floor(clock().getTime() / 1_000);
      return new SignJWT({ roles: [...roles], ...(entity === undefined ? {} : { entity }) })
        .setProtectedHeader({ alg: 'EdDSA', kid: KEY_ID })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(person)
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(issuedAtSeconds + lifetimeSeconds)
        .sign(key);
    },
  };
}

async function createPrivateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return exportJWK(privateKey);
}
