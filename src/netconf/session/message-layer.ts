import type { Duplex } from 'node:stream';
import { NetconfError, printable, RpcError, toNetconfError } from '../errors.ts';
import { ByteList } from '../framing/byte-list.ts';
import { ChunkedFramer } from '../framing/chunked-framer.ts';
import { encodeFrame, type Framing } from '../framing/encode.ts';
import { EomFramer } from '../framing/eom-framer.ts';
import type { Framer, FrameSink } from '../framing/framer.ts';
import type { NetconfLimits } from '../limits.ts';
import { type Envelope, plainAttribute, readEnvelope } from '../message/envelope.ts';
import { agreeFraming, type BaseVersion, readHello, type ServerHello, writeHello } from '../message/hello.ts';
import { NetconfNotification } from '../message/notification.ts';
import { isEnvelopeName, RpcReply, readReply } from '../message/reply.ts';
import { NETCONF_BASE, NETCONF_NOTIFICATION } from '../namespaces.ts';
import { NotificationStream } from './notification-stream.ts';
import { PendingRpcs } from './pending-rpcs.ts';

export interface MessageLayerOptions {
  readonly peer: string;
  readonly limits: NetconfLimits;
  readonly baseVersions: readonly BaseVersion[];
  readonly clientCapabilities: readonly string[];
  readonly helloTimeoutMs: number;
  /** Huawei VRP pads messages with NUL, which XML forbids. */
  readonly dropNulBytes: boolean;
  /** What the layer below knows about the end of the stream, for the message. */
  readonly reasonOfEnd?: () => NetconfError | null;
}

export interface RpcRequest {
  readonly operation: string;
  /** The element inside `<rpc>`. */
  readonly body: string;
  readonly changesRunning: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SessionEnd {
  /** `closed`: by us, in order. `lost`: anything else. */
  readonly kind: 'closed' | 'lost';
  readonly error: NetconfError | null;
}

/**
 * The message layer of one session over one byte stream (RFC 6241 §4, RFC 6242): hellos, framing, rpcs by message-id,
 * notifications. It knows no operation. What cannot be understood ends the session, except where it clearly belongs to one
 * rpc: then that rpc alone fails.
 */
export class MessageLayer {
  readonly hello: Promise<ServerHello>;
  readonly ended: Promise<SessionEnd>;
  /** Replies that belonged to nobody: late, doubled or never asked for. */
  repliesDropped = 0;
  notificationsDropped = 0;
  private readonly stream: Duplex;
  private readonly options: MessageLayerOptions;
  private readonly pending: PendingRpcs<RpcReply>;
  private readonly message = new ByteList();
  private readonly sink: FrameSink = {
    onBytes: (piece) => this.onBytes(piece),
    onMessageEnd: () => this.onMessageEnd(),
  };
  private framer: Framer = new EomFramer();
  private framing: Framing = 'eom';
  private messageBytesMax: number;
  private lastMessageId = 0;
  private notifications: NotificationStream | null = null;
  private end: SessionEnd | null = null;
  private closing = false;
  private onHello: ((hello: ServerHello) => void) | null = null;
  private onHelloFailed: (error: NetconfError) => void = () => undefined;
  private onEnded: (end: SessionEnd) => void = () => undefined;

  /** Sends our hello at once, whatever the server does: some wait for it (RFC 6241 §8.1 lets neither side wait). */
  constructor(stream: Duplex, options: MessageLayerOptions) {
    this.stream = stream;
    this.options = options;
    this.pending = new PendingRpcs(options.peer);
    this.messageBytesMax = options.limits.helloBytesMax;
    this.ended = new Promise((resolve) => {
      this.onEnded = resolve;
    });
    this.hello = this.awaitHello();
    this.hello.catch(() => undefined);
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.on('error', (error: Error) => this.onStreamEnd(toNetconfError(error)));
    stream.on('end', () => this.onStreamEnd(null));
    stream.on('close', () => this.onStreamEnd(null));
    stream.write(encodeFrame(writeHello(options.baseVersions, options.clientCapabilities), 'eom'));
  }

  get isOpen(): boolean {
    return this.end === null;
  }

