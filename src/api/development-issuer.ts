import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import { type AuthConfig, type Role, TOKEN_TYPE } from './authentication.ts';
import { CLAIM_SOURCES_DEFAULT } from './token-claims.ts';

const ISSUER = 'urn:wasl:development-issuer';
const AUDIENCE = 'wasl';
const KEY_ID = 'development';
/** Long enough for a demonstration, short enough to be useless afterwards. */
const TOKEN_LIFETIME_SECONDS_DEFAULT = 8 * 3_600;
/** What it says of every login, and asks for where something is decided: it has none, and nobody can take its word for another's. */
export const DEVELOPMENT_ACR = 'urn:wasl:development';

export interface TokenRequest {
  readonly person: string;
  readonly roles: readonly Role[];
  /** Needed by the roles portal and party-approver. */
  readonly entity?: string;
  readonly lifetimeSeconds?: number;
  /** When the person is to have logged in, and how; as a rule now, and in the issuer's own way. */
  readonly authenticatedAt?: Date;
  readonly acr?: string;
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
    auth: {
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: { jwks: { keys: [publicJwk] } },
      algorithms: ['EdDSA'],
      claims: { sources: CLAIM_SOURCES_DEFAULT, roleNames: null },
      lifetimeSecondsMax: TOKEN_LIFETIME_SECONDS_DEFAULT,
      // The rule of every issuer, at the age of its longest token: who has the key mints a fresh one anyway.
      stepUp: { acrValues: [DEVELOPMENT_ACR], ageSecondsMax: TOKEN_LIFETIME_SECONDS_DEFAULT },
      // It binds no token.
      possession: { publicUrl: new URL('http://localhost'), clients: [] },
      login: { clientId: null, scope: '' },
      loopbackOnly: true,
    },
    privateJwk,
    mintToken({ person, roles, entity, lifetimeSeconds = TOKEN_LIFETIME_SECONDS_DEFAULT, ...login }) {
      const issuedAtSeconds = secondsOf(clock());
      const { acr = DEVELOPMENT_ACR, authenticatedAt } = login;
      const loggedInAtSeconds = authenticatedAt === undefined ? issuedAtSeconds : secondsOf(authenticatedAt);
      const claims = { roles: [...roles], acr, auth_time: loggedInAtSeconds };
      return new SignJWT({ ...claims, ...(entity === undefined ? {} : { entity }) })
        .setProtectedHeader({ alg: 'EdDSA', kid: KEY_ID, typ: TOKEN_TYPE })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(person)
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(issuedAtSeconds + lifetimeSeconds)
        .sign(key);
    },
  };
}

const secondsOf = (at: Date) => Math.floor(at.getTime() / 1_000);

async function createPrivateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return exportJWK(privateKey);
}
