import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { type EntityId, entityIdSchema, PERSON_ID_WORDS, type PersonId, personIdSchema } from '../domain/names.ts';
import { WaslError } from '../errors.ts';

export const ROLES = ['portal', 'party-approver', 'engineer', 'auditor', 'security', 'admin', 'witness'] as const;
export type Role = (typeof ROLES)[number];

/** Who is calling. Made of a verified token only. */
export interface Principal {
  readonly person: PersonId;
  readonly roles: readonly Role[];
  /** The entity that `portal` and `party-approver` act for; null for the network side. */
  readonly entity: EntityId | null;
  readonly expiresAt: Date;
}

export interface AuthConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: { readonly jwksUrl: URL } | { readonly jwks: JSONWebKeySet };
  /** Set by the development issuer: its tokens count on a loopback address only. */
  readonly loopbackOnly?: boolean;
}

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

/** Signatures with public keys only: a shared secret would let every reader of the configuration mint tokens. */
export const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256'];
/** Clocks of issuer and API may differ by this much. */
export const CLOCK_TOLERANCE_SECONDS = 30;
const JWKS_TIMEOUT_MS = 5_000;
/** A longer token is not one of ours; checked before any cryptography. */
export const TOKEN_BYTES_MAX = 8_192;

export const claimsSchema = z.object({
  sub: personIdSchema,
  exp: z.number(),
  roles: z.array(z.string()).max(32),
  entity: entityIdSchema.optional(),
});

/** Verifies bearer tokens (RFC 6750) of the one configured issuer. Throws UNAUTHENTICATED, or ISSUER_UNAVAILABLE without keys. */
export function createAuthenticate(config: AuthConfig, clock: () => Date): Authenticate {
  const keys =
    'jwks' in config.keys
      ? createLocalJWKSet(config.keys.jwks)
      : createRemoteJWKSet(config.keys.jwksUrl, { timeoutDuration: JWKS_TIMEOUT_MS });
  return async (authorization) => {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > TOKEN_BYTES_MAX) {
      throw new WaslError('UNAUTHENTICATED', 'the request carries no bearer token');
    }
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: config.issuer,
        audience: config.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: clock(),
        requiredClaims: ['sub', 'exp', 'roles'],
      });
      return principalOf(payload);
    } catch (error) {
      throw translateTokenError(error);
    }
  };
}

function principalOf(payload: JWTPayload): Principal {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) {
    const [claim = ''] = claims.error.issues[0]?.path ?? [];
    const wanted = claim === 'sub' ? `: it must be ${PERSON_ID_WORDS}` : '';
    throw new WaslError('UNAUTHENTICATED', `the token's claim ${String(claim)} is not valid${wanted}`);
  }
  const { sub, exp, roles, entity } = claims.data;
  // Roles of other systems of the issuer mean nothing here.
  const known = ROLES.filter((role) => roles.includes(role));
  if (entity === undefined && (known.includes('portal') || known.includes('party-approver'))) {
    throw new WaslError('UNAUTHENTICATED', 'the token has a role of a party and names no entity');
  }
  return { person: sub, roles: known, entity: entity ?? null, expiresAt: new Date(exp * 1_000) };
}

/** The reason is told, the token is not. */
function translateTokenError(error: unknown): WaslError {
  if (error instanceof WaslError) return error;
  if (error instanceof errors.JWTExpired) return new WaslError('UNAUTHENTICATED', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new WaslError('UNAUTHENTICATED', `the token's claim ${error.claim} is not the one expected`);
  }
  const isUnreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
  const isBadAnswer = error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
  if (isUnreachable || isBadAnswer || error instanceof errors.JWKSInvalid) {
    return new WaslError('ISSUER_UNAVAILABLE', "the issuer's key set could not be read", { cause: error });
  }
  return new WaslError('UNAUTHENTICATED', "the token's signature is not valid", { cause: error });
}
