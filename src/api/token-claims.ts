import { z } from 'zod';
import { type EntityId, entityIdSchema, PERSON_ID_WORDS, type PersonId, personIdSchema } from '../domain/names.ts';
import { ownMember } from '../domain/own-member.ts';
import { WaslError } from '../errors.ts';

export const ROLES = ['portal', 'party-approver', 'engineer', 'auditor', 'security', 'admin', 'witness'] as const;
export type Role = (typeof ROLES)[number];

/** Signatures with public keys only: a shared secret would let every reader of the configuration mint tokens. */
export const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256'];

/** Who is calling. Made of a verified token only. */
export interface Principal {
  readonly person: PersonId;
  readonly roles: readonly Role[];
  /** The entity that `portal` and `party-approver` act for; null for the network side. */
  readonly entity: EntityId | null;
  readonly expiresAt: Date;
  /** How the person logged in (RFC 9470), and when; null: the token does not say, or no person did. */
  readonly acr: string | null;
  readonly authenticatedAt: Date | null;
}

export const MAPPED_CLAIMS = ['roles', 'entity', 'acr', 'auth_time'] as const;
/** Where an issuer puts what wasl asks for: the name of a claim, or the JSON pointer (RFC 6901) of a member of one. */
export type ClaimSources = Readonly<Record<(typeof MAPPED_CLAIMS)[number], string>>;
export const CLAIM_SOURCES_DEFAULT: ClaimSources = {
  ...{ roles: 'roles', entity: 'entity', acr: 'acr', auth_time: 'auth_time' },
};

export interface ClaimMapping {
  readonly sources: ClaimSources;
  /** What the issuer calls the roles of wasl; null: as wasl does. What is not named means nothing. */
  readonly roleNames: Readonly<Record<string, Role>> | null;
}

export const claimsSchema = z.object({
  sub: personIdSchema,
  exp: z.number(),
  iat: z.number(),
  roles: z.array(z.string()).max(32),
  entity: entityIdSchema.optional(),
  acr: z.string().max(256).optional(),
  auth_time: z.number().optional(),
});

/** The principal that verified claims name. What the mapping does not find is absent: nobody gets a role by a fault of it. */
export function principalOf(
  payload: Readonly<Record<string, unknown>>,
  { sources, roleNames }: ClaimMapping,
): Principal {
  const mapped = Object.fromEntries(MAPPED_CLAIMS.map((claim) => [claim, memberAt(payload, sources[claim])]));
  const claims = claimsSchema.safeParse({ sub: payload.sub, exp: payload.exp, iat: payload.iat, ...mapped });
  if (!claims.success) {
    const [claim = ''] = claims.error.issues[0]?.path ?? [];
    const name = MAPPED_CLAIMS.find((each) => each === claim);
    const wanted = claim === 'sub' ? `: it must be ${PERSON_ID_WORDS}` : '';
    const source = name === undefined ? String(claim) : sources[name];
    throw new WaslError('UNAUTHENTICATED', `the token's claim ${source} is not valid${wanted}`);
  }
  const { sub, exp, roles, entity, acr, auth_time: authTime } = claims.data;
  const named = roleNames === null ? roles : roles.map((name) => ownMember(roleNames, name));
  // Roles of other systems of the issuer mean nothing here.
  const known = ROLES.filter((role) => named.includes(role));
  if (entity === undefined && (known.includes('portal') || known.includes('party-approver'))) {
    throw new WaslError('UNAUTHENTICATED', 'the token has a role of a party and names no entity');
  }
  return {
    ...{ person: sub, roles: known, entity: entity ?? null, expiresAt: new Date(exp * 1_000), acr: acr ?? null },
    authenticatedAt: authTime === undefined ? null : new Date(authTime * 1_000),
  };
}

function memberAt(payload: Readonly<Record<string, unknown>>, source: string): unknown {
  const steps = source.startsWith('/')
    ? source
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [source];
  return steps.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && !Array.isArray(at)
        ? ownMember(at as Readonly<Record<string, unknown>>, step)
        : undefined,
    payload,
  );
}
