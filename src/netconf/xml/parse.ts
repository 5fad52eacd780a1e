import { NetconfError } from '../errors.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { XmlElement } from './element.ts';
import { type XmlEvents, type XmlLimits, XmlReader } from './reader.ts';
import type { XmlTag } from './tag.ts';
import { isBlank } from './text.ts';

const NO_CHILDREN: readonly XmlElement[] = Object.freeze([]);

/**
 * Parses one document into a tree. Namespace-aware, linear, bounded. DOCTYPE is refused whatever it declares
 * (no entity beyond the five of XML is ever expanded).
 *
 * @throws NetconfError `PROTOCOL` where it is not well-formed, `LIMIT_EXCEEDED` at a bound
 */
export function parseXml(text: string, limits: XmlLimits = DEFAULT_LIMITS): XmlElement {
  const builder = new TreeBuilder();
  const reader = new XmlReader(builder, limits);
  reader.write(text);
  reader.close();
  const [root] = builder.roots;
  if (root === undefined) throw new NetconfError('PROTOCOL', 'malformed XML: no root element');
  return root;
}

/** Parses a run of sibling elements, as the inside of `<data>` or of `<config>` is. */
export function parseXmlFragment(
  text: string,
  limits: XmlLimits = DEFAULT_LIMITS,
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

/** Builds trees from a reader's events; `roots` has one element for a document. */
export class TreeBuilder implements XmlEvents {
  /** Complete elements whose parent is still open, in document order; what lies behind `waitingCount` is stale. */
  private readonly waiting: XmlElement[] = [];
  private waitingCount = 0;
  /** For each open element: how many were waiting when it was opened, its text, and whether that is only whitespace. */
  private readonly marks: number[] = [];
  private readonly texts: string[] = [];
  private readonly blanks: boolean[] = [];
  private depth = 0;

  get roots(): readonly XmlElement[] {
    return this.depth === 0 ? this.waiting.slice(0, this.waitingCount) : NO_CHILDREN;
  }

  open(_tag: XmlTag): void {
    this.marks[this.depth] = this.waitingCount;
    this.texts[this.depth] = '';
    this.blanks[this.depth] = true;
    this.depth += 1;
  }

  text(text: string): void {
    const at = this.depth - 1;
    if (at < 0) return;
    this.texts[at] += text;
    if (this.blanks[at] === true && !isBlank(text)) this.blanks[at] = false;
  }

  close(tag: XmlTag): void {
    this.depth -= 1;
    const mark = this.marks[this.depth] ?? 0;
    const text = this.texts[this.depth] ?? '';
    const isLeaf = mark === this.waitingCount;
    // One list of the right size for each element: a list that grows costs the collector more than the reading does.
    const children = isLeaf ? NO_CHILDREN : this.waiting.slice(mark, this.waitingCount);
    this.waiting[mark] = {
      name: tag.local,
      namespace: tag.uri,
      attributes: tag.attributes,
      children,
      text: isLeaf || this.blanks[this.depth] === false ? text : '',
      scope: tag.scope,
    };
    this.waitingCount = mark + 1;
  }
}
