import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { WaslError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { checkedText } from './checked-text.ts';
import { visibleJsonText } from './visible-text.ts';

/** An IP prefix in canonical text: IPv4 dotted, IPv6 as RFC 5952, no host bits, `address/length`. */
export type Prefix = Brand<'Prefix'>;
/** An IP address in canonical text. */
export type Address = Brand<'Address'>;
export type Family = 'ipv4' | 'ipv6';
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** First and last address of a prefix as integers: overlap and containment are comparisons of ranges. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

function addressToInteger(text: string, family: Family): bigint {
  if (family === 'ipv4') return BigInt(ipv4Number(text));
  const [head = '', tail] = text.split('::');
  const words = (part: string): string[] => {
    const list = part === '' ? [] : part.split(':');
    const last = list.at(-1);
    if (last?.includes('.')) {
      const v4 = addressToInteger(last, 'ipv4');
      list.splice(-1, 1, (v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16));
    }
    return list;
  };
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const all = tail === undefined ? front : [...front, ...Array(8 - front.length - back.length).fill('0'), ...back];
  return all.reduce((value: bigint, word: string) => (value << 16n) + BigInt(`0x${word}`), 0n);
}

function integerToAddress(value: bigint, family: Family): string {
  if (family === 'ipv4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  // RFC 5952 §4.2: the first longest run of two or more zero words becomes `::`.
  let [start, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && words[i + run] === '0') run++;
    if (run > length) [start, length] = [i, run];
  }
  if (start < 0) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

/** Throws PREFIX_INVALID, or PREFIX_HOST_BITS naming the prefix that was probably meant. */
export function parsePrefix(text: string, path?: string): Prefix {
  const facts = path ? { path } : {};
  const { canonical, hasHostBits } = readPrefix(text, facts);
  if (!hasHostBits) return canonical;
  const remedy = `Did you mean ${canonical}?`;
  throw new WaslError('PREFIX_HOST_BITS', `${text} has bits set beyond /${prefixLength(canonical)}`, {
    ...facts,
    remedy,
  });
}

/** As a router takes it, which passes over host bits. Throws PREFIX_INVALID. */
export function parseNetwork(text: string): Prefix {
  return readPrefix(text, {}).canonical;
}

function readPrefix(text: string, facts: { readonly path?: string }) {
  const match = /^([0-9a-fA-F:.]{2,45})\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = match?.[1] ?? '';
  const length = Number(match?.[2] ?? -1);
  const family: Family | null = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : null;
  if (family === null || length < 0 || length > BITS[family]) {
    throw new WaslError('PREFIX_INVALID', `${visibleJsonText(text)} is not an IP prefix`, facts);
  }
  const value = addressToInteger(address, family);
  const hostBits = BigInt(BITS[family] - length);
  const network = (value >> hostBits) << hostBits;
  const canonical = `${integerToAddress(network, family)}/${length}`;
  return { canonical: canonical as Prefix, hasHostBits: network !== value };
}

/** Throws PREFIX_INVALID. */
export function parseAddress(text: string, path?: string): Address {
  const family: Family | null = isIPv4(text) ? 'ipv4' : isIPv6(text) && !text.includes('%') ? 'ipv6' : null;
  if (family === null) {
    throw new WaslError('PREFIX_INVALID', `${visibleJsonText(text)} is not an IP address`, path ? { path } : {});
  }
  return integerToAddress(addressToInteger(text, family), family) as Address;
}

export function familyOf(prefix: Prefix | Address): Family {
  return prefix.includes(':') ? 'ipv6' : 'ipv4';
}

export function prefixLength(prefix: Prefix): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}

/** The network address without the length. */
export function networkAddress(prefix: Prefix): Address {
  return prefix.slice(0, prefix.indexOf('/')) as Address;
}

export function rangeOf(prefix: Prefix | Address): AddressRange {
  const family = familyOf(prefix);
  const slash = prefix.indexOf('/');
  const hostBits = slash < 0 ? 0 : BITS[family] - Number(prefix.slice(slash + 1));
  if (family === 'ipv4') {
    const address = ipv4Number(prefix);
    return { family, first: BigInt(address), last: BigInt(address + 2 ** hostBits - 1) };
  }
  const first = addressToInteger(slash < 0 ? prefix : prefix.slice(0, slash), family);
  return { family, first, last: first + (1n << BigInt(hostBits)) - 1n };
}

export function contains(outer: Prefix, inner: Prefix | Address): boolean {
  const [o, i] = [rangeOf(outer), rangeOf(inner)];
  return o.family === i.family && o.first <= i.first && i.last <= o.last;
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  const [x, y] = [rangeOf(a), rangeOf(b)];
  return x.family === y.family && x.first <= y.last && y.first <= x.last;
}

export function isDefaultRoute(prefix: Prefix): boolean {
  return prefixLength(prefix) === 0;
}

/** Canonical order: IPv4 before IPv6, then by first address, then the shorter prefix. */
export function comparePrefixes(a: Prefix, b: Prefix): number {
  const [x, y] = [rangeOf(a), rangeOf(b)];
  if (x.family !== y.family) return x.family === 'ipv4' ? -1 : 1;
  if (x.first !== y.first) return x.first < y.first ? -1 : 1;
  return prefixLength(a) - prefixLength(b);
}

/** Text of fixed width whose order is that of `comparePrefixes`: long lists sort by it without arithmetic at each comparison. */
export function prefixSortKey(prefix: Prefix): string {
  const length = prefix.slice(prefix.indexOf('/') + 1).padStart(3, '0');
  if (familyOf(prefix) === 'ipv4') return `ipv4${ipv4Hex(prefix)}/${length}`;
  return `ipv6${rangeOf(prefix).first.toString(16).padStart(32, '0')}/${length}`;
}

/** Eight digits. A recorded text may be no prefix at all. */
function ipv4Hex(prefix: Prefix): string {
  if (prefix.includes('/')) return ipv4Number(prefix).toString(16).padStart(8, '0');
  throw new WaslError('PREFIX_INVALID', `${visibleJsonText(prefix)} is not an IP prefix`);
}

/**
 * An address, or what stands before the slash, read off the text: most prefixes are IPv4, tables have a hundred thousand of them, and to split
 * the text and add up big integers costs ten times as much.
 */
function ipv4Number(text: string): number {
  let value = 0;
  let octet = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === SLASH) break;
    if (code === DOT) {
      value = value * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return value * 256 + octet;
}

const [ZERO, DOT, SLASH] = ['0', '.', '/'].map((one) => one.charCodeAt(0)) as [number, number, number];

/** In canonical order, as a new list. */
export function sortPrefixes(prefixes: Iterable<Prefix>): Prefix[] {
  const keyed = Array.from(prefixes, (prefix): [string, Prefix] => [prefixSortKey(prefix), prefix]);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, prefix]) => prefix);
}

export const prefixSchema = z
  .string()
  .max(50)
  .transform(checkedText((text) => parsePrefix(text)));
export const addressSchema = z
  .string()
  .max(45)
  .transform(checkedText((text) => parseAddress(text)));
