/** Time as the routers see it; injected, so that tests need not wait. */
export interface Clock {
  now(): Date;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  after: (ms, callback) => {
    // The routers' sockets keep the process alive, not their timers: a stopped simulation leaves nothing to wait for.
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};
