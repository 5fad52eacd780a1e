import { isAscii as isAsciiText, isUtf8 } from 'node:buffer';
import { NetconfError } from '../errors.ts';
import type { NetconfLimits } from '../limits.ts';
import { NETCONF_BASE } from '../namespaces.ts';
import { child, type XmlElement } from '../xml/element.ts';
import { parseXml, TreeBuilder } from '../xml/parse.ts';
import { type XmlEvents, XmlReader } from '../xml/reader.ts';
import type { XmlTag } from '../xml/tag.ts';
import { insideOfFirstChild, isOnlyChild, type MessageHead, readEnvelope } from './envelope.ts';
import { mayHoldError } from './error-marks.ts';
import { isErrorInWrapper, type RpcErrorInfo, readRpcError, roleOfReplyChild } from './rpc-error.ts';
import { READ_WHOLE_BYTES_MAX, type WholeMessage } from './whole-message.ts';

const DECODE_BYTES = 256 * 1024;

/** An answer without an rpc-error of severity error. Text and tree are made when they are first asked for. */
export class RpcReply {
  readonly messageId: string;
  /** rpc-errors of severity warning: the rpc took effect, and the server said this about it. */
  readonly warnings: readonly RpcErrorInfo[];
  /** The whole `<rpc-reply>` as received, UTF-8. */
  readonly bytes: Buffer;
  private readonly head: MessageHead;
  private readonly encoding: 'latin1' | 'utf8';
  private readonly limits: NetconfLimits;
  private parsed: XmlElement | null;

  constructor(messageId: string, content: ReplyContent, warnings: readonly RpcErrorInfo[], limits: NetconfLimits) {
    this.messageId = messageId;
    this.warnings = warnings;
    this.bytes = content.bytes;
    this.head = content.head;
    // ASCII is a part of both; as Latin-1 it is only copied.
    this.encoding = content.isAscii ? 'latin1' : 'utf8';
    this.parsed = content.root;
    this.limits = limits;
  }

  /** True where the server answered `<ok/>` (RFC 6241 §4.4), if need be beside warnings. */
  get ok(): boolean {
    const { first } = this.head;
    if (first?.local === 'ok') return true;
    // A large one is not parsed for this where it is certain that there is only data.
    if (this.parsed === null && first?.local === 'data') {
      const envelope = readEnvelope(this.bytes);
      if (envelope !== null && isOnlyChild(this.bytes, envelope)) return false;
    }
    return child(this.root, 'ok') !== undefined;
  }

  /** The whole `<rpc-reply>` as text. */
  get xml(): string {
    return this.bytes.toString(this.encoding);
  }

  /**
   * What stands inside `<data>`, byte for byte as the server sent it; '' for a reply without data. It is not parsed above
   * 64 KiB: whoever parses it finds what is malformed. Prefixes declared on `<rpc-reply>` are not in it: `data` knows them.
   */
  get dataXml(): string {
    return this.dataBytes.toString(this.encoding);
  }

  /** `dataXml` as bytes: a view, no copy. */
  get dataBytes(): Buffer {
    if (this.head.first?.local !== 'data') return this.bytes.subarray(0, 0);
    const envelope = readEnvelope(this.bytes);
    const range = envelope === null ? null : insideOfFirstChild(this.bytes, envelope);
    if (range === null) {
      throw new NetconfError('PROTOCOL', '<data> is not the only child of the reply: read it as a tree', {
        messageId: this.messageId,
      });
    }
    return this.bytes.subarray(range.start, range.end);
  }

  /** The `<rpc-reply>` as a tree. */
  get root(): XmlElement {
    this.parsed ??= parseXml(this.xml, this.limits);
    return this.parsed;
  }

  /** The `<data>` element as a tree, in whatever namespace (RFC 6022 and 8526 have their own); undefined without it. */
  get data(): XmlElement | undefined {
    return child(this.root, 'data');
  }
}

/** A reply as it came, before success or failure is told. */
export interface ReplyContent {
  readonly bytes: Buffer;
  readonly isAscii: boolean;
  readonly head: MessageHead;
  readonly root: XmlElement | null;
  /** Every rpc-error of the reply in document order. */
  readonly errors: readonly RpcErrorInfo[];
}

