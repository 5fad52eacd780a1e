import { readFile, stat } from 'node:fs/promises';
import { WaslError } from '../errors.ts';
import { explaining } from './operator-error.ts';

/** Keys and passwords are small: whatever is larger is another file. */
const SECRET_BYTES_MAX = 256 * 1024;
const REMEDY = 'Check its name and that this user may read it.';

/** A file that its owner alone can read. Throws CONFIGURATION. */
export function readOwnFile(path: string, what: string, remedy = REMEDY): Promise<string> {
  return explaining({ path, what, remedy }, async () => {
    const found = await stat(path);
    if (!found.isFile()) throw new WaslError('CONFIGURATION', `${path} is no file`, { path, remedy });
    const { mode, size } = found;
    if ((mode & 0o077) !== 0) {
      const fact = `${path} can be read by others than its owner`;
      throw new WaslError('CONFIGURATION', fact, { path, remedy: `Run: chmod 600 ${path}` });
    }
    if (size > SECRET_BYTES_MAX) throw new WaslError('CONFIGURATION', `${what} is too large`, { path, remedy });
    return readFile(path, 'utf8');
  });
}
