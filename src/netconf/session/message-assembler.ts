import { NetconfError } from '../errors.ts';
import { ByteList } from '../framing/byte-list.ts';
import type { FrameSink } from '../framing/framer.ts';
import { type Envelope, readEnvelope } from '../message/envelope.ts';
import type { ReplyStream } from './reply-stream.ts';

export interface AssemblerOptions {
  readonly streamedBytesMax: number;
  readonly dropNulBytes: boolean;
  /** A whole message. */
  onMessage(bytes: Buffer): void;
  /** True while some rpc wants its reply as a stream: only then heads of incomplete messages are looked at. */
  wantsStreams(): boolean;
  /** The stream that this message goes to, or null: it is collected. */
  streamFor(envelope: Envelope): ReplyStream | null;
  /** The stream's reader is behind. */
  onCongested(): void;
}

/** Collects the bytes of messages, or hands them on as they come where the message is a reply wanted as a stream. */
export class MessageAssembler implements FrameSink {
  /** Bound of a collected message; the hello's is smaller than a reply's. */
  bytesMax: number;
  private readonly options: AssemblerOptions;
  private readonly collected = new ByteList();
  private target: ReplyStream | null = null;
  private streamedBytes = 0;
  private decided = false;
  private lookAgainAt = 0;

  constructor(bytesMax: number, options: AssemblerOptions) {
    this.bytesMax = bytesMax;
    this.options = options;
  }

  /** What the current message may have: for a framer that knows sizes in advance. */
  get allowed(): number {
    const streams = this.target !== null || (!this.decided && this.options.wantsStreams());
    return streams ? this.options.streamedBytesMax : this.bytesMax;
  }

  get streaming(): boolean {
    return this.target !== null;
  }

  onBytes(received: Buffer): void {
    const piece = this.options.dropNulBytes && received.includes(0) ? withoutNul(received) : received;
    if (this.target !== null) {
      this.pass(piece, this.target);
      return;
    }
    if (this.collected.length + piece.length > this.bytesMax && !this.mayBecomeStream()) this.refuse(this.bytesMax);
    this.collected.push(piece);
    if (this.mayBecomeStream() && this.collected.length >= this.lookAgainAt) this.decide();
    if (this.target === null && this.collected.length > this.bytesMax) this.refuse(this.bytesMax);
  }

  onMessageEnd(): void {
    const { target } = this;
    this.target = null;
    this.decided = false;
    this.lookAgainAt = 0;
    const bytes = this.collected.take();
    if (target !== null) target.finish(null);
    else this.options.onMessage(bytes);
  }

  /** Nothing more will come. */
  fail(error: NetconfError): void {
    this.target?.finish(error);
    this.target = null;
  }

  private mayBecomeStream(): boolean {
    return !this.decided && this.options.wantsStreams();
  }

  private decide(): void {
    const bytes = this.collected.peek();
    const envelope = readEnvelope(bytes, false);
    if (envelope === null) {
      // Doubling keeps the looking linear when the head drips in byte by byte.
      this.lookAgainAt = bytes.length * 2;
      return;
    }
    this.decided = true;
    this.target = this.options.streamFor(envelope);
    if (this.target === null) return;
    this.streamedBytes = 0;
    this.pass(this.collected.take(), this.target);
  }

  private pass(piece: Buffer, target: ReplyStream): void {
    this.streamedBytes += piece.length;
    if (this.streamedBytes > this.options.streamedBytesMax) this.refuse(this.options.streamedBytesMax);
    target.push(piece);
    if (target.congested) this.options.onCongested();
  }

  private refuse(max: number): never {
    throw new NetconfError('LIMIT_EXCEEDED', `a message of more than ${max} bytes`);
  }
}

function withoutNul(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte) => byte !== 0));
}
