/** Below this a piece is copied at once: a reply in one-byte pieces must not cost one Buffer a byte. */
const COPY_BELOW_BYTES = 4_096;
const EMPTY = Buffer.alloc(0);

/**
 * Joins the pieces of a message while they arrive, when a client has nothing better to do, rather than at its end. A piece
 * that stays alone is not copied.
 */
export class ByteList {
  private buffer: Buffer = EMPTY;
  private size = 0;
  /** The buffer is a piece that was handed in: it must not be written to. */
  private borrowed = false;

  get length(): number {
    return this.size;
  }

  push(piece: Buffer): void {
    if (this.size === 0 && piece.length >= COPY_BELOW_BYTES) {
      this.buffer = piece;
      this.size = piece.length;
      this.borrowed = true;
      return;
    }
    const size = this.size + piece.length;
    if (this.borrowed || size > this.buffer.length) this.grow(size);
    piece.copy(this.buffer, this.size);
    this.size = size;
  }

  /** The bytes as one buffer; the list is empty afterwards. */
  take(): Buffer {
    const whole = this.peek();
    this.buffer = EMPTY;
    this.size = 0;
    this.borrowed = false;
    return whole;
  }

  /** The bytes so far as one buffer, without a copy; they stay. */
  peek(): Buffer {
    return this.buffer.subarray(0, this.size);
  }

  private grow(size: number): void {
    const grown = Buffer.allocUnsafe(Math.max(size, this.size * 2, COPY_BELOW_BYTES));
    this.buffer.copy(grown, 0, 0, this.size);
    this.buffer = grown;
    this.borrowed = false;
  }
}
