import { z } from 'zod';
import { WaslError } from '../errors.ts';
import { PLATFORM_NAMES, type PlatformName } from '../platforms/manifests.ts';
import type { Brand } from './brand.ts';
import { checkedText } from './checked-text.ts';
import { foldText } from './comparable-text.ts';

/** Names of the field. Each is a short identifier; the patterns keep them safe in URLs, file names and router configurations. */
export type EntityId = Brand<'EntityId'>;
export type VpnId = Brand<'VpnId'>;
export type PeName = Brand<'PeName'>;
export type VrfName = Brand<'VrfName'>;
/** `IC-0001` */
export type InterconnectId = Brand<'InterconnectId'>;
/** `IC-0001-C1`: the first change of interconnect IC-0001 */
export type ChangeId = Brand<'ChangeId'>;
/** `IC-0001-C1-P1`: the first plan of that change */
export type PlanId = Brand<'PlanId'>;
/** The `sub` of a person's token in its one form (`canonicalPersonId`): compared as it is. */
export type PersonId = Brand<'PersonId'>;
export type { PlatformName };

const named = <Kind extends string>(pattern: RegExp, what: string) =>
  z
    .string()
    .regex(pattern, `must be ${what}`)
    .transform((text) => text as Brand<Kind>);

export const entityIdSchema = named<'EntityId'>(/^[A-Z][A-Z0-9-]{1,15}$/, '2–16 capitals, digits or hyphens');
export const vpnIdSchema = named<'VpnId'>(/^[A-Z][A-Z0-9-]{1,23}$/, '2–24 capitals, digits or hyphens');
export const peNameSchema = named<'PeName'>(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  'a router name of 1–63 letters, digits, dots, - or _ that begins with a letter or digit',
);
/** What any platform allows; what the router's own platform allows is in its manifest. */
export const vrfNameSchema = named<'VrfName'>(
  /^[A-Za-z][A-Za-z0-9._-]{0,127}$/,
  'a VRF name of 1–128 letters, digits, dots, - or _ that begins with a letter',
);
export const interconnectIdSchema = named<'InterconnectId'>(/^IC-\d{4,9}$/, 'like IC-0001');
export const changeIdSchema = named<'ChangeId'>(/^IC-\d{4,9}-C\d{1,6}$/, 'like IC-0001-C1');
export const planIdSchema = named<'PlanId'>(/^IC-\d{4,9}-C\d{1,6}-P\d{1,6}$/, 'like IC-0001-C1-P1');
export const personIdSchema = z.string().transform(checkedText(parsePersonId));
export const platformNameSchema = z.enum(PLATFORM_NAMES);

/** The ledger's word for what the program did by itself: nobody's name. */
export const PROGRAM = 'wasl';
export const PERSON_LENGTH_MAX = 128;

/** One person is one person, whatever the case or the normal form in which an identity provider gives the name. */
export function canonicalPersonId(subject: string): PersonId {
  // Two forms of one Arabic letter that keyboards and typists use for each other.
  return foldText(subject).replaceAll('\u0649', '\u064a') as PersonId;
}

/**
 * Four eyes are two persons, and what a reader takes for one name must not be two. So signs and digits are those of ASCII (no second hyphen), letters those of
 * one alphabet, without marks that stand apart and without the forms that Persian and Urdu have of letters of Arabic.
 */
const PERSON_ALPHABETS: readonly RegExp[] = [
  /^[!-~\u00df-\u00f6\u00f8-\u0137\u0139-\u017e]+$/,
  /^[!-@[-`{-~\u0621-\u063a\u0641-\u064a]+$/,
  /^[!-@[-`{-~\u03ac-\u03ce]+$/,
  /^[!-@[-`{-~\u0430-\u045f]+$/,
];
/** Small letters of Greek and Cyrillic that are Latin ones to the eye (Unicode's confusables.txt): a name needs one that is not. */
const LOOKS_LATIN =
  /^[!-~\u03b1\u03b3\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c3-\u03c5\u03c7\u03c9\u0430\u0433\u0435\u043a\u043c-\u043e\u0440-\u0443\u0445\u0448\u044c\u0455-\u0458]+$/;
export const PERSON_ID_WORDS = `1–${PERSON_LENGTH_MAX} letters of one alphabet (Latin, Arabic, Greek or Cyrillic), ASCII digits and ASCII signs`;

function parsePersonId(subject: string): PersonId {
  const person = subject.length > PERSON_LENGTH_MAX ? null : canonicalPersonId(subject);
  const isOneAlphabet = person !== null && PERSON_ALPHABETS.some((alphabet) => alphabet.test(person));
  const isAscii = person !== null && /^[!-~]+$/.test(person);
  if (
    !isOneAlphabet ||
    person.length > PERSON_LENGTH_MAX ||
    person === PROGRAM ||
    (!isAscii && LOOKS_LATIN.test(person))
  ) {
    throw new WaslError('INPUT_INVALID', `must be a user id: ${PERSON_ID_WORDS}`);
  }
  return person;
}

/** The interconnect that a change is of. */
export const interconnectOf = (id: ChangeId): InterconnectId => id.slice(0, id.lastIndexOf('-C')) as InterconnectId;
