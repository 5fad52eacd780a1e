/** What an entity says of itself for those it is joined with: whom they reach, and what it has taken upon itself. */
import { z } from 'zod';
import type { Brand } from './brand.ts';
import { freeText, NAME_BOUNDS, type TextBounds } from './free-text.ts';

/** `liaison`: how a service of the entity is reached. `security`: when something is wrong, at any hour. */
export const CONTACT_PURPOSES = ['liaison', 'security'] as const;
export type ContactPurpose = (typeof CONTACT_PURPOSES)[number];

/** More people are a directory, and every one of them is personal data. */
const CONTACTS_MAX = 8;
/** More would not be read by the people who sign. */
const OBLIGATIONS_MAX = 20;
const OBLIGATION_BOUNDS: TextBounds = { min: 3, max: 500 };
const DESIGNATION_BOUNDS: TextBounds = { min: 2, max: 120 };
/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
const EMAIL_LENGTH_MAX = 254;

/** Of a contact in the record: what the ledger and a key of its own name the person by. */
export type SubjectId = Brand<'SubjectId'>;

const contactSchema = z
  .strictObject({
    purpose: z.enum(CONTACT_PURPOSES),
    name: freeText(NAME_BOUNDS),
    designation: freeText(DESIGNATION_BOUNDS),
    telephone: z
      .string()
      .regex(/^\+[0-9](?:[ -]?[0-9]){5,18}$/, 'must be + and a number with its country, like +968 2412 3456')
      .optional(),
    email: z.email().max(EMAIL_LENGTH_MAX).optional(),
  })
  .refine(({ telephone, email }) => telephone !== undefined || email !== undefined, {
    params: { fact: 'nobody can reach this contact', remedy: 'Give a telephone number or an e-mail address.' },
  });

/** One sentence in both languages: nobody signs what the other side cannot read. */
const obligationSchema = z.strictObject({ ar: freeText(OBLIGATION_BOUNDS), en: freeText(OBLIGATION_BOUNDS) });

/** The whole of it at once: what is left out is gone. */
export const entityProfileSchema = z.strictObject({
  contacts: z
    .array(contactSchema)
    .max(CONTACTS_MAX)
    .refine((contacts) => new Set(contacts.map(contactKey)).size === contacts.length, {
      params: { fact: 'a person is named twice for one purpose', remedy: 'Name each person once for a purpose.' },
    }),
  obligations: z.array(obligationSchema).max(OBLIGATIONS_MAX),
});

export type Contact = z.output<typeof contactSchema>;
export type Obligation = z.output<typeof obligationSchema>;
export type EntityProfile = z.output<typeof entityProfileSchema>;

/** By which a contact that is recorded again is the one that was there. */
export const contactKey = ({ purpose, name }: Pick<Contact, 'purpose' | 'name'>): string => `${purpose} ${name}`;

export const PROFILE_RECORDED = 'entity.profile-recorded';
export const entitySubject = (entity: string): string => `entity/${entity}`;
