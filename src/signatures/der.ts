import { createHash, randomBytes } from 'node:crypto';
import { type AsnType, fromBER } from 'asn1js';
import { Refusal } from './finding.ts';

/** Of anything that is read here: a CRL. */
export const DER_BYTES_MAX = 5_000_000;
/** Of anything else: the largest of the field have 10 kB. They are read before anybody has vouched for them, and each certificate takes its time. */
const SMALL_DER_BYTES_MAX = 32_000;
/** Elements in an OCSP response or a timestamp: with a path of certificates 1,500. */
const NODES_MAX = 3_000;
/** In a certificate: 250 in the field. Each costs 0.3 ms before anybody has vouched for it. */
export const CERTIFICATE_NODES_MAX = 600;
/** Certificates in an OCSP response or a timestamp, and answers of the former: one or two in the field. */
export const BESIDE_MAX = 8;

export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a DER structure whole, with facts taken out of it by `read`, and holds what `read` says it is made of (`exact`) against the bytes: whatever
 * stands outside of a signature has one form only, so no byte of it can be changed unnoticed. Anything else is FORMAT_FAILURE.
 */
export function readDer<T>(
  what: string,
  der: Uint8Array,
  read: (asn1: AsnType) => { facts: T; exact: AsnType },
  nodesMax = NODES_MAX,
): T {
  if (der.byteLength > SMALL_DER_BYTES_MAX)
    throw new Refusal('FORMAT_FAILURE', `${what} has more than ${SMALL_DER_BYTES_MAX} bytes`);
  let facts: T;
  let again: Uint8Array;
  try {
    const { result, offset } = fromBER(ownBytes(der), { maxNodes: nodesMax });
    if (offset !== der.byteLength) throw new TypeError('bytes are left, or missing');
    const { exact, ...rest } = read(result);
    facts = rest.facts;
    again = new Uint8Array(exact.toBER());
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal('FORMAT_FAILURE', `${what} cannot be read`, cause);
  }
  if (!equalBytes(again, der)) throw new Refusal('FORMAT_FAILURE', `${what} is not in its one form (DER)`);
  return facts;
}

/** Of a kind; a deployment has some hundred certificates. */
const REMEMBERED_MAX = 500;
/** What is larger (a CRL may be) is read each time, or it would fill the memory. */
const REMEMBERED_BYTES_MAX = 10_000;

/** Reads the same bytes once: the certificates of authorities and signers come again and again, and reading takes longer than verifying. */
export function remembering<T>(read: (der: Uint8Array) => T): (der: Uint8Array) => T {
  const known = new Map<string, T>();
  return (der) => {
    if (der.byteLength > REMEMBERED_BYTES_MAX) return read(der);
    const key = sha256Hex(der);
    const facts = known.get(key) ?? read(der);
    // The one asked for last stands last: the first is the oldest.
    known.delete(key);
    known.set(key, facts);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
    return facts;
  };
}

/** A copy in a buffer of its own: asn1js looks at the buffer behind a view. */
export const ownBytes = (bytes: Uint8Array): Bytes => Uint8Array.from(bytes);

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(b);

export const derOf = (asn1: AsnType): Bytes => new Uint8Array(asn1.toBER());

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A serial in hexadecimal: the same number is the same text, however long an authority has written it (X.690 §8.3.2 forbids that, and not all keep to it). */
export const serialText = (bytes: Uint8Array): string => toHex(bytes).replace(/^(?:00(?=[0-7]))+/, '');

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Base64 or base64url in its one form: unused bits are zero, padding is as it must be. null for anything else. */
export function decodeExactly(text: string, encoding: 'base64' | 'base64url'): Bytes | null {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? Uint8Array.from(bytes) : null;
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const toBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

const RANDOM_BYTES = 16;

/** A random ASN.1 INTEGER in its shortest form: the first byte is neither zero nor negative. */
export function randomPositive(): Bytes {
  const bytes = ownBytes(randomBytes(RANDOM_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
