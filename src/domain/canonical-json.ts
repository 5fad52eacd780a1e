import { createHash } from 'node:crypto';
import type { Brand } from './brand.ts';

/** SHA-256 over canonical JSON, as `sha256:` and 64 hex digits. */
export type Digest = Brand<'Digest'>;

// RFC 8785 §3.2.2.2: a lone surrogate has no UTF-8 form, so a compliant implementation must refuse it.
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * JSON in the canonical form of RFC 8785: members sorted by UTF-16 code units, no white space. `undefined` members are left out.
 * Throws TypeError for what has no one JSON form: a Map or a Date would otherwise digest as `{}`, equal to any other.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return canonicalScalar(value);
  // Array.from, because `map` skips holes: a hole is undefined and refused like it.
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${value.constructor.name} has no JSON form`);
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, member]) => `${canonicalScalar(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function canonicalScalar(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) {
    throw new TypeError('a string with a lone surrogate has no JSON form');
  }
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`${typeof value} has no JSON form`);
  return text;
}

export function digestOf(value: unknown): Digest {
  return digestOfText(canonicalJson(value));
}

/** Of a text as it stands; `sha256sum` of its file says the same. */
export function digestOfText(text: string): Digest {
  return digestOfBytes(Buffer.from(text));
}

/** The same of bytes. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}
