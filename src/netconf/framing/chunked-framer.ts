import { NetconfError } from '../errors.ts';
import { type Framer, type FrameSink, isXmlWhitespace } from './framer.ts';

/** RFC 6242 §4.2: chunk-size is at most 4294967295. */
const CHUNK_BYTES_MAX = 4_294_967_295;
const LF = 0x0a;
const HASH = 0x23;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/**
 * The parts of `Chunked-Message = 1*chunk end-of-chunks`:
 * `\n#<size>\n<data>` again and again, then `\n##\n`.
 */
type State =
  | 'between' // before a message: its first LF, or whitespace to skip
  | 'between-lf' // the byte before was LF
  | 'after-data' // a chunk is complete: LF
  | 'hash' // after that LF: #
  | 'size-start' // first digit, or the second # of the end
  | 'size' // more digits, or LF
  | 'data'
  | 'end-lf'; // after ##: LF

/**
 * Chunked framing, RFC 6242 §4.2, strict: a size has no leading zero and no more than its ten digits, every LF is there.
 * Only whitespace between messages is skipped, which a strict reading forbids and several servers send.
 */
export class ChunkedFramer implements Framer {
  private state: State = 'between';
  /** The size being read, then the bytes of the chunk still to come. */
  private remaining = 0;
  private chunks = 0;
  private readonly messageBytesMax: () => number;

  /** @param messageBytesMax what a message may have by now: a chunk that announces more is refused at once */
  constructor(messageBytesMax: () => number = () => CHUNK_BYTES_MAX) {
    this.messageBytesMax = messageBytesMax;
  }

  get insideMessage(): boolean {
    return this.state !== 'between' && this.state !== 'between-lf';
  }

  consume(chunk: Buffer, offset: number, sink: FrameSink): number {
    const joiner = new Joiner(chunk, sink);
    let position = offset;
    while (position < chunk.length) {
      if (this.state === 'data') {
        const end = Math.min(chunk.length, position + this.remaining);
        joiner.add(position, end);
        this.remaining -= end - position;
        position = end;
        if (this.remaining === 0) this.state = 'after-data';
        continue;
      }
      const data = this.state === 'after-data' ? this.wholeHeader(chunk, position) : -1;
      if (data >= 0) {
        position = data;
        continue;
      }
      const byte = chunk[position] ?? 0;
      position += 1;
      if (this.header(byte, chunk, position)) {
        joiner.flush();
        sink.onMessageEnd();
        return position;
      }
    }
    joiner.flush();
    return position;
  }

  /**
   * The header between two chunks, where it is all there and right: servers that send small chunks send millions of them.
   * The offset after it, -1 where it is to be read byte by byte.
   */
  private wholeHeader(chunk: Buffer, from: number): number {
    if (chunk[from] !== LF || chunk[from + 1] !== HASH) return -1;
    let size = (chunk[from + 2] ?? 0) - DIGIT_0;
    if (size < 1 || size > 9) return -1;
    // Nine digits: what has ten is compared with the bound by whoever reads byte by byte.
    for (let position = from + 3; position < from + 12; position += 1) {
      const byte = chunk[position];
      if (byte === LF) {
        this.remaining = size;
        this.checkSize();
        this.chunks += 1;
        this.state = 'data';
        return position + 1;
      }
      if (byte === undefined || byte < DIGIT_0 || byte > DIGIT_9) return -1;
      size = size * 10 + (byte - DIGIT_0);
    }
    return -1;
  }

