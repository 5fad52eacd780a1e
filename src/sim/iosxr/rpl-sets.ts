import {
  type Address,
  contains,
  familyOf,
  type Prefix,
  parseAddress,
  parsePrefix,
  prefixLength,
} from '../../domain/prefix.ts';
import { RplSyntaxError } from './rpl-tokens.ts';

/** One line of a prefix-set: a prefix and the lengths that match inside it. */
export interface PrefixMatch {
  readonly prefix: Prefix;
  readonly lengthMin: number;
  readonly lengthMax: number;
}

export interface PrefixSet {
  readonly name: string;
  readonly entries: readonly PrefixMatch[];
}

/** `10.0.3.0/24`, `10.0.3.0/24 ge 26 le 30`, `10.0.3.0/24 eq 28`, `10.0.1.1`. Throws RplSyntaxError. */
export function parsePrefixMatch(text: string): PrefixMatch {
  const words = text.trim().split(/\s+/);
  const [first = '', ...rest] = words;
  const prefix = readPrefix(first);
  const bits = familyOf(prefix) === 'ipv4' ? 32 : 128;
  let [lengthMin, lengthMax] = [prefixLength(prefix), prefixLength(prefix)];
  for (let i = 0; i < rest.length; i += 2) {
    const [operator, number] = [rest[i], Number(rest[i + 1])];
    if (!Number.isInteger(number) || number < 0 || number > bits) throw new RplSyntaxError(`bad length in "${text}"`);
    if (operator === 'eq') [lengthMin, lengthMax] = [number, number];
    else if (operator === 'ge')
      [lengthMin, lengthMax] = [number, lengthMax === prefixLength(prefix) ? bits : lengthMax];
    else if (operator === 'le') lengthMax = number;
    else throw new RplSyntaxError(`"${operator}" is not ge, le or eq in "${text}"`);
  }
  return { prefix, lengthMin, lengthMax };
}

function readPrefix(text: string): Prefix {
  try {
    if (text.includes('/')) return parsePrefix(text);
    const address: Address = parseAddress(text);
    return parsePrefix(`${address}/${familyOf(address) === 'ipv4' ? 32 : 128}`);
  } catch {
    throw new RplSyntaxError(`"${text}" is not a prefix`);
  }
}

export function matchesPrefix(entry: PrefixMatch, prefix: Prefix): boolean {
  const length = prefixLength(prefix);
  return length >= entry.lengthMin && length <= entry.lengthMax && contains(entry.prefix, prefix);
}

/** A whole `prefix-set NAME ... end-set` block. Throws RplSyntaxError. */
export function parsePrefixSet(text: string): PrefixSet {
  const { name, lines } = readBlock(text);
  const entries = lines.length === 0 ? [] : lines.join(' ').split(',').map(parsePrefixMatch);
  return { name, entries };
}

/** As the router shows it: an entry a line, two blanks before it. */
export function formatPrefixSet(text: string): string {
  const { name, lines } = readBlock(text);
  const entries = lines
    .join(' ')
    .split(',')
    .map((entry) => entry.trim().replace(/\s+/g, ' '))
    .filter((entry) => entry !== '');
  return `prefix-set ${name}\n${entries.map((entry) => `  ${entry}`).join(',\n')}${entries.length > 0 ? '\n' : ''}end-set\n`;
}

function readBlock(text: string): { readonly name: string; readonly lines: readonly string[] } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '!' && !line.startsWith('#'));
  const head = /^prefix-set\s+(\S+)$/.exec(lines[0] ?? '');
  if (head?.[1] === undefined) throw new RplSyntaxError('a prefix-set begins with "prefix-set NAME"');
  if (lines.at(-1) !== 'end-set') throw new RplSyntaxError('a prefix-set ends with "end-set"');
  return { name: head[1], lines: lines.slice(1, -1) };
}
