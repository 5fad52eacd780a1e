import { setTimeout as sleep } from 'node:timers/promises';
import { WaslError } from '../errors.ts';
import { type NetconfSession, RpcError } from '../netconf/index.ts';
import { canonicalText } from './canonical-text.ts';
import { lockHolder } from './translate-error.ts';

/** Between two attempts at a lock: short against the time that an operator's commit takes, and a few requests a second at most. */
const LOCK_RETRY_MS = 500;

export interface LockOptions {
  readonly pe: string;
  readonly lockWaitMs: number;
  readonly target: 'candidate' | 'running';
  /** RFC 6241 §7.5 says that a modified candidate is not locked; not every server keeps to it. */
  readonly lockRefusesDirtyCandidate: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Locks (RFC 6241 §7.5). A lock that is held is waited for and then ROUTER_LOCKED names the holder; a candidate with somebody's uncommitted
 * work is ROUTER_CANDIDATE_DIRTY at once, and is looked for before locking where the server would lock it: the unlock would discard it.
 */
export async function acquireLock(session: NetconfSession, options: LockOptions): Promise<void> {
  const { target, lockRefusesDirtyCandidate, pe } = options;
  const looks = target === 'candidate' && !lockRefusesDirtyCandidate;
  if (looks) await refuseDirtyCandidate(session, pe);
  await lockWithPatience(session, options);
  if (!looks) return;
  try {
    // Between the first look and the lock somebody may have begun.
    await refuseDirtyCandidate(session, pe);
  } catch (error) {
    await session.unlock(target);
    throw error;
  }
}

async function lockWithPatience(session: NetconfSession, options: LockOptions): Promise<void> {
  const { target, lockWaitMs, pe, signal } = options;
  const deadline = performance.now() + lockWaitMs;
  for (;;) {
    try {
      await session.lock(target);
      return;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const holder = lockHolder(error);
      if (target === 'candidate' && holder === null) await refuseDirtyCandidate(session, pe);
      if (performance.now() + LOCK_RETRY_MS > deadline) throw lockedBy(holder, error, options);
      await sleep(LOCK_RETRY_MS, undefined, { signal });
    }
  }
}

function lockedBy(holder: string | null, error: RpcError, { pe, target, lockWaitMs }: LockOptions): WaslError {
  const said = error.first?.message ?? error.first?.tag ?? 'no reason';
  const fact =
    holder === null
      ? `${pe}: the lock of ${target} was refused for ${lockWaitMs} ms without naming a holder (${said})`
      : `${pe}: the lock of ${target} was held by ${holder} for ${lockWaitMs} ms`;
  return new WaslError('ROUTER_LOCKED', fact, { path: pe, cause: error, details: { holder, lockWaitMs } });
}

/** Compares whole datastores, not only wasl's part: a commit takes everything that stands in the candidate. */
async function refuseDirtyCandidate(session: NetconfSession, pe: string): Promise<void> {
  const [running, candidate] = await Promise.all([
    session.getConfig({ source: 'running' }),
    session.getConfig({ source: 'candidate' }),
  ]);
  if (running.dataBytes.equals(candidate.dataBytes)) return;
  const text = (reply: typeof running) => canonicalText(reply.data?.children ?? [], new Set());
  const [committed, uncommitted] = [text(running), text(candidate)];
  if (committed === uncommitted) return;
  const known = new Set(committed.split('\n'));
  const stray = uncommitted.split('\n').filter((line) => !known.has(line));
  const sample = stray.slice(0, 5).map((line) => line.trim());
  throw new WaslError('ROUTER_CANDIDATE_DIRTY', `${pe}: the candidate differs from running, and not by wasl's hand`, {
    path: pe,
    details: { uncommittedLines: sample },
  });
}
