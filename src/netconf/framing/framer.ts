/** Where a framer hands what it finds. Pieces are views of the bytes given to it: keep them or copy them, never write. */
export interface FrameSink {
  /** Some bytes of the current message, never empty. */
  onBytes(piece: Buffer): void;
  /** The current message is complete. */
  onMessageEnd(): void;
}

/**
 * Takes a byte stream apart into messages, at whatever borders the bytes arrive. Linear in the bytes: none is looked at
 * twice but the few of a split end mark.
 */
export interface Framer {
  /**
   * Consumes `chunk` from `offset` up to its end or to the end of one message, and returns the next offset. It stops after
   * each message so that the caller may change the framing: after hello the next byte may be framed the other way.
   *
   * @throws NetconfError `FRAMING`; the framer must not be used after that
   */
  consume(chunk: Buffer, offset: number, sink: FrameSink): number;
  /** True while bytes of an incomplete message have been consumed: an end of the stream there is an error. */
  readonly insideMessage: boolean;
}

export function isXmlWhitespace(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x20 || byte === 0x0d || byte === 0x09;
}
