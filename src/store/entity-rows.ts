/** What entities say of themselves. Contacts are personal data: they are kept once, and the ledger names them by their subject alone. */
import { randomUUID } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import { digestOf } from '../domain/canonical-json.ts';
import {
  type Contact,
  contactKey,
  type EntityProfile,
  entitySubject,
  type Obligation,
  PROFILE_RECORDED,
  type SubjectId,
} from '../domain/entity-profile.ts';
import type { EntityId, PersonId } from '../domain/names.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { entityContacts, entityObligations } from './entity-schema.ts';
import { appendFacts } from './ledger-rows.ts';

export interface RecordedContact extends Contact {
  readonly subject: SubjectId;
}

export interface RecordedProfile {
  readonly entity: EntityId;
  readonly contacts: readonly RecordedContact[];
  readonly obligations: readonly Obligation[];
}

/** Each method is one store transaction. */
export interface EntityStore {
  /**
   * In place of what was there. A contact with purpose and name as before keeps its subject. The same again writes nothing. `requireSeen`: throws
   * where what was there is not what the caller has seen.
   */
  recordProfile(input: {
    readonly requireSeen?: (before: RecordedProfile) => void;
    readonly entity: EntityId;
    readonly profile: EntityProfile;
    readonly by: PersonId;
  }): Promise<RecordedProfile>;
  /** Empty where the entity never said anything. */
  readProfile(entity: EntityId): Promise<RecordedProfile>;
}

type Reader = Pick<StoreTransaction, 'select'>;

export function entityQueries(database: Database): EntityStore {
  return {
    recordProfile: ({ entity, profile, by, requireSeen }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'entities');
        const before = await findProfile(tx, entity);
        requireSeen?.(before);
        const known = new Map(before.contacts.map((contact) => [contactKey(contact), contact.subject]));
        const contacts = profile.contacts.map((contact): RecordedContact => {
          return { subject: known.get(contactKey(contact)) ?? (`subj_${randomUUID()}` as SubjectId), ...contact };
        });
        const recorded = { entity, contacts, obligations: profile.obligations };
        if (digestOf(recorded) === digestOf(before)) return before;
        const at = database.clock();
        await tx.delete(entityContacts).where(eq(entityContacts.entity, entity));
        await tx.delete(entityObligations).where(eq(entityObligations.entity, entity));
        const place = (position: number) => ({ entity, position, recordedAt: at });
        if (contacts.length > 0)
          await tx.insert(entityContacts).values(contacts.map((each, position) => ({ ...each, ...place(position) })));
        if (profile.obligations.length > 0) {
          const rows = profile.obligations.map((each, position) => ({ ...each, ...place(position) }));
          await tx.insert(entityObligations).values(rows);
        }
        const body = {
          entity,
          contacts: contacts.map(({ subject, purpose }) => ({ subject, purpose })),
          obligations: digestOf(profile.obligations),
        };
        await appendFacts(tx, at, [{ actor: by, action: PROFILE_RECORDED, subject: entitySubject(entity), body }]);
        return findProfile(tx, entity);
      }),

    readProfile: (entity) => database.read((db) => findProfile(db, entity)),
  };
}

async function findProfile(db: Reader, entity: EntityId): Promise<RecordedProfile> {
  const contacts = await db
    .select()
    .from(entityContacts)
    .where(eq(entityContacts.entity, entity))
    .orderBy(asc(entityContacts.position));
  const obligations = await db
    .select({ ar: entityObligations.ar, en: entityObligations.en })
    .from(entityObligations)
    .where(eq(entityObligations.entity, entity))
    .orderBy(asc(entityObligations.position));
  return {
    entity,
    contacts: contacts.map(({ subject, purpose, name, designation, telephone, email }) => ({
      ...{ subject, purpose, name, designation },
      ...(telephone === null ? {} : { telephone }),
      ...(email === null ? {} : { email }),
    })),
    obligations,
  };
}
