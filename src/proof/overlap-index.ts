import { type Family, type Prefix, rangeOf, sortPrefixes } from '../domain/prefix.ts';

interface Entry {
  readonly prefix: Prefix;
  readonly first: bigint;
  readonly last: bigint;
  /** The nearest prefix around it, by its place in the list; -1 where there is none. */
  readonly around: number;
}

/**
 * What overlaps with a prefix among many, without looking at all of them. Two prefixes overlap only when one contains the other: in
 * canonical order what is inside of a prefix follows it, and what is around it is reached from its neighbour outwards.
 */
export class OverlapIndex {
  readonly #lists: Readonly<Record<Family, readonly Entry[]>>;

  constructor(prefixes: Iterable<Prefix>) {
    const lists: Record<Family, Entry[]> = { ipv4: [], ipv6: [] };
    const open: Record<Family, number[]> = { ipv4: [], ipv6: [] };
    for (const prefix of sortPrefixes(new Set(prefixes))) {
      const { family, first, last } = rangeOf(prefix);
      const [list, around] = [lists[family], open[family]];
      while ((list[around.at(-1) ?? -1]?.last ?? last) < first) around.pop();
      list.push({ prefix, first, last, around: around.at(-1) ?? -1 });
      around.push(list.length - 1);
    }
    this.#lists = lists;
  }

  /** The first in canonical order that overlaps with it, itself included. */
  first(prefix: Prefix): Prefix | null {
    const { family, first, last } = rangeOf(prefix);
    const list = this.#lists[family];
    const place = firstAtOrAfter(list, first);
    let outermost: Entry | null = null;
    for (let entry = list[place - 1]; entry !== undefined; entry = list[entry.around]) {
      if (entry.last >= first) outermost = entry;
    }
    const next = list[place];
    return outermost?.prefix ?? (next !== undefined && next.first <= last ? next.prefix : null);
  }

  /** Those that are longer than it and inside of it, in canonical order. */
  *inside(prefix: Prefix): Generator<Prefix> {
    const { family, first, last } = rangeOf(prefix);
    const list = this.#lists[family];
    for (let place = firstAtOrAfter(list, first); (list[place]?.first ?? last + 1n) <= last; place++) {
      const entry = list[place] as Entry;
      if (entry.last <= last && entry.prefix !== prefix) yield entry.prefix;
    }
  }

  /** Those that are shorter than it and around it, the nearest first. */
  *around(prefix: Prefix): Generator<Prefix> {
    const { family, first, last } = rangeOf(prefix);
    const list = this.#lists[family];
    let place = firstAtOrAfter(list, first);
    // Of those that begin with it the shorter ones come first, at most one per length.
    while (list[place]?.first === first && (list[place] as Entry).last > last) place++;
    for (let entry = list[place - 1]; entry !== undefined; entry = list[entry.around]) {
      if (entry.last >= last) yield entry.prefix;
    }
  }

  has(prefix: Prefix): boolean {
    return this.first(prefix) !== null;
  }
}

/** How many begin before the address. */
function firstAtOrAfter(list: readonly Entry[], address: bigint): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Entry).first < address) low = middle + 1;
    else high = middle;
  }
  return low;
}
