import { NetconfError, printable } from '../errors.ts';
import { DEFAULT_LIMITS, type NetconfLimits } from '../limits.ts';
import type { NamespaceScope } from './element.ts';
import { isNcName, nameEnd } from './names.ts';
import { OUTERMOST_SCOPE, readAttribute, resolveTag, type XmlTag } from './tag.ts';
import {
  expandReferences,
  isBlank,
  malformed,
  REFERENCE_LENGTH_MAX,
  refuseForbiddenCharacters,
  skipSpace,
} from './text.ts';

export type XmlLimits = Pick<NetconfLimits, 'xmlDepthMax' | 'xmlAttributesMax' | 'xmlElementsMax'>;

/** Events of a document in order. A text may come in several. A handler that throws ends the reading. */
export interface XmlEvents {
  open(tag: XmlTag): void;
  close(tag: XmlTag): void;
  text?(text: string): void;
}

/** One tag, comment or instruction, in characters. Hundreds of namespace declarations fit; a tag without end does not. */
const MARKUP_LENGTH_MAX = 1024 * 1024;
/** A configuration has a few hundred names; a hostile one has as many as it likes. */
const TAGS_KEPT_MAX = 1_000;
const NO_NAMES: readonly string[] = [];
const DECLARATION =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])1\.[0-9]+\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])[A-Za-z][A-Za-z0-9._-]*\2)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\3)?[ \t\n]*\?>$/;
const GREATER_THAN = 0x3e;
const SLASH = 0x2f;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;

/**
 * Reads XML 1.0 with namespaces, strictly, in pieces cut anywhere. It is no general XML processor: a DOCTYPE is refused
 * (RFC 6241 §3), so no entity but the five of XML exists. Linear in the characters, bounded in depth, attributes and elements.
 *
 * @throws NetconfError `PROTOCOL` where it is not well-formed, `LIMIT_EXCEEDED` at a bound; the reader must not be used after that
 */
export class XmlReader {
  private readonly events: XmlEvents;
  private readonly limits: XmlLimits;
  /** The elements that are open, outermost first. */
  private readonly path: XmlTag[] = [];
  /** The last character of a piece where the next may change its meaning: half of a line end, or of a pair of surrogates. */
  private held = '';
  /** Characters that make no complete token yet. */
  private rest = '';
  /** No second look at an incomplete tag before it has doubled: reading stays linear when it drips in. */
  private lookAgainAt = 0;
  private insideCdata = false;
  private atStart = true;
  private rootSeen = false;
  private elements = 0;
  private readonly tags = new Map<string, XmlTag>();
  /** Where the next & and the next ]]> of the text being read are; behind the position they are looked for anew. */
  private nextReference = -1;
  private nextCdataEnd = -1;

  constructor(events: XmlEvents, limits: XmlLimits = DEFAULT_LIMITS) {
    this.events = events;
    this.limits = limits;
  }

  write(piece: string): void {
    const fresh = this.held + piece;
    const last = fresh.charCodeAt(fresh.length - 1);
    const heldLength = last === 0x0d || (last >= 0xd800 && last <= 0xdbff) ? 1 : 0;
    this.held = fresh.slice(fresh.length - heldLength);
    this.rest += checkCharacters(heldLength === 0 ? fresh : fresh.slice(0, -heldLength));
    if (this.rest.length >= this.lookAgainAt) this.rest = this.read(this.rest, false);
  }

  /** The document is complete. */
  close(): void {
    this.rest = this.read(this.rest + checkCharacters(this.held), true);
    const open = this.path[this.path.length - 1];
    if (this.rest !== '' || this.insideCdata) throw malformed('it ends inside of a tag, a comment or a CDATA section');
    if (open !== undefined) throw malformed(`it ends inside of <${printable(open.name, 60)}>`);
    if (!this.rootSeen) throw malformed('no root element');
  }

