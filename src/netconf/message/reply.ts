import { isAscii as isAsciiText, isUtf8 } from 'node:buffer';
import { NetconfError } from '../errors.ts';
import type { NetconfLimits } from '../limits.ts';
import { NETCONF_BASE } from '../namespaces.ts';
import { child, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { XmlReader } from '../xml/reader.ts';
import type { XmlTag } from '../xml/tag.ts';
import { DataCut } from './data-cut.ts';
import { insideOfOnlyChild, type MessageHead, readEnvelope } from './envelope.ts';
import { OutlineBuilder } from './outline.ts';
import { type PositiveReply, requirePositive } from './positive-reply.ts';
import { errorsOfReply, type RpcErrorInfo, roleOfReplyChild } from './rpc-error.ts';
import { READ_WHOLE_BYTES_MAX, type WholeMessage } from './whole-message.ts';

const DECODE_BYTES = 256 * 1024;

/** A positive answer: what the RFC says it is for its operation. Text and tree are made when they are first asked for. */
export class RpcReply {
  readonly messageId: string;
  /** rpc-errors of severity warning: the rpc took effect, and the server said this about it. */
  readonly warnings: readonly RpcErrorInfo[];
  /** True where the answer is that it was done and nothing else: `<ok/>` (RFC 6241 §4.4), warnings alone, or what Junos says in place of it. */
  readonly ok: boolean;
  /** The whole `<rpc-reply>` as received, UTF-8. */
  readonly bytes: Buffer;
  private readonly encoding: 'latin1' | 'utf8';
  private readonly limits: NetconfLimits;
  private parsed: XmlElement | null;
  private dataRange: { readonly start: number; readonly end: number } | null = null;

  constructor(
    messageId: string,
    content: ReplyContent,
    said: { readonly ok: boolean; readonly warnings: readonly RpcErrorInfo[] },
    limits: NetconfLimits,
  ) {
    this.messageId = messageId;
    this.warnings = said.warnings;
    this.ok = said.ok;
    this.bytes = content.bytes;
    // ASCII is a part of both; as Latin-1 it is only copied.
    this.encoding = content.isAscii ? 'latin1' : 'utf8';
    this.parsed = content.isWhole ? content.outline : null;
    this.limits = limits;
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
    this.dataRange ??= findData(this.bytes);
    return this.bytes.subarray(this.dataRange.start, this.dataRange.end);
  }

  /**
   * The `<rpc-reply>` as a tree.
   *
   * @throws NetconfError `LIMIT_EXCEEDED` above `treeBytesMax`, `PROTOCOL` where it is malformed
   */
  get root(): XmlElement {
    this.parsed ??= this.parse();
    return this.parsed;
  }

  /** What it answers: its elements without the warnings that stand among them. */
  get answers(): readonly XmlElement[] {
    return this.root.children.filter(({ name, namespace }) => roleOfReplyChild(name, namespace) !== 'error');
  }

  /** The `<data>` element as a tree, in whatever namespace (RFC 6022 and 8526 have their own); undefined without it. */
  get data(): XmlElement | undefined {
    return child(this.root, 'data');
  }

  private parse(): XmlElement {
    const { treeBytesMax } = this.limits;
    if (this.bytes.length <= treeBytesMax) return parseXml(this.xml, this.limits);
    const fact = `a reply of ${this.bytes.length} bytes; no more than ${treeBytesMax} are read into a tree`;
    throw new NetconfError('LIMIT_EXCEEDED', fact);
  }
}

/** A reply as it came, before success or failure is told. */
export interface ReplyContent {
  readonly bytes: Buffer;
  readonly isAscii: boolean;
  /** The reply as far as success and failure are told by it: the insides of its content may be left out. */
  readonly outline: XmlElement;
  /** True where nothing is left out. */
  readonly isWhole: boolean;
}

/**
 * Reads an `<rpc-reply>` (RFC 6241 §4.2) as far as needed to tell success from failure: a small one whole, of a large one what
 * stands beside its content. Linear.
 *
 * @param head a `WholeMessage` where it has been read
 * @throws NetconfError `PROTOCOL`, `LIMIT_EXCEEDED`
 */
export function readReply(bytes: Buffer, head: MessageHead | WholeMessage, limits: NetconfLimits): ReplyContent {
  const isAscii = isAsciiText(bytes);
  if (!isAscii && !isUtf8(bytes)) throw new NetconfError('PROTOCOL', 'a reply that is not UTF-8');
  if (bytes.length <= READ_WHOLE_BYTES_MAX) {
    const outline = 'tree' in head ? head.tree : parseXml(bytes.toString('utf8'), limits);
    return { bytes, isAscii, outline, isWhole: true };
  }
  return { bytes, isAscii, outline: outlineOf(bytes, limits), isWhole: false };
}

/** Most large replies are known to be nothing but data without being read. */
function outlineOf(bytes: Buffer, limits: NetconfLimits): XmlElement {
  const envelope = readEnvelope(bytes);
  const first = envelope?.first ?? null;
  if (envelope !== null && first !== null) {
    const isData = first.local === 'data';
    if (isData && insideOfOnlyChild(bytes, envelope) !== null) return outlineOfData(envelope.root, first);
    // What is not data is read in full.
    if (!isData && roleOfReplyChild(first.local, first.uri) === 'content') return readOutline(pieces(bytes), limits);
  }
  const cut = new DataCut();
  cut.push(bytes);
  return readOutline([cut.end().outline], limits);
}

function outlineOfData(root: XmlTag, data: XmlTag): XmlElement {
  return { ...hollow(root), children: [hollow(data)] };
}

function hollow({ local, uri, attributes, scope }: XmlTag): XmlElement {
  return { name: local, namespace: uri, attributes, children: [], text: '', scope };
}

function* pieces(bytes: Buffer): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let offset = 0; offset < bytes.length; offset += DECODE_BYTES) {
    yield decoder.decode(bytes.subarray(offset, offset + DECODE_BYTES), { stream: true });
  }
  yield decoder.decode();
}

