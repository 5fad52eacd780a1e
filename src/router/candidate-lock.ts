import { setTimeout as sleep } from 'node:timers/promises';
import { WaslError } from '../errors.ts';
import { type NetconfSession, printable, RpcError } from '../netconf/index.ts';
import { canonicalText } from './canonical-text.ts';
import { lockHolder } from './translate-error.ts';

/** Between two attempts at a lock: short against the time that an operator's commit takes, and a few requests a second at most. */
const LOCK_RETRY_MS = 500;

/** Enough for a person to recognise whose work it is. */
const STRAY_LINES_SHOWN = 5;

type Datastore = 'running' | 'candidate' | 'startup';

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
  const said = printable(error.first?.message ?? error.first?.tag ?? 'no reason');
  const waited = `wasl waited ${lockWaitMs / 1_000} s for it`;
  const fact =
    holder === null
      ? `${pe}: the lock of ${target} was refused without naming a holder (${said}); ${waited}`
      : `${pe}: the lock of ${target} was held by ${holder}; ${waited}`;
  return new WaslError('ROUTER_LOCKED', fact, { path: pe, cause: error, details: { holder, lockWaitMs } });
}

/** A commit takes everything that stands in the candidate. */
async function refuseDirtyCandidate(session: NetconfSession, pe: string): Promise<void> {
  const uncommittedLines = await strayLines(session, 'candidate', 'running');
  if (uncommittedLines === null) return;
  throw new WaslError('ROUTER_CANDIDATE_DIRTY', `${pe}: the candidate differs from running, and not by wasl's hand`, {
    path: pe,
    details: { uncommittedLines },
  });
}

/** RFC 6241 §8.7: saving takes all of running, so what somebody else has left unsaved there would be saved with it. Throws ROUTER_UNSAVED. */
export async function refuseUnsaved(session: NetconfSession, pe: string): Promise<void> {
  if (!session.capabilities.has(':startup')) return;
  const unsavedLines = await strayLines(session, 'running', 'startup');
  if (unsavedLines === null) return;
  throw new WaslError('ROUTER_UNSAVED', `${pe}: running differs from startup, and not by wasl's hand`, {
    path: pe,
    details: { unsavedLines },
  });
}

/** Compares whole datastores, not only wasl's part. Some lines that only `one` has; null when they are equal. */
export async function strayLines(
  session: Pick<NetconfSession, 'getConfig'>,
  one: Datastore,
  other: Datastore,
): Promise<readonly string[] | null> {
  const [first, second] = await Promise.all([session.getConfig({ source: one }), session.getConfig({ source: other })]);
  if (first.dataBytes.equals(second.dataBytes)) return null;
  const text = (reply: typeof first) => canonicalText(reply.data?.children ?? [], new Set());
  const [mine, theirs] = [text(first), text(second)];
  if (mine === theirs) return null;
  const known = new Set(theirs.split('\n'));
  const stray = mine.split('\n').filter((line) => !known.has(line));
  return stray.slice(0, STRAY_LINES_SHOWN).map((line) => line.trim());
}
