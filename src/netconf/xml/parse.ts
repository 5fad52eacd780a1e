import { SaxesParser, type SaxesTagNS } from 'saxes';
import { NetconfError, printable } from '../errors.ts';
import { NamespaceScope, type XmlElement } from './element.ts';

export interface XmlLimits {
  readonly xmlDepthMax: number;
  readonly xmlAttributesMax: number;
  readonly xmlElementsMax: number;
}

/** Events of a document in order. A handler that throws ends the parsing. */
export interface XmlEvents {
  open(tag: SaxesTagNS): void;
  close(tag: SaxesTagNS): void;
  text?(text: string): void;
}

const TREE_LIMITS: XmlLimits = { xmlDepthMax: 256, xmlAttributesMax: 256, xmlElementsMax: 4_000_000 };
const XMLNS_URI = 'http://www.w3.org/2000/xmlns/';
const ONLY_WHITESPACE = /^[ \t\r\n]*$/;
const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null));
const NO_CHILDREN: readonly XmlElement[] = Object.freeze([]);

/**
 * Parses one document into a tree. Namespace-aware, linear, bounded. DOCTYPE is refused whatever it declares
 * (no entity beyond the five of XML is ever expanded).
 *
 * @throws NetconfError `PROTOCOL` where it is not well-formed, `LIMIT_EXCEEDED` at a bound
 */
export function parseXml(text: string, limits: XmlLimits = TREE_LIMITS): XmlElement {
  const builder = new TreeBuilder();
  const parser = createXmlParser(builder, limits);
  parser.write(text);
  parser.close();
  const [root] = builder.roots;
  if (root === undefined) throw new NetconfError('PROTOCOL', 'malformed XML: no root element');
  return root;
}

/** Parses a run of sibling elements, as the inside of `<data>` or of `<config>` is. */
export function parseXmlFragment(
  text: string,
  limits: XmlLimits = TREE_LIMITS,
  outerPrefixes: Readonly<Record<string, string>> = {},
): XmlElement[] {
  // A wrapper rather than the parser's fragment mode: text outside of any element must be seen, and refused.
  const declared = Object.entries(outerPrefixes).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const root = parseXml(`<fragment${declared.join('')}>${text}</fragment>`, {
    ...limits,
    xmlDepthMax: limits.xmlDepthMax + 1,
  });
  if (root.text !== '') throw new NetconfError('PROTOCOL', 'malformed XML: text outside of any element');
  return [...root.children];
}

/** A streaming parser with the same rules as `parseXml`: `write` pieces of text, then `close`. */
export function createXmlParser(
  events: XmlEvents,
  limits: XmlLimits = TREE_LIMITS,
): { write(text: string): void; close(): void } {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  let elements = 0;
  let attributes = 0;
  parser.on('error', (error) => {
    // Without a file name the parser begins with "undefined:".
    const reason = printable(error.message.replace(/^undefined: /, ''), 200);
    throw new NetconfError('PROTOCOL', `malformed XML: ${reason}`, { cause: error });
  });
  parser.on('doctype', () => {
    throw new NetconfError('PROTOCOL', 'a DOCTYPE is refused (RFC 6241 section 3)');
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > limits.xmlAttributesMax) exceeded('attributes on one element', limits.xmlAttributesMax);
  });
  parser.on('opentag', (tag) => {
    attributes = 0;
    depth += 1;
    elements += 1;
    if (depth > limits.xmlDepthMax) exceeded('levels of elements', limits.xmlDepthMax);
    if (elements > limits.xmlElementsMax) exceeded('elements', limits.xmlElementsMax);
    events.open(tag);
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    events.close(tag);
  });
  parser.on('text', (text) => events.text?.(text));
  parser.on('cdata', (text) => events.text?.(text));
  return {
    write: (text) => void parser.write(text),
    close: () => void parser.close(),
  };
}

interface OpenElement {
  tag: SaxesTagNS;
  scope: NamespaceScope;
  children: XmlElement[] | null;
  text: string;
}

/** Builds trees from parser events; `roots` has one element for a document. */
export class TreeBuilder implements XmlEvents {
  readonly roots: XmlElement[] = [];
  private readonly path: OpenElement[] = [];
  private readonly outer: NamespaceScope;

  constructor(outer: NamespaceScope = new NamespaceScope({}, null)) {
    this.outer = outer;
  }

  open(tag: SaxesTagNS): void {
    const scope = this.path.at(-1)?.scope ?? this.outer;
    this.path.push({
      tag,
      scope: hasKeys(tag.ns) ? new NamespaceScope(tag.ns, scope) : scope,
      children: null,
      text: '',
    });
  }

  text(text: string): void {
    const current = this.path.at(-1);
    if (current !== undefined) current.text += text;
  }

  close(): void {
    const done = this.path.pop();
    if (done === undefined) return;
    const element: XmlElement = {
      name: done.tag.local,
      namespace: done.tag.uri,
      attributes: attributesOf(done.tag),
      children: done.children ?? NO_CHILDREN,
      text: done.children !== null && ONLY_WHITESPACE.test(done.text) ? '' : done.text,
      scope: done.scope,
    };
    const parent = this.path.at(-1);
    if (parent === undefined) this.roots.push(element);
    else if (parent.children === null) parent.children = [element];
    else parent.children.push(element);
  }
}

/** Attributes of a tag keyed as in `XmlElement`. */
export function attributesOf(tag: SaxesTagNS): Readonly<Record<string, string>> {
  let attributes: Record<string, string> | null = null;
  for (const key in tag.attributes) {
    const attribute = tag.attributes[key];
    if (attribute === undefined || attribute.uri === XMLNS_URI) continue;
    attributes ??= Object.create(null) as Record<string, string>;
    attributes[attribute.uri === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`] = attribute.value;
  }
  return attributes ?? NO_ATTRIBUTES;
}

function hasKeys(record: Record<string, string>): boolean {
  for (const _ in record) return true;
  return false;
}

function exceeded(what: string, max: number): never {
  throw new NetconfError('LIMIT_EXCEEDED', `XML with more than ${max} ${what}`);
}
