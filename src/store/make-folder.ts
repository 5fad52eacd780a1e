import type { Stats } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { WaslError } from '../errors.ts';

const REMEDY = 'Name a folder on a disk of this machine that this user may write.';

/**
 * A folder with those above it that are missing. Node's own `recursive` tries for ever, and hears no signal, where the system says of a new
 * folder that it does not exist (`/proc/x`). Errors: CONFIGURATION, and what the system says.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const missing: string[] = [];
  let folder = resolve(path);
  for (let found = await look(folder); found === null; found = await look(folder)) {
    missing.unshift(folder);
    if (folder === dirname(folder)) break;
    folder = dirname(folder);
  }
  for (const each of missing) await makeOne(each, mode);
}

async function look(folder: string): Promise<Stats | null> {
  const found = await stat(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null || found.isDirectory()) return found;
  throw new WaslError('CONFIGURATION', `${folder} is there and is no folder`, { path: folder, remedy: REMEDY });
}

async function makeOne(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Another process was faster; or a link leads to a folder that is not there.
    if (codeOf(error) === 'EEXIST' && (await look(folder)) !== null) return;
    if (codeOf(error) === 'EEXIST') {
      throw new WaslError('CONFIGURATION', `${folder} is a link to nothing`, { path: folder, remedy: REMEDY });
    }
    if (codeOf(error) !== 'ENOENT') throw error;
    const fact = `the system lets nobody make a folder in ${dirname(folder)}`;
    throw new WaslError('CONFIGURATION', fact, { path: folder, remedy: REMEDY, cause: error });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
