import { isUtf8 } from 'node:buffer';
import { NetconfError } from '../errors.ts';
import { isXmlWhitespace } from '../framing/framer.ts';
import { XmlReader } from '../xml/reader.ts';
import type { XmlTag } from '../xml/tag.ts';

/** The start tags of a message and of its first child. */
export interface MessageHead {
  readonly root: XmlTag;
  readonly first: XmlTag | null;
}

/** The same, read without reading the rest. */
export interface Envelope extends MessageHead {
  /** Offset of the byte after the root's start tag. */
  readonly rootEnd: number;
  /** Where the first child's start tag begins, and the offset of the byte after it; -1 without one. */
  readonly firstStart: number;
  readonly firstEnd: number;
}

/** The start tags of a message are a few hundred bytes; more is an attack. */
const HEAD_BYTES_MAX = 64 * 1024;
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/**
 * Reads the head of a message.
 *
 * @param complete false while the message is still arriving: null then means that more bytes are needed
 * @throws NetconfError `PROTOCOL`, `LIMIT_EXCEEDED`
 */
export function readEnvelope(bytes: Buffer, complete = true): Envelope | null {
  const root = nextStartTag(bytes, 0);
  if (root === null) return incomplete(bytes, complete);
  if (!onlyProlog(bytes, root.start)) throw new NetconfError('PROTOCOL', 'malformed XML: text before the root element');
  const rootEmpty = bytes[root.end - 2] === SLASH;
  const first = rootEmpty ? null : nextStartTag(bytes, root.end);
  if (!rootEmpty && first === null && !complete && bytes.length < HEAD_BYTES_MAX) return null;
  const tags: XmlTag[] = [];
  const reader = new XmlReader({ open: (tag) => tags.push(tag), close: () => undefined });
  const head = bytes.subarray(root.start, first?.end ?? root.end);
  // Cutting at a > never splits a character; invalid bytes are refused and not replaced.
  if (!isUtf8(head)) throw new NetconfError('PROTOCOL', 'a message that is not UTF-8');
  reader.write(head.toString('utf8'));
  const [rootTag, firstTag] = tags;
  if (rootTag === undefined) throw new NetconfError('PROTOCOL', 'malformed XML: no root element');
  return {
    root: rootTag,
    first: firstTag ?? null,
    rootEnd: root.end,
    firstStart: first?.start ?? -1,
    firstEnd: first?.end ?? -1,
  };
}

/** An attribute without namespace, as `message-id`. */
export function plainAttribute(tag: XmlTag, name: string): string | null {
  return tag.attributes[name] ?? null;
}

/**
 * The range of bytes inside the first child, where it is certain that the root has that child and nothing else, by two searches
 * and without reading what is between: nothing but the root's end tag follows an empty child, or the first end tag of the
 * child's name is the last but one tag of the message. Null where it is not certain: a child that holds an element of its own
 * name is not told from two children.
 */
export function insideOfOnlyChild(bytes: Buffer, envelope: Envelope): { start: number; end: number } | null {
  const { root, first, rootEnd, firstEnd } = envelope;
  if (first === null || !isBlank(bytes, rootEnd, envelope.firstStart)) return null;
  if (bytes[firstEnd - 2] === SLASH) {
    const end = endTagsOf(bytes, firstEnd, [root.name]);
    return end !== null && isBlank(bytes, firstEnd, end) ? { start: firstEnd, end: firstEnd } : null;
  }
  const end = endTagsOf(bytes, firstEnd, [first.name, root.name]);
  return end !== null && indexOfEndTag(bytes, first.name, firstEnd) === end ? { start: firstEnd, end } : null;
}

/** Where the end tags of these names begin that end the message; null where it ends otherwise. */
function endTagsOf(bytes: Buffer, from: number, names: readonly string[]): number | null {
  const tailStart = Math.max(from, bytes.length - TAIL_BYTES);
  const tail = bytes.toString('latin1', tailStart);
  const found = new RegExp(`${names.map(() => '<\\/([^\\s<>/]+)\\s*>\\s*').join('')}$`).exec(tail);
  if (found === null || names.some((name, index) => found[index + 1] !== name)) return null;
  return tailStart + found.index;
}