  get rpcsInFlight(): number {
    return this.pending.size;
  }

  /** Sends one rpc (RFC 6241 §4.1) in one write and waits for its reply. */
  call(request: RpcRequest): Promise<RpcReply> {
    const messageId = String(this.lastMessageId + 1);
    const context = { peer: this.options.peer, operation: request.operation, messageId };
    const refusal = this.refusalOf(request);
    if (refusal !== null)
      return Promise.reject(new NetconfError(refusal.code, refusal.fact, { ...context, cause: refusal.cause }));
    const text = `<?xml version="1.0" encoding="UTF-8"?><rpc xmlns="${NETCONF_BASE}" message-id="${messageId}">${request.body}</rpc>`;
    let frame: Buffer;
    try {
      frame = encodeFrame(text, this.framing);
      this.checkRequestSize(frame.length);
    } catch (error) {
      const { code, fact } = toNetconfError(error);
      return Promise.reject(new NetconfError(code, fact, context));
    }
    this.lastMessageId += 1;
    return new Promise((resolve, reject) => {
      const { operation, changesRunning } = request;
      this.pending.add({ messageId, operation, changesRunning, resolve, reject }, request.timeoutMs, request.signal);
      this.stream.write(frame);
    });
  }

  /** From now on notifications are queued for the one reader of the returned stream. */
  collectNotifications(): NotificationStream {
    if (this.notifications !== null) {
      throw new NetconfError('INVALID_REQUEST', 'this session has a subscription (RFC 5277 section 2.1.1)', {
        peer: this.options.peer,
      });
    }
    const stream = new NotificationStream(
      this.options.limits,
      () => this.stream.resume(),
      () => {
        if (this.notifications === stream) this.notifications = null;
        this.stream.resume();
      },
    );
    this.notifications = stream;
    return stream;
  }

  /** From now on the end of the stream is in order. */
  expectEnd(): void {
    this.closing = true;
  }

  /** Ends the session at once. Rpcs in flight fail with `error`. */
  fail(error: NetconfError, kind: SessionEnd['kind'] = 'lost'): void {
    if (this.end !== null) return;
    this.end = { kind, error: kind === 'closed' ? null : error };
    this.onHelloFailed(error);
    this.pending.rejectAll(error);
    this.notifications?.finish(this.end.error);
    this.stream.destroy();
    this.onEnded(this.end);
  }

  private onBytes(piece: Buffer): void {
    if (this.message.length + piece.length > this.messageBytesMax) {
      throw new NetconfError('LIMIT_EXCEEDED', `a message of more than ${this.messageBytesMax} bytes`);
    }
    this.message.push(piece);
  }

  private onMessageEnd(): void {
    let bytes = this.message.take();
    if (this.options.dropNulBytes && bytes.includes(0)) bytes = bytes.filter((byte) => byte !== 0) as Buffer;
    if (this.onHello !== null) this.receiveHello(bytes, this.onHello);
    else this.receive(bytes);
  }

  private onData(chunk: Buffer): void {
    let offset = 0;
    try {
      while (offset < chunk.length && this.end === null) offset = this.framer.consume(chunk, offset, this.sink);
    } catch (error) {
      this.fail(toNetconfError(error, {}, 'PROTOCOL'));
    }
  }

  private awaitHello(): Promise<ServerHello> {
    const { peer, helloTimeoutMs } = this.options;
    return new Promise((resolve, reject) => {
      const context = { peer, operation: 'hello' };
      const timer = setTimeout(() => {
        this.fail(new NetconfError('HELLO_TIMEOUT', `no complete hello in ${helloTimeoutMs} ms`));
      }, helloTimeoutMs);
      this.onHello = (hello) => {
        clearTimeout(timer);
        resolve(hello);
      };
      this.onHelloFailed = (error) => {
        clearTimeout(timer);
        reject(new NetconfError(error.code, error.fact, { ...context, cause: error.cause }));
      };
    });
  }

