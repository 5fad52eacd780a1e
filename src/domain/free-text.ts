import { z } from 'zod';
import { WaslError } from '../errors.ts';
import { checkedText } from './checked-text.ts';
import { comparableText, mixesScripts } from './comparable-text.ts';
import { escapeText, firstHidden } from './visible-text.ts';

export interface TextBounds {
  /** Characters (code points), after white space at both ends is gone. */
  readonly min: number;
  readonly max: number;
}

/** What people may write in one line, and others read before they sign. */
export const PURPOSE_BOUNDS: TextBounds = { min: 3, max: 500 };
export const REASON_BOUNDS: TextBounds = { min: 3, max: 500 };
/** Why a router is in maintenance. */
export const MAINTENANCE_BOUNDS: TextBounds = { min: 3, max: 200 };
/** Of entities and VPNs. */
export const NAME_BOUNDS: TextBounds = { min: 1, max: 120 };
/** Of the backbone and of branches. */
export const SHORT_NAME_BOUNDS: TextBounds = { min: 1, max: 80 };

/** UTF-8 needs up to four bytes for a character; a text of nothing but the rarest is none that people sign. */
const BYTES_PER_CHARACTER = 3;
/** Before anything is done with it: normalisation and white space at the ends change the length by less. */
const RAW_LENGTH_FACTOR = 8;

/**
 * The one schema of free text, at every edge where people or programs give some: one line of characters that can be seen, in
 * normal form C (RFC 5198 §2), each run of spaces one space. What is stored and signed is therefore what is shown.
 */
export function freeText(bounds: TextBounds) {
  return describeText(bounds).transform(checkedText((text) => parseFreeText(text, bounds)));
}

/** A free text that others must not be able to imitate: letters of one script in a word. */
export function freeName(bounds: TextBounds) {
  return describeText(bounds).transform(checkedText((text) => parseName(text, bounds)));
}

function describeText({ min, max }: TextBounds) {
  const description = 'One line without control, invisible or direction characters; stored in Unicode normal form C';
  return z.string().meta({ minLength: min, maxLength: max, description });
}

/** Throws INPUT_INVALID with what is wrong and where. */
export function parseFreeText(given: string, { min, max }: TextBounds): string {
  const lengths = `Write ${min} to ${max} characters.`;
  if (given.length > max * RAW_LENGTH_FACTOR) throw refusal(`has more than ${max} characters`, lengths);
  const text = given
    .normalize('NFC')
    .replace(/^[\t\r\n\p{Zs}]+|[\t\r\n\p{Zs}]+$/gu, '')
    .replace(/\p{Zs}+/gu, ' ');
  refuseHidden(text);
  const length = [...text].length;
  if (length < min) throw refusal(length === 0 ? 'is empty' : `has fewer than ${min} characters`, lengths);
  if (length > max) throw refusal(`has ${length} characters, more than ${max}`, lengths);
  const bytes = Buffer.byteLength(text);
  if (bytes > max * BYTES_PER_CHARACTER) {
    throw refusal(`has ${bytes} bytes of UTF-8, more than ${max * BYTES_PER_CHARACTER}`, 'Write less.');
  }
  return text;
}

function parseName(given: string, bounds: TextBounds): string {
  const name = parseFreeText(given, bounds);
  if (!/[\p{L}\p{N}]/u.test(comparableText(name))) throw refusal('has no letter and no digit', 'Write a name.');
  const mixed = name.match(/[\p{L}\p{M}\p{N}]+/gu)?.find(mixesScripts);
  if (mixed !== undefined) {
    throw refusal(`mixes letters of several scripts in ${mixed}`, 'Write the word in the letters of one script.');
  }
  return name;
}

function refuseHidden(text: string): void {
  const hidden = firstHidden(text);
  if (hidden === null) return;
  const { character, index } = hidden;
  const place = [...text.slice(0, index)].length + 1;
  const [what, remedy] = describeHidden(character);
  throw refusal(`has ${what} (${escapeText(character)}) as character ${place}`, remedy);
}

function describeHidden(character: string): readonly [what: string, remedy: string] {
  if (/[\n\r\u2028\u2029\u0085\v\f]/u.test(character)) return ['a line break', 'Write it in one line.'];
  if (/\p{Cc}/u.test(character)) return ['a control character', 'Write it without control characters.'];
  if (/\p{Cs}/u.test(character)) return ['half a character', 'Send it as whole Unicode characters.'];
  if (/\p{Bidi_Control}/u.test(character)) return ['a character that changes the direction', 'Write it without.'];
  if (/\p{M}/u.test(character) && !/\p{Default_Ignorable_Code_Point}/u.test(character)) {
    return ['a mark without a letter of its own', 'Write marks after letters, at most four each.'];
  }
  if (/[\p{Co}\p{Cn}]/u.test(character)) return ['a character that Unicode does not define', 'Write it without.'];
  return ['an invisible character', 'Write it without.'];
}

function refusal(fact: string, remedy: string): WaslError {
  return new WaslError('INPUT_INVALID', `the text ${fact}`, { remedy });
}
