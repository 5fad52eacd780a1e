import { errors, type JWTPayload, jwtVerify } from 'jose';
import { WaslError } from '../errors.ts';
import { createIssuerKeys, type IssuerKeys, type KeySet } from './issuer-keys.ts';
import { createPossessionCheck, type PossessionRule, type Presented } from './proof-of-possession.ts';
import { type ClaimMapping, type Principal, principalOf } from './token-claims.ts';

export { type Principal, ROLES, type Role } from './token-claims.ts';

export interface AuthConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: IssuerKeys;
  /** Of ALGORITHMS. */
  readonly algorithms: readonly string[];
  readonly claims: ClaimMapping;
  /** From a token's `iat` to its `exp`: for so long nobody can take back what it lets do. */
  readonly lifetimeSecondsMax: number;
  readonly stepUp: StepUpRule;
  readonly possession: PossessionRule;
  /** What `wasl login` is to the issuer, and asks of it; null: no client of it is registered. */
  readonly login: { readonly clientId: string | null; readonly scope: string };
  /** Set by the development issuer: its tokens count on a loopback address only. */
  readonly loopbackOnly?: boolean;
}

/** What a decision asks of the login behind it (RFC 9470). */
export interface StepUpRule {
  /** Any of these (`acr`), the wish for the first: never empty. */
  readonly acrValues: readonly string[];
  /** From the login (`auth_time`) to the decision. */
  readonly ageSecondsMax: number;
}

export type Authenticate = (presented: Presented) => Promise<Principal>;

/** Clocks of issuer and API may differ by this much. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** A longer token is not one of ours; checked before any cryptography. */
export const TOKEN_BYTES_MAX = 8_192;
/** RFC 9068 §2.1: a token of another kind of the same issuer, like an ID token, lets nobody in. */
export const TOKEN_TYPE = 'at+jwt';

/** Verifies access tokens (RFC 6750, RFC 9068, RFC 9449) of the one configured issuer. Throws UNAUTHENTICATED, or ISSUER_UNAVAILABLE without keys. */
export function createAuthenticate(config: AuthConfig, clock: () => Date): Authenticate {
  const readKeys = createIssuerKeys(config.keys);
  const { issuer, audience, possession: rule } = config;
  const checkPossession = createPossessionCheck({ issuer, audience, rule }, clock);
  return async (presented) => {
    const token = /^(?:Bearer|DPoP) ([\w.~+/=-]+)$/i.exec(presented.authorization ?? '')?.[1];
    if (token === undefined || token.length > TOKEN_BYTES_MAX) {
      throw new WaslError('UNAUTHENTICATED', 'the request carries no bearer token');
    }
    const keys = await readKeys();
    const claims = await verifyToken(token, config, keys, clock());
    await checkPossession({ presented, claims, keys });
    return principalOf(claims, config.claims);
  };
}

async function verifyToken(token: string, config: AuthConfig, { select }: KeySet, now: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, select, {
      issuer: config.issuer,
      audience: config.audience,
      typ: TOKEN_TYPE,
      algorithms: [...config.algorithms],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now,
      requiredClaims: ['sub', 'exp', 'iat'],
    });
    refuseUnboundedLife(payload, config.lifetimeSecondsMax, now);
    return payload;
  } catch (error) {
    throw translateTokenError(error);
  }
}

function refuseUnboundedLife({ iat = Number.NaN, exp = Number.NaN }: JWTPayload, secondsMax: number, now: Date): void {
  if (!(iat <= now.getTime() / 1_000 + CLOCK_TOLERANCE_SECONDS)) {
    throw new WaslError('UNAUTHENTICATED', 'the token is of a time that has not come');
  }
  if (exp - iat <= secondsMax) return;
  throw new WaslError('UNAUTHENTICATED', `the token is made for ${exp - iat} s, and ${secondsMax} s are the most`, {
    remedy: 'Have the issuer make access tokens for a shorter time, and refresh them.',
  });
}

/** The reason is told, the token is not. */
function translateTokenError(error: unknown): WaslError {
  if (error instanceof WaslError) return error;
  if (error instanceof errors.JWTExpired) return new WaslError('UNAUTHENTICATED', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const what = error.claim === 'typ' ? 'type' : `claim ${error.claim}`;
    return new WaslError('UNAUTHENTICATED', `the token's ${what} is not the one expected`);
  }
  const isUnreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
  const isBadAnswer = error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
  if (isUnreachable || isBadAnswer || error instanceof errors.JWKSInvalid) {
    return new WaslError('ISSUER_UNAVAILABLE', "the issuer's key set could not be read", { cause: error });
  }
  return new WaslError('UNAUTHENTICATED', "the token's signature is not valid", { cause: error });
}
