import type { Duplex } from 'node:stream';
import type { Capture } from '../capture.ts';
import { NetconfError, printable, RpcError, toNetconfError } from '../errors.ts';
import { ChunkedFramer } from '../framing/chunked-framer.ts';
import { encodeFrame, type Framing } from '../framing/encode.ts';
import { EomFramer } from '../framing/eom-framer.ts';
import type { Framer } from '../framing/framer.ts';
import type { NetconfLimits } from '../limits.ts';
import { type Envelope, type MessageHead, plainAttribute, readEnvelope } from '../message/envelope.ts';
import { type BaseVersion, type ServerHello, writeHello } from '../message/hello.ts';
import { NetconfNotification } from '../message/notification.ts';
import { ANY_REPLY, DATA_REPLY } from '../message/positive-reply.ts';
import { isEnvelopeName, judgeReply, RpcReply, readReply } from '../message/reply.ts';
import { readWholeMessage, type WholeMessage } from '../message/whole-message.ts';
import { NETCONF_BASE, NETCONF_NOTIFICATION } from '../namespaces.ts';
import { HelloExchange } from './hello-exchange.ts';
import { MessageAssembler } from './message-assembler.ts';
import { NotificationStream } from './notification-stream.ts';
import { type PendingRpc, PendingRpcs, type RpcRequest } from './pending-rpcs.ts';
import { ReplyStream } from './reply-stream.ts';

export interface MessageLayerOptions {
  readonly peer: string;
  readonly limits: NetconfLimits;
  readonly baseVersions: readonly BaseVersion[];
  readonly clientCapabilities: readonly string[];
  readonly helloTimeoutMs: number;
  /** Huawei VRP pads messages with NUL, which XML forbids. */
  readonly dropNulBytes: boolean;
  /** Sees every message but those read as streams. It must not throw. */
  readonly capture?: Capture | undefined;
  /** What the layer below knows about the end of the stream, for the message. */
  readonly reasonOfEnd?: () => NetconfError | null;
}

