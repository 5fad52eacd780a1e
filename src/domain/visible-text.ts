/**
 * Text of others as people may see it: what shows nothing, hides or reorders what stands beside it, or steers a terminal is written
 * as the escape that JSON has for it (`\n`, `\u202e`). So there is one visible form everywhere, and JSON text keeps its meaning.
 */

/** Controls, formats, lone surrogates, private and unassigned characters, separators of lines, what Unicode lets a renderer leave out. */
const HIDDEN = String.raw`[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]`;
/** Shadda, vowel and a Koranic sign are three; more marks on one letter draw over the lines above and below. */
const MARKS_PER_LETTER_MAX = 4;
/** A mark without a letter joins what we wrote before it. */
const LOOSE_MARK = String.raw`(?<=^|[\p{Z}\p{Cc}])\p{M}|(?<=\p{M}{${MARKS_PER_LETTER_MAX}})\p{M}`;

const ARABIC_LETTER = String.raw`[\p{Script=Arabic}&&\p{L}]`;
/** Letters that join to the left (Unicode, ArabicShaping: all but joining types R and U); only after them a joiner changes a shape. */
const LEFT_JOINING = String.raw`[${ARABIC_LETTER}--[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef]]`;
/** ZWNJ between two letters that would join, ZWJ after one that would else stand in its final form (RFC 5892 A.1; the abbreviation of Hijri). */
const ARABIC_JOINER = String.raw`(?<=${LEFT_JOINING}\p{M}{0,${MARKS_PER_LETTER_MAX}})(?:\u200c(?=${ARABIC_LETTER})|\u200d(?!${ARABIC_LETTER}|\p{M}|\p{Cf}))`;

const SUSPECT = new RegExp(String.raw`${HIDDEN}|\p{M}`, 'v');
/** Whole, with the selectors, joiners and tags that show something in them; the look ahead spares other letters the long list. */
const EMOJI = String.raw`(?=\p{Extended_Pictographic}|\p{RI}|[0-9#*]\ufe0f)\p{RGI_Emoji}`;
/** What is kept, and captured what must not stand as it is. */
const JUDGED = new RegExp(`${EMOJI}|${ARABIC_JOINER}|(${HIDDEN}|${LOOSE_MARK})`, 'gv');

/** One line: line feeds and tabs are no part of it. */
export function visibleText(line: string): string {
  if (!SUSPECT.test(line)) return line;
  return line.replace(JUDGED, (kept, hidden: string | undefined) => (hidden === undefined ? kept : escapeText(hidden)));
}

/** The same for a text of several lines. */
export function visibleLines(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text.split('\n').map(visibleText).join('\n');
}

/** JSON text in which every string is visible and still says the same. */
export function visibleJsonText(value: unknown, indent?: number): string {
  return visibleLines(JSON.stringify(value, null, indent));
}

/** A JSON value, as JSON gives it back, of visible texts only: for records that are read as sentences, not as documents. */
export function visibleJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_name, member: unknown) => {
    if (typeof member === 'string') return visibleLines(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).map(([name, part]) => [visibleLines(name), part]));
  });
}

/** The first character that `visibleText` would not leave as it is; null: the text is plain. */
export function firstHidden(line: string): { readonly character: string; readonly index: number } | null {
  for (const match of line.matchAll(JUDGED)) {
    if (match[1] !== undefined) return { character: match[1], index: match.index };
  }
  return null;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\b': String.raw`\b`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\f': String.raw`\f`,
  '\r': String.raw`\r`,
};

/** Each UTF-16 code unit, as in JSON (RFC 8259 §7). */
export function escapeText(text: string): string {
  return text
    .split('')
    .map((unit) => SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