  /** Reads as far as it can and returns what it could not. */
  private read(text: string, final: boolean): string {
    this.nextReference = -1;
    this.nextCdataEnd = -1;
    this.lookAgainAt = 0;
    let position = this.atStart ? this.readStart(text, final) : 0;
    if (position < 0) return this.incomplete(text);
    for (;;) {
      if (this.insideCdata) {
        const end = text.indexOf(']]>', position);
        const stop = end < 0 ? text.length - (final ? 0 : trailingBrackets(text, position)) : end;
        if (stop > position) this.events.text?.(text.slice(position, stop));
        if (end < 0) return text.slice(stop);
        this.insideCdata = false;
        position = end + 3;
      }
      const start = text.indexOf('<', position);
      const textEnd = start >= 0 ? start : final ? text.length : this.safeTextEnd(text, position);
      if (textEnd > position) this.readText(text, position, textEnd);
      if (start < 0) return text.slice(textEnd);
      position = this.readMarkup(text, start);
      if (position < 0) return this.incomplete(text.slice(start));
      if (position - start > MARKUP_LENGTH_MAX) tooLong();
    }
  }

  private incomplete(rest: string): string {
    if (rest.length > MARKUP_LENGTH_MAX) tooLong();
    this.lookAgainAt = rest.length * 2;
    return rest;
  }

  /** A byte order mark and the XML declaration. The offset after them, -1 where more is needed. */
  private readStart(text: string, final: boolean): number {
    if (text === '') return 0;
    const from = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    const head = text.slice(from, from + 6);
    if (!final && head.length < 6 && '<?xml '.startsWith(head)) return -1;
    if (!/^<\?xml[ \t\n]/.test(head)) {
      this.atStart = false;
      return from;
    }
    const end = text.indexOf('?>', from);
    if (end < 0) return -1;
    if (!DECLARATION.test(text.slice(from, end + 2))) throw malformed('the XML declaration is not right');
    this.atStart = false;
    return end + 2;
  }

  /** Up to where the text at the end of a piece can be told: a reference or a ]]> may have begun after it. */
  private safeTextEnd(text: string, from: number): number {
    const tailStart = Math.max(from, text.length - REFERENCE_LENGTH_MAX);
    const tail = text.slice(tailStart);
    const reference = tail.lastIndexOf('&');
    if (reference >= 0 && !tail.includes(';', reference)) return tailStart + reference;
    return text.length - trailingBrackets(text, from);
  }

  private readText(text: string, from: number, to: number): void {
    const value = text.slice(from, to);
    if (this.path.length === 0) {
      if (!isBlank(value)) throw malformed('text outside of the root element');
      return;
    }
    if (this.nextCdataEnd < from) this.nextCdataEnd = indexOrEnd(text, ']]>', from);
    if (this.nextCdataEnd < to) throw malformed(']]> stands in a text');
    if (this.nextReference < from) this.nextReference = indexOrEnd(text, '&', from);
    this.events.text?.(this.nextReference < to ? expandReferences(value) : value);
  }

  /** One tag, comment or instruction, or the start of a CDATA section. The offset after it, -1 where more is needed. */
  private readMarkup(text: string, start: number): number {
    switch (text.charCodeAt(start + 1)) {
      case SLASH:
        return this.readEndTag(text, start);
      case EXCLAMATION:
        return this.readDeclaration(text, start);
      case QUESTION:
        return readInstruction(text, start);
      default:
        return this.readStartTag(text, start);
    }
  }

  private readEndTag(text: string, start: number): number {
    const open = this.path[this.path.length - 1];
    if (open !== undefined && text.startsWith(open.name, start + 2)) {
      const end = skipSpace(text, start + 2 + open.name.length);
      if (text.charCodeAt(end) === GREATER_THAN) {
        this.path.pop();
        this.events.close(open);
        return end + 1;
      }
    }
    const end = text.indexOf('>', start);
    if (end < 0) return -1;
    const found = printable(text.slice(start, end + 1), 60);
    throw malformed(
      open === undefined ? `${found} ends nothing` : `${found} where </${printable(open.name, 60)}> is due`,
    );
  }