type Settle = Pick<PendingRpc, 'resolve' | 'reject' | 'resolveStream'>;

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
  private readonly pending: PendingRpcs;
  private readonly assembler: MessageAssembler;
  private readonly exchange: HelloExchange;
  private framer: Framer = new EomFramer();
  private framing: Framing = 'eom';
  private lastMessageId = 0;
  private notifications: NotificationStream | null = null;
  private end: SessionEnd | null = null;
  private closing = false;
  private onEnded: (end: SessionEnd) => void = () => undefined;

  /** Sends our hello at once, whatever the server does: some wait for it (RFC 6241 §8.1 lets neither side wait). */
  constructor(stream: Duplex, options: MessageLayerOptions) {
    this.stream = stream;
    this.options = options;
    this.pending = new PendingRpcs(options.peer);
    this.assembler = new MessageAssembler(options.limits.helloBytesMax, {
      streamedBytesMax: options.limits.streamedBytesMax,
      dropNulBytes: options.dropNulBytes,
      onMessage: (bytes) => this.onMessage(bytes),
      wantsStreams: () => this.pending.streaming > 0,
      streamFor: (envelope) => this.startStream(envelope),
      onCongested: () => this.stream.pause(),
    });
    this.ended = new Promise((resolve) => {
      this.onEnded = resolve;
    });
    this.exchange = new HelloExchange(options.peer, options.helloTimeoutMs, (error) => this.fail(error));
    this.hello = this.exchange.hello;
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.on('error', (error: Error) => this.onStreamEnd(toNetconfError(error)));
    stream.on('end', () => this.onStreamEnd(null));
    stream.on('close', () => this.onStreamEnd(null));
    const ours = writeHello(options.baseVersions, options.clientCapabilities);
    options.capture?.({ direction: 'sent', text: ours });
    stream.write(encodeFrame(ours, 'eom'));
  }

  get isOpen(): boolean {
    return this.end === null;
  }

  get rpcsInFlight(): number {
    return this.pending.size;
  }

  /** True while a reply is being read as a stream. */
  get streaming(): boolean {
    return this.assembler.streaming;
  }

  /** Sends one rpc (RFC 6241 §4.1) in one write and waits for its reply. */
  call(request: RpcRequest): Promise<RpcReply> {
    return new Promise((resolve, reject) => this.send(request, { resolve, reject }));
  }

  /** The same, for a reply that is read while it arrives. `timeoutMs` then bounds the wait for each piece. */
  callStreaming(request: RpcRequest): Promise<ReplyStream> {
    return new Promise((resolve, reject) => {
      const whole = (reply: RpcReply) => {
        const stream = this.newStream(request, reply.messageId);
        stream.warnings = reply.warnings;
        stream.push(reply.bytes);
        stream.finish(null);
        resolve(stream);
      };
      this.send(request, { resolve: whole, reject, resolveStream: resolve });
    });
  }

  private send(request: RpcRequest, settle: Settle): void {
    const messageId = String(this.lastMessageId + 1);
    try {
      this.refuseIfImpossible(request);
      const text = `<?xml version="1.0" encoding="UTF-8"?><rpc xmlns="${NETCONF_BASE}" message-id="${messageId}">${request.body}</rpc>`;
      const frame = encodeFrame(text, this.framing);
      this.checkRequestSize(frame.length);
      this.lastMessageId += 1;
      this.pending.add({ ...settle, request, messageId });
      this.options.capture?.({ direction: 'sent', text });
      this.stream.write(frame);
    } catch (error) {
      const { code, fact, cause } = toNetconfError(error);
      settle.reject(
        new NetconfError(code, fact, { peer: this.options.peer, operation: request.operation, messageId, cause }),
      );
    }
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
    this.exchange.fail(error);
    this.pending.rejectAll(error);
    this.assembler.fail(error);
    this.notifications?.finish(this.end.error);
    this.stream.destroy();
    this.onEnded(this.end);
  }

  private onMessage(bytes: Buffer): void {
    this.options.capture?.({ direction: 'received', text: bytes.toString('utf8') });
    if (this.exchange.waiting) this.receiveHello(bytes);
    else this.receive(bytes);
  }

  private onData(chunk: Buffer): void {
    let offset = 0;
    try {
      while (offset < chunk.length && this.end === null) offset = this.framer.consume(chunk, offset, this.assembler);
    } catch (error) {
      this.fail(toNetconfError(error, {}, 'PROTOCOL'));
    }
  }

  private receiveHello(bytes: Buffer): void {
    const { limits, baseVersions } = this.options;
    this.framing = this.exchange.accept(bytes, baseVersions, limits);
    if (this.framing === 'chunked') this.framer = new ChunkedFramer(() => this.assembler.allowed);
    this.assembler.bytesMax = limits.replyBytesMax;
  }

  private receive(bytes: Buffer): void {
    const whole = readWholeMessage(bytes, this.options.limits);
    const head = whole ?? readEnvelope(bytes);
    if (head === null) throw new NetconfError('PROTOCOL', 'malformed XML: no root element');
    if (isEnvelopeName(head, 'rpc-reply')) this.receiveReply(bytes, head);
    else if (isEnvelopeName(head, 'notification', NETCONF_NOTIFICATION)) this.receiveNotification(bytes, whole);
    else throw new NetconfError('PROTOCOL', `an unexpected message <${printable(head.root.name, 60)}>`);
  }

  private receiveReply(bytes: Buffer, head: MessageHead): void {
    const messageId = plainAttribute(head.root, 'message-id') ?? this.guessMessageId();
    const rpc = this.pending.take(messageId);
    if (rpc === undefined) {
      this.repliesDropped += 1;
      return;
    }
    const { limits, peer } = this.options;
    try {
      const content = readReply(bytes, head, limits);
      const said = judgeReply(content.outline, rpc.request.positive ?? ANY_REPLY);
      const context = { peer, operation: rpc.request.operation, messageId };
      if (said.refused !== null) rpc.reject(new RpcError(said.refused, bytes.toString('utf8'), context));
      else rpc.resolve(new RpcReply(messageId, content, said, limits));
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

  private receiveNotification(bytes: Buffer, whole: WholeMessage | null): void {
    if (this.notifications === null) {
      this.notificationsDropped += 1;
      return;
    }
    const notification = new NetconfNotification(bytes, this.options.limits, whole?.tree);
    this.notifications.push(notification);
    if (bytes.includes('notificationComplete') && notification.event?.name === 'notificationComplete') {
      // RFC 5277 §2.1.1: the stop time is reached, the subscription is over and the session may have another.
      this.notifications.finish(null);
      this.notifications = null;
      return;
    }
    // Backpressure down to the SSH window, unless that would keep a reply from its rpc.
    if (this.notifications.congested && this.pending.size === 0) this.stream.pause();
  }

  /** The head of a message that is still arriving: the stream it goes to, where its rpc wants one and the server sends data. */
  private startStream(envelope: Envelope): ReplyStream | null {
    const messageId = plainAttribute(envelope.root, 'message-id') ?? '';
    const { root, first } = envelope;
    // Anything else is collected, and judged before the caller sees it.
    if (!isEnvelopeName(envelope, 'rpc-reply') || first?.local !== 'data' || first.uri !== root.uri) return null;
    if (!this.pending.wantsStream(messageId)) return null;
    const rpc = this.pending.take(messageId);
    if (rpc?.resolveStream === undefined) return null;
    const stream = this.newStream(rpc.request, messageId);
    stream.watch(rpc.request);
    this.pending.hold(true);
    void stream.finished.then(() => this.pending.hold(false));
    rpc.resolveStream(stream);
    return stream;
  }

  private newStream(request: RpcRequest, messageId: string): ReplyStream {
    const context = { peer: this.options.peer, operation: request.operation, messageId };
    const positive = request.positive ?? DATA_REPLY;
    return new ReplyStream(context, positive, this.options.limits, () => this.stream.resume());
  }

  private refuseIfImpossible(request: RpcRequest): void {
    if (this.end !== null) {
      const why = this.end.error === null ? 'it was closed' : this.end.error.fact;
      throw new NetconfError('SESSION_CLOSED', `the session has ended: ${why}`, { cause: this.end.error ?? undefined });
    }
    if (request.signal?.aborted === true) {
      throw new NetconfError('ABORTED', 'given up by the caller before it was sent', { cause: request.signal.reason });
    }
    if (this.pending.size >= this.options.limits.rpcsInFlightMax) {
      throw new NetconfError('LIMIT_EXCEEDED', `${this.pending.size} rpcs are in flight`);
    }
    // A reader that stopped for slow notifications must hear the answer.
    this.stream.resume();
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
