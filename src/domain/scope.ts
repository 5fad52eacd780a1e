/** What of a VPN a flow carries, as the parties sign it. */
import { z } from 'zod';
import { WaslError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { checkedText } from './checked-text.ts';
import {
  contains,
  type Family,
  familyOf,
  isDefaultRoute,
  type Prefix,
  parsePrefix,
  prefixLength,
  sortPrefixes,
} from './prefix.ts';
import { visibleJsonText } from './visible-text.ts';

/**
 * Every network inside a covering prefix whose length lies between two bounds, in canonical text: `10.100.0.0/16 le 24` for lengths of 16 to 24,
 * `10.100.0.0/16 ge 20 le 24` for 20 to 24. As in the prefix lists of routers.
 */
export type PrefixRange = Brand<'PrefixRange'>;

export type ScopeEntry = Prefix | PrefixRange;
/** `whole-vpn`: every route of the VPN; explicit, and shown as such to the signers. */
export type Scope = readonly ScopeEntry[] | 'whole-vpn';

const LENGTH_MAX: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
const RANGE = /^(\S+)(?: ge (0|[1-9]\d{0,2}))?(?: le (0|[1-9]\d{0,2}))?$/;

export const isRange = (entry: ScopeEntry): entry is PrefixRange => entry.includes(' ');

/** Throws PREFIX_INVALID, PREFIX_HOST_BITS. */
export function parseScopeEntry(text: string): ScopeEntry {
  if (!text.includes(' ')) return parsePrefix(text);
  const [, base = '', from, to] = RANGE.exec(text) ?? [];
  if (base === '') {
    const remedy = 'Write a prefix, or a covering prefix with bounds: 10.100.0.0/16 le 24, 10.100.0.0/16 ge 20 le 24.';
    throw new WaslError('PREFIX_INVALID', `${visibleJsonText(text)} is no prefix with bounds`, { remedy });
  }
  const covering = parsePrefix(base);
  const length = prefixLength(covering);
  const max = LENGTH_MAX[familyOf(covering)];
  const [shortest, longest] = [from === undefined ? length : Number(from), to === undefined ? max : Number(to)];
  if (shortest < length || longest < shortest || longest > max) {
    const remedy = `Lengths go from ${length} to ${max}, the shorter bound first.`;
    throw new WaslError('PREFIX_INVALID', `${visibleJsonText(text)} has bounds that no network meets`, { remedy });
  }
  if (longest === length) return covering;
  return `${covering}${shortest === length ? '' : ` ge ${shortest}`} le ${longest}` as PrefixRange;
}

/** The prefix itself, or the one around a range. */
export const coveringPrefix = (entry: ScopeEntry): Prefix => entry.split(' ')[0] as Prefix;

/** Whether a network is named, or is one of a range. */
export function takesIn(entry: ScopeEntry, prefix: Prefix): boolean {
  if (!isRange(entry)) return entry === prefix;
  const [, , from = '0', to = ''] = RANGE.exec(entry) ?? [];
  const length = prefixLength(prefix);
  return Number(from) <= length && length <= Number(to) && contains(coveringPrefix(entry), prefix);
}

export function scopeTakesIn(scope: Scope, prefix: Prefix): boolean {
  if (scope === 'whole-vpn') return true;
  const { named, ranges } = partsOf(scope);
  return named.has(prefix) || ranges.some((range) => takesIn(range, prefix));
}

interface ScopeParts {
  readonly named: ReadonlySet<Prefix>;
  readonly ranges: readonly PrefixRange[];
}

/** A range may stand for thousands of networks, and each route of a table is asked about. */
const partsByScope = new WeakMap<readonly ScopeEntry[], ScopeParts>();

function partsOf(scope: readonly ScopeEntry[]): ScopeParts {
  const known = partsByScope.get(scope);
  if (known !== undefined) return known;
  const named = new Set(scope.filter((entry): entry is Prefix => !isRange(entry)));
  const parts = { named, ranges: scope.filter(isRange) };
  partsByScope.set(scope, parts);
  return parts;
}

/** What a scope is among the networks that are announced now: each named one, whether or not it is announced, and those of the ranges. */
export function resolveScope(scope: Scope, announced: Iterable<Prefix>): readonly Prefix[] | 'whole-vpn' {
  if (scope === 'whole-vpn') return scope;
  const { named, ranges } = partsOf(scope);
  if (ranges.length === 0) return [...named];
  const found = [...announced].filter((prefix) => !isDefaultRoute(prefix) && scopeTakesIn(ranges, prefix));
  return sortPrefixes(new Set([...named, ...found]));
}

export const scopeEntrySchema = z
  .string()
  .max(64)
  .describe('A prefix, or a covering prefix with bounds on the length: 10.100.0.0/16 le 24, 10.100.0.0/16 ge 20 le 24')
  .transform(checkedText(parseScopeEntry));
