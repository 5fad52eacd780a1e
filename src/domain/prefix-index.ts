import { type AddressRange, type Family, type Prefix, prefixLength, rangeOf } from './prefix.ts';

/** Finds what overlaps a prefix among many, without comparing it to each. */
export type PrefixIndex<T> = (prefix: Prefix) => T[];

interface Entry<T> extends AddressRange {
  readonly item: T;
}

/**
 * Two prefixes overlap only when one contains the other: what lies inside is one run of the list in order of first addresses,
 * and what lies around starts where the prefix starts once the bits beyond that length are cleared.
 */
export function indexPrefixes<T>(items: readonly T[], prefixOf: (item: T) => Prefix): PrefixIndex<T> {
  const families: Readonly<Record<Family, Entry<T>[]>> = { ipv4: [], ipv6: [] };
  const around = new Map<string, T[]>();
  const lengths: Readonly<Record<Family, Set<number>>> = { ipv4: new Set(), ipv6: new Set() };
  for (const item of items) {
    const range = rangeOf(prefixOf(item));
    const length = prefixLength(prefixOf(item));
    families[range.family].push({ item, ...range });
    lengths[range.family].add(length);
    const key = keyOf(range.family, range.first, length);
    around.set(key, [...(around.get(key) ?? []), item]);
  }
  for (const list of Object.values(families)) list.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));

  return (prefix) => {
    const { family, first, last } = rangeOf(prefix);
    const own = prefixLength(prefix);
    const outer = [...lengths[family]]
      .filter((length) => length < own)
      .sort((a, b) => a - b)
      .flatMap((length) => around.get(keyOf(family, clearBits(first, BITS[family] - length), length)) ?? []);
    const list = families[family];
    const inner: T[] = [];
    for (let at = firstNotBelow(list, first); at < list.length; at++) {
      const entry = list[at];
      if (entry === undefined || entry.first > last) break;
      // A longer range that starts at the same address is among the outer ones.
      if (entry.last <= last) inner.push(entry.item);
    }
    return [...outer, ...inner];
  };
}

const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

const keyOf = (family: Family, first: bigint, length: number) => `${family} ${first.toString(36)}/${length}`;

function clearBits(value: bigint, count: number): bigint {
  return (value >> BigInt(count)) << BigInt(count);
}

function firstNotBelow<T>(list: readonly Entry<T>[], wanted: bigint): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.first ?? wanted) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
