import { z } from 'zod';
import type { entityProfileSchema } from '../domain/entity-profile.ts';
import {
  type ConductAnswer,
  conductSchema,
  type LiaisonAnswer,
  liaisonSchema,
  type ProfileAnswer,
  profileSchema,
} from './entity-wire.ts';

/** Of the API client: what entities say of themselves, and what the policy prohibits them. */
export interface EntityClient {
  readProfile(entity: string): Promise<ProfileAnswer>;
  recordProfile(entity: string, profile: z.input<typeof entityProfileSchema>): Promise<ProfileAnswer>;
  readLiaison(interconnect: string): Promise<LiaisonAnswer>;
  listConduct(): Promise<ConductAnswer[]>;
}

type Call = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) => Promise<T>;

export function entityClient(call: Call): EntityClient {
  const profile = (entity: string) => `/v1/entities/${encodeURIComponent(entity)}/profile`;
  return {
    readProfile: (entity) => call('GET', profile(entity), profileSchema),
    recordProfile: (entity, body) => call('PUT', profile(entity), profileSchema, body),
    readLiaison: (id) => call('GET', `/v1/interconnects/${encodeURIComponent(id)}/liaison`, liaisonSchema),
    listConduct: () => call('GET', '/v1/prohibited-conduct', z.array(conductSchema)),
  };
}
