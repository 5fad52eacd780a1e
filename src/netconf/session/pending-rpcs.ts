import { CommitOutcomeUnknownError, NetconfError } from '../errors.ts';
import type { PositiveReply } from '../message/positive-reply.ts';
import type { RpcReply } from '../message/reply.ts';
import type { ReplyStream } from './reply-stream.ts';

export interface RpcRequest {
  readonly operation: string;
  /** The element inside `<rpc>`. */
  readonly body: string;
  /** A lost answer to it is `COMMIT_OUTCOME_UNKNOWN`. */
  readonly changesRunning: boolean;
  /** What a positive answer to it is; absent: an answer of some kind. */
  readonly positive?: PositiveReply | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PendingRpc {
  readonly messageId: string;
  readonly request: RpcRequest;
  resolve(reply: RpcReply): void;
  reject(error: NetconfError): void;
  /** Set where the caller wants to read the reply while it arrives. */
  readonly resolveStream?: (stream: ReplyStream) => void;
}

/** One that waits, by its timer and its signal. An object rather than functions: some of these are made in every rpc. */
class Waiting {
  readonly rpc: PendingRpc;
  private timer: NodeJS.Timeout | null = null;
  private readonly giveUp: (rpc: PendingRpc, reason: NetconfError) => void;

  constructor(rpc: PendingRpc, giveUp: (rpc: PendingRpc, reason: NetconfError) => void) {
    this.rpc = rpc;
    this.giveUp = giveUp;
    rpc.request.signal?.addEventListener('abort', this, { once: true });
  }

  /** The server can begin with it now. */
  startClock(): void {
    this.timer ??= setTimeout(expire, this.rpc.request.timeoutMs, this);
  }

  stopClock(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  release(): void {
    this.stopClock();
    this.rpc.request.signal?.removeEventListener('abort', this);
  }

  expire(): void {
    this.giveUp(this.rpc, new NetconfError('RPC_TIMEOUT', `no answer in ${this.rpc.request.timeoutMs} ms`));
  }

  /** The signal's event (an object may listen as well as a function). */
  handleEvent(): void {
    const cause = this.rpc.request.signal?.reason;
    this.giveUp(this.rpc, new NetconfError('ABORTED', 'given up by the caller', { cause }));
  }
}

function expire(waiting: Waiting): void {
  waiting.expire();
}

/** Abandoned ids kept to know that a late answer may still come; the oldest are forgotten. */
const ABANDONED_MAX = 4_096;

/**
 * The rpcs on the wire, by message-id (RFC 6241 §4.1), each with its timer and its AbortSignal.
 *
 * A server takes them one after the other (§4.5): the timer of one runs from when those before it are answered, not from when it was
 * sent. Where one is given up nobody knows what the server is at: then the timers of all that wait behind it run, until an answer
 * shows that the server goes on.
 */
export class PendingRpcs {
  private readonly peer: string;
  private readonly entries = new Map<string, Waiting>();
  private streams = 0;
  private readonly abandoned = new Set<string>();

  /** A reply is being read as a stream: what comes behind it cannot begin. */
  private held = false;
  /** What the server was at has been given up, and it has answered nothing since. */
  private stuck = false;

  private readonly giveUp = (rpc: PendingRpc, reason: NetconfError) => {
    const first = this.first()?.rpc === rpc;
    this.abandon(rpc.messageId, reason);
    if (!first || this.held) return;
    this.stuck = true;
    for (const waiting of this.entries.values()) waiting.startClock();
  };

  constructor(peer: string) {
    this.peer = peer;
  }

  /** How many want their reply as a stream. */
  get streaming(): number {
    return this.streams;
  }

  /** Whether the reply with this id is wanted as a stream. */
  wantsStream(messageId: string): boolean {
    return this.entries.get(messageId)?.rpc.resolveStream !== undefined;
  }

  get size(): number {
    return this.entries.size;
  }

  add(rpc: PendingRpc): void {
    const waiting = new Waiting(rpc, this.giveUp);
    this.entries.set(rpc.messageId, waiting);
    if (rpc.resolveStream !== undefined) this.streams += 1;
    if (!this.held && (this.entries.size === 1 || this.stuck)) waiting.startClock();
  }

  /** Whom a reply belongs to, taken out of the list. Undefined for a late, doubled or unknown one, which is to be dropped. */
  take(messageId: string): PendingRpc | undefined {
    const late = this.abandoned.delete(messageId);
    const wasFirst = late || this.first()?.rpc.messageId === messageId;
    const rpc = this.remove(messageId);
    if (wasFirst) this.goOn();
    return rpc;
  }

  private remove(messageId: string): PendingRpc | undefined {
    const entry = this.entries.get(messageId);
    this.entries.delete(messageId);
    entry?.release();
    if (entry?.rpc.resolveStream !== undefined) this.streams -= 1;
    return entry?.rpc;
  }

  /**
   * The id that a reply without message-id must belong to (Junos sends such): clear only with one rpc on the wire and none
   * abandoned, whose answer it might be.
   */
  onlyId(): string | undefined {
    if (this.entries.size !== 1 || this.abandoned.size > 0) return undefined;
    return this.entries.keys().next().value;
  }

  /** The session has ended: every rpc fails with its reason. */
  rejectAll(reason: NetconfError): void {
    for (const id of [...this.entries.keys()]) {
      const rpc = this.remove(id);
      if (rpc !== undefined) this.lose(rpc, reason);
    }
  }

  /** The answer to this rpc will not be read, for `reason`. */
  lose(rpc: PendingRpc, reason: NetconfError): void {
    const context = { peer: this.peer, operation: rpc.request.operation, messageId: rpc.messageId };
    if (rpc.request.changesRunning) rpc.reject(new CommitOutcomeUnknownError(reason, context));
    else rpc.reject(new NetconfError(reason.code, reason.fact, { ...context, cause: reason.cause ?? reason }));
  }

  /** The stream has begun (`true`) or is over. */
  hold(held: boolean): void {
    this.held = held;
    if (held) for (const waiting of this.entries.values()) waiting.stopClock();
    else this.goOn();
  }

  /** The server has answered what came first: the next one's time begins, and nobody else's. */
  private goOn(): void {
    if (this.held) return;
    if (this.stuck) for (const waiting of this.entries.values()) waiting.stopClock();
    this.stuck = false;
    this.first()?.startClock();
  }

  private first(): Waiting | undefined {
    return this.entries.values().next().value;
  }

  private abandon(messageId: string, reason: NetconfError): void {
    const rpc = this.remove(messageId);
    if (rpc === undefined) return;
    this.abandoned.add(messageId);
    if (this.abandoned.size > ABANDONED_MAX) {
      const [oldest] = this.abandoned;
      if (oldest !== undefined) this.abandoned.delete(oldest);
    }
    this.lose(rpc, reason);
  }
}
