import { type AuthConfig, CLOCK_TOLERANCE_SECONDS } from '../authentication.ts';
import { callerSchema, type ProtectedResource, protectedResourceSchema } from '../identity-wire.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { loginFault } from '../step-up.ts';
import { ALGORITHMS, type Principal } from '../token-claims.ts';

const tags = ['identity'];

export function registerIdentityRoutes(app: ApiServer, { auth, clock }: ApiDependencies): void {
  app.get(
    '/.well-known/oauth-protected-resource',
    {
      schema: {
        summary: 'Where tokens for this API come from (RFC 9728)',
        tags,
        response: answers(protectedResourceSchema),
      },
    },
    async () => describeResource(auth),
  );

  app.get(
    '/v1/caller',
    {
      schema: {
        summary: 'Who is calling, and whether the login is enough to decide',
        tags,
        response: answers(callerSchema),
      },
    },
    async (request) => {
      const { person, roles, entity, acr, authenticatedAt, expiresAt } = callerOf(request);
      return {
        ...{ person, roles, entity, acr, authenticatedAt: authenticatedAt?.toISOString() ?? null },
        ...{ decidesUntil: decidesUntil(callerOf(request), auth, clock()), expiresAt: expiresAt.toISOString() },
      };
    },
  );
}

function describeResource({ issuer, keys, possession, login }: AuthConfig): ProtectedResource {
  return {
    resource: possession.publicUrl.href.replace(/\/$/, ''),
    authorization_servers: 'discovery' in keys || /^https:/.test(issuer) ? [issuer] : [],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: ALGORITHMS,
    dpop_bound_access_tokens_required: possession.clients.includes('*'),
    ...{ wasl_client_id: login.clientId, wasl_scope: login.scope },
  };
}

function decidesUntil({ acr, authenticatedAt }: Principal, { stepUp }: AuthConfig, now: Date): string | null {
  if (authenticatedAt === null || loginFault(acr, authenticatedAt, stepUp, now) !== null) return null;
  return new Date(authenticatedAt.getTime() + (stepUp.ageSecondsMax + CLOCK_TOLERANCE_SECONDS) * 1_000).toISOString();
}
