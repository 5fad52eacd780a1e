import { NetconfError } from '../errors.ts';
import { endsName, tagEnd } from './envelope.ts';

const LESS_THAN = 0x3c;
const SLASH = 0x2f;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;

/** Something in which nothing is markup, up to its end mark. */
interface Passage {
  readonly opening: string;
  readonly mark: string;
  /** Outside of the data a comment says nothing. */
  readonly kept: boolean;
}
const PASSAGES: readonly Passage[] = [
  { opening: '<?', mark: '?>', kept: false },
  { opening: '<!--', mark: '-->', kept: false },
  { opening: '<![CDATA[', mark: ']]>', kept: true },
];
/** So many bytes tell which of them begins. */
const OPENING_BYTES_MAX = 9;

/**
 * Cuts a reply, in pieces cut anywhere, into what stands inside its `<data>` and the rest. The inside is not parsed: only its
 * end is found, by counting elements of its own name and passing over comments, CDATA sections and instructions, mostly by
 * native searches. It is right for a document that is well-formed; another one is either refused or cut somewhere.
 */
export class DataCut {
  /** Bytes from the beginning of the message to the inside of the first data, and to its end; -1 while that is not known. */
  dataStart = -1;
  dataEnd = -1;
  private readonly outlineBytesMax: number;
  private readonly outline: Buffer[] = [];
  private outlineBytes = 0;
  /** Not yet understood; `position` says where in the message it begins. */
  private window: Buffer = Buffer.alloc(0);
  private position = 0;
  /** No second look at a tag that is not all there before it has doubled: cutting stays linear when it drips in. */
  private lookAgainAt = 0;
  private passage: Passage | null = null;
  private depth = 0;
  /** The name of the data element as written while inside of it, and how many elements of that name are open. */
  private name: Buffer = Buffer.alloc(0);
  private nesting = 0;

  /** @param outlineBytesMax what may stand beside the data */
  constructor(outlineBytesMax = Number.POSITIVE_INFINITY) {
    this.outlineBytesMax = outlineBytesMax;
  }

  /** What of the inside of data is certain by now. The pieces are views. */
  push(piece: Buffer): Buffer[] {
    this.window = this.window.length === 0 ? piece : Buffer.concat([this.window, piece]);
    const inside: Buffer[] = [];
    if (this.window.length < this.lookAgainAt) return inside;
    this.lookAgainAt = 0;
    while (this.nesting > 0 ? this.advanceInside(inside) : this.advanceOutside());
    return inside;
  }

