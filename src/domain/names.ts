import { z } from 'zod';
import { WaslError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { checkedText } from './checked-text.ts';
import { foldText, mixesScripts } from './comparable-text.ts';
import { firstHidden } from './visible-text.ts';

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
export type PlatformName = 'iosxr-um2' | 'junos-yang' | 'frr';

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
/** What any platform allows; what the router's own platform allows is in `vrf-name-rules.ts`. */
export const vrfNameSchema = named<'VrfName'>(
  /^[A-Za-z][A-Za-z0-9._-]{0,127}$/,
  'a VRF name of 1–128 letters, digits, dots, - or _ that begins with a letter',
);
export const interconnectIdSchema = named<'InterconnectId'>(/^IC-\d{4,9}$/, 'like IC-0001');
export const changeIdSchema = named<'ChangeId'>(/^IC-\d{4,9}-C\d{1,6}$/, 'like IC-0001-C1');
export const planIdSchema = named<'PlanId'>(/^IC-\d{4,9}-C\d{1,6}-P\d{1,6}$/, 'like IC-0001-C1-P1');
export const personIdSchema = z.string().transform(checkedText(parsePersonId));
export const platformNameSchema = z.enum(['iosxr-um2', 'junos-yang', 'frr']);

/** The ledger's word for what the program did by itself: nobody's name. */
export const PROGRAM = 'wasl';
export const PERSON_LENGTH_MAX = 128;

/** One person is one person, whatever the case or the normal form in which an identity provider gives the name. */
export function canonicalPersonId(subject: string): PersonId {
  return foldText(subject) as PersonId;
}

function parsePersonId(subject: string): PersonId {
  const person = subject.length > PERSON_LENGTH_MAX ? null : canonicalPersonId(subject);
  const isName = person !== null && /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(person) && firstHidden(person) === null;
  if (!isName || person.length > PERSON_LENGTH_MAX || person === PROGRAM || mixesScripts(person)) {
    throw new WaslError('INPUT_INVALID', `must be a user id: 1–${PERSON_LENGTH_MAX} visible characters of one script`);
  }
  return person;
}
