/** What a worker has seen of the ledger, in a file of its own: whoever writes the database does not write it. */
import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { HeadKeeper, KeptHead } from '../activities/record-memory.ts';
import { WaslError } from '../errors.ts';
import { makeFolder } from '../store/make-folder.ts';
import { stateDirectory } from './configuration.ts';
import { explaining } from './operator-error.ts';
import { replaceFile } from './replace-file.ts';

const FORMAT = 'wasl-record-memory/1';
const REMEDY = 'Name in WASL_RECORD_MEMORY a file that this user may write, in a folder that outlives the worker.';

const keptSchema = z.strictObject({
  format: z.literal(FORMAT),
  installation: z.string(),
  size: z.int().min(0),
  root: z.string(),
  signaturesAfter: z.iso.datetime().nullable(),
});

/** WASL_RECORD_MEMORY, or a file of the installation in the state directory: of no other folder, whatever name the database has for it. */
export const recordMemoryPath = (installation: string, env = process.env): string =>
  env.WASL_RECORD_MEMORY || join(stateDirectory(env), 'record-memory', `${encodeURIComponent(installation)}.json`);

/** Beside the file lie what an officer is to sign after a restore (`.restoration`), and what was signed of it (`.restoration.signed`). */
export function recordKeeper(path: string, installation: string): HeadKeeper {
  const explained = <T>(what: string, action: () => Promise<T>) => explaining({ path, what, remedy: REMEDY }, action);
  return {
    read: () =>
      explained('what this worker remembers of the record', async () => {
        const text = await readIfThere(path);
        return text === null ? null : parseKept(text, path, installation);
      }),
    write: (head) =>
      explained('what this worker remembers of the record', async () => {
        await makeFolder(dirname(path), 0o700);
        await replaceFile(path, `${JSON.stringify({ format: FORMAT, installation, ...head })}\n`);
      }),
    offerRestoration: (document) =>
      explained('what is to be signed of a restore', () => replaceFile(`${path}.restoration`, document)),
    readRestoration: () => explained('what was signed of a restore', () => readIfThere(`${path}.restoration.signed`)),
  };
}

function parseKept(text: string, path: string, installation: string): KeptHead {
  const kept = keptSchema.safeParse(jsonOf(text)).data;
  if (kept?.installation === installation) {
    const { size, root, signaturesAfter } = kept;
    return { size, root, signaturesAfter };
  }
  const fact = kept === undefined ? 'it is no memory of a record' : `it is of the installation ${kept.installation}`;
  const remedy = 'Bring back the file that this worker wrote, or name its own in WASL_RECORD_MEMORY.';
  throw new WaslError('CONFIGURATION', fact, { path, remedy });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** null: there is none. A link to what is not there, as of a disk that is not mounted, is no worker that begins. */
async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isLink) throw error;
    return null;
  }
}
