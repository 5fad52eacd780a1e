/** Framing of NETCONF over SSH (RFC 6242), as the server sees it. */

/** A router refuses a request larger than this: more than any configuration of one PE in this simulation. */
const MESSAGE_BYTES_MAX = 32 * 1024 * 1024;
const END_OF_MESSAGE = Buffer.from(']]>]]>');
/** `\n#` and up to ten digits and `\n` (RFC 6242 §4.2: chunk-size is at most 4294967295). */
const CHUNK_HEADER_BYTES_MAX = 13;

export class FramingError extends Error {}

export function frameWithEndOfMessage(message: string): Buffer {
  return Buffer.concat([Buffer.from(message), END_OF_MESSAGE]);
}

export function frameInChunks(message: string): Buffer {
  const body = Buffer.from(message);
  return Buffer.concat([Buffer.from(`\n#${body.length}\n`), body, Buffer.from('\n##\n')]);
}

/**
 * Takes bytes, gives whole messages. Starts with end-of-message framing, as both peers do for `<hello>`
 * (RFC 6242 §4.1); `useChunks` switches for what follows.
 */
export class Deframer {
  #buffered: Buffer = Buffer.alloc(0);
  #chunked = false;
  #chunks: Buffer[] = [];
  #chunkBytes = 0;

  useChunks(): void {
    this.#chunked = true;
  }

  push(bytes: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes]);
    if (this.#buffered.length + this.#chunkBytes > MESSAGE_BYTES_MAX) {
      throw new FramingError(`a message of more than ${MESSAGE_BYTES_MAX} bytes`);
    }
  }

  /** The next whole message, or undefined until more bytes come. Throws FramingError; the session must then end (RFC 6242 §4.2). */
  next(): string | undefined {
    return this.#chunked ? this.#nextChunked() : this.#nextDelimited();
  }

  #nextDelimited(): string | undefined {
    const end = this.#buffered.indexOf(END_OF_MESSAGE);
    if (end < 0) return undefined;
    const message = this.#buffered.subarray(0, end).toString('utf8');
    this.#buffered = this.#buffered.subarray(end + END_OF_MESSAGE.length);
    return message;
  }

  #nextChunked(): string | undefined {
    for (;;) {
      const header = this.#readHeader();
      if (header === undefined) return undefined;
      if (header.size === 'end') {
        if (this.#chunks.length === 0) throw new FramingError('an end of chunks without a chunk');
        this.#buffered = this.#buffered.subarray(header.bytes);
        const message = Buffer.concat(this.#chunks).toString('utf8');
        this.#chunks = [];
        this.#chunkBytes = 0;
        return message;
      }
      if (header.size + this.#chunkBytes > MESSAGE_BYTES_MAX) throw new FramingError('a chunk that is too large');
      if (this.#buffered.length < header.bytes + header.size) return undefined;
      this.#chunks.push(this.#buffered.subarray(header.bytes, header.bytes + header.size));
      this.#chunkBytes += header.size;
      this.#buffered = this.#buffered.subarray(header.bytes + header.size);
    }
  }

  #readHeader(): { readonly size: number | 'end'; readonly bytes: number } | undefined {
    const head = this.#buffered.subarray(0, CHUNK_HEADER_BYTES_MAX).toString('latin1');
    const match = /^\n#(?:(#)|([1-9]\d{0,9}))\n/.exec(head);
    if (match === null) {
      const mayGrow = head.length < CHUNK_HEADER_BYTES_MAX && /^(\n(#(#|[1-9]\d{0,9})?)?)?$/.test(head);
      if (mayGrow) return undefined;
      throw new FramingError('bytes that are not a chunk');
    }
    return { size: match[1] === '#' ? 'end' : Number(match[2]), bytes: match[0].length };
  }
}
