/** What the system answers to a setting, in the words of the person who made it. */
import { WaslError } from '../errors.ts';

export interface Subject {
  /** The setting or the file. */
  readonly path: string;
  /** What it is, for the sentence: `the key set`. */
  readonly what: string;
  readonly remedy?: string;
}

/** Node's codes of errno(3) and getaddrinfo(3): what they say of a file or an address. */
const SAYINGS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'lies under something that is no folder',
  EISDIR: 'is a folder, not a file',
  EACCES: 'is closed to this user',
  EPERM: 'is closed to this user',
  EROFS: 'lies on a file system that is read-only',
  ENOSPC: 'lies on a disk that is full',
  EDQUOT: 'lies on a disk whose quota is used up',
  ENAMETOOLONG: 'has a name that is too long',
  ELOOP: 'is a circle of links',
  EEXIST: 'is there already',
  ENOTEMPTY: 'is a folder that is not empty',
  EINVAL: 'is refused by the system',
  ERR_FS_FILE_TOO_LARGE: 'is too large',
  ERR_INVALID_ARG_VALUE: 'has a name with a NUL in it',
  EADDRINUSE: 'is in use by another process',
  EADDRNOTAVAIL: 'is no address of this machine',
  EAFNOSUPPORT: 'is of a family that this machine does not have',
  ENOTFOUND: 'is a name that nobody resolves',
  EAI_AGAIN: 'is a name that nobody resolves now',
};

/** CONFIGURATION where the system names the fault; any other error as it came: it is not the operator's. */
export function explain(error: unknown, { path, what, remedy }: Subject): unknown {
  if (error instanceof WaslError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const saying = SAYINGS[code] ?? (isOfFile(error, code) ? 'cannot be used' : undefined);
  if (saying === undefined) return error;
  const facts = { path, cause: error, ...(remedy === undefined ? {} : { remedy }) };
  return new WaslError('CONFIGURATION', `${what} ${saying} (${code})`, facts);
}

/** Whatever else the system says of a file or a folder is no defect either. */
function isOfFile(error: unknown, code: string): boolean {
  const { path, syscall } = error as NodeJS.ErrnoException;
  return /^E[A-Z0-9]+$/.test(code) && typeof path === 'string' && !/^(spawn|connect)/.test(syscall ?? '');
}

export async function explaining<T>(subject: Subject, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explain(error, subject);
  }
}

export function explainingSync<T>(subject: Subject, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explain(error, subject);
  }
}