/** @throws NetconfError `PROTOCOL`, `LIMIT_EXCEEDED` */
export function readOutline(texts: Iterable<string>, limits: NetconfLimits): XmlElement {
  const builder = new OutlineBuilder();
  const reader = new XmlReader(builder, limits);
  for (const text of texts) reader.write(text);
  reader.close();
  return builder.outline;
}

/** Where the inside of the first `<data>` begins and ends; nowhere in a reply without one. */
function findData(bytes: Buffer): { start: number; end: number } {
  const envelope = readEnvelope(bytes);
  const only = envelope?.first?.local === 'data' ? insideOfOnlyChild(bytes, envelope) : null;
  if (only !== null) return only;
  const cut = new DataCut();
  cut.push(bytes);
  cut.end();
  return cut.dataStart < 0 ? { start: 0, end: 0 } : { start: cut.dataStart, end: cut.dataEnd };
}

/**
 * What a reply says about its operation: its errors, or that it succeeded.
 *
 * @throws NetconfError `PROTOCOL` where it says neither
 */
export function judgeReply(
  outline: XmlElement,
  expected: PositiveReply,
): {
  readonly refused: readonly RpcErrorInfo[] | null;
  readonly warnings: readonly RpcErrorInfo[];
  readonly ok: boolean;
} {
  if (isPlainOk(outline) && (expected.kind === 'done' || expected.kind === 'any')) return PLAIN_OK;
  const errors = errorsOfReply(outline);
  if (errors.some(({ severity }) => severity === 'error')) return { refused: errors, warnings: [], ok: false };
  return { refused: null, warnings: errors, ok: requirePositive(outline, errors, expected) };
}

/** True where the root element may be an rpc-reply; NX-OS and older Junos send envelopes without namespace. */
export function isEnvelopeName(head: MessageHead, name: string, namespace: string = NETCONF_BASE): boolean {
  return head.root.local === name && (head.root.uri === namespace || head.root.uri === '');
}

const PLAIN_OK = { refused: null, warnings: [], ok: true } as const;

/** Most replies are `<ok/>` and nothing else, and thousands of them. */
function isPlainOk({ children, text, namespace }: XmlElement): boolean {
  const [only] = children;
  if (only === undefined || children.length > 1 || text !== '') return false;
  return only.name === 'ok' && only.namespace === namespace && only.children.length === 0 && only.text === '';
}