  private receiveHello(bytes: Buffer, onHello: (hello: ServerHello) => void): void {
    const { limits, baseVersions } = this.options;
    const hello = readHello(decode(bytes), limits);
    this.framing = agreeFraming(baseVersions, hello.capabilities);
    if (this.framing === 'chunked') this.framer = new ChunkedFramer(limits.replyBytesMax);
    this.messageBytesMax = limits.replyBytesMax;
    this.onHello = null;
    onHello(hello);
  }

  private receive(bytes: Buffer): void {
    const envelope = readEnvelope(bytes);
    if (envelope === null) throw new NetconfError('PROTOCOL', 'malformed XML: no root element');
    if (isEnvelopeName(envelope, 'rpc-reply')) this.receiveReply(bytes, envelope);
    else if (isEnvelopeName(envelope, 'notification', NETCONF_NOTIFICATION)) this.receiveNotification(bytes);
    else throw new NetconfError('PROTOCOL', `an unexpected message <${printable(envelope.root.name, 60)}>`);
  }

  private receiveReply(bytes: Buffer, envelope: Envelope): void {
    const messageId = plainAttribute(envelope.root, 'message-id') ?? this.guessMessageId();
    const rpc = this.pending.take(messageId);
    if (rpc === undefined) {
      this.repliesDropped += 1;
      return;
    }
    const { limits, peer } = this.options;
    try {
      const content = readReply(bytes, envelope, limits);
      const failed = content.errors.some((error) => error.severity === 'error');
      const context = { peer, operation: rpc.operation, messageId };
      if (failed) rpc.reject(new RpcError(content.errors, bytes.toString('utf8'), context));
      else rpc.resolve(new RpcReply(messageId, content, content.errors, limits));
    } catch (error) {
      // The framing is intact and the id was readable: what is wrong concerns this rpc alone.
      this.pending.lose(rpc, toNetconfError(error, {}, 'PROTOCOL'));
    }
  }

  private guessMessageId(): string {
    const only = this.pending.onlyId();
    if (only === undefined && this.pending.size > 0) {
      throw new NetconfError('PROTOCOL', 'a reply without message-id, and more than one rpc it may belong to');
    }
    return only ?? '';
  }

  private receiveNotification(bytes: Buffer): void {
    if (this.notifications === null) {
      this.notificationsDropped += 1;
      return;
    }
    this.notifications.push(new NetconfNotification(bytes, this.options.limits));
    // Backpressure down to the SSH window, unless that would keep a reply from its rpc.
    if (this.notifications.congested && this.pending.size === 0) this.stream.pause();
  }

  private refusalOf(request: RpcRequest): NetconfError | null {
    if (this.end !== null) {
      const why = this.end.error === null ? 'it was closed' : this.end.error.fact;
      return new NetconfError('SESSION_CLOSED', `the session has ended: ${why}`, {
        cause: this.end.error ?? undefined,
      });
    }
    if (request.signal?.aborted === true) {
      return new NetconfError('ABORTED', 'given up by the caller before it was sent', { cause: request.signal.reason });
    }
    if (this.pending.size >= this.options.limits.rpcsInFlightMax) {
      return new NetconfError('LIMIT_EXCEEDED', `${this.pending.size} rpcs are in flight`);
    }
    // A reader that stopped for slow notifications must hear the answer.
    this.stream.resume();
    return null;
  }

  private checkRequestSize(bytes: number): void {
    const { requestBytesMax } = this.options.limits;
    const waiting = this.stream.writableLength;
    if (bytes + waiting > requestBytesMax) {
      throw new NetconfError(
        'LIMIT_EXCEEDED',
        `a request of ${bytes} bytes, ${waiting} unsent before it; allowed are ${requestBytesMax}`,
      );
    }
  }

  private onStreamEnd(error: NetconfError | null): void {
    if (this.closing) {
      this.fail(new NetconfError('SESSION_CLOSED', 'the session was closed'), 'closed');
      return;
    }
    const where = this.framer.insideMessage ? ' in the middle of a message' : '';
    const reason =
      error ?? this.options.reasonOfEnd?.() ?? new NetconfError('TRANSPORT', `the server closed the channel${where}`);
    this.fail(reason);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new NetconfError('PROTOCOL', 'a hello that is not UTF-8', { cause: error });
  }
}