  /**
   * The message is complete: the last of its data, and all that stands beside it.
   *
   * @throws NetconfError `PROTOCOL` where it ends inside of the data or of a tag
   */
  end(): { readonly inside: Buffer[]; readonly outline: string } {
    this.lookAgainAt = 0;
    const inside = this.push(Buffer.alloc(0));
    if (this.nesting > 0 || this.window.length > 0 || this.passage !== null) {
      throw new NetconfError('PROTOCOL', 'malformed XML: the reply ends inside of its data or of a tag');
    }
    try {
      return { inside, outline: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(this.outline)) };
    } catch (error) {
      throw new NetconfError('PROTOCOL', 'a reply that is not UTF-8', { cause: error });
    }
  }

  /** Outside of data: token by token. False where more bytes are needed. */
  private advanceOutside(): boolean {
    const { passage } = this;
    if (passage !== null) return this.passOver(passage, (bytes) => passage.kept && this.keep(bytes));
    const start = this.window.indexOf(LESS_THAN);
    if (start !== 0) {
      this.keep(this.take(start < 0 ? this.window.length : start));
      return start > 0;
    }
    const next = this.window[1];
    if (next === undefined) return false;
    if (next === EXCLAMATION || next === QUESTION) {
      const opened = this.passageAt(0);
      if (opened === 'incomplete') return false;
      if (opened !== null) {
        this.passage = opened;
        const opening = this.take(opened.opening.length);
        if (opened.kept) this.keep(opening);
        return true;
      }
    }
    return this.advanceOverTag(next === SLASH);
  }

  private advanceOverTag(isEnd: boolean): boolean {
    const end = this.wholeTag(0);
    if (end < 0) return false;
    const isEmpty = this.window[end - 2] === SLASH;
    const name = isEnd ? '' : nameOf(this.window, 1, end);
    this.keep(this.take(end));
    if (isEnd) this.depth -= 1;
    else if (!isEmpty) this.depth += 1;
    const isData = (name === 'data' || name.endsWith(':data')) && this.depth === (isEmpty ? 1 : 2);
    if (!isData) return true;
    const isFirst = this.dataStart < 0;
    if (isFirst) this.dataStart = this.position;
    if (isFirst && isEmpty) this.dataEnd = this.position;
    if (isEmpty) return true;
    this.name = Buffer.from(name, 'latin1');
    this.nesting = 1;
    return true;
  }

  /** Inside of data: to the next thing that can change where it ends. False where more bytes are needed. */
  private advanceInside(inside: Buffer[]): boolean {
    const keep = (bytes: Buffer) => {
      if (bytes.length > 0) inside.push(bytes);
    };
    if (this.passage !== null) return this.passOver(this.passage, keep);
    const { window } = this;
    let from = 0;
    let [bang, question, name] = [BEFORE, BEFORE, BEFORE];
    for (;;) {
      if (bang < from) bang = indexOrEnd(window, EXCLAMATION, from);
      if (question < from) question = indexOrEnd(window, QUESTION, from);
      if (name < from) name = indexOrEnd(window, this.name, from);
      const at = Math.min(bang, question, name);
      if (at === window.length) break;
      const start = window[at - 1] === SLASH ? at - 2 : at - 1;
      if (window[start] !== LESS_THAN) {
        from = at + 1;
        continue;
      }
      if (at !== name) {
        const opened = this.passageAt(start);
        if (opened === 'incomplete') return this.waitFrom(start, keep);
        if (opened !== null) {
          this.passage = opened;
          keep(this.take(start + opened.opening.length));
          return true;
        }
        from = at + 1;
        continue;
      }
      const end = this.elementAt(start, at + this.name.length);
      if (end === 'incomplete') return this.waitFrom(start, keep);
      if (this.nesting === 0) {
        keep(this.take(start));
        if (this.dataEnd < 0) this.dataEnd = this.position;
        return true;
      }
      from = end;
    }
    // A name, and the < before it, may have begun at the end.
    keep(this.take(Math.max(from, window.length - this.name.length - 2)));
    return false;
  }

  /** Counts an element whose name begins as data's own. The offset to go on from. */
  private elementAt(start: number, afterName: number): number | 'incomplete' {
    const { window } = this;
    if (afterName >= window.length) return 'incomplete';
    if (!endsName(window[afterName])) return afterName;
    const end = this.wholeTag(start);
    if (end < 0) return 'incomplete';
    if (window[start + 1] === SLASH) this.nesting -= 1;
    else if (window[end - 2] !== SLASH) this.nesting += 1;
    return end;
  }

  private passageAt(start: number): Passage | null | 'incomplete' {
    const head = this.window.toString('latin1', start, start + OPENING_BYTES_MAX);
    const opened = PASSAGES.find(({ opening }) => head.startsWith(opening));
    if (opened !== undefined) return opened;
    return PASSAGES.some(({ opening }) => opening.startsWith(head)) ? 'incomplete' : null;
  }

  /** To the end mark; up to where it may begin where it is not there yet. */
  private passOver({ mark }: Passage, keep: (bytes: Buffer) => void): boolean {
    const at = this.window.indexOf(mark, 0, 'latin1');
    keep(this.take(at < 0 ? Math.max(0, this.window.length - mark.length + 1) : at + mark.length));
    if (at >= 0) this.passage = null;
    return at >= 0;
  }

  /** The offset after the tag that begins there; -1 where it is not all there. */
  private wholeTag(start: number): number {
    const end = tagEnd(this.window, start);
    if (end < 0) this.lookAgainAt = (this.window.length - start) * 2;
    return end;
  }

  private waitFrom(start: number, keep: (bytes: Buffer) => void): false {
    keep(this.take(start));
    return false;
  }

  private take(count: number): Buffer {
    const taken = this.window.subarray(0, count);
    this.window = this.window.subarray(count);
    this.position += count;
    return taken;
  }

  private keep(bytes: Buffer): void {
    this.outlineBytes += bytes.length;
    if (this.outlineBytes > this.outlineBytesMax) {
      throw new NetconfError('LIMIT_EXCEEDED', `more than ${this.outlineBytesMax} bytes beside the data of a reply`);
    }
    this.outline.push(bytes);
  }
}

function nameOf(bytes: Buffer, from: number, to: number): string {
  let end = from;
  while (end < to && !endsName(bytes[end])) end += 1;
  return bytes.toString('latin1', from, end);
}

/** No offset yet. */
const BEFORE = -1;

function indexOrEnd(bytes: Buffer, what: number | Buffer, from: number): number {
  const at = bytes.indexOf(what, from);
  return at < 0 ? bytes.length : at;
}
