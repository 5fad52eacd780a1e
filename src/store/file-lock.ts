import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WaslError } from '../errors.ts';
import { isAlive } from './process-state.ts';

const RETRY_MS = 50;

/**
 * Runs `action` while no other process on this machine does so under the same path. A lock whose holder died, or that is older
 * than `timeoutMs`, is taken over. CONFIGURATION, naming the file, when it is not had in twice that time.
 */
export async function withFileLock<T>(path: string, timeoutMs: number, action: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomBytes(8).toString('hex')}`;
  const deadline = performance.now() + 2 * timeoutMs;
  while (!(await acquire(path, token))) {
    await removeStale(path, timeoutMs);
    if (performance.now() > deadline) throw new WaslError('CONFIGURATION', 'another process holds the lock', { path });
    await sleep(RETRY_MS);
  }
  try {
    return await action();
  } finally {
    if ((await readFile(path, 'utf8').catch(() => '')) === token) await rm(path, { force: true });
  }
}

async function acquire(path: string, token: string): Promise<boolean> {
  // Written aside and linked: the lock never exists without its holder's name.
  const aside = `${path}.${token.replace(' ', '-')}`;
  try {
    // A full disk takes the name and not the content.
    const file = await open(aside, 'wx', 0o600);
    await file.writeFile(token).finally(() => file.close());
    await link(aside, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function removeStale(path: string, timeoutMs: number): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (holder === null || (isAlive(Number(holder.split(' ')[0])) && age < timeoutMs)) return;
  // Moved before it is removed: if another process was faster and the lock is a new one by now, it is put back.
  const moved = `${path}.stale-${randomBytes(8).toString('hex')}`;
  await rename(path, moved).catch(() => undefined);
  if ((await readFile(moved, 'utf8').catch(() => holder)) !== holder) await link(moved, path).catch(() => undefined);
  await rm(moved, { force: true });
}