  private readDeclaration(text: string, start: number): number {
    if (text.startsWith('<!--', start)) {
      const end = text.indexOf('--', start + 4);
      if (end < 0 || end + 2 === text.length) return -1;
      if (text.charCodeAt(end + 2) !== GREATER_THAN) throw malformed('-- stands in a comment');
      return end + 3;
    }
    if (text.startsWith('<![CDATA[', start)) {
      if (this.path.length === 0) throw malformed('text outside of the root element');
      this.insideCdata = true;
      return start + 9;
    }
    const head = text.slice(start, start + 9);
    if (['<!--', '<![CDATA[', '<!DOCTYPE'].some((known) => known !== head && known.startsWith(head))) return -1;
    if (head === '<!DOCTYPE') throw new NetconfError('PROTOCOL', 'a DOCTYPE is refused (RFC 6241 section 3)');
    throw malformed(`${printable(head, 20)} begins nothing`);
  }

  private readStartTag(text: string, start: number): number {
    const end = nameEnd(text, start + 1);
    if (end === text.length) return -1;
    const name = text.slice(start + 1, end);
    if (text.charCodeAt(end) === GREATER_THAN) {
      this.openElement(this.plainTag(name));
      return end + 1;
    }
    const names: string[] = [];
    const values: string[] = [];
    let position = end;
    for (;;) {
      const next = skipSpace(text, position);
      const code = text.charCodeAt(next);
      if (code === GREATER_THAN) {
        this.openElement(resolveTag(name, names, values, this.scope));
        return next + 1;
      }
      if (next === text.length || (code === SLASH && next + 1 === text.length)) return -1;
      if (code === SLASH && text.charCodeAt(next + 1) === GREATER_THAN) {
        const tag = resolveTag(name, names, values, this.scope);
        this.openElement(tag);
        this.path.pop();
        this.events.close(tag);
        return next + 2;
      }
      if (next === position) throw malformed(`<${printable(text.slice(start + 1, next + 1), 60)} begins no tag`);
      if (names.length === this.limits.xmlAttributesMax) exceeded('attributes on one element', names.length);
      position = readAttribute(text, next, names, values);
      if (position < 0) return -1;
    }
  }

  /** The tag of an element without attributes: all of one name in one scope share it. */
  private plainTag(name: string): XmlTag {
    const known = this.tags.get(name);
    if (known !== undefined && known.scope === this.scope) return known;
    const tag = resolveTag(name, NO_NAMES, NO_NAMES, this.scope);
    if (this.tags.size < TAGS_KEPT_MAX) this.tags.set(name, tag);
    return tag;
  }

  private openElement(tag: XmlTag): void {
    const { limits, path } = this;
    if (path.length === 0 && this.rootSeen) throw malformed('more than one root element');
    this.rootSeen = true;
    this.elements += 1;
    if (path.length === limits.xmlDepthMax) exceeded('levels of elements', limits.xmlDepthMax);
    if (this.elements > limits.xmlElementsMax) exceeded('elements', limits.xmlElementsMax);
    path.push(tag);
    this.events.open(tag);
  }

  private get scope(): NamespaceScope {
    return this.path[this.path.length - 1]?.scope ?? OUTERMOST_SCOPE;
  }
}

/** Line ends are one LF each (XML 1.0 §2.11). */
function checkCharacters(text: string): string {
  refuseForbiddenCharacters(text);
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** A processing instruction, which is read over. */
function readInstruction(text: string, start: number): number {
  const end = text.indexOf('?>', start + 2);
  if (end < 0) return -1;
  const target = text.slice(start + 2, Math.min(end, nameEnd(text, start + 2)));
  const ended = /^(?:\?>|[ \t\n])/.test(text.slice(start + 2 + target.length, start + 4 + target.length));
  if (!ended || !isNcName(target) || target.toLowerCase() === 'xml') {
    throw malformed(`<?${printable(target, 60)} begins no instruction here`);
  }
  return end + 2;
}

/** How many ] stand at the end, two at most: they may begin a ]]>. */
function trailingBrackets(text: string, from: number): number {
  let count = 0;
  while (count < 2 && text.length - count > from && text.charAt(text.length - count - 1) === ']') count += 1;
  return count;
}

function indexOrEnd(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

function exceeded(what: string, max: number): never {
  throw new NetconfError('LIMIT_EXCEEDED', `XML with more than ${max} ${what}`);
}

function tooLong(): never {
  throw new NetconfError('LIMIT_EXCEEDED', `XML with a tag or comment of more than ${MARKUP_LENGTH_MAX} characters`);
}
