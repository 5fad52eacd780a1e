import { createHash } from 'node:crypto';
import { WaslError } from '../errors.ts';

/** More calls than the limits of a person let through while a proof is remembered. */
export const PROOFS_PER_KEY_MAX = 4_000;
/** About 10 MB. Beyond it nothing is taken that might be a repetition. */
export const PROOFS_MAX = 100_000;

/** What was seen once and must not be seen again for a while; in this process, and bounded. */
export interface ReplayMemory {
  /** Throws UNAUTHENTICATED for what it knows, RATE_LIMITED where it has no room. `key`: whose it is. */
  takeOnce(key: string, id: string, now: Date): void;
}

/** `seconds`: from the moment something is seen; after that it must be refused for its age. */
export function createReplayMemory(seconds: number): ReplayMemory {
  /** Oldest first: all are kept for the same time. */
  const seen = new Map<string, { readonly key: string; readonly untilMs: number }>();
  const perKey = new Map<string, number>();
  const count = (key: string, by: number) => {
    const next = (perKey.get(key) ?? 0) + by;
    if (next > 0) perKey.set(key, next);
    else perKey.delete(key);
  };
  const forgetOld = (nowMs: number) => {
    for (const [hash, { key, untilMs }] of seen) {
      if (untilMs > nowMs) return;
      seen.delete(hash);
      count(key, -1);
    }
  };
  return {
    takeOnce(key, id, now) {
      const nowMs = now.getTime();
      forgetOld(nowMs);
      // Ids are the client's, of any length.
      const hash = createHash('sha256').update(`${key} ${id}`).digest('base64');
      if (seen.has(hash)) throw new WaslError('UNAUTHENTICATED', 'the proof of possession was used before');
      if (seen.size >= PROOFS_MAX || (perKey.get(key) ?? 0) >= PROOFS_PER_KEY_MAX) {
        throw new WaslError('RATE_LIMITED', 'more proofs of possession came than can be told from repetitions');
      }
      seen.set(hash, { key, untilMs: nowMs + seconds * 1_000 });
      count(key, 1);
    },
  };
}