/**
 * Reads an `<rpc-reply>` (RFC 6241 §4.2) so far that its rpc-errors are known: those that stand directly in it and those in the
 * wrappers of vendors. An element named rpc-error inside of `<data>` is data. Linear.
 *
 * @param head a `WholeMessage` where it has been read
 * @throws NetconfError `PROTOCOL`, `LIMIT_EXCEEDED`
 */
export function readReply(bytes: Buffer, head: MessageHead | WholeMessage, limits: NetconfLimits): ReplyContent {
  const isAscii = isAsciiText(bytes);
  if (!isAscii && !isUtf8(bytes)) throw new NetconfError('PROTOCOL', 'a reply that is not UTF-8');
  if (bytes.length <= READ_WHOLE_BYTES_MAX) {
    const root = 'tree' in head ? head.tree : parseXml(bytes.toString('utf8'), limits);
    return { bytes, isAscii, head, root, errors: errorsOf(root) };
  }
  return { bytes, isAscii, head, root: null, errors: findErrors(bytes, limits) };
}

/** The errors of a large reply. Most are known to have none without being read: what a server sends in them is data. */
function findErrors(bytes: Buffer, limits: NetconfLimits): readonly RpcErrorInfo[] {
  const envelope = readEnvelope(bytes);
  if (envelope?.first?.local === 'data') {
    if (isOnlyChild(bytes, envelope)) return [];
    if (insideOfFirstChild(bytes, envelope) !== null && !mayHoldError(bytes)) return [];
  }
  return readErrors(bytes, limits);
}

/** True where the root element may be an rpc-reply; NX-OS and older Junos send envelopes without namespace. */
export function isEnvelopeName(head: MessageHead, name: string, namespace: string = NETCONF_BASE): boolean {
  return head.root.local === name && (head.root.uri === namespace || head.root.uri === '');
}

function errorsOf(root: XmlElement): RpcErrorInfo[] {
  const errors: RpcErrorInfo[] = [];
  for (const element of root.children) {
    const role = roleOfReplyChild(element.name, element.namespace);
    if (role === 'error') errors.push(readRpcError(element));
    else if (role === 'wrapper') collectFromWrapper(element, errors);
  }
  return errors;
}

function collectFromWrapper(wrapper: XmlElement, errors: RpcErrorInfo[]): void {
  for (const element of wrapper.children) {
    if (isErrorInWrapper(element.name, element.namespace)) errors.push(readRpcError(element));
    else collectFromWrapper(element, errors);
  }
}

/** Read as events: a tree is built of the errors only. */
function readErrors(bytes: Buffer, limits: NetconfLimits): RpcErrorInfo[] {
  const finder = new ErrorFinder();
  const reader = new XmlReader(finder, limits);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let offset = 0; offset < bytes.length; offset += DECODE_BYTES) {
    reader.write(decoder.decode(bytes.subarray(offset, offset + DECODE_BYTES), { stream: true }));
  }
  reader.write(decoder.decode());
  reader.close();
  return finder.errors;
}

/** The same rule as `errorsOf`, over events. */
export class ErrorFinder implements XmlEvents {
  readonly errors: RpcErrorInfo[] = [];
  private depth = 0;
  private insideWrapper = false;
  private builder: TreeBuilder | null = null;
  private errorDepth = 0;

  open(tag: XmlTag): void {
    this.depth += 1;
    if (this.depth === 2) this.insideWrapper = roleOfReplyChild(tag.local, tag.uri) === 'wrapper';
    const starts =
      this.builder === null &&
      ((this.depth === 2 && roleOfReplyChild(tag.local, tag.uri) === 'error') ||
        (this.depth > 2 && this.insideWrapper && isErrorInWrapper(tag.local, tag.uri)));
    if (starts) {
      this.builder = new TreeBuilder();
      this.errorDepth = this.depth;
    }
    this.builder?.open(tag);
  }

  text(text: string): void {
    this.builder?.text(text);
  }

  close(tag: XmlTag): void {
    this.builder?.close(tag);
    if (this.builder !== null && this.depth === this.errorDepth) {
      const [element] = this.builder.roots;
      if (element !== undefined) this.errors.push(readRpcError(element));
      this.builder = null;
    }
    this.depth -= 1;
  }
}