/** Where the first end tag of that name begins, -1 without one. Its < is not searched for: it stands everywhere, and each would stop the search. */
function indexOfEndTag(bytes: Buffer, name: string, from: number): number {
  const mark = `/${name}`;
  let at = bytes.indexOf(mark, from);
  // `/database` is none of data.
  while (at >= 0 && (bytes[at - 1] !== LESS_THAN || !endsName(bytes[at + mark.length])))
    at = bytes.indexOf(mark, at + 1);
  return at < 0 ? -1 : at - 1;
}

/** What ends the name of a tag. */
export function endsName(byte: number | undefined): boolean {
  return byte === GREATER_THAN || byte === SLASH || isXmlWhitespace(byte);
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (!isXmlWhitespace(bytes[at])) return false;
  return true;
}

/** Two end tags and the whitespace of a pretty printer. */
const TAIL_BYTES = 1_024;

/** Before the root only whitespace, a byte order mark, comments and processing instructions may stand. */
function onlyProlog(bytes: Buffer, end: number): boolean {
  const first = bytes[0];
  if (end === 0 || (first === LESS_THAN && end < HEAD_BYTES_MAX)) return true;
  const text = bytes.toString('utf8', 0, bytes.indexOf(LESS_THAN));
  return /^\ufeff?[ \t\r\n]*$/.test(text);
}

/** The next start tag, over whitespace, comments and processing instructions. Null where there is none (yet). */
function nextStartTag(bytes: Buffer, from: number): { start: number; end: number } | null {
  let position = from;
  for (;;) {
    const start = bytes.indexOf(LESS_THAN, position);
    if (start < 0 || start - from > HEAD_BYTES_MAX) return null;
    const next = bytes[start + 1];
    if (next === undefined || next === SLASH) return null;
    if (next === 0x3f) {
      position = after(bytes, '?>', start);
    } else if (next === 0x21) {
      if (bytes.length < start + 4) return null;
      if (bytes.toString('latin1', start, start + 4) !== '<!--') return refuseDeclaration(bytes, start);
      position = after(bytes, '-->', start + 4);
    } else {
      const end = tagEnd(bytes, start);
      return end < 0 ? null : { start, end };
    }
    if (position < 0) return null;
  }
}

function refuseDeclaration(bytes: Buffer, start: number): null {
  // A CDATA section before the first child is text: the message has no child element to look at.
  if (bytes.toString('latin1', start, start + 3) === '<![') return null;
  throw new NetconfError('PROTOCOL', 'a DOCTYPE is refused (RFC 6241 section 3)');
}

function after(bytes: Buffer, mark: string, from: number): number {
  const at = bytes.indexOf(mark, from, 'latin1');
  return at < 0 ? -1 : at + mark.length;
}

/** The offset after the > that ends a tag; one inside of a quoted value does not. */
export function tagEnd(bytes: Buffer, start: number): number {
  let quote = 0;
  const stop = Math.min(bytes.length, start + HEAD_BYTES_MAX);
  for (let position = start + 1; position < stop; position += 1) {
    const byte = bytes[position];
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
    else if (byte === GREATER_THAN) return position + 1;
  }
  if (stop < bytes.length) throw new NetconfError('LIMIT_EXCEEDED', `a start tag of more than ${HEAD_BYTES_MAX} bytes`);
  return -1;
}

function incomplete(bytes: Buffer, complete: boolean): null {
  if (complete) throw new NetconfError('PROTOCOL', 'malformed XML: no root element');
  if (bytes.length >= HEAD_BYTES_MAX) {
    throw new NetconfError('LIMIT_EXCEEDED', `no start tag in the first ${HEAD_BYTES_MAX} bytes of a message`);
  }
  return null;
}
