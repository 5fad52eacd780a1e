import { NetconfError } from '../errors.ts';
import type { NetconfLimits } from '../limits.ts';
import type { NetconfNotification } from '../message/notification.ts';

/** Above the soft bound the channel is paused; rpcs in flight keep it open, up to this many times the bound. */
const HARD_LIMIT_FACTOR = 4;

/**
 * The notifications of a session, in order, for `for await`. One reader. It ends when the session ends: without an error where
 * the session was closed by us or the replay is complete, with the session's error otherwise.
 */
export class NotificationStream implements AsyncIterableIterator<NetconfNotification> {
  private readonly limits: NetconfLimits;
  private readonly onDrained: () => void;
  private readonly onReturn: () => void;
  private queue: NetconfNotification[] = [];
  private head = 0;
  private queuedBytes = 0;
  private waiting: { resolve(result: IteratorResult<NetconfNotification>): void; reject(error: unknown): void } | null =
    null;
  private end: { error: NetconfError | null } | null = null;

  constructor(limits: NetconfLimits, onDrained: () => void, onReturn: () => void) {
    this.limits = limits;
    this.onDrained = onDrained;
    this.onReturn = onReturn;
  }

  /** True while the queue is above its soft bound: the session should stop reading if it can. */
  get congested(): boolean {
    return (
      this.queued > this.limits.notificationsQueuedMax || this.queuedBytes > this.limits.notificationBytesQueuedMax
    );
  }

  private get queued(): number {
    return this.queue.length - this.head;
  }

  push(notification: NetconfNotification): void {
    if (this.end !== null) return;
    if (this.waiting !== null) {
      this.waiting.resolve({ done: false, value: notification });
      this.waiting = null;
      return;
    }
    const { notificationsQueuedMax, notificationBytesQueuedMax } = this.limits;
    const tooMany = this.queued >= notificationsQueuedMax * HARD_LIMIT_FACTOR;
    if (tooMany || this.queuedBytes >= notificationBytesQueuedMax * HARD_LIMIT_FACTOR) {
      this.finish(
        new NetconfError(
          'LIMIT_EXCEEDED',
          `${this.queued} notifications are waiting for their reader; later ones are lost`,
        ),
      );
      return;
    }
    this.queue.push(notification);
    this.queuedBytes += notification.bytes.length;
  }

  finish(error: NetconfError | null): void {
    if (this.end !== null) return;
    this.end = { error };
    if (this.waiting === null) return;
    if (error === null) this.waiting.resolve({ done: true, value: undefined });
    else this.waiting.reject(error);
    this.waiting = null;
  }

  next(): Promise<IteratorResult<NetconfNotification>> {
    const next = this.queue[this.head];
    if (next !== undefined) {
      this.take(next);
      return Promise.resolve({ done: false, value: next });
    }
    if (this.end !== null) {
      return this.end.error === null
        ? Promise.resolve({ done: true, value: undefined })
        : Promise.reject(this.end.error);
    }
    if (this.waiting !== null) {
      return Promise.reject(new NetconfError('INVALID_REQUEST', 'a notification stream has one reader'));
    }
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  /** Called by `break` in `for await`: later notifications are dropped; the subscription itself ends with the session. */
  return(): Promise<IteratorResult<NetconfNotification>> {
    this.finish(null);
    this.queue = [];
    this.head = 0;
    this.queuedBytes = 0;
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(next: NetconfNotification): void {
    const wasCongested = this.congested;
    this.head += 1;
    this.queuedBytes -= next.bytes.length;
    if (this.head === this.queue.length || this.head > 1_024) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    if (wasCongested && !this.congested) this.onDrained();
  }
}
