import { type Framer, type FrameSink, isXmlWhitespace } from './framer.ts';

/** RFC 6242 §4.3: the mark after every message of base:1.0, and after both hellos. */
export const EOM = Buffer.from(']]>]]>', 'latin1');

/** Longest proper prefix of EOM that is a suffix of its first n bytes (the failure function of Knuth, Morris and Pratt). */
const FALLBACK = [0, 0, 1, 0, 1, 2] as const;

/**
 * End-of-message framing, RFC 6242 §4.3. Whitespace before a message is skipped (servers send a line end after the mark),
 * and so is a message without any byte (a doubled mark).
 */
export class EomFramer implements Framer {
  /** Bytes of the mark seen at the end of what was consumed; they are held back until it is clear what they are. */
  private matched = 0;
  private started = false;

  get insideMessage(): boolean {
    return this.started || this.matched > 0;
  }

  consume(chunk: Buffer, offset: number, sink: FrameSink): number {
    let position = offset;
    while (position < chunk.length) {
      if (this.matched > 0) {
        if (chunk[position] !== EOM[this.matched]) {
          this.giveBack(sink);
          continue;
        }
        position += 1;
        this.matched += 1;
        if (this.matched === EOM.length && this.endMessage(sink)) return position;
        continue;
      }
      if (!this.started && isXmlWhitespace(chunk[position])) {
        position += 1;
        continue;
      }
      const mark = chunk.indexOf(EOM, position);
      if (mark >= 0) {
        this.emit(chunk, position, mark, sink);
        position = mark + EOM.length;
        if (this.endMessage(sink)) return position;
        continue;
      }
      this.matched = partialMarkAtEnd(chunk, position);
      this.emit(chunk, position, chunk.length - this.matched, sink);
      return chunk.length;
    }
    return position;
  }

  /** The byte after a held back prefix does not continue the mark: what cannot be part of one any more is data. */
  private giveBack(sink: FrameSink): void {
    const keep = FALLBACK[this.matched] ?? 0;
    this.emit(EOM, 0, this.matched - keep, sink);
    this.matched = keep;
  }

  private emit(chunk: Buffer, from: number, to: number, sink: FrameSink): void {
    if (to <= from) return;
    this.started = true;
    sink.onBytes(chunk.subarray(from, to));
  }

  /** False for an empty message, which is no message. */
  private endMessage(sink: FrameSink): boolean {
    this.matched = 0;
    if (!this.started) return false;
    this.started = false;
    sink.onMessageEnd();
    return true;
  }
}

function partialMarkAtEnd(chunk: Buffer, from: number): number {
  const lengthMax = Math.min(EOM.length - 1, chunk.length - from);
  for (let length = lengthMax; length > 0; length -= 1) {
    if (chunk.compare(EOM, 0, length, chunk.length - length, chunk.length) === 0) return length;
  }
  return 0;
}