  /** One byte outside of chunk data. True where it ends the message. */
  private header(byte: number, chunk: Buffer, position: number): boolean {
    switch (this.state) {
      case 'between':
      case 'between-lf':
        if (byte === HASH && this.state === 'between-lf') this.state = 'size-start';
        else if (isXmlWhitespace(byte)) this.state = byte === LF ? 'between-lf' : 'between';
        else this.refuse('a chunk must start with LF and #', byte, chunk, position);
        return false;
      case 'after-data':
        if (byte !== LF) this.refuse('after a chunk an LF must follow', byte, chunk, position);
        this.state = 'hash';
        return false;
      case 'hash':
        if (byte !== HASH) this.refuse('after a chunk LF and # must follow', byte, chunk, position);
        this.state = 'size-start';
        return false;
      case 'size-start':
        if (byte === HASH) {
          if (this.chunks === 0) this.refuse('a message must have at least one chunk', byte, chunk, position);
          this.state = 'end-lf';
          return false;
        }
        if (byte <= DIGIT_0 || byte > DIGIT_9) {
          this.refuse('a chunk size must start with a digit from 1 to 9', byte, chunk, position);
        }
        this.remaining = byte - DIGIT_0;
        this.state = 'size';
        return false;
      case 'size':
        if (byte === LF) {
          this.checkSize();
          this.chunks += 1;
          this.state = 'data';
          return false;
        }
        if (byte < DIGIT_0 || byte > DIGIT_9) {
          this.refuse('a chunk size must be digits and then LF', byte, chunk, position);
        }
        this.remaining = this.remaining * 10 + (byte - DIGIT_0);
        if (this.remaining > CHUNK_BYTES_MAX) {
          throw new NetconfError('FRAMING', `a chunk size above ${CHUNK_BYTES_MAX} (RFC 6242 section 4.2)`);
        }
        return false;
      case 'end-lf':
        if (byte !== LF) this.refuse('after ## an LF must follow', byte, chunk, position);
        this.state = 'between';
        this.chunks = 0;
        return true;
      default:
        return false;
    }
  }

  private checkSize(): void {
    // Refused as soon as it is announced: waiting for the bytes would only cost time.
    const allowed = this.messageBytesMax();
    if (this.remaining > allowed) {
      throw new NetconfError('LIMIT_EXCEEDED', `a chunk of ${this.remaining} bytes, allowed are ${allowed}`);
    }
  }

  private refuse(rule: string, byte: number, chunk: Buffer, position: number): never {
    const seen = JSON.stringify(chunk.toString('latin1', Math.max(0, position - 1), position + 24));
    const eom =
      !this.insideMessage && byte === 0x3c ? '; the server agreed to base:1.1 and sends unchunked messages' : '';
    throw new NetconfError('FRAMING', `${rule} (RFC 6242 section 4.2), the server sent ${seen}${eom}`);
  }
}

/** Data in chunks smaller than this is joined before it is handed on: a server may send one byte in each. */
const JOIN_BELOW_BYTES = 1_024;

/** Hands the data of one read on: large pieces as views of it, small ones joined. */
class Joiner {
  private readonly source: Buffer;
  private readonly sink: FrameSink;
  /** A piece that waits for a second one to be joined with. */
  private from = 0;
  private to = 0;
  private joined: Buffer | null = null;
  private joinedBytes = 0;

  constructor(source: Buffer, sink: FrameSink) {
    this.source = source;
    this.sink = sink;
  }

  add(from: number, to: number): void {
    if (this.joined === null && this.to === this.from) {
      this.from = from;
      this.to = to;
    } else if (to - from >= JOIN_BELOW_BYTES || (this.joined === null && this.to - this.from >= JOIN_BELOW_BYTES)) {
      this.flush();
      this.from = from;
      this.to = to;
    } else {
      this.join(from, to);
    }
  }

  flush(): void {
    const piece =
      this.joined === null ? this.source.subarray(this.from, this.to) : this.joined.subarray(0, this.joinedBytes);
    this.from = this.to;
    this.joined = null;
    this.joinedBytes = 0;
    if (piece.length > 0) this.sink.onBytes(piece);
  }

  private join(from: number, to: number): void {
    if (this.joined === null) {
      // What is joined is less than the read it comes from.
      this.joined = Buffer.allocUnsafe(this.source.length - this.from);
      this.joinedBytes = this.source.copy(this.joined, 0, this.from, this.to);
      this.from = this.to;
    }
    if (to - from === 1) this.joined[this.joinedBytes] = this.source[from] ?? 0;
    else this.source.copy(this.joined, this.joinedBytes, from, to);
    this.joinedBytes += to - from;
  }
}
