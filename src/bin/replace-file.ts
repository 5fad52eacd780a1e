import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

const MODE_DEFAULT = 0o666;
/** A folder that takes no new file, or a file that is mounted by itself: it is written where it lies. */
const MUST_LIE_THERE: readonly unknown[] = ['EACCES', 'EPERM', 'EBUSY', 'EROFS'];

/**
 * As a whole or not at all: what was there, perhaps the only copy of what others signed, outlives a full disk and a kill. Symbolic links are
 * followed; a device or a pipe is written to. Throws what the system says.
 */
export async function replaceFile(path: string, content: Parameters<typeof writeFile>[1]): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => null);
  if (before !== null && !before.isFile()) return writeFile(target, content);
  // By chance: processes of two containers that share a folder have the same number.
  const beside = `${target}.${randomBytes(8).toString('hex')}.new`;
  try {
    const file = await open(beside, 'wx', before === null ? MODE_DEFAULT : before.mode & 0o777);
    try {
      await writeFile(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (before === null || !MUST_LIE_THERE.includes(code)) throw error;
    await writeFile(target, content);
  }
}
