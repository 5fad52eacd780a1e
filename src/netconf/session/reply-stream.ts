import { TextDecoder } from 'node:util';
import { NetconfError, RpcError } from '../errors.ts';
import { ByteList } from '../framing/byte-list.ts';
import type { NetconfLimits } from '../limits.ts';
import { DataCut } from '../message/data-cut.ts';
import { OutlineBuilder } from '../message/outline.ts';
import type { PositiveReply } from '../message/positive-reply.ts';
import { judgeReply, readOutline } from '../message/reply.ts';
import type { RpcErrorInfo } from '../message/rpc-error.ts';
import type { XmlElement } from '../xml/element.ts';
import { type XmlEvents, XmlReader } from '../xml/reader.ts';
import { PathCollector } from './path-collector.ts';

/** Above this the channel is paused until the reader has taken what waits. One SSH window is 2 MiB. */
const QUEUED_BYTES_MAX = 512 * 1024;
/** Slower than this is no answer: the slowest management channel, 9,600 baud, carries fifteen times as much. */
const STREAM_BYTES_PER_SECOND_MIN = 64;
/** So long a server may take for one reply, the reader's own time not counted: 16 GiB take it at 10 MB/s. */
const STREAM_TIME_MAX_MS = 30 * 60_000;
/** What a server may say beside the data when that is read as bytes: warnings. */
const OUTLINE_BYTES_MAX = 1024 * 1024;

/**
 * A reply that is read while it arrives, in constant memory: when the reader is slow the SSH window closes and the server
 * waits. Read it once, by one of `bytes`, `elements` and `parse`, or `cancel` it; other rpcs of the session wait behind it.
 */
export class ReplyStream {
  readonly messageId: string;
  /** rpc-errors of severity warning, complete when the reading has ended. */
  warnings: readonly RpcErrorInfo[] = [];
  /** Bytes of the message so far. */
  bytesReceived = 0;
  /** Resolves when the last byte has arrived, or never will. */
  readonly finished: Promise<void>;
  private readonly context: { readonly peer: string; readonly operation: string; readonly messageId: string };
  private readonly positive: PositiveReply;
  private readonly limits: NetconfLimits;
  private readonly onDrained: () => void;
  private readonly waitingBytes = new ByteList();
  private end: { readonly error: NetconfError | null } | null = null;
  private wake: (() => void) | null = null;
  private onFinished: () => void = () => undefined;
  private taken = false;
  private cancelled = false;

  constructor(
    context: { readonly peer: string; readonly operation: string; readonly messageId: string },
    positive: PositiveReply,
    limits: NetconfLimits,
    onDrained: () => void,
  ) {
    this.context = context;
    this.messageId = context.messageId;
    this.positive = positive;
    this.limits = limits;
    this.onDrained = onDrained;
    this.finished = new Promise((resolve) => {
      this.onFinished = resolve;
    });
  }

  /** Bytes of the message arrived. Not for readers. */
  push(piece: Buffer): void {
    if (this.end !== null) return;
    this.bytesReceived += piece.length;
    if (this.cancelled) return;
    this.waitingBytes.push(piece);
    this.wakeReader();
  }

  /** The message is complete, or will never be. Not for readers. */
  finish(error: NetconfError | null): void {
    this.end ??= {
      error: error === null ? null : new NetconfError(error.code, error.fact, { ...this.context, cause: error.cause }),
    };
    this.wakeReader();
    this.onFinished();
    this.onDrained();
  }

