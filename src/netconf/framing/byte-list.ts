/** Below this a piece is copied into a block: a reply in one-byte pieces must not cost one Buffer a byte. */
const COPY_BELOW_BYTES = 4_096;
const BLOCK_BYTES = 65_536;

/** Collects the pieces of a message without copying the large ones; one join at the end. */
export class ByteList {
  private pieces: Buffer[] = [];
  private block: Buffer | null = null;
  private blockStart = 0;
  private blockEnd = 0;
  private size = 0;

  get length(): number {
    return this.size;
  }

  push(piece: Buffer): void {
    const isFirst = this.size === 0;
    this.size += piece.length;
    // Most replies come in one piece.
    if (isFirst || piece.length >= COPY_BELOW_BYTES) {
      this.closeBlock();
      this.pieces.push(piece);
      return;
    }
    if (this.block === null || this.blockEnd + piece.length > this.block.length) {
      this.closeBlock();
      // The first block of a message is small: most that come in pieces are a few hundred bytes all the same.
      this.block = Buffer.allocUnsafe(this.pieces.length === 1 ? COPY_BELOW_BYTES : BLOCK_BYTES);
      this.blockStart = 0;
      this.blockEnd = 0;
    }
    this.blockEnd += piece.copy(this.block, this.blockEnd);
  }

  /** The bytes as one buffer; the list is empty afterwards. */
  take(): Buffer {
    this.closeBlock();
    const whole = join(this.pieces);
    this.pieces = [];
    this.block = null;
    this.size = 0;
    return whole;
  }

  /** The bytes so far as one buffer, and they stay. */
  peek(): Buffer {
    const open = this.block === null ? [] : [this.block.subarray(this.blockStart, this.blockEnd)];
    return join([...this.pieces, ...open]);
  }

  private closeBlock(): void {
    if (this.block === null || this.blockEnd === this.blockStart) return;
    this.pieces.push(this.block.subarray(this.blockStart, this.blockEnd));
    this.blockStart = this.blockEnd;
  }
}

function join(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
