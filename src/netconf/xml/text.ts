import { NetconfError } from '../errors.ts';

/** All but the Char of XML 1.0 §2.2. With the flag u a pair of surrogates is one character, so only lone ones match. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** `&#x10FFFF;`, and some leading zeros. */
export const REFERENCE_LENGTH_MAX = 32;
const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The first character that no XML document can carry, not even as a reference; null where there is none. */
export function forbiddenCharacter(text: string): string | null {
  return FORBIDDEN.exec(text)?.[0] ?? null;
}

export function refuseForbiddenCharacters(text: string): void {
  const found = forbiddenCharacter(text);
  if (found === null) return;
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw malformed(`the character U+${code} is not allowed`);
}

/** Expands character references and the five entities of XML 1.0 §4.6; there are no others, for a DOCTYPE is refused. */
export function expandReferences(text: string): string {
  let expanded = '';
  let from = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
    const end = text.indexOf(';', at);
    if (end < 0 || end - at > REFERENCE_LENGTH_MAX) throw malformed('an & that begins no reference');
    expanded += text.slice(from, at) + expandReference(text.slice(at + 1, end));
    from = end + 1;
  }
  return expanded + text.slice(from);
}

function expandReference(reference: string): string {
  const predefined = PREDEFINED.get(reference);
  if (predefined !== undefined) return predefined;
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(reference);
  if (digits === null) throw malformed(`the reference &${reference}; is not defined`);
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffe';
  if (FORBIDDEN.test(character)) throw malformed(`the reference &${reference}; is to no character that XML allows`);
  return character;
}

/** True for a text of nothing but the whitespace of XML 1.0 §2.3, and for an empty one. */
export function isBlank(text: string): boolean {
  for (let position = 0; position < text.length; position += 1) {
    if (!isSpace(text.charCodeAt(position))) return false;
  }
  return true;
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

export function skipSpace(text: string, from: number): number {
  let position = from;
  while (isSpace(text.charCodeAt(position))) position += 1;
  return position;
}

export function malformed(fact: string): NetconfError {
  return new NetconfError('PROTOCOL', `malformed XML: ${fact}`);
}
