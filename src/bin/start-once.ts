import { withFileLock } from '../store/file-lock.ts';

/** A server that starts slower than this will not come up. */
const START_TIMEOUT_MS = 60_000;

/** A server that processes of this machine share: one of them starts it, and those that come meanwhile find it. null: it was there. */
export function startOnce<Server>(
  lockFile: string,
  isThere: () => Promise<boolean>,
  start: () => Promise<Server>,
): Promise<Server | null> {
  return withFileLock(lockFile, START_TIMEOUT_MS, async () => ((await isThere()) ? null : start()));
}
