/** What the API answers of identity: where to log in, and who somebody is here. Shared as `wire.ts` is. */
import { z } from 'zod';
import { ROLES } from './token-claims.ts';
import { instantSchema, list } from './wire.ts';

export const protectedResourceSchema = z
  .object({
    resource: z.string().describe('How clients call this API'),
    authorization_servers: list(z.string()).describe(
      'Where tokens come from; empty: from `wasl token`, on the same machine',
    ),
    bearer_methods_supported: list(z.string()),
    dpop_signing_alg_values_supported: list(z.string()),
    dpop_bound_access_tokens_required: z.boolean(),
    wasl_client_id: z.string().nullable().describe('The client that `wasl login` is; null: it cannot be used here'),
    wasl_scope: z.string().describe('What `wasl login` asks for'),
  })
  .meta({ id: 'ProtectedResource', description: 'RFC 9728' });
export type ProtectedResource = z.infer<typeof protectedResourceSchema>;

export const callerSchema = z
  .object({
    person: z.string(),
    roles: list(z.enum(ROLES)),
    entity: z.string().nullable(),
    acr: z.string().nullable().describe('How the person logged in, in the words of the issuer'),
    authenticatedAt: instantSchema.nullable(),
    decidesUntil: instantSchema.nullable().describe('How long this login is enough to decide; null: it is not'),
    expiresAt: instantSchema.describe('The end of the token'),
  })
  .meta({ id: 'Caller', description: 'Who is calling, as a verified token says' });
export type CallerAnswer = z.infer<typeof callerSchema>;
