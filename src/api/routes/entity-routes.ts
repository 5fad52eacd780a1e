/** Whom the other side reaches, what an entity has taken upon itself, and what the policy prohibits. */
import { z } from 'zod';
import { entityProfileSchema } from '../../domain/entity-profile.ts';
import { isEnd } from '../../domain/lifecycle.ts';
import { type EntityId, entityIdSchema, interconnectIdSchema } from '../../domain/names.ts';
import { CONDUCT_PHRASES, PROHIBITED_CONDUCT } from '../../domain/prohibited-conduct.ts';
import { WaslError } from '../../errors.ts';
import type { RecordedProfile } from '../../store/entity-rows.ts';
import type { InterconnectRecord } from '../../store/store.ts';
import type { Principal, Role } from '../authentication.ts';
import { conductSchema, liaisonSchema, type ProfileAnswer, profileSchema } from '../entity-wire.ts';
import { ifMatchHeaders, requireMatch, tagged } from '../etag.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { readVisible } from '../visible-interconnect.ts';
import { requireInventory } from './inventory-routes.ts';

const entityParams = z.object({ id: entityIdSchema });

export function registerEntityRoutes(app: ApiServer, { store }: ApiDependencies): void {
  app.get(
    '/v1/entities/:id/profile',
    {
      schema: {
        summary: 'Contacts and obligations of an entity; a party reads its own',
        tags: ['policy'],
        params: entityParams,
        response: answers(profileSchema),
      },
    },
    async (request, reply) => {
      await requireOwn(store, request.params.id, callerOf(request), READERS);
      return tagged(reply, presentProfile(await store.readProfile(request.params.id)));
    },
  );

  app.put(
    '/v1/entities/:id/profile',
    {
      schema: {
        summary: 'Record contacts and obligations of an entity, in place of what was there; a party its own',
        tags: ['policy'],
        params: entityParams,
        headers: ifMatchHeaders,
        body: entityProfileSchema,
        response: answers(profileSchema),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const entity = request.params.id;
      await requireOwn(store, entity, caller, WRITERS);
      const requireSeen = (before: RecordedProfile) =>
        requireMatch(request.headers['if-match'], presentProfile(before));
      const recorded = await store.recordProfile({ entity, profile: request.body, by: caller.person, requireSeen });
      return tagged(reply, presentProfile(recorded));
    },
  );

  app.get(
    '/v1/interconnects/:id/liaison',
    {
      schema: {
        summary: 'Whom the parties of an interconnect reach at each other, and what each has taken upon itself',
        tags: ['interconnects'],
        params: z.object({ id: interconnectIdSchema }),
        response: answers(liaisonSchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const record = await readVisible(store, request.params.id, caller);
      const profiles = await Promise.all(record.parties.map((party) => store.readProfile(party)));
      return {
        interconnect: record.id,
        firewallNote: record.request.firewallNote ?? null,
        parties: profiles.map((profile) =>
          presentProfile(reaches(caller, profile.entity, record) ? profile : { ...profile, contacts: [] }),
        ),
      };
    },
  );

  app.get(
    '/v1/prohibited-conduct',
    {
      schema: {
        summary: 'What the policy prohibits: the closed list of reasons for a suspension, in both languages',
        tags: ['policy'],
        response: answers(z.array(conductSchema)),
      },
    },
    async () =>
      PROHIBITED_CONDUCT.map((reason) => {
        return { reason, ar: CONDUCT_PHRASES.ar[reason], en: CONDUCT_PHRASES.en[reason] };
      }),
  );
}

/** Of the network side: who reads and who writes profiles of others. A role beside these makes nobody one of them. */
const READERS: readonly Role[] = ['engineer', 'security', 'admin'];
const WRITERS: readonly Role[] = ['admin'];
const isOneOf = ({ roles }: Pick<Principal, 'roles'>, these: readonly Role[]): boolean =>
  roles.some((role) => these.includes(role));

/** To a party, the profile of another entity is as one that is none: it is told with an interconnect that joins them, and nowhere else. */
async function requireOwn(
  store: ApiDependencies['store'],
  entity: EntityId,
  caller: Principal,
  others: readonly Role[],
): Promise<void> {
  const { inventory } = await requireInventory(store);
  const isOfOthers = isOneOf(caller, others);
  if ((isOfOthers || caller.entity === entity) && inventory.entities.some(({ id }) => id === entity)) return;
  // Of one that has left the inventory, so that its contacts do not stay for want of somebody who may take them away.
  if (isOfOthers && (await store.readProfile(entity)).contacts.length > 0) return;
  throw new WaslError('ENTITY_UNKNOWN', `there is no entity ${entity}`, { path: 'id' });
}

/**
 * Whether the caller is told whom they reach there. Who asks for an interconnect shows its contacts by it, and learns none of those that it asked until they
 * are joined; nobody does once that is over.
 */
export function reaches(
  caller: Pick<Principal, 'roles' | 'entity'>,
  there: EntityId,
  { parties, requestedByEntity, lifecycle }: Pick<InterconnectRecord, 'parties' | 'requestedByEntity' | 'lifecycle'>,
): boolean {
  if (isOneOf(caller, READERS) || caller.entity === there) return true;
  if (caller.entity === null || !parties.includes(caller.entity) || isEnd(lifecycle)) return false;
  return lifecycle !== 'requested' || there === requestedByEntity;
}

function presentProfile({ entity, contacts, obligations }: RecordedProfile): ProfileAnswer {
  return {
    entity,
    contacts: contacts.map(({ subject, purpose, name, designation, telephone = null, email = null }) => {
      return { subject, purpose, name, designation, telephone, email };
    }),
    obligations: obligations.map(({ ar, en }) => ({ ar, en })),
  };
}
