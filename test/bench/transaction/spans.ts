/** What the worker spent its time on: wraps the store and the routers, and keeps from when to when each call was under way. */
import type { Router, RouterConnection } from '../../../src/router/router.ts';
import type { Store } from '../../../src/store/store.ts';

export interface Span {
  /** session: the SSH handshake and the hello. request: what a router was asked on an open session. */
  readonly kind: 'store' | 'session' | 'request';
  readonly name: string;
  /** Milliseconds since the epoch, so that they compare with the history of the workflow. */
  readonly from: number;
  readonly to: number;
}

const REQUESTS = new Set<string>([
  'readRunning',
  'readRunningText',
  'begin',
  'editCandidate',
  'commitConfirmed',
  'confirm',
  'cancel',
  'abandon',
  'readRouteTables',
  'ping',
  'close',
] satisfies (keyof Router)[]);

export class SpanRecorder {
  #spans: Span[] = [];

  /** Everything since the last call. */
  take(): Span[] {
    const spans = this.#spans;
    this.#spans = [];
    return spans;
  }

  store(store: Store): Store {
    return this.#watched(store, 'store', () => true);
  }

  openRouter(
    open: (connection: RouterConnection) => Promise<Router>,
  ): (connection: RouterConnection) => Promise<Router> {
    return async (connection) => {
      const router = await this.#timed('session', 'open', () => open(connection));
      return this.#watched(router, 'request', (name) => REQUESTS.has(name));
    };
  }

  #watched<T extends object>(target: T, kind: Span['kind'], counts: (name: string) => boolean): T {
    return new Proxy(target, {
      get: (_, property) => {
        // The target is the receiver: its private fields are not the proxy's.
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        const name = String(property);
        if (!counts(name)) return call;
        return (...args: unknown[]) => this.#timed(kind, name, () => call(...args));
      },
    });
  }

  async #timed<R>(kind: Span['kind'], name: string, call: () => Promise<R>): Promise<R> {
    const from = now();
    try {
      return await call();
    } finally {
      this.#spans.push({ kind, name, from, to: now() });
    }
  }
}

const now = (): number => performance.timeOrigin + performance.now();

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds in which at least one of the intervals was under way, inside `within`. */
export function coveredMs(intervals: readonly Interval[], within: Interval): number {
  const clipped = intervals
    .map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  let covered = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of clipped) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return covered;
}
