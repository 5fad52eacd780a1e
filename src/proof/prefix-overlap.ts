import { type Prefix, prefixSortKey, rangeOf } from '../domain/prefix.ts';
import { sortByKey } from './reachability.ts';

export interface OwnedPrefix {
  readonly prefix: Prefix;
  readonly owner: string;
}

export interface Overlap<T extends OwnedPrefix> {
  readonly outer: T;
  readonly inner: T;
}

/**
 * Pairs of overlapping prefixes of different owners. Two prefixes overlap only when one contains the other, so in canonical order
 * everything that contains a prefix is on the stack of open ranges when it comes: at most one prefix per length (33 or 129 deep).
 */
export function findOverlaps<T extends OwnedPrefix>(prefixes: readonly T[]): Overlap<T>[] {
  const overlaps: Overlap<T>[] = [];
  const open: { readonly entry: T; readonly family: string; readonly last: bigint }[] = [];
  for (const entry of dropRepeats(sortByKey(prefixes, (one) => `${prefixSortKey(one.prefix)} ${one.owner}`))) {
    const { family, first, last } = rangeOf(entry.prefix);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (top.family === family && top.last >= first) break;
      open.pop();
    }
    for (const { entry: outer } of open) {
      if (outer.owner !== entry.owner) overlaps.push({ outer, inner: entry });
    }
    open.push({ entry, family, last });
  }
  return overlaps;
}

function dropRepeats<T extends OwnedPrefix>(sorted: readonly T[]): T[] {
  return sorted.filter((entry, index) => {
    const previous = sorted[index - 1];
    return previous === undefined || previous.prefix !== entry.prefix || previous.owner !== entry.owner;
  });
}
