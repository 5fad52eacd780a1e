import type { Personality } from './personality.ts';

/** What of RFC 6241 a server may or may not be able to do, as its hello names it. */
export const ABILITIES = [
  'candidate:1.0',
  'confirmed-commit:1.0',
  'confirmed-commit:1.1',
  'rollback-on-error:1.0',
  'startup:1.0',
  'validate:1.0',
  'validate:1.1',
  'writable-running:1.0',
] as const;
export type Ability = (typeof ABILITIES)[number];

/** Platforms differ in what stands before `capability:`, and some say each in two forms. */
const isOf = (uri: string, ability: string): boolean => uri.endsWith(`:capability:${ability}`);

/** In any version where none is said. */
export function isAbleTo({ capabilities }: Personality, name: string, version?: string): boolean {
  return ABILITIES.some(
    (ability) => ability.startsWith(`${name}:${version ?? ''}`) && capabilities.some((uri) => isOf(uri, ability)),
  );
}

/** The same platform on a server that has these abilities and no others: models and habits stay, the hello and what it allows change. */
export function withAbilities(personality: Personality, abilities: readonly Ability[]): Personality {
  const isAbility = (uri: string): boolean => ABILITIES.some((ability) => isOf(uri, ability));
  const forms = new Set(
    personality.capabilities.filter(isAbility).map((uri) => uri.slice(0, uri.indexOf(':capability:'))),
  );
  const has = (ability: Ability): boolean => abilities.includes(ability);
  return {
    ...personality,
    capabilities: [
      ...personality.capabilities.filter((uri) => !isAbility(uri)),
      ...[...forms].flatMap((form) => abilities.map((ability) => `${form}:capability:${ability}`)),
    ],
    confirmedCommit: has('confirmed-commit:1.1') ? '1.1' : has('confirmed-commit:1.0') ? '1.0' : null,
    errorOptions: [
      ...(['stop-on-error', 'continue-on-error'] as const),
      ...(has('rollback-on-error:1.0') ? (['rollback-on-error'] as const) : []),
    ],
  };
}