  /** Ends early by the caller's signal, or when the server is too slow, or has no end, though the reader was waiting. Not for readers. */
  watch({ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): void {
    const onAbort = () => this.finish(new NetconfError('ABORTED', 'given up by the caller', { cause: signal?.reason }));
    signal?.addEventListener('abort', onAbort, { once: true });
    let bytesSeen = 0;
    let waitedMs = 0;
    const piecesBytesMin = Math.ceil((STREAM_BYTES_PER_SECOND_MIN * timeoutMs) / 1_000);
    const timer = setInterval(() => {
      const [bytes, congested] = [this.bytesReceived - bytesSeen, this.congested];
      bytesSeen = this.bytesReceived;
      // The reader's time is not the server's.
      if (congested) return;
      waitedMs += timeoutMs;
      if (bytes === 0) this.finish(new NetconfError('RPC_TIMEOUT', `no piece of the reply in ${timeoutMs} ms`));
      else if (bytes < piecesBytesMin) {
        this.finish(new NetconfError('RPC_TIMEOUT', `only ${bytes} bytes of the reply in ${timeoutMs} ms`));
      } else if (waitedMs >= STREAM_TIME_MAX_MS) {
        this.finish(new NetconfError('RPC_TIMEOUT', `the reply has no end after ${Math.round(waitedMs / 1_000)} s`));
      }
    }, timeoutMs);
    void this.finished.then(() => {
      clearInterval(timer);
      signal?.removeEventListener('abort', onAbort);
    });
  }

  /** True while the reader is behind: the channel should pause. */
  get congested(): boolean {
    return !this.cancelled && this.end === null && this.waitingBytes.length > QUEUED_BYTES_MAX;
  }

  /** The rest of the reply is not wanted: it is read and dropped, and the session goes on. */
  cancel(): void {
    this.taken = true;
    this.cancelled = true;
    this.waitingBytes.take();
    this.onDrained();
  }

  /**
   * What stands inside `<data>`, as it arrives. It is not parsed: whoever parses it finds what is not well-formed in it. What
   * stands beside it is, and is judged when all has arrived: what came before that is no answer yet.
   *
   * @throws NetconfError at the end: `RPC_ERROR` where an rpc-error of severity error stands beside the data, `PROTOCOL` where the reply
   * is no positive one
   */
  async *bytes(): AsyncGenerator<Buffer, void, undefined> {
    const cut = new DataCut(OUTLINE_BYTES_MAX);
    for await (const piece of this.pieces()) yield* this.located(() => cut.push(piece));
    const { inside, outline } = this.located(() => cut.end());
    yield* inside;
    this.located(() => this.judge(readOutline([outline], this.limits)));
  }

  /**
   * The elements at a path below `<data>`, each as a tree when it is complete: `elements('vrfs', 'vrf')`. Everything else is
   * read over, and checked to be well-formed.
   *
   * @throws NetconfError at the end, as `bytes`
   */
  async *elements(...path: readonly string[]): AsyncGenerator<XmlElement, void, undefined> {
    const collector = new PathCollector(path);
    for await (const _ of this.parsed(collector)) yield* collector.take();
    yield* collector.take();
  }

  /**
   * The whole reply as events, SAX-like, `<rpc-reply>` first. Handlers run while the next bytes arrive.
   *
   * @throws NetconfError at the end, as `bytes`
   */
  async parse(events: XmlEvents): Promise<void> {
    for await (const _ of this.parsed(events)) {
      // The events went to the caller's handlers.
    }
  }

  /** Feeds the parser piece by piece, and tells the errors at the end. */
  private async *parsed(events: XmlEvents): AsyncGenerator<void, void, undefined> {
    const outline = new OutlineBuilder();
    const both: XmlEvents = {
      open: (tag) => {
        outline.open(tag);
        events.open(tag);
      },
      close: (tag) => {
        outline.close(tag);
        events.close(tag);
      },
      text: (text) => {
        outline.text(text);
        events.text?.(text);
      },
    };
    // A stream has no bound on its elements: that is what it is for.
    const reader = new XmlReader(both, { ...this.limits, xmlElementsMax: Number.POSITIVE_INFINITY });
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const piece of this.pieces()) {
      this.located(() => reader.write(decode(decoder, piece)));
      yield;
    }
    this.located(() => {
      reader.write(decode(decoder));
      reader.close();
      this.judge(outline.outline);
    });
  }

  private judge(outline: XmlElement): void {
    const { refused, warnings } = judgeReply(outline, this.positive);
    if (refused !== null) throw new RpcError(refused, '', this.context);
    this.warnings = warnings;
  }

  private async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    if (this.taken) throw this.error('INVALID_REQUEST', 'a reply stream is read once');
    this.taken = true;
    try {
      for (;;) {
        if (this.waitingBytes.length > 0) {
          const piece = this.waitingBytes.take();
          this.onDrained();
          yield piece;
        } else if (this.end !== null) {
          if (this.end.error !== null) throw this.end.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
      }
    } finally {
      this.cancel();
    }
  }

  private wakeReader(): void {
    this.wake?.();
    this.wake = null;
  }

  private located<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof NetconfError) || error instanceof RpcError) throw error;
      throw new NetconfError(error.code, error.fact, { ...this.context, cause: error.cause });
    }
  }

  private error(code: 'INVALID_REQUEST', fact: string): NetconfError {
    return new NetconfError(code, fact, this.context);
  }
}

function decode(decoder: TextDecoder, piece?: Buffer): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined });
  } catch (error) {
    throw new NetconfError('PROTOCOL', 'a reply that is not UTF-8', { cause: error });
  }
}
