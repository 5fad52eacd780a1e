import type { ObservedRoute } from '../../domain/observed-routes.ts';

/** Paths of one route in one order, each by what of it does not change while it stays the same: no ages, no labels. */
export function towards(paths: readonly (readonly (string | undefined)[])[]): Pick<ObservedRoute, 'towards'> {
  const words = paths.map((path) => path.filter((part) => part !== undefined && part.trim() !== '').join(' '));
  const told = [...new Set(words.filter((path) => path !== ''))].sort();
  return told.length === 0 ? {} : { towards: told.join(', ') };
}
